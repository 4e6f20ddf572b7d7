"""What can be said of a submission before the store is asked: is it covered, in time, valid; what it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from hub.domain.canonical import Json, canonical
from hub.domain.contract import Contract, Kind
from hub.domain.errors import Fault, Reason, Rejected
from hub.domain.identifiers import MERGED, parse, strong_scheme
from hub.domain.recognition import Claim, Features, fold
from hub.domain.submission import Submission
from hub.ports import Keys, Seal
from hub.spec.registry import RecordSpec, Registry
from hub.trust.naming import claim_digest, local_key, record_key, slot_key

AHEAD = timedelta(minutes=5)
"""How far a source's clock may run ahead of the hub's."""

_OWN_SCHEME = {Kind.PRISON: "prison-number", Kind.PROBATION: "crn"}
"""The scheme an agency's own local ids belong to, where they have its form."""
_ANY_YEAR = 2000
"""The year matters for the numbers of other schemes only."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an agency's offender record says for recognition, and about who may see the person."""

    claims: frozenset[Claim]
    features: Features | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that only the store can still refuse.

    local, slot: keyed digests. key, rid: of the record; empty for a withdrawal, which takes them from what it
    withdraws. digest: keyed digest of what is said, as it was sent: what the hub makes of it depends on its time.
    body: as kept, None for a withdrawal. sealed: the same.
    spoken: for an offender record; `own` claims stand for every local id, whatever is said of it.
    uncovered: why the contract does not let it be taken; who repeats what was taken before still gets that outcome.
    """

    submission: Submission
    local: str
    sealed_local: bytes
    slot: str
    key: str
    rid: str
    digest: str
    body: Json
    sealed: bytes | None
    own: frozenset[Claim]
    spoken: Spoken | None
    uncovered: Rejected | None


class Preparing:
    """Prepares submissions under the contracts, the specification and the keys in force."""

    def __init__(self, registry: Registry, contracts: Mapping[str, Contract], keys: Keys, seal: Seal) -> None:
        self._registry = registry
        self._contracts = contracts
        self._keys = keys
        self._seal = seal

    def prepare(self, submission: Submission, now: datetime) -> Prepared:
        """Raises `Rejected` with the reason and the faults."""
        spec = self._registry.get(submission.record_type, submission.version)
        uncovered = self._uncovered(submission)
        try:
            return self._prepared(submission, spec, now, uncovered)
        except Rejected as rejection:
            raise uncovered or rejection from None

    def _prepared(
        self, submission: Submission, spec: RecordSpec, now: datetime, uncovered: Rejected | None
    ) -> Prepared:
        if submission.time > now + AHEAD:
            raise Rejected(Reason.TIME_IN_FUTURE, "time lies more than five minutes ahead")
        local = local_key(self._keys, submission.agency, submission.local_id)
        body, key = self._checked(submission, spec)
        reference = spec.reference(submission.body)
        said = canonical(submission.body)
        sealed = None
        if body is not None:
            sealed = self._seal.seal(f"local:{local}", said if body is submission.body else canonical(body))
        own = self._own_claims(submission)
        return Prepared(
            submission,
            local,
            self._seal.seal(f"local:{local}", submission.local_id.encode()),
            slot_key(self._keys, local, submission.record_type, reference),
            key,
            record_key(self._keys, submission.record_type, key) if key else "",
            self._digest(submission, said),
            body,
            sealed,
            own,
            self._spoken(submission.agency, body, own) if submission.record_type == "offender" else None,
            uncovered,
        )

    def _uncovered(self, submission: Submission) -> Rejected | None:
        """Why the contract does not let this be taken. Raises `Rejected` where there is no contract at all."""
        contract = self._contracts.get(submission.agency)
        if contract is None:
            raise Rejected(Reason.NOT_COVERED, "the agency has no contract")
        if submission.version not in contract.asserts.get(submission.record_type, frozenset()):
            return Rejected(Reason.NOT_COVERED, "the agency's contract does not cover this type and version")
        return None

    def _checked(self, submission: Submission, spec: RecordSpec) -> tuple[Json | None, str]:
        if submission.withdrawn:
            spec.check_withdrawal(submission.body)
            return None, ""
        spec.check(submission.body)
        body = spec.prepare(submission.body, submission.time)
        return body, spec.key(submission.agency, body)

    def _digest(self, submission: Submission, said: bytes) -> str:
        envelope = (
            submission.record_type,
            submission.version,
            "withdrawn" if submission.withdrawn else "submitted",
            submission.local_id,
        )
        return self._keys.keyed_bytes("said", orjson.dumps(envelope) + said)

    def _own_claims(self, submission: Submission) -> frozenset[Claim]:
        own = own_number(self._contracts[submission.agency].kind, submission.local_id)
        return frozenset({Claim(claim_digest(self._keys, *own), verified=True)}) if own else frozenset()

    def _spoken(self, agency: str, body: Json | None, own: frozenset[Claim]) -> Spoken:
        if body is None:
            return Spoken(own, None, restricted=False)
        claims = {
            Claim(claim_digest(self._keys, scheme, each["canonical"]), each["verified"])
            for each in body.get("identifiers") or ()
            if (scheme := strong_scheme(each["scheme"])) and each.get("canonical")
        }
        claims |= self._merged(agency, body)
        return Spoken(_without_doubles(own, claims), features(body), _is_restricted(body))

    def _merged(self, agency: str, body: Json) -> set[Claim]:
        """The agency's own local ids that it says it has merged into this one."""
        own_scheme = _OWN_SCHEME.get(self._contracts[agency].kind)
        return {
            Claim(local_key(self._keys, agency, each["canonical"]), verified=True)
            for each in body.get("identifiers") or ()
            if each["canonical"] and own_scheme is not None and MERGED.get(each["scheme"]) == own_scheme
        }


def _without_doubles(own: frozenset[Claim], claims: set[Claim]) -> frozenset[Claim]:
    """One claim a digest; verified where any of them is."""
    verified = {claim.digest for claim in own | claims if claim.verified}
    return frozenset(Claim(claim.digest, claim.digest in verified) for claim in own | claims)


def own_number(kind: Kind, local_id: str) -> tuple[str, str] | None:
    """Scheme and canonical form of a local id, where an agency of this kind gives the numbers of a scheme to people."""
    scheme = _OWN_SCHEME.get(kind)
    if scheme is None:
        return None
    identifier = parse(scheme, local_id, _ANY_YEAR)
    return (scheme, identifier.canonical) if identifier.canonical and identifier.verified else None


def features(body: Json) -> Features:
    """What recognition compares, from an offender record: names in all variants, dates of birth."""
    aliases = body.get("aliases") or []
    named = [body.get("names"), *(body.get("formerNames") or ()), *(alias.get("name", alias) for alias in aliases)]
    names = {_variant(name) for name in named if name}
    dates = [body.get("dateOfBirth"), *(alias.get("dateOfBirth") for alias in aliases)]
    return Features(frozenset(names - {("", "")}), frozenset(date for date in dates if date))


def _variant(name: Json) -> tuple[str, str]:
    forenames = name.get("forenames") or [""]
    return fold(name.get("surname")), fold(forenames[0])


def _is_restricted(body: Json) -> bool:
    limited = body.get("limitedAccess") or {}
    return bool(limited.get("exclusion") or limited.get("restriction"))


def refused_by_store() -> Rejected:
    """What a submission gets that the database itself does not take, standing alone."""
    detail = "the store cannot keep this content"
    return Rejected(Reason.INVALID_BODY, detail, (Fault("", "storable", detail),))
