"""What is taken to follow from two descriptions."""

from dataclasses import dataclass

from hub.domain.joining import Likely, Pair
from hub.domain.likelihood.score import Scale, Score
from hub.domain.likelihood.traits import Traits
from hub.domain.likelihood.verdict import Verdict, verdict

_MILLI = 1_000


@dataclass(frozen=True, slots=True)
class Judging:
    """How descriptions are judged. links: who is surely one person is linked without asking, else only reviewed."""

    scale: Scale
    links: bool

    def judge(self, pair: Pair, one: Traits, other: Traits) -> tuple[Likely | None, Score]:
        """What likelihood says of two; None: that they are two people. And why."""
        told = self.score(one, other)
        judged = verdict(told)
        if judged is Verdict.APART:
            return None, told
        return Likely(*pair, round(told.weight * _MILLI), self.links and judged is Verdict.LINK), told

    def score(self, one: Traits, other: Traits) -> Score:
        """How likely two are one person, and why."""
        return self.scale.score(one, other)
