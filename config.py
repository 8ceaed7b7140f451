"""Every setting, read once from the environment into a frozen object. A bad or missing value names itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from dotenv import dotenv_values

import crash

# What templates and manuals leave behind, and the names that can never be somebody's (RFC 2606).
PLACEHOLDER = re.compile(
    r"your[-_ ]?(domain|company|name|address|e?-?mail|city|country)|__[A-Z0-9_]+__|[<>{}]"
    r"|\bexample\b|\.(invalid|test|localhost)\b|change[-_ ]?me|placeholder|lorem ipsum|\bnot set\b"
    r"|^(todo|tbd|tba|fixme|none|null|n/?a|unknown|x+|[-.?]+)$",
    re.IGNORECASE,
)
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{16,}={0,2}")
KEY_BYTES = 32
RETIRED = "public:"  # before a key of RECEIPT_KEY that only checks
MADE_UP = re.compile(r"(demo|test|dev)")  # how a key is named that is no service's
SECRET_WORDS = ("token", "secret", "key", "url")


class SettingsError(Exception):
    """Raised once, with every problem found, so that a person mends them in one go."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Settings need attention:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One attribute per environment variable of the same name in capitals (the README has the table)."""

    miomio_env: str = "production"
    miomio_lift: frozenset[str] = frozenset()
    database_url: str = ""
    database_pool: int = 10
    redis_url: str = ""
    store_path: str = ""
    s3_bucket: str = ""
    aws_region: str = "auto"
    aws_endpoint_url_s3: str = ""
    telegram_token: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: str = ""
    telegram_bot: str = ""  # the bot's username, for the website's button
    gemini_api_key: str = ""
    gemini_api_url: str = "https://generativelanguage.googleapis.com"
    gemini_model: str = "gemini-nano-banana-2.1"
    gemini_fallback_model: str = "gemini-3.1-flash-lite-image"
    kling_api_key: str = ""  # without one there are no videos
    kling_api_url: str = "https://api-singapore.klingai.com"
    kling_model: str = "kling-2.5-turbo"
    kling_fallback_model: str = "kling-2.6"
    kling_webhook_secret: str = ""
    kling_slots: int = 5
    callback_secret: str = ""
    public_url: str = ""
    index_key: str = ""
    master_keys: str = ""
    receipt_key: str = ""
    controller_name: str = ""
    controller_address: str = ""
    support_email: str = ""
    data_location: str = ""
    release: str = ""  # the commit that runs; a checkout knows it itself
    web_host: str = "0.0.0.0"  # noqa: S104  a container's port is private until the platform publishes it
    web_port: int = 8080
    web_threads: int = 16
    metrics_host: str = "127.0.0.1"  # `::` on a platform that asks over its private network
    metrics_port: int = 0  # none; each process has one of its own
    client_address_header: str = ""  # where a trusted proxy names the visitor's address, such as Fly-Client-IP
    worker_threads: int = 16
    breaker_seconds: float = 15.0  # that a provider which does not answer is left alone at first
    lease_seconds: float = 12.0  # with a tick on top: a killed worker's work starts again within the 15 s promised
    kill_timeout_seconds: float = 150.0
    tick_seconds: float = 1.0
    duties_seconds: float = 60.0  # after which a process sees what others changed about a rare duty
    parallel_orders: int = 3
    gemini_patience_seconds: float = 130.0  # a picture takes 10 to 25 s; a busy day takes longer
    canary_chat: int = 0  # the chat of a test account of the staff's; 0: there is no canary person
    canary_logs: str = ""  # a folder of logs that the canary is looked for in
    miomio_crash_at: str = ""

    @property
    def production(self) -> bool:
        return self.miomio_env == "production"

    def __repr__(self) -> str:
        """Settings hold secrets; a stray log line or a traceback must not."""
        shown = (
            f"{f.name}={'…' if any(w in f.name for w in SECRET_WORDS) else getattr(self, f.name)!r}"
            for f in fields(self)
        )
        return f"Settings({', '.join(shown)})"


REQUIRED = (
    "database_url",
    "redis_url",
    "telegram_token",
    "gemini_api_key",
    "index_key",
    "master_keys",
    "receipt_key",
)
REQUIRED_IN_PRODUCTION = (
    "telegram_webhook_secret",
    "public_url",
    "controller_name",
    "controller_address",
    "support_email",
    "data_location",
)
PROVIDER_URLS = ("telegram_api_url", "gemini_api_url", "kling_api_url", "aws_endpoint_url_s3")
TLS_MODES = {"require", "verify-ca", "verify-full"}
LOOPBACK = ("localhost", "127.", "0.0.0.0", "[::1]", "::1")  # noqa: S104  a name to refuse, not one to bind


