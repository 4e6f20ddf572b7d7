import io
from dataclasses import replace

import pytest
from rich.console import Console

from deploy.demo.compare import Compared
from deploy.demo.report import Result, show

_COMPARED = Compared(
    held={"offender": 3}, agree=3, differ=0, homeless=0, asserted={"offender": 4}, withheld=1, lost=0, unsaid=0
)
_RESULT = Result(
    people=1_234,
    compared={"probation": _COMPARED, "prison": _COMPARED},
    entered={"probation": 900, "prison": 1_100},
    parked={("prison nomis", "the hub", "time-in-future"): 2},
    measured={},
    seconds=[0.1, 0.2, 0.3],
    took=4.0,
)


def test_it_is_good_only_if_all_agree_and_nothing_is_lost() -> None:
    assert _RESULT.good
    assert not replace(_RESULT, compared={"prison": replace(_COMPARED, unsaid=1)}).good
    assert not replace(_RESULT, compared={"prison": replace(_COMPARED, differ=1)}).good
    assert not replace(_RESULT, compared={"prison": replace(_COMPARED, lost=1)}).good


@pytest.mark.parametrize(
    "said",
    [
        "1,234 people",
        "prison nomis: 2, refused by the hub for time-in-future",
        "2,000 changes in 4.0 s: 500 a second",
        "p50 200 ms, p99 300 ms (3 measured",
    ],
)
def test_it_says_in_plain_words_what_came_of_it(said: str) -> None:
    screen = io.StringIO()
    show(_RESULT, Console(file=screen, width=120))
    assert said in screen.getvalue()
