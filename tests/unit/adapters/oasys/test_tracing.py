"""A place in the shared assessment leads back to the native fields that say it."""

import pytest

from adapters.oasys import Oasys
from adapters.oasys.tracing import natives, way
from hub.domain.canonical import Json

FIELDS: Json = {
    "acc": {"accOtherWeightedScore": 3},
    "noFixedAbodeOrTransient": "No",
    "riskPublicCustody": "Low",
    "sentencePlan": {
        "objectives": [{"objectiveSequence": 1}, {"objectiveSequence": 2, "actions": [{"actionDesc": "x"}]}]
    },
    "offenceDetails": [{"offenceCode": "1"}],
    "RSR": {"rsrPercentageScore": 1.5},
}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/sections/0/score", {"/acc/accOtherWeightedScore"}),
        ("/sections/0", {"/acc/accOtherWeightedScore", "/noFixedAbodeOrTransient"}),
        ("/sections/0/items/0/answer", {"/noFixedAbodeOrTransient"}),
        ("/roshSummary/cells/publicCustody", {"/riskPublicCustody"}),
        ("/plan/objectives/1/sequence", {"/sentencePlan/objectives/1/objectiveSequence"}),
        ("/plan/objectives/1/actions/0/description", {"/sentencePlan/objectives/1/actions/0/actionDesc"}),
        ("/offences/0/code", {"/offenceDetails"}),
        ("/predictors/0/score", {"/RSR/rsrPercentageScore"}),
        ("/predictors/1/score", set()),
        ("/reviewDate", set()),
    ],
)
def test_a_place_leads_to_its_native_fields(system: Oasys, pointer: str, found: set[str]) -> None:
    body = {
        "sections": [{"number": "3", "score": 3, "items": [{"number": "3.3", "answer": "no"}]}],
        "roshSummary": {"cells": {"publicCustody": "low"}},
        "plan": {"objectives": [{"sequence": 1}, {"sequence": 2, "actions": [{"description": "x"}]}]},
        "offences": [{"code": "1"}],
        "predictors": [{"name": "rsr", "score": 1.5}, {"name": "ogp", "score": 2}],
    }
    tables = system.inbound.assembling.tables.all

    assert {at for table in tables for at in natives(table, way(body, pointer), FIELDS)} == found
