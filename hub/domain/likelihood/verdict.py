"""What a likelihood is taken for when it comes to linking two persons.

Fields are weighed as if each came about on its own. They do not in a household: it shares surname and address, twins
the date of birth too, father and son the whole name. And among hundreds of thousands there are people of one name born
on one day. So a link also asks that nothing speaks of two people in one home, that something beyond name, date of birth
and sex bears it out, and that no number speaks against it. Else the pair is put up for review, and both stay persons of
their own.
"""

from enum import StrEnum

from hub.domain.likelihood.levels import Field, Level
from hub.domain.likelihood.score import Score

LINK = 0.999
"""The least probability of a link made without asking: at most one in a thousand would be wrong."""
REVIEW = 0.5
"""More likely one person than two: worth somebody's look."""

_SAME_FORENAME = frozenset(
    {Level.EXACT, Level.FORMER, Level.NICKNAME, Level.CLOSE, Level.NEAR, Level.INITIAL, Level.SOUNDS}
)
_COMMON = frozenset({Field.FORENAME, Field.SURNAME, Field.DATE, Field.SEX})
_SAME_DATE = frozenset({Level.EXACT, Level.SWAPPED, Level.CLOSE})


class Verdict(StrEnum):
    """What to do about two persons."""

    LINK = "link"
    REVIEW = "review"
    APART = "apart"


def verdict(score: Score) -> Verdict:
    """Link what is sure and cannot be two people in one home, nor two of one name; review what is likely."""
    if score.probability < REVIEW:
        return Verdict.APART
    surely = score.probability >= LINK and _borne_out(score) and not _may_share_a_home(score)
    return Verdict.LINK if surely else Verdict.REVIEW


def _borne_out(score: Score) -> bool:
    """Whether what is said beyond name, date of birth and sex speaks for one person, and no number against it."""
    beyond = [reason for reason in score.reasons if reason.field not in _COMMON]
    against = any(reason.field is Field.IDENTIFIER and reason.level is Level.DIFFERENT for reason in beyond)
    return not against and sum(reason.weight for reason in beyond) > 0


def _may_share_a_home(score: Score) -> bool:
    """Whether forename or date of birth is not said to agree, or the sex is said to differ."""
    levels = {reason.field: reason.level for reason in score.reasons}
    swapped = levels.get(Field.SURNAME) is Level.SWAPPED
    one_name = swapped or levels.get(Field.FORENAME) in _SAME_FORENAME
    one_date = levels.get(Field.DATE) in _SAME_DATE
    return not one_name or not one_date or levels.get(Field.SEX) is Level.DIFFERENT
