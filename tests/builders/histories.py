"""Histories: what three agencies say over time of a few people, out of so little that it meets again and again."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations, count
from typing import NamedTuple

from hypothesis import strategies as st

from hub.domain.canonical import Json
from hub.domain.submission import Submission
from hub.exchange.resolve import Choice
from tests.builders.hub import NOW, VERSION
from tests.builders.records import MISTYPED_PNC, OTHER_PNC, PNC, REFERENCES
from tests.builders.valid_bodies import is_valid, valid_bodies

LOCAL_IDS = (
    ("prison", "A1111AA"),
    ("probation-north", "X000001"),
    ("probation-south", "Y000003"),
    ("prison", "A2222BB"),
    ("probation-north", "case 7"),
    ("probation-south", "X000001"),
)
PEOPLE: tuple[tuple[Json, str | None], ...] = (
    ({"surname": "Okafor", "forenames": ["Daniel"]}, "1981-06-14"),
    ({"surname": "Patel"}, "1990-01-02"),
    ({"surname": "Okafor", "forenames": ["Samuel"]}, "1981-06-14"),
    ({"surname": "Okafor", "forenames": ["Daniel"]}, "2004-11-30"),
    ({"forenames": ["Meera"]}, None),
)
HOME: Json = {"addresses": [{"lines": ["12 Milton Road"], "postcode": "NE4 6SL"}], "sex": None}
IDENTIFIERS = tuple(
    {"scheme": scheme, "value": value}
    for scheme, value in (
        ("pnc", PNC),
        ("pnc", "1981/0000034u"),
        ("pnc", MISTYPED_PNC),
        ("pnc", OTHER_PNC),
        ("crn", "x000001"),
        ("prison-number", "A1111AA"),
        ("merged-prison-number", "A2222BB"),
    )
)


def bodies(record_type: str) -> st.SearchStrategy[Json]:
    """Valid records of a type that meet others of their kind."""
    meeting = st.builds(lambda body, named: body | named, valid_bodies(record_type), _NAMED[record_type])
    return meeting.filter(lambda body: is_valid(record_type, body))


@st.composite
def histories(draw: st.DrawFn) -> list[Submission]:
    """Submissions that the hub can take, each with an id of its own, not in the order of their times."""
    submissions: list[Submission] = []
    ids = count(1)
    cast = draw(st.lists(st.sampled_from(LOCAL_IDS), min_size=2, max_size=4, unique=True))
    spoken_of = [(local, "offender") for local in cast]
    others = st.tuples(st.sampled_from(cast), st.sampled_from(["assessment", "registration", "movement"]))
    for (agency, local_id), record_type in [*spoken_of, *draw(st.lists(others, min_size=1, max_size=3))]:
        for body, named in draw(_over_time(record_type)):
            submissions.append(
                Submission(
                    agency,
                    f"s{next(ids)}",
                    record_type,
                    VERSION,
                    body is None,
                    local_id,
                    NOW - timedelta(minutes=draw(st.integers(0, 9))),
                    draw(st.sampled_from([-1, 2, 10])),
                    named if body is None else body,
                )
            )
    return submissions


class Ruling(NamedTuple):
    """What an operator decides of two local ids, in turn."""

    one: tuple[str, str]
    other: tuple[str, str]
    choices: tuple[Choice, ...]


@st.composite
def rulings(draw: st.DrawFn, submissions: Sequence[Submission]) -> list[Ruling]:
    """Decisions on some pairs of those spoken of."""
    cast = sorted({(each.agency, each.local_id) for each in submissions})
    pairs = draw(st.lists(st.sampled_from(list(combinations(cast, 2))), max_size=3, unique=True))
    return [Ruling(one, other, draw(st.sampled_from(_IN_TURN))) for one, other in pairs]


_LINK, _APART, _BACK = Choice.LINK, Choice.KEEP_APART, Choice.TAKE_BACK
_IN_TURN = ((_LINK,), (_APART,), (_APART,), (_LINK, _APART), (_APART, _LINK), (_LINK, _BACK), (_APART, _BACK))


@st.composite
def _over_time(draw: st.DrawFn, record_type: str) -> list[tuple[Json | None, Json]]:
    """What one agency says of a record and changes in it, said again or withdrawn; with what names the record."""
    body = draw(bodies(record_type))
    said: list[tuple[Json | None, Json]] = []
    for _ in range(draw(st.integers(1, 4))):
        named = {name: body[name] for name in REFERENCES[record_type]}
        said.append((None if said and draw(st.integers(0, 4)) == 0 else body, named))
        changed = draw(bodies(record_type)) | named
        kept = draw(st.sets(st.sampled_from(sorted(body))))
        changed |= {name: body[name] for name in kept}
        if is_valid(record_type, changed):
            body = changed
    return said


_PLACES: tuple[Json, ...] = ({}, {"location": {"place": "custody"}}, {"location": {"place": "community"}})
_OFFENDERS = st.builds(
    lambda person, identifiers, more, place: (
        {"names": person[0], "dateOfBirth": person[1], "aliases": None, "identifiers": identifiers} | more | place
    ),
    st.sampled_from([PEOPLE[0], *PEOPLE]),
    st.just([IDENTIFIERS[0]]) | st.lists(st.sampled_from(IDENTIFIERS), min_size=1, max_size=2),
    st.sampled_from(
        [{}, HOME, HOME, *({"limitedAccess": {"exclusion": kept, "restriction": False}} for kept in (False, True))]
    ),
    st.sampled_from(_PLACES),
)
_NAMED = {
    "assessment": st.fixed_dictionaries(
        {"reference": st.sampled_from(["1", "2"]), "oasysNumber": st.sampled_from([None, "70", "70", "71"])}
    ),
    "registration": st.fixed_dictionaries({"reference": st.sampled_from(["1", "2"])}),
    "movement": st.fixed_dictionaries({"booking": st.just("B1"), "sequence": st.integers(1, 2)}),
    "offender": _OFFENDERS,
}
"""What a record says that others hang on."""
