"""What the operator decides, read once at start: from the environment (`HUB_...`), else from a TOML file.

The file is named by `HUB_SETTINGS_FILE` and uses the names below as they stand (`database_url = "..."`); the
environment goes first. There are no default secrets.
"""

import base64
import binascii
import getpass
import os
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    FilePath,
    SecretBytes,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hub.domain.errors import Halt

PREFIX = "HUB_"
SETTINGS_FILE = "HUB_SETTINGS_FILE"
OWN_ISSUER = "case-sharing-hub"
_OF_COMMANDS = ("HUB_OPERATOR", "HUB_NEW_KEY")
"""Read by commands that need them, and no setting of the hub."""

_PROJECT = Path(__file__).resolve().parents[1]
_KEY_BYTES = 32
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost"})
_DATABASES = ("postgresql+asyncpg://", "sqlite+aiosqlite:///")


def _decoded_key(value: object) -> object:
    """32 bytes from base64url with or without padding."""
    if not isinstance(value, str):
        return value
    try:
        raw = base64.b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise ValueError("must be 32 random bytes in base64url; `hub keys new` prints fresh ones")
    return raw


def _login() -> str:
    """The name of whoever runs this process; a container's user may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


SecretKey = Annotated[SecretBytes, BeforeValidator(_decoded_key)]


class Settings(BaseSettings):
    """Every setting of the hub. Nothing reads the environment but `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    key: SecretKey
    """The master key, under which the keys that the hub keeps are wrapped."""
    new_key: SecretKey | None = None
    """The master key to come, for `hub keys rotate` alone."""
    lookup_key: SecretKey
    """The key of the digests by which identifiers are found. It can never be changed."""

    database_url: SecretStr = SecretStr("sqlite+aiosqlite:///hub.db")
    kafka_bootstrap: str | None = None
    """`host:port`, several with commas. None: no broker; every agency reads the HTTP feed."""
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    """With a user: SCRAM-SHA-512."""
    kafka_ca_file: FilePath | None = None
    """With it: TLS, trusting these authorities only."""
    kafka_copies: int = Field(1, ge=1)
    """Of every topic the hub makes. With three, two must have a message before it counts."""
    kafka_input_partitions: int = Field(4, ge=1)
    """Of every `hub.in.<agency>` the hub makes: so many consumers share its work."""
    instance: str = Field(default_factory=socket.gethostname)
    """This process's own name among those that consume, the same after a restart: it takes up its work at once.

    Where another that runs has it, a number is put behind it, and a warning says so.
    """

    operator: str = Field(default_factory=_login, min_length=1, max_length=80)
    """Who acts by command line, for the audit; the login name unless told."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)
    contracts: Path = _PROJECT / "contracts"
    schemas: Path = _PROJECT / "schemas"

    max_body_bytes: int = Field(1_048_576, ge=1)
    gather_window_ms: float = Field(2.0, ge=0, le=1_000)
    """How long a write waits for others to share its transaction."""
    poison_limit: int = Field(100, ge=1)
    """Rejections in a row after which an agency's input from Kafka is paused."""

    measure_every_s: float = Field(300.0, ge=1, le=86_400)
    """How often the convergence index is measured; a pass over a million records takes a second or two."""

    match_weights: FilePath = Path(__file__).with_name("domain") / "likelihood" / "weights.toml"
    """How people are weighed by likelihood; `hub match train` makes a file of your own. Those compared already are
    compared anew as something is said of them."""
    match_links: bool = True
    """False: likelihood joins nobody by itself, whoever surely is one person is only put up for review."""

    alert_webhook: SecretStr | None = None
    """Where a notice is posted when alerts are raised: an https URL. None: nowhere; operators look by themselves."""

    alerts_kept_days: int = Field(365, ge=1, le=36_500)
    """For how long a closed alert can still be read; who acknowledged it, and why, is in the audit for good."""

    issuer: str = OWN_ISSUER
    jwks: str | None = None
    """Where an external issuer publishes its keys: an https URL or a file. None: the hub issues tokens itself."""
    audience: str = OWN_ISSUER
    token_algorithm: Literal["RS256", "PS256", "ES256", "EdDSA"] = "RS256"  # noqa: S105 - the name of an algorithm
    """What the external issuer signs with; the hub itself uses ES256."""
    token_lifetime_s: int = Field(3_600, ge=60, le=86_400)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_DATABASES):
            raise ValueError(f"must begin with {' or '.join(_DATABASES)}")
        try:
            url = make_url(value.get_secret_value())
        except (ArgumentError, ValueError):
            raise ValueError("must be a URL, its password percent-encoded") from None
        if url.get_backend_name() == "sqlite" and not Path(url.database or ".").resolve().parent.is_dir():
            raise ValueError("must name a file in a folder that exists")
        return value

    @field_validator("contracts", "schemas")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if not value.is_dir():
            raise ValueError("must name a folder that exists")
        return value

    @field_validator("alert_webhook")
    @classmethod
    def _safe_target(cls, value: SecretStr | None) -> SecretStr | None:
        url = urlsplit(value.get_secret_value()) if value is not None else None
        if url is not None and url.scheme != "https" and (url.scheme != "http" or url.hostname not in _THIS_MACHINE):
            raise ValueError("must be an https URL")
        return value

    @field_validator("jwks")
    @classmethod
    def _safe_source(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = urlsplit(value)
        if url.scheme == "http" and url.hostname not in _THIS_MACHINE:
            raise ValueError("must be an https URL or a file: keys read over plain http can be replaced on the way")
        if url.scheme not in {"http", "https"} and not Path(value).is_file():
            raise ValueError("must be an https URL or a file that exists")
        return value

    @model_validator(mode="after")
    def _issuer_is_named(self) -> "Settings":
        if self.jwks is not None and self.issuer == OWN_ISSUER:
            raise ValueError("HUB_ISSUER must name the external issuer when HUB_JWKS is set: the `iss` of its tokens")
        return self

    @model_validator(mode="after")
    def _user_has_password(self) -> "Settings":
        if (self.kafka_user is None) != (self.kafka_password is None):
            raise ValueError("HUB_KAFKA_USER and HUB_KAFKA_PASSWORD go together: set both or neither")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given in code, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, os.environ.get(SETTINGS_FILE) or None)
        return init_settings, env_settings, file


def load_settings(**given: Any) -> Settings:  # noqa: ANN401 - any setting, checked by the model
    """The settings of this process; `given` goes before environment and file.

    Raises:
        Halt: with one line for each setting that is missing or wrong, saying what to set; never its value.
    """
    named = os.environ.get(SETTINGS_FILE)
    if named and not Path(named).is_file():
        raise Halt(f"{SETTINGS_FILE} names a file that is not there")
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise Halt(f"{SETTINGS_FILE} is not TOML: {error}") from None
    except UnicodeDecodeError:
        raise Halt(f"{SETTINGS_FILE} is not TOML: not in UTF-8") from None
    except ValidationError as error:
        raise Halt("\n".join(_sentence(fault) for fault in error.errors(include_input=False))) from None


def unknown_settings() -> list[str]:
    """Variables of the environment that are named like settings and are none: misspelt, perhaps."""
    known = {SETTINGS_FILE, *_OF_COMMANDS, *(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def new_key() -> str:
    """A fresh key as `key` and `lookup_key` want it."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode().rstrip("=")


def _sentence(fault: ErrorDetails) -> str:
    said = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return said
    name = str(fault["loc"][0])
    match fault["type"]:
        case "missing":
            return f"{PREFIX}{name.upper()} is not set: 32 random bytes in base64url; `hub keys new` prints fresh ones"
        case "extra_forbidden":
            return f"{SETTINGS_FILE} sets {name}, which is not a setting"
        case _:
            return f"{PREFIX}{name.upper()} {said[0].lower()}{said[1:]}"
