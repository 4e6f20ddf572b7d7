"""Access tokens: JWTs (RFC 7519) that name a client and what it may do, issued by the hub or by someone it trusts.

Claims: `iss`, `aud`, `sub` (the agency's or operator's name), `scope` (words with blanks between), `exp`, `iat`, `jti`.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, import_key

from hub.clock import Clock
from hub.domain.errors import Reason, Rejected
from hub.store.agencies import AgencyRow
from hub.trust.agencies import AS_OPERATORS, Agencies, Role, Scope, role_of
from hub.trust.signing import OWN_ALGORITHM, SigningKeys

_SKEW_S = 30
"""How far the clocks of issuer and hub may be apart."""
_TRUSTED_FOR = timedelta(seconds=60)
"""How long a token once verified is not verified again, so that a key withdrawn by its issuer ends soon."""
_TOKENS_REMEMBERED = 1_000
_LONGEST_TOKEN = 8_192


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls: an agency or an operator, and what the token permits."""

    name: str
    scopes: frozenset[Scope]

    @property
    def agency(self) -> str:
        """The agency that calls, on the agencies' routes, whose scopes no operator has."""
        return self.name

    def need(self, scope: Scope) -> None:
        """Raises `Rejected` (forbidden) unless the token permits this."""
        if scope not in self.scopes:
            raise Rejected(Reason.FORBIDDEN, f"the token does not carry the scope {scope.value}")


class KeySource(Protocol):
    """Where an issuer's public keys come from."""

    async def find(self, key_id: str) -> Mapping[str, str | list[str]] | None:
        """The key of that id as JWK (RFC 7517), None when the issuer has none; raises `Unavailable`."""
        ...


class Tokens:
    """Issues the hub's own access tokens."""

    def __init__(self, keys: SigningKeys, issuer: str, audience: str, lifetime_s: int, now: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now = now
        self.lifetime_s = lifetime_s

    async def issue(self, agency: str, scopes: frozenset[Scope]) -> str:
        """A signed token. Raises `Unavailable`, `Halt`: the signing key cannot be had."""
        key: ECKey = await self._keys.current()
        issued = int(self._now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": agency,
            "scope": " ".join(sorted(scopes)),
            "iat": issued,
            "exp": issued + self.lifetime_s,
            "jti": str(uuid4()),
        }
        return jwt.encode({"alg": OWN_ALGORITHM, "kid": key.kid}, claims, key, algorithms=[OWN_ALGORITHM])


class _Verified(NamedTuple):
    agency: str
    scopes: frozenset[str]
    expires: float
    trusted_until: datetime


class Verifier:
    """Tells who calls by the token: signature, algorithm, issuer, audience, times, and the register of agencies."""

    def __init__(
        self, source: KeySource, agencies: Agencies, issuer: str, audience: str, algorithm: str, now: Clock
    ) -> None:
        self._source = source
        self._agencies = agencies
        self._issuer = issuer
        self._audience = audience
        self._algorithm = algorithm
        self._now = now
        self._remembered: OrderedDict[str, _Verified] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """Who calls, with the scopes that both the token names and the register grants.

        Raises:
            Rejected: `token-expired`, else `unauthenticated`.
            Unavailable: the issuer's keys or the register cannot be had.
        """
        now = self._now()
        verified = self._remembered.get(token)
        if verified is None or now >= verified.trusted_until:
            verified = await self._verified(token, now)
            self._remember(token, verified)
        if now.timestamp() >= verified.expires + _SKEW_S:
            raise _expired()
        row = await self._agencies.active(verified.agency)
        if row is None:
            raise _refused("the token's client is not registered here, or suspended")
        return Caller(row.name, _granted(verified.scopes, row))

    def _remember(self, token: str, verified: _Verified) -> None:
        self._remembered[token] = verified
        self._remembered.move_to_end(token)
        if len(self._remembered) > _TOKENS_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _verified(self, token: str, now: datetime) -> _Verified:
        if len(token) > _LONGEST_TOKEN:
            raise _refused("the token is too long")
        found = await self._source.find(_key_id(token))
        if found is None:
            raise _refused("the token is signed with a key its issuer does not publish")
        claims = self._claims(token, found, now)
        scopes = frozenset(str(claims.get("scope", "")).split())
        return _Verified(str(claims["sub"]), scopes, float(claims["exp"]), now + _TRUSTED_FOR)  # type: ignore[arg-type]  # validated as a number

    def _claims(self, token: str, key: Mapping[str, str | list[str]], now: datetime) -> Mapping[str, object]:
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_SKEW_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, import_key(dict(key)), algorithms=[self._algorithm]).claims
            rules.validate(claims)
        except ExpiredTokenError:
            raise _expired() from None
        except (JoseError, ValueError):
            raise _refused("the token is not one this hub accepts: signature, algorithm, issuer or audience") from None
        return claims


def _key_id(token: str) -> str:
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        key_id = None
    if not isinstance(key_id, str):
        raise _refused("the token is not a signed JWT with a key id")
    return key_id


def _granted(named: frozenset[str], row: AgencyRow) -> frozenset[Scope]:
    """Whatever the register says, to administer is for operators alone."""
    permitted = row.scopes if role_of(row) is Role.OPERATOR else row.scopes - AS_OPERATORS
    return frozenset(scope for scope in Scope if scope in named and scope in permitted)


def _refused(detail: str) -> Rejected:
    return Rejected(Reason.UNAUTHENTICATED, detail)


def _expired() -> Rejected:
    return Rejected(Reason.TOKEN_EXPIRED, "the token has expired; ask for a new one")
