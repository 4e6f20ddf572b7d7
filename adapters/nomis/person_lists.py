"""The lists of a prisoner made ready for the lens, each element where it stood or with its origin told."""

from collections.abc import Iterable
from typing import Any

from hub.domain.canonical import Json
from hub.spec.lens.found import has_value

_SENTENCE_OF_TERM = {
    "sentenceSequence": "sentenceSequence",
    "sentenceType": "sentenceCalculationType",
    "sentenceTypeDescription": "sentenceTypeDescription",
    "sentenceStartDate": "sentenceStartDate",
    "fineAmount": "fineAmount",
    "consecutiveTo": "consecutiveToSequence",
}
"""Column of a term that speaks of its sentence -> column of a sentence."""
_YES, _NO = (True, "Y"), (False, "N")
_REPEATED = (*_SENTENCE_OF_TERM, "bookingId", "caseId", "lineSeq")


def elements(person: dict[str, Json], name: str) -> list[dict[str, Any]]:
    """The objects of a list, copied, and put in its place; anything else is left for the lens to refuse.

    Where an element is null, it stays, and an empty object is given in its stead.
    """
    listed = person.get(name)
    if not isinstance(listed, list) or not all(isinstance(each, dict | None) for each in listed):
        return []
    person[name] = copied = [None if each is None else dict(each) for each in listed]
    return [{} if each is None else each for each in copied]


def _count(element: dict[str, Any], *names: str) -> None:
    """Numbers that count come as text now and then."""
    for name in names:
        value = element.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            element[name] = int(value)


def aliases(person: dict[str, Json]) -> None:
    """Some lists give an alias as one text, `SURNAME, FORENAMES`."""
    listed = person.get("aliases")
    if isinstance(listed, list) and any(isinstance(each, str) for each in listed):
        person["aliases"] = [_named(each) if isinstance(each, str) else each for each in listed]


def _named(text: str) -> Json:
    surname, _, forenames = text.partition(",")
    first, _, middle = forenames.strip().partition(" ")
    return {"lastName": surname.strip(), "firstName": first, "middleName": middle}


def key_workers(person: dict[str, Json], origins: dict[str, str]) -> None:
    """Staff listed without a role are the key worker; their number names them."""
    for index, official in enumerate(elements(person, "officials")):
        if isinstance(official.get("staffId"), int | str) and "staffCode" not in official:
            official.setdefault("relationship", "KW")
            official["staffCode"] = str(official.pop("staffId"))
            origins[f"/officials/{index}/staffCode"] = f"/officials/{index}/staffId"


def addresses(person: dict[str, Json], origins: dict[str, str]) -> None:
    """What an address is used for is its status; its first telephone stands in it."""
    for index, address in enumerate(elements(person, "addresses")):
        _use(address, f"/addresses/{index}", origins)
        phones = address.get("phones")
        if "phone" not in address and isinstance(phones, list) and phones and _has_number(phones[0]):
            address["phone"] = phones[0]["number"]
            address["phones"] = phones[1:]
            origins[f"/addresses/{index}/phone"] = f"/addresses/{index}/phones/0/number"


def _has_number(phone: Json) -> bool:
    return isinstance(phone, dict) and bool(phone.get("number"))


def _use(address: dict[str, Any], at: str, origins: dict[str, str]) -> None:
    uses = address.get("addressUsages")
    listed = uses if isinstance(uses, list) and "usage" not in address else []
    for position, use in enumerate(listed):
        if isinstance(use, dict) and use.get("addressUsage") and use.get("activeFlag") not in _NO:
            address["usage"] = use["addressUsage"]
            origins[f"{at}/usage"] = f"{at}/addressUsages/{position}/addressUsage"
            address["addressUsages"] = [each for each in listed if each is not use]
            return
    for name, usage in (("primary", "PRIMARY"), ("mail", "MAIL")):
        if address.get(name) in _YES and "usage" not in address:
            address["usage"] = usage
            origins[f"{at}/usage"] = f"{at}/{name}"
            return


def assessments(person: dict[str, Json], origins: dict[str, str]) -> None:
    """The booking's number as text: it names a stay."""
    for index, assessment in enumerate(elements(person, "assessments")):
        _count(assessment, "assessmentSeq")
        if isinstance(assessment.get("bookingId"), int | str) and assessment["bookingId"] is not True:
            assessment["booking"] = str(assessment.pop("bookingId"))
            origins[f"/assessments/{index}/booking"] = f"/assessments/{index}/bookingId"


def sentences(person: dict[str, Json]) -> None:
    """A sentence without its day says so: the source does not know it."""
    for sentence in elements(person, "sentences"):
        sentence.setdefault("sentenceDate", None)
        _count(sentence, "sentenceSequence", "consecutiveToSequence")


def grouped_terms(person: dict[str, Json], origins: dict[str, str]) -> None:
    """Terms listed one by one, each repeating its sentence, become sentences with their terms."""
    if person.get("sentences"):
        return
    sentences: dict[str, dict[str, Any]] = {}
    first: dict[str, dict[str, Any]] = {}
    for index, term in enumerate(elements(person, "sentenceTerms")):
        if not term:
            continue
        number = str(term.get("sentenceSequence"))
        at = f"/sentenceTerms/{index}"
        if number not in sentences:
            first[number], place = term, f"/sentences/{len(sentences)}"
            sentences[number] = {_SENTENCE_OF_TERM.get(name, name): term[name] for name in _REPEATED if name in term}
            sentences[number] |= {"sentenceDate": term.get("sentenceDate"), "terms": []}
            _count(sentences[number], "sentenceSequence", "consecutiveToSequence")
            origins |= {f"{place}/{own}": f"{at}/{name}" for name, own in _SENTENCE_OF_TERM.items()}
            origins[place] = at
        place = f"/sentences/{list(sentences).index(number)}/terms/{len(sentences[number]['terms'])}"
        origins[place] = at
        origins[f"{place}/code"] = f"{at}/sentenceTermCode"
        sentences[number]["terms"].append(_term(term, first[number]))
    if sentences:
        del person["sentenceTerms"]
        person["sentences"] = list(sentences.values())


def _term(term: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """A term without what it repeats of its sentence; what it says differently stays in it, to be told."""
    repeated = {name for name in (*_REPEATED, "sentenceDate") if name in first and term.get(name) == first[name]}
    own = {name: value for name, value in term.items() if name not in repeated}
    return {"code": own.pop("sentenceTermCode", None), **own}


def contacts(person: dict[str, Json], origins: dict[str, str]) -> None:
    """Family and friends are contacts; officials answer for the person."""
    if "contacts" in person or "officials" in person:
        return
    people: list[Json] = []
    officials: list[Json] = []
    for name in ("nextOfKin", "otherContacts"):
        for place, contact in _each(person.get(name), f"/{name}"):
            is_official = isinstance(contact, dict) and contact.get("contactType") == "O"
            listed, under = (officials, "officials") if is_official else (people, "contacts")
            origins[f"/{under}/{len(listed)}"] = place
            listed.append(dict(contact) if isinstance(contact, dict) else contact)
    for name, listed in (("contacts", people), ("officials", officials)):
        if listed:
            person[name] = listed
            person.pop("nextOfKin", None)
            person.pop("otherContacts", None)


def _each(value: Json, at: str) -> Iterable[tuple[str, Json]]:
    """What a list holds, each with its place, or what stands there alone; the lens refuses what is no object."""
    if isinstance(value, list):
        return [(f"{at}/{index}", each) for index, each in enumerate(value)]
    return [(at, value)] if has_value(value) else []
