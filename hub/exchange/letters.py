"""Dead letters on an operator's desk: found, read, mended, discarded. `hub.exchange.replay` replays them.

Reading what an agency sent is a consultation (Data Protection Act 2018, section 62): whoever reads says why. A
mended letter is the operator's version; what the agency sent, and every version, is kept with author and time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from hub.clock import Clock
from hub.domain.errors import Fault, Reason, Rejected
from hub.exchange.dead_letters import opened_contents, sealed_contents
from hub.ports import AuditRow, Seal
from hub.store.dead_letters import LetterState
from hub.store.handling import HandlingStore
from hub.store.letter_rows import Contents, Dossier, LetterFilter, LetterLine, Place, Tally
from hub.store.letters import LetterStore

SHORTEST_REASON = 10
"""Characters of a sentence that says why."""


@dataclass(frozen=True, slots=True)
class LetterMessage:
    """A version of a dead letter as a message, and its number: 0 is what the agency sent."""

    version: int
    headers: Mapping[str, bytes]
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Mended:
    """What an operator makes of a letter. keeps_value: the value stays as it is, whatever `value` says.

    headers: those that change; None in place of one that is taken away.
    """

    headers: Mapping[str, bytes | None]
    value: bytes | None
    keeps_value: bool


class Letters:
    """The use case. by: the operator. Every method raises `Unavailable` and `Halt`, and `Rejected` as it says."""

    def __init__(self, store: LetterStore, handling: HandlingStore, seal: Seal, now: Clock) -> None:
        self._store = store
        self._handling = handling
        self._seal = seal
        self._now = now

    async def tallied(self, which: LetterFilter) -> list[Tally]:
        """How many there are, by agency, state and reason."""
        return await self._store.tallied(which)

    async def listed(
        self, which: LetterFilter, limit: int, after: Place | None = None, *, newest_first: bool = False
    ) -> list[LetterLine]:
        """Letters by their first refusal, beyond one of them; no contents."""
        return await self._store.listed(which, limit, after, newest_first=newest_first)

    async def read(self, position: str) -> Dossier:
        """One letter with its versions and its history; no contents. Raises `Rejected`: there is none."""
        return await self._store.dossier(position) or _no_letter()

    async def message(self, position: str, version: int | None, by: str, purpose: str) -> LetterMessage:
        """What a version of a letter says, the newest unless told. purpose: why the operator looks; audited.

        Raises:
            Rejected: there is no such letter or version, or no purpose is said.
        """
        _check_said("/purpose", purpose)
        contents = await self._contents(position, version)
        entry = AuditRow(
            self._now(), "consultation", by, contents.agency, "", "dead-letter", "", position, purpose=purpose
        )
        await self._store.consulted(entry)
        return self._opened(contents)

    async def mend(self, position: str, mended: Mended, by: str) -> int:
        """Keep the operator's version; its number. Nothing is sent yet.

        Raises:
            Rejected: there is no such letter, it does not wait any more, or nothing would change.
        """
        newest = await self._contents(position, None)
        now = self._opened(newest)
        changed = {**now.headers, **mended.headers}
        headers = {name: content for name, content in changed.items() if content is not None}
        value = now.value if mended.keeps_value else mended.value
        if (headers, value) == (now.headers, now.value):
            fault = Fault("", "change", "headers and body are what they are in the newest version")
            raise Rejected(Reason.INVALID_BODY, "nothing is changed", (fault,))
        entry = AuditRow(self._now(), "dead-letter-mended", by, newest.agency, "", "", "", position)
        sealed = sealed_contents(self._seal, newest.agency, headers, value)
        found, version = await self._handling.mend(position, *sealed, entry)
        _check_waits(found)
        return version

    async def discard(self, position: str, why: str, by: str) -> None:
        """Give a letter up, for good: it is kept, and nobody can replay it any more. why: kept in its history.

        Raises:
            Rejected: there is no such letter, or it does not wait any more, or nothing is said of why.
        """
        _check_said("/why", why)
        agency = (await self.read(position)).line.agency
        entry = AuditRow(self._now(), "dead-letter-discarded", by, agency, "", "", "", position)
        _check_waits(await self._handling.discard(position, why, entry))

    async def _contents(self, position: str, version: int | None) -> Contents:
        if version is not None:
            return await self._store.contents(position, version) or _no_letter()
        newest: Sequence[Contents] = await self._store.newest([position])
        return newest[0] if newest else _no_letter()

    def _opened(self, contents: Contents) -> LetterMessage:
        opened = opened_contents(self._seal, contents.agency, contents.headers, contents.value)
        return LetterMessage(contents.version, *opened)


def _check_said(path: str, given: str) -> None:
    if len(given.strip()) < SHORTEST_REASON:
        fault = Fault(path, "minLength", f"a sentence of at least {SHORTEST_REASON} characters")
        raise Rejected(Reason.INVALID_BODY, "say why, in a sentence", (fault,))


def _check_waits(state: LetterState | None) -> None:
    if state is None:
        _no_letter()
    if state is not LetterState.WAITING:
        raise Rejected(Reason.WRONG_STATE, f"the letter is {state} already")


def _no_letter() -> NoReturn:
    raise Rejected(Reason.NOT_FOUND, "there is no such dead letter, or no such version of it")
