"""Payloads of the prison system as whole records: each native object by its kind."""

from collections.abc import Callable, Mapping

from adapters.client.native import Parts, Payload, Taken
from adapters.nomis.account import Account
from adapters.nomis.alerts import take_alert
from adapters.nomis.events import take_change, take_event
from adapters.nomis.kinds import LISTS, STAYS_AWAY, Kind, kind_of
from adapters.nomis.lenses import Lenses
from adapters.nomis.movements import take_movement
from adapters.nomis.persons import take_contacts, take_elements, take_key_dates, take_person
from adapters.nomis.registers import take_register_entry
from adapters.nomis.sentence_summary import take_sentence_summary
from adapters.nomis.taking import Taking
from adapters.nomis.timeline import take_timeline
from adapters.nomis.unwrapping import Wrapped, unwrapped
from hub.domain.errors import Fault
from hub.spec.lens.found import null_element
from hub.spec.lens.reading import Homeless

_TAKES: Mapping[Kind, Callable[[Taking, Wrapped], None]] = {
    Kind.EVENT: take_event,
    Kind.CHANGE: take_change,
    Kind.ALERT: take_alert,
    Kind.REGISTER_ENTRY: take_register_entry,
    Kind.MOVEMENT: take_movement,
    Kind.TIMELINE: take_timeline,
    Kind.SENTENCE_SUMMARY: take_sentence_summary,
    Kind.CONTACTS: take_contacts,
    Kind.KEY_DATES: take_key_dates,
    Kind.OFFENDER: take_person,
    Kind.PRISONER: take_person,
    Kind.INFORMATION: take_person,
    Kind.SENTENCE_DETAIL: take_person,
}


def take(lenses: Lenses, payload: Payload, parts: Parts) -> Taken:
    """What a payload says; bad data is refused in what is returned."""
    taking = Taking(lenses, payload, parts, Account())
    elements: dict[Kind, list[Wrapped]] = {}
    for each in unwrapped(payload.document):
        if isinstance(each, Fault):
            taking.account.refused.append(each)
            continue
        if each.native is None and not each.alone:
            taking.account.notices.append(null_element(each.path))
            continue
        kind = kind_of(each.native)
        if kind in LISTS:
            elements.setdefault(kind, []).append(each)
        elif kind in STAYS_AWAY:
            taking.account.homeless.append(Homeless(each.path, STAYS_AWAY[kind]))
        elif kind is None:
            taking.account.refuse(each.path, "kind", "is of no kind that this adapter knows")
        else:
            _TAKES[kind](taking, each)
    for kind, listed in elements.items():
        take_elements(taking, kind, listed)
    taking.say_persons()
    return taking.account.taken()
