"""The summary of a prisoner's latest term: sentences court case by court case, and the key dates."""

from collections.abc import Mapping
from typing import Any

from adapters.nomis.account import Prepared
from adapters.nomis.people import objects, prepared_offender
from adapters.nomis.taking import Read, Taking
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json
from hub.spec.lens.reading import Homeless

_LEFT = {
    "beginDate": "sentences say what came of a case",
    "caseType": "sentences say what came of a case",
    "caseStatus": "sentences say what came of a case",
    "caseSeq": "the court's case reference says which case",
    "id": "the prison system's own row number",
    "courtHearings": "hearings have no record yet",
    "caseInfoPrefix": "the court's case reference says which case",
    "court": "the court that passed the sentence is shared",
}
"""Of a court case, where it is not what a sentence shows; with the reason."""


def take_sentence_summary(taking: Taking, each: Wrapped) -> None:
    """Sentences and key dates of the latest term."""
    term = each.native["latestPrisonTerm"]
    if not isinstance(term, dict):
        taking.account.refuse(f"{each.path}/latestPrisonTerm", "type", "must be an object")
        return
    number = taking.whose({**term, **each.native}, each.path)
    if number is None:
        return
    at = f"{each.path}/latestPrisonTerm"
    prepared = _prepared(taking, term)
    reading = taking.lenses.offender.read(prepared.native)
    dates = taking.lenses.dates.read(term.get("keyDates") or {}, f"{at}/keyDates", taking.account)
    if taking.account.add(reading, prepared, at) and dates is not None:
        body = {**reading.body} | ({"keyDates": dates} if dates else {})
        taking.keep(number, "sentence summary", body, Read(taking.lenses.offender, prepared, at))


def _prepared(taking: Taking, term: Mapping[str, Json]) -> Prepared:
    sentences: list[dict[str, Any]] = []
    origins: dict[str, str] = {}
    left: list[Homeless] = []
    for index, case in enumerate(objects(term.get("courtSentences"))):
        at = f"/courtSentences/{index}"
        left += [Homeless(f"{at}/{name}", because) for name, because in _LEFT.items() if case.get(name)]
        for position, sentence in enumerate(objects(case.get("sentences"))):
            origins |= _case_origins(f"/sentences/{len(sentences)}", at, f"{at}/sentences/{position}")
            sentences.append(_of_case(case) | _spelt(sentence))
    for index, sentence in enumerate(objects(term.get("licenceSentences"))):
        origins[f"/sentences/{len(sentences)}"] = f"/licenceSentences/{index}"
        sentences.append(_spelt(sentence))
    if term.get("sentenceAdjustments"):
        left.append(Homeless("/sentenceAdjustments", "counted in the key dates"))
    read_apart = {"courtSentences", "licenceSentences", "sentenceAdjustments", "keyDates"}
    rest = {name: value for name, value in term.items() if name not in read_apart}
    own = prepared_offender({**_booking(rest), "sentences": sentences}, taking.lenses.codes)
    return Prepared(own.native, {**own.origins, **origins, "/bookingNo": "/bookNumber"}, tuple(left))


def _booking(rest: dict[str, Json]) -> dict[str, Json]:
    """The booking is named, but where the person is now is not said here."""
    return {name: value for name, value in rest.items() if name != "bookNumber"}


def _of_case(case: Mapping[str, Json]) -> dict[str, Any]:
    court = case.get("issuingCourt")
    said = {
        "sentenceDate": case.get("issuingCourtDate"),
        "courtDescription": court.get("description") if isinstance(court, dict) else None,
        "caseReference": case.get("caseInfoNumber"),
    }
    return {name: value for name, value in said.items() if value is not None}


def _case_origins(place: str, case: str, sentence: str) -> dict[str, str]:
    return {
        place: sentence,
        f"{place}/sentenceDate": f"{case}/issuingCourtDate",
        f"{place}/courtDescription": f"{case}/issuingCourt/description",
        f"{place}/caseReference": f"{case}/caseInfoNumber",
    }


def _spelt(sentence: Mapping[str, Json]) -> dict[str, Any]:
    """Terms are spelt as in the list of sentences."""
    terms = sentence.get("terms")
    if not isinstance(terms, list):
        return dict(sentence)
    renamed = [
        {("code" if name == "sentenceTermCode" else name): value for name, value in term.items()}
        if isinstance(term, dict)
        else term
        for term in terms
    ]
    return {**sentence, "terms": renamed}
