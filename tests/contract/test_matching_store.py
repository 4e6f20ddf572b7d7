"""What `hub.ports.MatchingStore` promises, of the databases and of the simulation's memory alike."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from hub.domain.joining import Likely
from hub.ports import LONGER_BY, SHORTEST_FORM, Candidates, Description, Ladder, Turn
from hub.store.matching import TURN
from tests.contract.conftest import LARGE_BLOCK, MOST_CANDIDATES, Stores
from tests.contract.test_store_ports import LATER, NOW, PERSON, assertion, decision, local, write

ANN, BOB = "local-ann", "local-bob"
SMITH, JONES, ARCHER = (b"smith..",), (b"jones..",), (b"archer.",)


def ladder(*rungs: bytes) -> Ladder:
    """(b"a", b"b") -> a, ab, each as long as such a form is: each begins with the one before."""
    parts = [rungs[0].ljust(SHORTEST_FORM, b"."), *(rung.ljust(LONGER_BY, b".") for rung in rungs[1:])]
    return tuple(b"".join(parts[: length + 1]) for length in range(len(parts)))


def described(*ladders: Ladder, sealed: bytes = b"sealed") -> Description:
    return Description(sealed, frozenset(ladders))


async def wait(stores: Stores, *locals_: str, later: bool = False) -> None:
    rows = [local(each) for each in locals_]
    await write(stores.store, replace(decision(locals_=rows, new=[PERSON], later=later), unmatched=set(locals_)))


async def know(stores: Stores, people: Mapping[str, Iterable[Ladder]]) -> None:
    """Have these local ids described, each by its keys; nobody is waiting afterwards."""
    await wait(stores, *people)
    turn = await stores.matching.take(1_000, NOW)
    await stores.matching.describe(turn, {key: described(*ladders) for key, ladders in people.items()})
    await stores.matching.settle(turn)


async def found(stores: Stores, key: str, *ladders: Ladder) -> list[str]:
    return [each.local for each in (await stores.matching.candidates({key: ladders}))[key].found]


def keys(turn: Turn) -> list[str]:
    return [row.local for row in turn.rows]


# --- turns -------------------------------------------------------------------------------------------------


async def test_a_turn_takes_those_that_wait_longest_and_those_of_a_first_filling_last(stores: Stores) -> None:
    await wait(stores, "filled", later=True)
    await write(stores.store, replace(decision(locals_=[local("second")], at=LATER), unmatched={"second"}))
    await wait(stores, "first")

    assert keys(await stores.matching.take(1, LATER)) == ["first"]
    assert keys(await stores.matching.take(1, LATER)) == ["second"]
    assert keys(await stores.matching.take(1, LATER)) == ["filled"]
    assert keys(await stores.matching.take(1, LATER)) == []


async def test_whoever_waits_as_of_a_filling_and_is_spoken_of_waits_no_longer_for_that(stores: Stores) -> None:
    await wait(stores, ANN, later=True)
    await write(stores.store, replace(decision(locals_=[local(BOB)], at=LATER), unmatched={ANN, BOB}))
    await wait(stores, ANN, later=True)

    assert keys(await stores.matching.take(1, NOW)) == [ANN]


async def test_a_turn_says_what_stands_of_each_and_what_it_was_described_as(stores: Stores) -> None:
    await know(stores, {"local-1": [SMITH]})
    await write(stores.store, replace(decision(said=[assertion("one", body=b"said")]), unmatched={"local-1"}))
    await wait(stores, ANN)

    one, ann = (await stores.matching.take(10, NOW)).rows

    assert (ann.said, ann.described) == (None, None)
    assert (one.said, one.described) == (b"said", b"sealed")


async def test_two_workers_never_have_the_same_local_id(stores: Stores) -> None:
    await wait(stores, *map(str, range(20)))

    turns = await asyncio.gather(*(stores.matching.take(7, NOW) for _ in range(4)))

    taken = [key for turn in turns for key in keys(turn)]
    assert sorted(taken) == sorted(map(str, range(20)))


async def test_a_turn_that_does_not_end_is_over_after_a_while_and_writes_nothing_more(stores: Stores) -> None:
    await wait(stores, ANN)
    lost = await stores.matching.take(10, NOW)
    assert keys(await stores.matching.take(10, NOW + TURN)) == []
    turn = await stores.matching.take(10, NOW + TURN + timedelta(seconds=1))

    assert await stores.matching.describe(lost, {ANN: described(SMITH)}) == {}
    await stores.matching.settle(lost)

    assert keys(turn) == [ANN]
    assert list(await stores.matching.describe(turn, {ANN: described(JONES)})) == [ANN]
    assert await found(stores, BOB, SMITH, JONES) == [ANN]


async def test_whoever_is_spoken_of_during_a_turn_has_another(stores: Stores) -> None:
    await wait(stores, ANN, BOB)
    turn = await stores.matching.take(10, NOW)
    await wait(stores, ANN)
    assert keys(await stores.matching.take(10, NOW)) == []

    await stores.matching.settle(turn)

    assert keys(await stores.matching.take(10, NOW)) == [ANN]


async def test_nothing_of_a_turn_is_settled_twice(stores: Stores) -> None:
    await wait(stores, ANN)
    turn = await stores.matching.take(10, NOW)
    await stores.matching.settle(turn)
    await wait(stores, ANN)
    again = await stores.matching.take(10, NOW)
    await stores.matching.settle(turn)

    assert keys(again) == [ANN]
    assert list(await stores.matching.describe(again, {ANN: described(SMITH)})) == [ANN]


async def test_an_empty_turn_is_a_turn(stores: Stores) -> None:
    turn = await stores.matching.take(10, NOW)

    assert await stores.matching.describe(turn, {}) == {}
    assert await stores.matching.candidates({}) == {}
    await stores.matching.settle(turn)
    assert turn.rows == ()


# --- descriptions ------------------------------------------------------------------------------------------


async def test_a_description_takes_the_place_of_the_one_before_with_all_its_keys(stores: Stores) -> None:
    await know(stores, {ANN: [SMITH], BOB: [SMITH, JONES]})
    await know(stores, {ANN: [ARCHER]})

    assert await found(stores, "somebody", SMITH) == [BOB]
    assert await found(stores, "somebody", ARCHER) == [ANN]


async def test_every_description_has_a_number_of_its_own_by_which_it_is_known_whether_it_still_stands(
    stores: Stores,
) -> None:
    await wait(stores, ANN, BOB)
    turn = await stores.matching.take(10, NOW)
    first = await stores.matching.describe(turn, {ANN: described(SMITH), BOB: described(SMITH)})
    second = await stores.matching.describe(turn, {ANN: described(SMITH)})
    third = await stores.matching.describe(turn, {ANN: described(SMITH)})

    async with stores.store.sharing() as tx:
        standing = await tx.described([ANN, BOB, "nobody"])

    assert {key: each.number for key, each in standing.items()} == {ANN: third[ANN], BOB: first[BOB]}
    assert len({first[ANN], first[BOB], second[ANN], third[ANN]}) == 4


async def test_whoever_is_not_described_any_more_is_found_no_more(stores: Stores) -> None:
    await know(stores, {ANN: [SMITH], BOB: [SMITH]})
    await wait(stores, ANN)
    turn = await stores.matching.take(10, NOW)

    assert await stores.matching.describe(turn, {ANN: None}) == {ANN: None}

    assert await found(stores, "somebody", SMITH) == [BOB]
    async with stores.store.sharing() as tx:
        assert list(await tx.described([ANN, BOB])) == [BOB]


async def test_all_descriptions_can_be_read_page_by_page(stores: Stores) -> None:
    people: dict[str, Iterable[Ladder]] = {key: [SMITH] for key in (ANN, BOB, "other")}
    await know(stores, people)

    first = await stores.matching.all_described(0, 2)
    second = await stores.matching.all_described(first[-1].number, 2)

    assert sorted(each.local for each in [*first, *second]) == sorted(people)
    assert await stores.matching.all_described(second[-1].number, 2) == []


# --- candidates --------------------------------------------------------------------------------------------


async def test_whoever_has_a_key_in_common_is_a_candidate_and_nobody_is_their_own(stores: Stores) -> None:
    await know(stores, {ANN: [SMITH], BOB: [SMITH], "other": [JONES]})

    both = await stores.matching.candidates({ANN: [SMITH], BOB: [SMITH, (b"nobody.",)]})

    assert {key: [each.local for each in row.found] for key, row in both.items()} == {ANN: [BOB], BOB: [ANN]}
    assert both[ANN].found[0].sealed == b"sealed"


async def test_a_key_with_a_large_block_gives_way_to_the_next_longer_one(stores: Stores) -> None:
    years = [b"1970", b"1971", b"1972", b"1973"]
    assert len(years) > LARGE_BLOCK
    await know(stores, {f"local-{year.decode()}": [ladder(b"smith", year)] for year in years})

    assert await found(stores, "somebody", ladder(b"smith", b"1971")) == ["local-1971"]


async def test_a_block_that_is_not_large_is_not_left_for_a_longer_key(stores: Stores) -> None:
    await know(stores, {f"local-{year}": [ladder(b"smith", str(year).encode())] for year in range(LARGE_BLOCK)})

    assert len(await found(stores, "somebody", ladder(b"smith", b"1971"))) == LARGE_BLOCK


async def test_whoever_lacks_the_longer_part_of_a_key_is_found_by_the_shorter(stores: Stores) -> None:
    await know(stores, {ANN: [ladder(b"smith")], BOB: [ladder(b"smith", b"1970")]})

    assert await found(stores, "somebody", ladder(b"smith", b"1971")) == [ANN, BOB]
    assert await found(stores, "somebody", ladder(b"smith")) == [ANN, BOB]


async def test_a_key_that_ends_in_the_highest_bytes_is_found_too(stores: Stores) -> None:
    highest = ladder(b"\xff" * 7, b"\xff" * 4, b"\xff" * 4)
    await know(stores, {ANN: [highest], BOB: [(b"\xfe" * 7,)]})

    assert await found(stores, "somebody", highest[:1]) == [ANN]


async def test_keys_whose_every_block_is_large_are_counted(stores: Stores) -> None:
    await know(stores, {f"local-{number}": [ladder(b"smith", b"1970")] for number in range(LARGE_BLOCK + 1)})

    sought = await stores.matching.candidates({ANN: [ladder(b"smith", b"1970"), JONES]})

    assert sought == {ANN: Candidates((), frozenset(ladder(b"smith", b"1970")), large=1, cut=0)}


async def test_those_with_most_keys_in_common_are_compared_and_who_is_left_out_is_counted(stores: Stores) -> None:
    people: dict[str, Iterable[Ladder]] = {"twice": [SMITH, JONES]}
    people |= {f"smith-{number}": [SMITH] for number in range(2)}
    people |= {f"jones-{number}": [JONES] for number in range(2)}
    await know(stores, people)

    sought = (await stores.matching.candidates({ANN: [SMITH, JONES]}))[ANN]

    assert len(people) > MOST_CANDIDATES
    assert [each.local for each in sought.found] == ["twice", "jones-0", "jones-1", "smith-0"]
    assert (sought.large, sought.cut) == (0, 1)


# --- keys that very many have ------------------------------------------------------------------------------


async def test_whoever_has_a_key_whose_block_is_not_large_any_more_waits_to_be_compared_by_it(stores: Stores) -> None:
    crowd = [f"local-{number}" for number in range(LARGE_BLOCK + 1)]
    await know(stores, {key: [SMITH, ladder(b"own", key[-4:].encode())] for key in crowd})
    await wait(stores, crowd[0])
    turn = await stores.matching.take(10, NOW)

    await stores.matching.describe(turn, {crowd[0]: described(JONES)})
    await stores.matching.settle(turn)

    assert keys(await stores.matching.take(10, LATER)) == crowd[1:]


async def test_nobody_waits_because_of_a_block_that_stays_as_it_was(stores: Stores) -> None:
    crowd = [f"local-{number}" for number in range(LARGE_BLOCK + 2)]
    await know(stores, {key: [SMITH] for key in crowd} | {ANN: [JONES], BOB: [JONES]})
    await wait(stores, crowd[0], crowd[1], ANN)
    turn = await stores.matching.take(10, NOW)

    await stores.matching.describe(turn, {crowd[0]: described(ARCHER), crowd[1]: described(SMITH), ANN: None})
    await stores.matching.settle(turn)

    assert keys(await stores.matching.take(10, LATER)) == []


async def test_which_keys_have_large_blocks_can_be_asked_in_any_form(stores: Stores) -> None:
    few, many = ladder(b"smith", b"1970"), ladder(b"smith", b"1971")
    await know(stores, {f"local-{number}": [many] for number in range(LARGE_BLOCK + 1)} | {ANN: [few]})

    async with stores.store.sharing() as tx:
        await tx.match_alone()
        assert await tx.large({*few, *many, *JONES}) == {*many}
        assert await tx.large(set()) == set()


async def test_what_likelihood_says_is_found_by_the_key_that_brought_the_two_together(stores: Stores) -> None:
    by_smith, by_jones = (
        Likely(ANN, BOB, 9_000, link=True, key=SMITH[0]),
        Likely(ANN, "zoe", 1, link=False, key=JONES[0]),
    )
    rows = [local(each) for each in (ANN, BOB, "zoe")]
    await write(stores.store, replace(decision(locals_=rows, new=[PERSON]), likely=[by_smith, by_jones]))

    async with stores.store.sharing() as tx:
        assert set(await tx.likened_by({*SMITH, *ARCHER})) == {by_smith}
        assert set(await tx.likened_by({*SMITH, *JONES})) == {by_smith, by_jones}
        assert set(await tx.likened_by(set())) == set()
