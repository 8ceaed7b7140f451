"""Which machines there are, their addresses and names, and the settings of production that our processes get there."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.kinds import GENERATION, RIGHTS
from policy.recipients import RECIPIENTS

INSIDE, OUTSIDE = "10.77.0", "11.77.0"  # ours; and public ones, for a provider's files are fetched from those alone
TOKEN = "12345:cluster"  # noqa: S105  the emulator's, not a secret
DATABASE, BUCKET = "miomio", "miomio-cluster"
POSTGRES, VALKEY, STORE, WEB_PORT = 5432, 6379, 5000, 8080
CHAT, GEMINI, KLING = 8081, 8082, 8083  # the emulators behind their https
SITE, FILES = "miomio.app", "files.klingai.com"
DATA_NAME, WEB_NAME = "data.internal", "web.internal"
THREADS, SLOTS = 12, 12


@dataclass(frozen=True)
class Machine:
    """`words`: the process of ours that runs there, as `python -m` takes it."""

    name: str
    number: int
    words: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"{INSIDE}.{self.number}"


DATA, INTERNET, OFFICE = Machine("data", 20), Machine("internet", 30), Machine("office", 40)
WORKERS = tuple(Machine(f"worker-{number}", 10 + number, ("workers", GENERATION)) for number in (1, 2))
RIGHTS_HOST, WEB_HOST = Machine("rights", 14, ("workers", RIGHTS)), Machine("web", 15, ("web",))
OURS = (*WORKERS, RIGHTS_HOST, WEB_HOST)
MACHINES = (*OURS, DATA, INTERNET, OFFICE)


def _host(recipient: str) -> str:
    return RECIPIENTS[recipient].hosts[0]


STORE_NAME = _host("cloud")


def public() -> Mapping[str, tuple[tuple[str, ...], str]]:
    """Public address -> the names that are found there, and what answers behind its https."""
    return {
        f"{OUTSIDE}.1": ((_host("telegram"),), f"127.0.0.1:{CHAT}"),
        f"{OUTSIDE}.2": ((_host("gemini"),), f"127.0.0.1:{GEMINI}"),
        f"{OUTSIDE}.3": ((_host("kling"), FILES), f"127.0.0.1:{KLING}"),
        f"{OUTSIDE}.4": ((SITE,), f"{WEB_HOST.address}:{WEB_PORT}"),
    }


def hosts_file() -> str:
    """What every machine knows instead of asking a name server."""
    lines = [
        "127.0.0.1 localhost",
        f"{DATA.address} {DATA_NAME} {STORE_NAME}",
        f"{WEB_HOST.address} {WEB_NAME}",
    ]
    lines += [f"{address} {' '.join(names)}" for address, (names, _) in public().items()]
    return "\n".join(lines) + "\n"


def certified() -> list[str]:
    """Every name that https is spoken with."""
    return [STORE_NAME, *(name for names, _ in public().values() for name in names)]


def settings() -> dict[str, str]:
    """Production, and nothing lifted: no loopback, no plain http, no placeholder."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "MIOMIO_ENV": "production",
        "MIOMIO_LIFT": "",
        "DATABASE_URL": f"postgresql://postgres@{DATA_NAME}:{POSTGRES}/{DATABASE}",
        "REDIS_URL": f"redis://{DATA_NAME}:{VALKEY}/0",
        "S3_BUCKET": BUCKET,
        "STORE_PATH": "",
        "AWS_ENDPOINT_URL_S3": f"https://{STORE_NAME}",
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"https://{_host('telegram')}",
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        "GEMINI_API_KEY": "cluster-key",
        "GEMINI_API_URL": f"https://{_host('gemini')}",
        "KLING_API_KEY": "cluster-key",
        "KLING_API_URL": f"https://{_host('kling')}",
        "KLING_SLOTS": str(SLOTS),
        "CALLBACK_SECRET": secrets.token_urlsafe(32),
        "PUBLIC_URL": f"https://{SITE}",
        "MASTER_KEYS": f"m1:{key}",
        "INDEX_KEY": f"1:{key}",
        "RECEIPT_KEY": f"c1:{key}",
        "CONTROLLER_NAME": "Cluster Trial Limited",
        "CONTROLLER_ADDRESS": "1 Bridge Street, Central, Hong Kong",
        "SUPPORT_EMAIL": f"support@{SITE}",
        "DATA_LOCATION": "Hong Kong",
        "WEB_PORT": str(WEB_PORT),
        "WORKER_THREADS": str(THREADS),
    }
