"""What keeps a stolen database from speaking: keyed digests, the seam bodies go through, and wrapped keys."""

import hmac
import secrets
from base64 import urlsafe_b64encode

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.errors import Halt

_DIGEST_BYTES = 16
_DIGEST_LETTERS = 22
_PLAIN, _COMPRESSED = b"\x00", b"\x01"
_WORTH_COMPRESSING = 64
_NONCE_BYTES = 12


class LookupKeys:
    """Keyed digests: HMAC-SHA256 cut to 128 bits, as 22 characters of base64url. Implements `hub.ports.Keys`.

    Whoever holds a dump but not the key cannot try identifiers out, and 128 bits leave no chance collisions.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def keyed(self, kind: str, *parts: str) -> str:
        """22 characters; each part goes in with its length, so that ("ab", "c") is not ("a", "bc")."""
        return self._letters("".join([f"{len(part)}:{part}" for part in (kind, *parts)]).encode())

    def keyed_bytes(self, kind: str, content: bytes) -> str:
        """The same for content."""
        return self._letters(f"{len(kind)}:{kind}=".encode() + content)

    def _letters(self, message: bytes) -> str:
        digest = hmac.digest(self._key, message, "sha256")[:_DIGEST_BYTES]
        return urlsafe_b64encode(digest)[:_DIGEST_LETTERS].decode()


class CompressingSeal:
    """The seam bodies go through, compressing only. Implements `hub.ports.Seal`.

    The first byte names the format, so that encryption with a data key per owner can come behind the same seam
    while what was written before stays readable. Not for use by several threads at once.
    """

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
        self._decompressor = zstandard.ZstdDecompressor()

    def seal(self, owner: str, content: bytes) -> bytes:  # noqa: ARG002 - whose data key, once there are some
        """The content as the store keeps it."""
        if len(content) < _WORTH_COMPRESSING:
            return _PLAIN + content
        return _COMPRESSED + self._compressor.compress(content)

    def open(self, owner: str, sealed: bytes) -> bytes:
        """The content again.

        Raises:
            Halt: it was not written by `seal`, or has been changed since.
        """
        form, content = sealed[:1], sealed[1:]
        if form == _PLAIN:
            return content
        if form != _COMPRESSED:
            raise Halt(f"what is kept for {owner} is in a format this version does not know")
        try:
            return self._decompressor.decompress(content)
        except zstandard.ZstdError as error:
            raise Halt(f"what is kept for {owner} is damaged") from error


class MasterKey:
    """Wraps keys that the hub keeps in its database, by AES-256-GCM under the operator's master key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def wrap(self, purpose: str, key: bytes) -> bytes:
        """A key as it may be kept; it opens only under the same purpose."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, purpose.encode())

    def unwrap(self, purpose: str, wrapped: bytes) -> bytes:
        """The key again.

        Raises:
            Halt: it was wrapped under another master key or for another purpose, or has been changed.
        """
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, sealed, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Halt(f"HUB_KEY does not open the hub's {purpose}; it is not the key it was kept under") from error
