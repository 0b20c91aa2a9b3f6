"""Settings: the sole reader of the environment and of `.env`."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

CHATS = ("console", "slack", "matrix")
_LOCAL = Path(__file__).resolve().parent.parent
_PACKAGED = Path(__file__).resolve().parent / "_data"


SAMPLE_WIRE = Path("sample-wire")
"""Stands for the sample wire in the list of feed files."""


def shipped(name: str) -> Path:
    """Give a folder that ships with the program (`rules`, `seeds`), in a checkout or a wheel."""
    packaged = _PACKAGED / name
    folder = packaged if packaged.is_dir() else _LOCAL / name
    # Short where it can be: people read these paths.
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Settings(BaseSettings):
    """Everything that can be set. Each field's description is printed by `wirewatch check`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    database_url: str = Field(
        "sqlite:///data/wirewatch.db",
        alias="WIREWATCH_DATABASE_URL",
        description="database; sqlite:///relative/path or sqlite:////absolute/path",
    )
    rules: Annotated[tuple[Path, ...], NoDecode] = Field(
        default_factory=lambda: (shipped("rules"),),
        alias="WIREWATCH_RULES",
        description="rule files or folders, comma-separated",
    )
    feeds: Annotated[tuple[Path, ...], NoDecode] = Field(
        default_factory=lambda: (SAMPLE_WIRE, shipped("seeds") / "feeds.opml"),
        alias="WIREWATCH_FEEDS",
        description="OPML files, comma-separated; sample-wire stands for the sample day",
    )
    chats: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="WIREWATCH_CHATS",
        description="console, slack, matrix; unset: those whose tokens are there, else console",
    )
    poll_min_seconds: float = Field(
        300,
        alias="WIREWATCH_POLL_MIN_SECONDS",
        gt=0,
        description="seconds between two polls of one feed, at least",
    )
    max_age: timedelta | None = Field(
        timedelta(hours=24),
        alias="WIREWATCH_MAX_AGE",
        description="older alerts become one catch-up digest: 24h, 90m, 2d; never",
    )
    prime: bool = Field(
        default=True,
        alias="WIREWATCH_PRIME",
        description="true: the entries of a feed's first sight do not alert",
    )
    canary: bool = Field(
        default=True,
        alias="WIREWATCH_CANARY",
        description="true: a feed of the bot's own shows every 5 minutes that alerts come out",
    )
    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="WIREWATCH_EGRESS_ALLOW",
        description="host:port list exempt from the egress guard (intranet feeds)",
    )
    retention_days: int | None = Field(
        None,
        alias="WIREWATCH_RETENTION_DAYS",
        gt=0,
        description="days that articles, quotes and told alerts are kept (at least 5); unset: all",
    )
    console_json: Path | None = Field(
        None,
        alias="WIREWATCH_CONSOLE_JSON",
        description="file to which the console chat also appends every alert as one JSON line",
    )
    spacy_model: str | None = Field(
        None,
        alias="WIREWATCH_SPACY_MODEL",
        description="installed spaCy pipeline that helps to find speakers; unset: rules alone",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="WIREWATCH_LOG_LEVEL", description="debug, info, warning or error"
    )
    log_form: Literal["text", "json"] = Field(
        "text", alias="WIREWATCH_LOG", description="text for people, json for one object a line"
    )
    traces_exporter: Literal["otlp", "console", "none"] | None = Field(
        None,
        alias="OTEL_TRACES_EXPORTER",
        description="otlp, console or none; unset: otlp where an endpoint is set",
    )
    traces_endpoint: str | None = Field(
        None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="http://collector:4318; set: polls and deliveries are traced",
    )
    web_address: str = Field(
        "127.0.0.1:8080",
        alias="WIREWATCH_WEB",
        description="host:port of the built-in server (Slack in HTTP mode)",
    )
    web_url: str | None = Field(
        None,
        alias="WIREWATCH_WEB_URL",
        description="https://… at which it is reached from outside; set: feeds' hubs call it",
    )
    tenant_rules: int = Field(
        1000,
        alias="WIREWATCH_TENANT_RULES",
        ge=1,
        description="rules that each workspace or homeserver may make in chat",
    )
    tenant_channels: int = Field(
        200,
        alias="WIREWATCH_TENANT_CHANNELS",
        ge=1,
        description="channels in which each workspace or homeserver may have rules of its own",
    )
    tenant_feeds: int = Field(
        500,
        alias="WIREWATCH_TENANT_FEEDS",
        ge=1,
        description="feeds that each workspace or homeserver may add",
    )
    metrics_address: str | None = Field(
        None,
        alias="WIREWATCH_METRICS",
        description="host:port of /metrics, /healthz and /readyz; unset: off",
    )
    slack_bot_token: SecretStr | None = Field(
        None, alias="SLACK_BOT_TOKEN", description="Slack bot token, xoxb-..."
    )
    slack_app_token: SecretStr | None = Field(
        None, alias="SLACK_APP_TOKEN", description="Slack app token for Socket Mode, xapp-..."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, alias="SLACK_SIGNING_SECRET", description="Slack signing secret for HTTP mode"
    )
    slack_client_id: str | None = Field(
        None,
        alias="SLACK_CLIENT_ID",
        description="Slack app's client id: many workspaces may install it",
    )
    slack_client_secret: SecretStr | None = Field(
        None, alias="SLACK_CLIENT_SECRET", description="Slack app's client secret"
    )
    slack_redirect_url: str = Field(
        "",
        alias="SLACK_REDIRECT_URL",
        description="https://your.host/slack/oauth_redirect; unset: the app's only one",
    )
    secret_key: SecretStr | None = Field(
        None,
        alias="WIREWATCH_SECRET_KEY",
        description="encrypts the tokens of Slack workspaces; more keys, by commas, only decrypt",
    )
    slack_changers: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="SLACK_CHANGERS",
        description="who may change rules: unset for all members, else admins and user ids",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", alias="SLACK_API_URL", description="Slack Web API, for tests"
    )
    matrix_homeserver: str | None = Field(
        None, alias="MATRIX_HOMESERVER", description="https://matrix.example.org"
    )
    matrix_user: str | None = Field(
        None, alias="MATRIX_USER", description="the bot's own user, @wirewatch:example.org"
    )
    matrix_password: SecretStr | None = Field(
        None, alias="MATRIX_PASSWORD", description="its password, or use an access token"
    )
    matrix_access_token: SecretStr | None = Field(
        None, alias="MATRIX_ACCESS_TOKEN", description="its access token"
    )

    matrix_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="MATRIX_ALLOW",
        description="homeservers and users that may invite the bot; unset: its own homeserver",
    )
    matrix_power_level: int = Field(
        50, alias="MATRIX_POWER_LEVEL", description="power level that changing rules needs"
    )

    _split = field_validator(
        "rules", "feeds", "chats", "egress_allow", "matrix_allow", "slack_changers", mode="before"
    )(_listed)

    @field_validator("chats")
    @classmethod
    def _known_chats(cls, chats: tuple[str, ...]) -> tuple[str, ...]:
        for chat in chats:
            if chat not in CHATS:
                close = difflib.get_close_matches(chat, CHATS, n=1)
                hint = f"; did you mean {close[0]}?" if close else ""
                message = f"unknown chat {chat!r}, known are {', '.join(CHATS)}{hint}"
                raise ValueError(message)
        return tuple(dict.fromkeys(chats))

    @field_validator("slack_changers")
    @classmethod
    def _known_changers(cls, changers: tuple[str, ...]) -> tuple[str, ...]:
        if changers == ("members",):
            return ()
        for who in changers:
            if who != "admins" and not re.fullmatch(r"[UW][A-Z0-9]{5,}", who):
                message = f"{who!r} is neither members, nor admins, nor a user id such as U012ABCDE"
                raise ValueError(message)
        return changers

    @field_validator("max_age", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.strip().casefold() == "never":
            return None
        found = re.fullmatch(r"(\d{1,4})\s*([mhd])", value.strip().casefold())
        if not found or not int(found[1]):
            raise ValueError("write 24h, 90m, 2d or never")
        unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2]]
        return timedelta(**{unit: int(found[1])})

    @field_validator("web_address", "metrics_address")
    @classmethod
    def _host_port(cls, pair: str | None) -> str | None:
        return pair if pair is None else cls._host_ports((pair,))[0]

    @field_validator("web_url")
    @classmethod
    def _base(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", url):
            message = f"{url!r} is no base address, such as https://bot.example.org"
            raise ValueError(message)
        return url

    @field_validator("egress_allow")
    @classmethod
    def _host_ports(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        for pair in pairs:
            host, _, port = pair.rpartition(":")
            if not host or not port.isdecimal():
                message = f"{pair!r} is not host:port, such as 10.0.0.5:8080"
                raise ValueError(message)
        return pairs

    @property
    def active_chats(self) -> tuple[str, ...]:
        """The chats that run: as set, else those whose tokens are there, else the console."""
        if self.chats:
            return self.chats
        with_tokens = {
            "slack": self.slack_bot_token is not None or self.slack_client_id is not None,
            "matrix": self.matrix_homeserver is not None,
        }
        return tuple(chat for chat, there in with_tokens.items() if there) or ("console",)

    @property
    def sample_wire(self) -> bool:
        """Whether the sample wire is served and polled."""
        return SAMPLE_WIRE in self.feeds

    @property
    def feed_files(self) -> tuple[Path, ...]:
        """The OPML files."""
        return tuple(path for path in self.feeds if path != SAMPLE_WIRE)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as `wirewatch check` shows it; secrets are never in it."""

    variable: str
    value: str
    origin: Literal["default", ".env", "environment"]
    description: str


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value cannot be used; names the variable.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        first = error.errors()[0]
        variable = str(first["loc"][0]) if first["loc"] else "settings"
        reason = first["msg"].removeprefix("Value error, ")
        given = "" if "TOKEN" in variable or "SECRET" in variable else f" (got {first['input']!r})"
        raise SettingsError(variable, f"{reason}{given}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(env_file), f"cannot be read: {error}") from None


def describe_settings(settings: Settings, env_file: Path = Path(".env")) -> list[SettingLine]:
    """List every setting with its value and where it came from."""
    in_file = {key for key, value in dotenv_values(env_file).items() if value}
    lines = []
    for name, field in type(settings).model_fields.items():
        variable = field.alias or name
        if os.environ.get(variable):
            origin: Literal["default", ".env", "environment"] = "environment"
        else:
            origin = ".env" if variable in in_file else "default"
        text = _shown(getattr(settings, name))
        lines.append(SettingLine(variable, text, origin, field.description or ""))
    return lines


def _shown(value: Any) -> str:  # noqa: ANN401 -- any setting's value
    if value is None or value == ():
        return "(unset)"
    if isinstance(value, SecretStr):
        return "(set)"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 3600:g}h"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"(?<=://)[^/@\s]+@", "***@", text)  # a database's user and password
