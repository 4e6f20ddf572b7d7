"""Other spellings and numbered questions are the same fields; what is wrong with them is told where it stands."""

import pytest

from adapters.client.native import Payload
from adapters.client.running.parts import PartsInMemory
from adapters.oasys import Oasys
from hub.domain.canonical import Json
from tests.builders.oasys import AT, CRN, document, header, payload


def numbered(*sections: Json) -> Payload:
    """A document that numbers its questions."""
    beside = {"oasysSetPk": 7, "crn": CRN, "assessmentType": "LAYER_1", "status": "OPEN"}
    return Payload({**beside, "sections": list(sections)}, AT)


def test_numbered_questions_are_the_fields_of_other_documents(system: Oasys) -> None:
    answers = [
        {"question": "3.4", "answer": ["2"]},
        {"question": "3.98", "answer": ["YES"]},
        {"question": "2.10", "answer": ["Alcohol", "Drugs"]},
        {"question": "SUM6.3.1", "answer": ["V"]},
        {"question": "1.32", "answer": ["6"]},
        {"question": "3.5", "answer": []},
    ]
    (said,) = system.take(numbered({"section": "3", "answers": answers}), PartsInMemory()).said

    assert said.body["layer"] == 1
    assert said.body["sections"] == [
        {"number": "1", "items": [{"number": "1.32", "text": "6"}]},
        {"number": "2", "items": [{"number": "2.10", "choices": ["Alcohol", "Drugs"]}]},
        {"number": "3", "items": [{"number": "3.4", "answer": "2"}], "linkedToHarm": True},
    ]
    assert said.body["roshSummary"] == {"cells": {"knownAdultCommunity": "very-high"}, "overall": "very-high"}


def test_a_wrong_answer_is_told_where_it_stands_and_an_unknown_question_too(system: Oasys) -> None:
    answers = [
        {"question": "R99.9", "answer": ["YES"]},
        {"question": "SUM6.3.1", "answer": ["X"]},
        {"question": "3.4", "answer": ["0", "1"]},
        "stray",
    ]
    taken = system.take(numbered({"section": "3", "answers": answers}, {"section": "13"}), PartsInMemory())

    assert sorted((each.path, each.rule) for each in taken.refused) == [
        ("/sections/0/answers/1/answer/0", "code"),
        ("/sections/0/answers/2/answer", "type"),
    ]
    assert [each.path for each in taken.homeless if each.because is None] == [
        "/sections/0/answers/0/answer/0",
        "/sections/0/answers/3",
        "/sections/1/section",
    ]


def test_a_field_that_comes_under_both_spellings_is_taken_as_the_tables_know_it(system: Oasys) -> None:
    both = {"assessmentPk": 7, "crn": CRN, "concernsEscapeAbscond": "Yes", "concernsEscapeAscond": "No"}
    taken = system.take(payload(both | {"assessmentType": "LAYER3", "assessmentStatus": "OPEN"}), PartsInMemory())

    assert taken.said[0].body["roshScreening"]["items"] == [{"number": "R4.1", "answer": "yes"}]
    assert [each.path for each in taken.homeless if each.because is None] == ["/concernsEscapeAscond"]


@pytest.mark.parametrize("written", ["2025-12-31", "31/12/2025"])
def test_a_day_may_be_written_the_british_way(system: Oasys, written: str) -> None:
    taken = system.take(payload(document(header(reviewSpDate=written))), PartsInMemory())

    assert taken.said[0].body["plan"] == {"reviewedOn": "2025-12-31"}


def test_a_calculation_that_stands_alone_has_no_layer(system: Oasys) -> None:
    alone = {
        "assessmentPk": 7,
        "assessmentType": "STANDALONE",
        "status": "COMPLETE",
        "completedDate": "2025-12-31T09:00:00",
    }
    taken = system.take(payload({"crn": CRN, "timeline": [alone]}), PartsInMemory())

    assert taken.said[0].body["layer"] == 0