def _plain_lines(s: Settings) -> list[str]:
    """Lines to the database and the doorbell that others could read on their way."""
    database, redis = urlsplit(s.database_url), urlsplit(s.redis_url)
    modes = set(parse_qs(database.query).get("sslmode", ()))
    problems = []
    if s.database_url.startswith("postgres") and not modes & TLS_MODES and not _stays_inside(database.hostname):
        problems.append("DATABASE_URL: production needs sslmode=verify-full (or require) outside a private network")
    if s.redis_url and redis.scheme != "rediss" and not _stays_inside(redis.hostname):
        problems.append("REDIS_URL: production needs rediss:// outside a private network")
    return problems


def _stays_inside(host: str | None) -> bool:
    """On this machine, or in Fly's private network, which encrypts every line of its own."""
    if not host or host == "localhost" or host.endswith((".internal", ".flycast")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# What a staging machine may lift by name in MIOMIO_LIFT, and when each is a problem.
REFUSALS: dict[str, Callable[[Settings], list[str]]] = {
    "sqlite": lambda s: (
        ["DATABASE_URL: production needs Postgres, not SQLite"] if s.database_url.startswith("sqlite") else []
    ),
    "folder_store": lambda s: (
        ["S3_BUCKET is not set: production needs an object store, not a folder"] if not s.s3_bucket else []
    ),
    "plain_http": lambda s: [
        f"{name.upper()}: production speaks https only"
        for name in (*PROVIDER_URLS, "public_url")
        if getattr(s, name).startswith("http://")
    ],
    "plain_lines": _plain_lines,
    "loopback": lambda s: [
        f"{name.upper()}: production does not talk to this machine itself"
        for name in PROVIDER_URLS
        if _host(getattr(s, name)).startswith(LOOPBACK)
    ],
    "placeholders": lambda s: (
        [
            f"{name.upper()} is still a placeholder"
            for name in (
                *REQUIRED_IN_PRODUCTION,
                "telegram_token",
                "gemini_api_key",
                "kling_api_key",
                "callback_secret",
            )
            if PLACEHOLDER.search(getattr(s, name))
        ]
        + (["RECEIPT_KEY is still a placeholder"] if _made_up(s.receipt_key) else [])
    ),
}


def _made_up(ring: str) -> bool:
    """Whether receipts would be signed with a key of the demo or the tests, or one that a person typed: anybody could
    sign in our name."""
    name, _, encoded = ring.split(",")[0].partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:  # named as malformed
        return False
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return bool(MADE_UP.match(name)) or (len(key) == KEY_BYTES and (len(steps) <= 1 or len(set(key)) < KEY_BYTES // 2))


def _host(url: str) -> str:
    """The host of an http(s) address without a query; empty when it is none."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and not parts.query and parts.port != 0
    except ValueError:  # brackets or a port that mean nothing; the error would quote them
        return ""
    return parts.hostname or "" if fits else ""


def load(environ: Mapping[str, str], *, dotenv: Path | None = None) -> Settings:
    """Settings from `environ`, a `.env` file filling what it lacks. Raises SettingsError naming each problem."""
    values = {**_dotenv(dotenv), **environ}
    problems: list[str] = []
    found: dict[str, object] = {}
    for field in fields(Settings):
        raw = values.get(field.name.upper(), "").strip()
        if raw == "":
            continue
        try:
            found[field.name] = _parse(str(field.type), raw)
        except ValueError as error:
            problems.append(f"{field.name.upper()}: {error}")
    settings = Settings(**found)  # type: ignore[arg-type]  # each value was parsed by its field's own type
    problems += _missing(settings) + _malformed(settings)
    if settings.production:
        problems += [
            problem
            for name, refuse in REFUSALS.items()
            if name not in settings.miomio_lift
            for problem in refuse(settings)
        ]
    if problems:
        raise SettingsError(problems)
    return settings


def _dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    return {name: value or "" for name, value in dotenv_values(path).items()}


def _parse(kind: str, raw: str) -> object:
    if kind == "int":
        return int(raw)
    if kind == "float":
        return float(raw)
    if kind.startswith("frozenset"):
        return frozenset(part.strip() for part in raw.split(",") if part.strip())
    return raw


def _missing(settings: Settings) -> list[str]:
    names = REQUIRED + (REQUIRED_IN_PRODUCTION if settings.production else ())
    return [f"{name.upper()} is not set" for name in names if not getattr(settings, name)]


def _malformed(settings: Settings) -> list[str]:
    problems = []
    if settings.miomio_env not in ("production", "development", "test"):
        problems.append("MIOMIO_ENV must be production, development or test")
    unknown = settings.miomio_lift - REFUSALS.keys()
    if unknown:
        problems.append(f"MIOMIO_LIFT names what cannot be lifted: {', '.join(sorted(unknown))}")
    if not settings.store_path and not settings.s3_bucket:
        problems.append("S3_BUCKET (or STORE_PATH on a development machine) is not set")
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://", "sqlite://")):
        problems.append("DATABASE_URL must start with postgresql:// or sqlite://")
    if settings.telegram_token and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", settings.telegram_token):
        problems.append("TELEGRAM_TOKEN does not look like a bot token (digits, a colon, letters)")
    if settings.telegram_webhook_secret and not re.fullmatch(
        r"[A-Za-z0-9_-]{16,256}", settings.telegram_webhook_secret
    ):
        problems.append("TELEGRAM_WEBHOOK_SECRET must be 16 to 256 characters of A-Z a-z 0-9 _ -")
    if settings.support_email and not E_MAIL.fullmatch(settings.support_email):
        problems.append("SUPPORT_EMAIL must be an e-mail address")
    if settings.telegram_bot and not re.fullmatch(r"[A-Za-z0-9_]{4,32}", settings.telegram_bot):
        problems.append("TELEGRAM_BOT must be the bot's username, without the @")
    if settings.client_address_header and not re.fullmatch(r"[A-Za-z0-9-]+", settings.client_address_header):
        problems.append("CLIENT_ADDRESS_HEADER must be the name of a header")
    if settings.miomio_crash_at and settings.production:
        problems.append("MIOMIO_CRASH_AT is for tests: production does not die on purpose")
    if settings.miomio_crash_at and not crash.FORM.fullmatch(settings.miomio_crash_at):
        problems.append("MIOMIO_CRASH_AT must be kind.step or kind.step:n")
    for name in ("index_key", "master_keys"):
        problems += [f"{name.upper()}: {problem}" for problem in _bad_ring(getattr(settings, name))]
    problems += [f"RECEIPT_KEY: {problem}" for problem in _bad_signing_ring(settings.receipt_key)]
    for name in (*PROVIDER_URLS, "public_url"):
        if getattr(settings, name) and not _host(getattr(settings, name)):
            problems.append(f"{name.upper()} must be an http(s) address without a query")
    if settings.kling_api_key and not re.fullmatch(r"[A-Za-z0-9_-]{24,128}", settings.callback_secret):
        problems.append("CALLBACK_SECRET must be 24 to 128 characters of A-Z a-z 0-9 _ - where KLING_API_KEY is set")
    if settings.kling_webhook_secret and not WEBHOOK_SECRET.fullmatch(settings.kling_webhook_secret):
        problems.append("KLING_WEBHOOK_SECRET must be as Kling's console shows it: whsec_ and base64")
    if settings.release and not re.fullmatch(r"[0-9a-f]{40}", settings.release):
        problems.append("RELEASE must be the commit's 40 hex digits")
    if settings.metrics_port and settings.metrics_port == settings.web_port:
        problems.append("METRICS_PORT must not be WEB_PORT: figures are not for everybody")
    if settings.canary_chat < 0:
        problems.append("CANARY_CHAT must be a person's Telegram id, not a group's")
    if settings.parallel_orders < 1:
        problems.append("PARALLEL_ORDERS must be at least 1")
    if settings.kling_slots < 1:
        problems.append("KLING_SLOTS must be at least 1")
    if settings.gemini_patience_seconds <= 0:
        problems.append("GEMINI_PATIENCE_SECONDS must be above 0")
    if settings.breaker_seconds <= 0:
        problems.append("BREAKER_SECONDS must be above 0")
    if settings.duties_seconds <= 0:
        problems.append("DUTIES_SECONDS must be above 0")
    if settings.lease_seconds <= 0 or settings.kill_timeout_seconds <= 4:
        problems.append("LEASE_SECONDS must be above 0 and KILL_TIMEOUT_SECONDS above 4")
    return problems


def _bad_ring(ring: str) -> list[str]:
    """Problems of `id:base64,id:base64`; never shows a key."""
    problems = []
    for number, part in enumerate(filter(None, ring.split(",")), start=1):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            problems.append(f"entry {number} is not id:base64")
            continue
        if not name or len(key) != KEY_BYTES:
            problems.append(f"entry {number} must be an id and 32 bytes of base64")
    return problems


def _bad_signing_ring(ring: str) -> list[str]:
    """The same for one whose retired keys are listed as `id:public:base64`; the first one signs."""
    entries = [part.strip().partition(":") for part in ring.split(",") if part.strip()]
    problems = _bad_ring(",".join(f"{name}:{rest.removeprefix(RETIRED)}" for name, _, rest in entries))
    names = [name for name, _, _ in entries]
    if len(set(names)) < len(names):
        problems.append("an id stands twice")
    if any(not re.fullmatch(r"[a-z0-9-]{1,16}", name) for name in names if name):
        problems.append("an id is 1 to 16 of a-z 0-9 -")
    if entries and entries[0][2].startswith(RETIRED):
        problems.append("the first key signs, so it cannot be a public one")
    return problems
