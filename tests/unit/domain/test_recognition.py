"""Recognising the person: numbers in common make one person, unless name and date of birth speak against it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.joining import Likely, Verdict, pair_of
from hub.domain.recognition import (
    MOST_COMPARED,
    MOST_HOLDERS,
    Claim,
    Doubt,
    Doubtful,
    Features,
    Known,
    Recognised,
    contradict,
    fold,
    names_agree,
    recognise,
)

OKAFOR = Features(frozenset({("okafor", "daniel")}), frozenset({"1981-06-14"}))
OKAFOR_RENAMED = Features(frozenset({("adeyemi", "daniel"), ("okafor", "daniel")}), frozenset({"1981-06-14"}))
OKAFORS_TWIN = Features(frozenset({("okafor", "samuel")}), frozenset({"1981-06-14"}))
OKAFORS_SON = Features(frozenset({("okafor", "daniel")}), frozenset({"2004-11-30"}))
PATEL = Features(frozenset({("patel", "meera")}), frozenset({"1990-01-02"}))
NOTHING = Features()


def said(features: Features, *numbers: str, unproven: tuple[str, ...] = (), person: str | None = None) -> Known:
    """What an agency says of a local id; numbers are proven by their form unless they are in `unproven`."""
    proven = {Claim(number, verified=True) for number in numbers}
    return Known(person, frozenset(proven | {Claim(number, verified=False) for number in unproven}), features)


def made() -> Callable[[], str]:
    """Makes person ids later than all that begin with p."""
    numbers = count(1)
    return lambda: f"q{next(numbers):03}"


def recognised(**known: Known) -> Recognised:
    return recognise(known, made())


def partition(persons: Mapping[str, str]) -> set[frozenset[str]]:
    return {frozenset(key for key in persons if persons[key] == person) for person in persons.values()}


def are_one(outcome: Recognised, *keys: str) -> bool:
    return len({outcome.persons[key] for key in keys}) == 1


def numbers(known: Known) -> set[str]:
    return {claim.digest for claim in known.claims}


# --- what joins, and what does not --------------------------------------------------------------------------


def test_a_verified_number_in_common_makes_one_person() -> None:
    outcome = recognised(prison=said(OKAFOR, "pnc-1"), probation=said(OKAFOR, "pnc-1", "crn-1"))

    assert are_one(outcome, "prison", "probation")
    assert outcome.doubts == frozenset()


def test_without_a_number_in_common_even_the_same_name_and_date_make_two() -> None:
    outcome = recognised(prison=said(OKAFOR, "pnc-1"), probation=said(OKAFOR, "crn-1"))

    assert not are_one(outcome, "prison", "probation")
    assert outcome.doubts == frozenset()


def test_a_verified_number_holds_when_only_the_name_differs() -> None:
    assert are_one(recognised(a=said(OKAFOR, "pnc-1"), b=said(OKAFORS_TWIN, "pnc-1")), "a", "b")


def test_a_verified_number_holds_when_only_the_date_of_birth_differs() -> None:
    assert are_one(recognised(a=said(OKAFOR, "pnc-1"), b=said(OKAFORS_SON, "pnc-1")), "a", "b")


def test_a_verified_number_is_contradicted_by_another_name_and_date_of_birth() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1"), b=said(PATEL, "pnc-1"))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.CONTRADICTED)}


def test_where_nothing_is_known_nothing_contradicts() -> None:
    assert are_one(recognised(a=said(OKAFOR, "crn-1"), b=said(NOTHING, "crn-1")), "a", "b")


def test_a_missing_date_of_birth_contradicts_nothing() -> None:
    nameless = Features(PATEL.names, frozenset())

    assert are_one(recognised(a=said(OKAFOR, "crn-1"), b=said(nameless, "crn-1")), "a", "b")


def test_a_former_name_still_agrees() -> None:
    adeyemi = Features(frozenset({("adeyemi", "daniel")}), frozenset({"1981-06-15"}))

    assert are_one(recognised(a=said(OKAFOR_RENAMED, "pnc-1"), b=said(adeyemi, "pnc-1")), "a", "b")


def test_an_unverified_number_joins_only_when_name_and_date_of_birth_agree() -> None:
    outcome = recognised(a=said(OKAFOR, unproven=("pnc-1",)), b=said(OKAFOR, unproven=("pnc-1",)))

    assert are_one(outcome, "a", "b")


@pytest.mark.parametrize("other", [OKAFORS_TWIN, OKAFORS_SON, PATEL, NOTHING])
def test_an_unverified_number_that_nothing_bears_out_is_reviewed(other: Features) -> None:
    outcome = recognised(a=said(OKAFOR, unproven=("pnc-1",)), b=said(other, unproven=("pnc-1",)))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.UNCORROBORATED)}


def test_a_number_must_be_verified_on_both_sides() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1"), b=said(OKAFORS_TWIN, unproven=("pnc-1",)))

    assert outcome.doubts == {Doubtful("a", "b", Doubt.UNCORROBORATED)}


def test_one_verified_number_in_common_is_enough_beside_an_unverified_one() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1", unproven=("cro-1",)), b=said(NOTHING, "pnc-1", unproven=("cro-1",)))

    assert are_one(outcome, "a", "b")
    assert outcome.doubts == frozenset()


def test_links_carry_on_from_one_to_the_next() -> None:
    outcome = recognised(a=said(OKAFOR, "crn-1"), b=said(OKAFOR, "crn-1", "pnc-1"), c=said(OKAFOR, "pnc-1", "cro-1"))

    assert are_one(outcome, "a", "b", "c")


def test_two_that_contradict_each_other_are_reviewed_also_where_a_third_makes_them_one() -> None:
    bridge = Features(frozenset({("okafor", "daniel"), ("patel", "meera")}), frozenset())

    outcome = recognised(a=said(OKAFOR, "pnc-1"), b=said(PATEL, "pnc-1"), c=said(bridge, "pnc-1"))

    assert are_one(outcome, "a", "b", "c")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.CONTRADICTED)}


MARRIED = Features(frozenset({("okafor", "daniel"), ("patel", "meera")}), OKAFOR.dates)
"""Known by both names."""


def joined_by_a_third(**more: Known) -> dict[str, Known]:
    """a and b have nothing in common but what each shares with c."""
    third = said(MARRIED, "pnc-1", "crn-2")
    return {"a": said(OKAFOR, "pnc-1"), "b": said(PATEL, "crn-2"), "c": third, **more}


def test_two_that_contradict_each_other_are_reviewed_where_only_a_third_joins_them() -> None:
    outcome = recognised(**joined_by_a_third())

    assert are_one(outcome, "a", "b", "c")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.JOINED_BY_OTHERS)}


def test_they_are_reviewed_too_where_an_unverified_number_in_common_says_nothing() -> None:
    known = joined_by_a_third(a=said(OKAFOR, "pnc-1", "x"), b=said(PATEL, "crn-2", unproven=("x",)))

    assert recognised(**known).doubts == {Doubtful("a", "b", Doubt.JOINED_BY_OTHERS)}


@pytest.mark.parametrize("third", ["pnc-1", "crn-2"])
def test_who_are_no_longer_joined_by_the_third_are_not_reviewed_any_more(third: str) -> None:
    known = joined_by_a_third(c=said(MARRIED, third))

    assert not are_one(recognised(**known), "a", "b")
    assert recognised(**known).doubts == frozenset()


def test_they_are_asked_about_once_and_kept_apart_when_somebody_says_so() -> None:
    linked, apart = (ruled(verdict, **joined_by_a_third()) for verdict in (LINKED, APART))

    assert (are_one(linked, "a", "b"), linked.doubts) == (True, frozenset())
    assert not are_one(apart, "a", "b")
    assert {each.doubt for each in apart.doubts} == {Doubt.KEPT_APART}


def test_whom_likelihood_itself_links_it_has_looked_at() -> None:
    likely = Likely("a", "b", 20_000, link=True)

    assert recognise(joined_by_a_third(), made(), likely=[likely]).doubts == frozenset()


def test_of_very_many_local_ids_of_one_person_the_first_are_held_against_each_other() -> None:
    known = {f"k{number:03}": said(MARRIED, f"n{number}", f"n{number + 1}") for number in range(MOST_COMPARED + 10)}
    at_odds = {"k000": said(OKAFOR, "n1"), "k002": said(PATEL, "n2", "n3"), "k049": said(PATEL, "n49")}

    outcome = recognise(known | at_odds, made())

    assert are_one(outcome, "k000", "k002", "k049")
    assert outcome.doubts == {Doubtful("k000", "k002", Doubt.JOINED_BY_OTHERS)}


# --- what is decided ----------------------------------------------------------------------------------------


def ruled(*verdicts: Verdict, **known: Known) -> Recognised:
    return recognise(known, made(), verdicts)


LINKED, APART = Verdict("a", "b", apart=False), Verdict("a", "b", apart=True)


def test_two_who_were_linked_are_one_person_whatever_speaks_against_it() -> None:
    assert are_one(ruled(LINKED, a=said(OKAFOR, "pnc-1"), b=said(PATEL, "pnc-1")), "a", "b")


def test_two_who_are_kept_apart_are_two_and_no_longer_reviewed() -> None:
    for other in (OKAFOR, PATEL):
        outcome = ruled(APART, a=said(OKAFOR, "pnc-1"), b=said(other, "pnc-1"))

        assert not are_one(outcome, "a", "b")
        assert outcome.doubts == frozenset()


def test_a_third_goes_with_the_stronger_link_and_the_weaker_one_is_reviewed() -> None:
    both = said(OKAFOR, "pnc-2", unproven=("pnc-1",))

    outcome = ruled(APART, a=said(OKAFOR, unproven=("pnc-1",)), b=said(OKAFOR, "pnc-2"), c=both)

    assert are_one(outcome, "b", "c")
    assert outcome.doubts == {Doubtful("a", "c", Doubt.KEPT_APART)}


def test_a_decision_is_stronger_than_what_an_agency_merges_and_that_than_a_number_in_common() -> None:
    merges = Known(None, frozenset({Claim("b", verified=True), Claim("pnc-1", verified=True)}), OKAFOR)
    known = {"a": said(PATEL, "pnc-1"), "b": said(PATEL), "c": merges}

    assert are_one(ruled(APART, **known), "b", "c")
    assert are_one(ruled(APART, Verdict("a", "c", apart=False), **known), "a", "c")


def test_a_merge_an_agency_announces_joins_whatever_names_and_dates_say() -> None:
    merges = Known(None, frozenset({Claim("b", verified=True)}), OKAFOR)

    assert are_one(recognised(a=merges, b=said(PATEL)), "a", "b")


# --- the hard cases -----------------------------------------------------------------------------------------


def test_twins_with_numbers_of_their_own_are_two() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1"), b=said(OKAFORS_TWIN, "pnc-2"))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == frozenset()


def test_father_and_son_of_one_name_with_an_ill_formed_number_in_common_are_reviewed() -> None:
    outcome = recognised(father=said(OKAFOR, unproven=("pnc-?",)), son=said(OKAFORS_SON, unproven=("pnc-?",)))

    assert outcome.doubts == {Doubtful("father", "son", Doubt.UNCORROBORATED)}


def test_a_number_given_to_a_stranger_by_a_clerk_leaves_everybody_as_they_were() -> None:
    known = {
        "prison": said(OKAFOR, "pnc-1", "prison-1"),
        "probation": said(OKAFOR, "pnc-1", "crn-1"),
        "stranger": said(PATEL, "pnc-1", "crn-2"),
    }

    outcome = recognised(**known)

    assert partition(outcome.persons) == {frozenset({"prison", "probation"}), frozenset({"stranger"})}
    assert outcome.doubts == {
        Doubtful("prison", "stranger", Doubt.CONTRADICTED),
        Doubtful("probation", "stranger", Doubt.CONTRADICTED),
    }


def test_who_was_decided_to_be_one_is_not_asked_about_again() -> None:
    bridge = replace(OKAFOR, dates=PATEL.dates)
    known = {"a": said(OKAFOR, "pnc-1"), "b": said(PATEL, "pnc-1"), "c": said(bridge, "pnc-1")}
    merged = known | {"a": said(OKAFOR, "pnc-1", "b")}

    assert ruled(Verdict("a", "b", apart=False), **known).doubts == frozenset()
    assert recognised(**merged).doubts == frozenset()
    assert ruled(Verdict("a", "b", apart=True), **known).doubts == {Doubtful("b", "c", Doubt.KEPT_APART)}


def test_two_people_with_one_crn_are_two_and_reviewed() -> None:
    outcome = recognised(area_one=said(OKAFOR, "crn-1"), area_two=said(PATEL, "crn-1"))

    assert outcome.doubts == {Doubtful("area_one", "area_two", Doubt.CONTRADICTED)}


def test_a_person_with_two_prison_numbers_is_one() -> None:
    outcome = recognised(
        first_stay=said(OKAFOR, "prison-1", "pnc-1"),
        second_stay=said(OKAFOR, "prison-2", "pnc-1"),
        probation=said(OKAFOR, "crn-1", "prison-2"),
    )

    assert are_one(outcome, "first_stay", "second_stay", "probation")


def test_a_crn_mistyped_for_somebody_elses_joins_nobody() -> None:
    outcome = recognised(
        prison=said(OKAFOR, "prison-1", "crn-2"), okafor=said(OKAFOR, "crn-1"), patel=said(PATEL, "crn-2")
    )

    assert len(set(outcome.persons.values())) == 3
    assert outcome.doubts == {Doubtful("patel", "prison", Doubt.CONTRADICTED)}


# --- persons over time --------------------------------------------------------------------------------------


def test_a_person_keeps_the_id_it_has() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1", person="p1"), b=said(OKAFOR, "pnc-1"))

    assert outcome.persons == {"a": "p1", "b": "p1"}
    assert (outcome.merged, outcome.split) == ({}, {})


def test_of_two_persons_that_turn_out_one_the_older_survives() -> None:
    outcome = recognised(a=said(OKAFOR, "pnc-1", person="p2"), b=said(OKAFOR, "pnc-1", person="p1"))

    assert outcome.persons == {"a": "p1", "b": "p1"}
    assert outcome.merged == {"p2": "p1"}


def test_a_corrected_typing_error_parts_the_person_again() -> None:
    outcome = recognised(
        a=said(OKAFOR, "pnc-1", person="p1"),
        b=said(OKAFOR, "pnc-1", person="p1"),
        c=said(OKAFORS_TWIN, "pnc-2", person="p1"),
    )

    assert partition(outcome.persons) == {frozenset("ab"), frozenset("c")}
    assert outcome.persons["a"] == "p1"
    assert outcome.split == {outcome.persons["c"]: "p1"}
    assert outcome.merged == {}


@pytest.mark.parametrize(("one", "others"), [("a", "bc"), ("b", "ac"), ("c", "ab")])
def test_of_a_person_that_falls_apart_the_side_of_the_first_key_goes_on_under_the_id(one: str, others: str) -> None:
    together = {key: said(OKAFORS_TWIN, "pnc-2", person="p1") for key in others}

    outcome = recognise({one: said(OKAFOR, "pnc-1", person="p1"), **together}, made())

    assert partition(outcome.persons) == {frozenset(one), frozenset(others)}
    assert outcome.persons["a"] == "p1", "by the order of keys, whichever side is larger"
    assert list(outcome.split.values()) == ["p1"]


def test_who_moves_from_one_person_to_another_removes_neither() -> None:
    outcome = recognised(
        a=said(OKAFOR, "pnc-1", person="p1"),
        b=said(PATEL, "pnc-2", person="p1"),
        c=said(PATEL, "pnc-2", person="p2"),
    )

    assert outcome.persons == {"a": "p1", "b": "p2", "c": "p2"}
    assert (outcome.merged, outcome.split) == ({}, {})


def test_a_person_left_by_everybody_is_removed_and_names_who_took_its_first() -> None:
    outcome = recognised(
        a=said(OKAFOR, "pnc-1", person="p1"),
        b=said(OKAFOR, "pnc-1", person="p2"),
        c=said(PATEL, "pnc-2", person="p2"),
        d=said(PATEL, "pnc-2", person="p0"),
    )

    assert outcome.persons == {"a": "p1", "b": "p1", "c": "p0", "d": "p0"}
    assert outcome.merged == {"p2": "p1"}


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["O'Brien", "o brien", "O\u2019BRIEN", " O-Brien. "])
def test_case_blanks_and_punctuation_of_a_name_do_not_count(written: str) -> None:
    assert fold(written) == "obrien"


def test_a_missing_name_folds_to_nothing() -> None:
    assert fold(None) == fold("") == fold(" - ") == ""


def test_an_accent_is_written_in_one_sign_or_two_or_left_out() -> None:
    assert fold("Jos\u00e9") == fold("Jose\u0301") == fold("JOSE")


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ({("okafor", "daniel")}, {("okafor", "daniel")}, True),
        ({("okafor", "daniel")}, {("okafor", "samuel")}, False),
        ({("okafor", "daniel")}, {("okafor", "")}, True),
        ({("okafor", "")}, {("", "daniel")}, False),
        ({("okafor", "daniel"), ("", "dan")}, {("patel", "dan")}, True),
        (set(), {("okafor", "daniel")}, None),
    ],
)
def test_names_agree_by_surname_and_first_forename_in_any_variant(
    one: set[tuple[str, str]], other: set[tuple[str, str]], agree: bool | None
) -> None:
    assert names_agree(frozenset(one), frozenset(other)) is agree
    assert names_agree(frozenset(other), frozenset(one)) is agree


# --- whatever the people ------------------------------------------------------------------------------------

NUMBERS = st.frozensets(st.builds(Claim, st.sampled_from("uvwxyz"), st.booleans()), max_size=3).map(
    lambda claims: frozenset({claim.digest: claim for claim in sorted(claims)}.values())
)
PEOPLE = st.sampled_from([OKAFOR, OKAFOR_RENAMED, OKAFORS_TWIN, OKAFORS_SON, PATEL, NOTHING])
PERSONS = st.none() | st.sampled_from(["p1", "p2", "p3"])
LOCALS = st.dictionaries(st.sampled_from("abcdefgh"), st.builds(Known, PERSONS, NUMBERS, PEOPLE), max_size=8)


@given(LOCALS, st.data())
def test_the_persons_do_not_depend_on_the_order(known: dict[str, Known], data: st.DataObject) -> None:
    turned = {key: known[key] for key in data.draw(st.permutations(list(known)))}

    assert recognise(turned, made()) == recognise(known, made())


@given(LOCALS, st.lists(PERSONS, min_size=8, max_size=8))
def test_who_is_one_does_not_depend_on_who_was_one(known: dict[str, Known], persons: list[str | None]) -> None:
    otherwise = {key: Known(persons[i], each.claims, each.features) for i, (key, each) in enumerate(known.items())}

    one, other = recognise(known, made()), recognise(otherwise, made())

    assert partition(one.persons) == partition(other.persons)
    assert one.doubts == other.doubts


@given(LOCALS)
def test_recognising_again_changes_nothing(known: dict[str, Known]) -> None:
    once = recognise(known, made())
    again = recognise({key: replace(known[key], person=once.persons[key]) for key in known}, made())

    assert again.persons == once.persons
    assert (again.merged, again.split) == ({}, {})


@given(LOCALS)
def test_a_doubt_is_between_two_that_have_a_number_in_common_or_are_one_person_and_contradict_each_other(
    known: dict[str, Known],
) -> None:
    outcome = recognise(known, made())

    for one, other, doubt in outcome.doubts:
        assert one < other
        if are_one(outcome, one, other):
            assert doubt in {Doubt.CONTRADICTED, Doubt.JOINED_BY_OTHERS}
            assert contradict(known[one].features, known[other].features)
        else:
            assert doubt is not Doubt.JOINED_BY_OTHERS
            assert numbers(known[one]) & numbers(known[other])


@given(LOCALS)
def test_whoever_is_one_person_and_contradicts_another_of_it_is_reviewed(known: dict[str, Known]) -> None:
    outcome = recognise(known, made())
    doubted = {(one, other) for one, other, _ in outcome.doubts}

    for one, other in combinations(sorted(known), 2):
        if are_one(outcome, one, other) and contradict(known[one].features, known[other].features):
            assert (one, other) in doubted


@given(LOCALS)
def test_whoever_has_a_number_in_common_is_one_person_or_doubted(known: dict[str, Known]) -> None:
    outcome = recognise(known, made())
    doubted = {(one, other): doubt for one, other, doubt in outcome.doubts}

    for one, other in combinations(sorted(known), 2):
        if numbers(known[one]) & numbers(known[other]):
            at_odds = (Doubt.CONTRADICTED, Doubt.JOINED_BY_OTHERS)
            assert (doubted.get((one, other)) not in (None, *at_odds)) <= (not are_one(outcome, one, other))
            assert (one, other) in doubted or are_one(outcome, one, other)


@given(LOCALS)
def test_every_person_that_was_lives_on_or_names_its_survivor(known: dict[str, Known]) -> None:
    outcome = recognise(known, made())
    alive = set(outcome.persons.values())

    assert set(outcome.persons) == set(known)
    for person in {each.person for each in known.values()} - {None}:
        assert (person in alive) != (person in outcome.merged)
    assert set(outcome.merged.values()) <= alive
    assert set(outcome.split) <= alive


NAMES = st.frozensets(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "c", "d"])), max_size=4)


@given(NAMES, NAMES)
def test_names_agree_when_those_of_some_two_variants_do(
    one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]
) -> None:
    def alike(a: tuple[str, str], b: tuple[str, str]) -> bool:
        parts = [(x, y) for x, y in zip(a, b, strict=True) if x and y]
        return bool(parts) and all(x == y for x, y in parts)

    assert names_agree(one, other) == (any(alike(a, b) for a in one for b in other) if one and other else None)


# --- crowded identifiers --------------------------------------------------------------------------------------


def test_a_number_held_by_too_many_makes_no_link_and_no_doubt() -> None:
    known = {f"local-{n:02}": said(OKAFOR if n % 2 else PATEL, "pnc-0") for n in range(MOST_HOLDERS + 1)}
    few = dict(list(known.items())[1:])

    outcome = recognise(known, made())

    assert len(set(outcome.persons.values())) == len(known)
    assert outcome.doubts == frozenset()
    assert len(set(recognise(few, made()).persons.values())) == 2


def test_a_number_known_to_be_crowded_links_nobody_though_few_of_its_holders_are_looked_at() -> None:
    known = {"a": said(OKAFOR, "pnc-0", "pnc-1"), "b": said(OKAFOR, "pnc-0"), "c": said(OKAFOR, "pnc-1")}

    outcome = recognise(known, made(), crowded={"pnc-0"})

    assert partition(outcome.persons) == {frozenset({"a", "c"}), frozenset({"b"})}


def test_a_number_that_too_many_say_was_merged_into_theirs_joins_none_of_them() -> None:
    known = {f"local-{n}": said(OKAFOR, "removed") for n in range(3)} | {"removed": said(OKAFOR)}

    assert len(set(recognise(known, made(), most_holders=3).persons.values())) == 1
    assert len(set(recognise(known, made(), most_holders=2).persons.values())) == 4


# --- likelihood ----------------------------------------------------------------------------------------------


def likely(one: str, other: str, *, weight: int = 20_000, link: bool = True) -> Likely:
    return Likely(*pair_of(one, other), weight, link) if one != other else Likely(one, other, weight, link)


def of(agency: str, features: Features = OKAFOR, *numbers: str) -> Known:
    return replace(said(features, *numbers), agency=agency)


def judged(known: Mapping[str, Known], *found: Likely, verdicts: tuple[Verdict, ...] = ()) -> Recognised:
    return recognise(known, made(), verdicts, found)


PRISON_AND_PROBATION = {"a": of("prison"), "b": of("probation")}


def test_who_is_surely_one_person_by_likelihood_is_one() -> None:
    outcome = judged(PRISON_AND_PROBATION, likely("a", "b"))

    assert are_one(outcome, "a", "b")
    assert outcome.doubts == frozenset()


def test_who_is_likely_one_person_is_put_up_for_review() -> None:
    outcome = judged(PRISON_AND_PROBATION, likely("a", "b", link=False))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.LIKELY)}


def test_likelihood_never_joins_who_is_kept_apart_and_asks_nobody_again() -> None:
    outcome = judged(PRISON_AND_PROBATION, likely("a", "b"), verdicts=(Verdict("a", "b", apart=True),))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == frozenset()


def test_likelihood_never_overrules_a_number_that_is_contradicted_not_even_by_way_of_a_third() -> None:
    known = {"a": of("prison", OKAFOR, "pnc-1"), "b": of("probation", PATEL, "pnc-1"), "c": of("court")}

    outcome = judged(known, likely("a", "b"), likely("a", "c", weight=19_000), likely("b", "c", weight=18_000))

    assert are_one(outcome, "a", "c")
    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.CONTRADICTED), Doubtful("b", "c", Doubt.LIKELY)}


def test_likelihood_never_joins_two_local_ids_of_one_agency_not_even_by_way_of_a_third() -> None:
    known = {"a": of("prison"), "b": of("probation"), "c": of("prison")}

    outcome = judged(known, likely("a", "c"), likely("a", "b", weight=18_000), likely("b", "c", weight=19_000))

    assert are_one(outcome, "b", "c")
    assert outcome.doubts == {Doubtful("a", "b", Doubt.LIKELY), Doubtful("a", "c", Doubt.LIKELY)}


def test_a_local_id_described_as_somebody_else_is_joined_by_no_likelihood_until_that_is_settled() -> None:
    outcome = judged(PRISON_AND_PROBATION, likely("a", "a", link=False), likely("a", "b"))

    assert not are_one(outcome, "a", "b")
    assert outcome.doubts == {Doubtful("a", "a", Doubt.REPLACED), Doubtful("a", "b", Doubt.LIKELY)}


@given(st.permutations(["ab", "bc", "cd", "ad", "ac"]), st.data())
def test_the_order_in_which_likelihoods_were_found_does_not_matter(order: list[str], data: st.DataObject) -> None:
    agencies = data.draw(st.tuples(*[st.sampled_from(["prison", "probation", "court"])] * 4))
    weights = {pair: data.draw(st.sampled_from([15_000, 20_000])) for pair in sorted(order)}
    known = {key: of(agency) for key, agency in zip("abcd", agencies, strict=True)}

    outcomes = [judged(known, *(likely(*pair, weight=weights[pair]) for pair in way)) for way in (order, sorted(order))]

    assert partition(outcomes[0].persons) == partition(outcomes[1].persons)
    assert outcomes[0].doubts == outcomes[1].doubts
    for members in partition(outcomes[0].persons):
        assert len({known[key].agency for key in members}) == len(members)
