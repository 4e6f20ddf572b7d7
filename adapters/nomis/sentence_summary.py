"""The summary of a prisoner's latest term: sentences court case by court case, and the key dates."""

from collections.abc import Mapping
from typing import Any

from adapters.nomis.account import Prepared
from adapters.nomis.people import prepared_offender
from adapters.nomis.taking import Read, Taking, read_by
from adapters.nomis.unwrapping import Wrapped
from hub.domain.canonical import Json
from hub.spec.lens.found import has_value

_CAME_OF_IT = "sentences say what came of a case"
_OF_SUMMARY = {"prisonerNumber": None, "latestPrisonTerm": None}
_OF_TERM = {
    "courtSentences": None,
    "licenceSentences": None,
    "keyDates": None,
    "bookNumber": "where the person is now is not said here",
    "bookingId": "the prison system's own number of the booking",
    "sentenceAdjustments": "counted in the key dates",
}
_OF_CASE = {
    "sentences": None,
    "issuingCourt": None,
    "issuingCourtDate": None,
    "caseInfoNumber": None,
    "beginDate": _CAME_OF_IT,
    "caseType": _CAME_OF_IT,
    "caseStatus": _CAME_OF_IT,
    "caseSeq": "the court's case reference says which case",
    "caseInfoPrefix": "the court's case reference says which case",
    "id": "the prison system's own row number",
    "courtHearings": "hearings have no record yet",
    "court": "the court that passed the sentence is shared",
}
_BY_NAME = "the court is shared by its name"
_OF_COURT = {"description": None, **dict.fromkeys(("agencyId", "agencyType", "active", "courtType"), _BY_NAME)}
"""What of the blocks is read, and why the rest has no home."""


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
    taking.account.left(each.native, each.path, _OF_SUMMARY)
    prepared = _prepared(taking, term, at)
    reading = taking.lenses.offender.read(prepared.native)
    block = term.get("keyDates") or {}
    dates = taking.lenses.dates.read(block, f"{at}/keyDates", taking.account)
    if taking.account.add(reading, prepared, at) and dates is not None:
        body = {**reading.body} | ({"keyDates": dates} if dates else {})
        sources = taking.lenses.dates.sources(block, f"{at}/keyDates")
        read = Read(at, (read_by(taking.lenses.offender, prepared, at), *sources))
        taking.keep(number, "sentence summary", body, read)


def _prepared(taking: Taking, term: Mapping[str, Json], at: str) -> Prepared:
    account = taking.account
    sentences: list[dict[str, Any]] = []
    origins: dict[str, str] = {}
    account.left(term, at, _OF_TERM)
    for place, case in account.listed(term.get("courtSentences"), f"{at}/courtSentences"):
        account.left(case, place, _OF_CASE)
        if isinstance(case.get("issuingCourt"), dict):
            account.left(case["issuingCourt"], f"{place}/issuingCourt", _OF_COURT)
        elif has_value(case.get("issuingCourt")):
            account.refuse(f"{place}/issuingCourt", "type", "must be an object")
        for where, sentence in account.listed(case.get("sentences"), f"{place}/sentences"):
            origins |= _case_origins(f"/sentences/{len(sentences)}", place[len(at) :], where[len(at) :])
            origins |= _term_origins(f"/sentences/{len(sentences)}", sentence, where[len(at) :])
            sentences.append(_of_case(case) | _spelt(sentence))
    for where, sentence in account.listed(term.get("licenceSentences"), f"{at}/licenceSentences"):
        origins[f"/sentences/{len(sentences)}"] = where[len(at) :]
        origins |= _term_origins(f"/sentences/{len(sentences)}", sentence, where[len(at) :])
        sentences.append(_spelt(sentence))
    own = prepared_offender({"sentences": sentences}, taking.lenses.codes)
    return Prepared(own.native, {**own.origins, **origins})


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


def _term_origins(place: str, sentence: Mapping[str, Json], at: str) -> dict[str, str]:
    """Where the codes of terms stand, which are spelt otherwise."""
    terms = sentence.get("terms")
    return {
        f"{place}/terms/{index}/code": f"{at}/terms/{index}/sentenceTermCode"
        for index, term in enumerate(terms if isinstance(terms, list) else ())
        if isinstance(term, dict) and "code" not in term
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
