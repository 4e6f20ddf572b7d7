"""What an agency's operator decides of an adapter, read once at start from the environment (`ADAPTER_...`).

An adapter has its agency's credentials and nothing of the hub's: neither its database nor its keys.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import DirectoryPath, Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.domain.errors import Halt
from hub.spec.registry import schemas_folder

PREFIX = "ADAPTER_"


class AdapterSettings(BaseSettings):
    """Every setting of an adapter. What a command is told goes before the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    agency: str | None = None
    """For whom it speaks, as its contract names it. None: for whom its system usually speaks."""
    kind: Literal["probation", "prison"] | None = None
    """What that agency is, where both use the system and differ in it. None: as its name begins."""
    store: Path | None = None
    """The SQLite file of all it must not lose. None: `adapter-<system>.db` where it is started."""
    schemas: DirectoryPath = Field(default_factory=schemas_folder)

    hub: str | None = None
    """The hub's address, such as https://hub.example; not asked for where there is a broker."""
    client_id: str | None = None
    client_secret: SecretStr | None = None
    """As `hub agency add` gave them to the agency."""
    kafka_bootstrap: str | None = None
    """`host:port`, several with commas. With it, submissions and releases travel over Kafka."""
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    """With a user: SCRAM-SHA-512."""
    kafka_ca_file: FilePath | None = None
    """With it: TLS, trusting these authorities only."""

    from_folder: DirectoryPath | None = None
    """Where the native system puts its payloads as files."""
    hook_port: int | None = Field(None, ge=0, le=65_535)
    """Where it posts them, on 127.0.0.1."""
    from_topic: str | None = None
    """The topic in which it writes them."""
    native: str | None = None
    """The native system's address, below which records are put."""
    native_token: SecretStr | None = None
    """Sent to it as a bearer token."""
    to_folder: DirectoryPath | None = None
    """Where the native system finds records as files."""

    reconcile_minutes: float | None = Field(None, gt=0)
    """Every so many minutes what the native system really holds is compared with the hub, over HTTP. None: never."""

    @field_validator("hub", "native")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// or http://")
        return value

    @model_validator(mode="after")
    def _pairs(self) -> "AdapterSettings":
        if (self.kafka_user is None) != (self.kafka_password is None):
            raise ValueError("ADAPTER_KAFKA_USER and ADAPTER_KAFKA_PASSWORD go together: set both or neither")
        if self.native is not None and self.to_folder is not None:
            raise ValueError("ADAPTER_NATIVE and ADAPTER_TO_FOLDER exclude each other: releases go one way")
        if self.from_topic is not None and self.kafka_bootstrap is None:
            raise ValueError("ADAPTER_KAFKA_BOOTSTRAP must be set for a topic to be read")
        return self

    @property
    def kind_of_agency(self) -> str | None:
        """`probation` or `prison`; None where nothing says."""
        named = (self.agency or "").partition("-")[0]
        return self.kind or (named if named in {"probation", "prison"} else None)

    def check_can_run(self) -> None:
        """Whether it is told how to reach the hub, and what to do. Raises `Halt` with what to set."""
        if self.kafka_bootstrap is None:
            given = {"ADAPTER_HUB": self.hub, "ADAPTER_CLIENT_ID": self.client_id}
            missing = [name for name, value in given.items() if value is None]
            missing += ["ADAPTER_CLIENT_SECRET"] if self.client_secret is None else []
            if missing:
                raise Halt(f"set {', '.join(missing)}, or with a broker ADAPTER_KAFKA_BOOTSTRAP, to reach the hub")
        if all(way is None for way in (self.from_folder, self.hook_port, self.from_topic, self.native, self.to_folder)):
            raise Halt(
                "nothing to do: set ADAPTER_FROM_FOLDER, ADAPTER_HOOK_PORT or ADAPTER_FROM_TOPIC for payloads to come,"
                " ADAPTER_NATIVE or ADAPTER_TO_FOLDER for releases to go"
            )


def load_adapter_settings(**given: Any) -> AdapterSettings:  # noqa: ANN401 - any setting, checked by the model
    """The settings of this process; what is given and not None goes before the environment.

    Raises:
        Halt: with one line for each setting that is wrong, saying what to set; never its value.
    """
    try:
        return AdapterSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise Halt("\n".join(_sentence(fault) for fault in error.errors(include_input=False))) from None


def _sentence(fault: ErrorDetails) -> str:
    said = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return said
    return f"{PREFIX}{str(fault['loc'][0]).upper()} {said[0].lower()}{said[1:]}"
