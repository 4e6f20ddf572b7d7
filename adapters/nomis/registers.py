"""Entries of other services' registers, which the prison system only keeps as it was told them."""

from adapters.client.native import Said
from adapters.client.origins import origin_in
from adapters.nomis.account import Prepared
from adapters.nomis.taking import Read, Taking, read_by
from adapters.nomis.unwrapping import Wrapped


def take_register_entry(taking: Taking, each: Wrapped) -> None:
    """An entry that the system announces like anything it holds; it is an echo, or refused by `registerCode`."""
    number = taking.whose(each.native, each.path)
    if number is None:
        return
    lens, prepared = taking.lenses.registration, Prepared(each.native)
    reading = lens.read(prepared.native)
    if not taking.account.add(reading, prepared, each.path):
        return
    body = {"period": {}, **reading.body}
    sources = (read_by(lens, prepared, each.path),)
    valid = taking.checked("registration", body, Read(each.path, sources))
    if valid is not None:
        told_at = f"{each.path}/registerCode"
        origin = origin_in(valid, sources)
        said = Said("registration", number, taking.payload.received, valid, told_at=told_at, origin=origin)
        taking.account.said.append(said)
