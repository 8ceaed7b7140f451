"""Settings: every problem named at once, production refused by name, no secret ever shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from config import REFUSALS, REQUIRED, REQUIRED_IN_PRODUCTION, SettingsError, load

KEY = base64.b64encode(bytes(range(32))).decode()
SIGNS = base64.b64encode(bytes.fromhex("6b8ad19e51b0e2c4a7330d9f84c1527e196fbda0387245e8cb5c01f63d92ae47")).decode()
GOOD = {
    "DATABASE_URL": "postgresql://u:pw-hidden@db.miomio.app/miomio?sslmode=verify-full",
    "REDIS_URL": "rediss://:redis-hidden@redis.miomio.app/0",
    "S3_BUCKET": "bucket",
    "AWS_ENDPOINT_URL_S3": "https://fly.storage.tigris.dev",
    "TELEGRAM_TOKEN": "12345:token-hidden",
    "TELEGRAM_WEBHOOK_SECRET": "webhook-hidden-0123456789",
    "GEMINI_API_KEY": "gemini-hidden",
    "PUBLIC_URL": "https://miomio.app",
    "INDEX_KEY": f"1:{KEY}",
    "MASTER_KEYS": f"m1:{KEY}",
    "RECEIPT_KEY": f"r2:{SIGNS},r1:public:{KEY}",
    "CONTROLLER_NAME": "Mio",
    "CONTROLLER_ADDRESS": "Street 1",
    "SUPPORT_EMAIL": "support@miomio.app",
    "DATA_LOCATION": "Frankfurt",
}
# What production refuses: the lift, the change that makes it a refusal, the setting that is named.
REFUSED = [
    ("sqlite", {"DATABASE_URL": "sqlite:///a.db"}, "DATABASE_URL"),
    ("folder_store", {"S3_BUCKET": "", "STORE_PATH": "/data"}, "S3_BUCKET"),
    ("plain_http", {"TELEGRAM_API_URL": "http://api.telegram.org"}, "TELEGRAM_API_URL"),
    ("plain_http", {"GEMINI_API_URL": "http://generativelanguage.googleapis.com"}, "GEMINI_API_URL"),
    ("plain_http", {"PUBLIC_URL": "http://miomio.app"}, "PUBLIC_URL"),
    ("loopback", {"TELEGRAM_API_URL": "https://localhost:8081"}, "TELEGRAM_API_URL"),
    ("loopback", {"GEMINI_API_URL": "https://127.0.0.1"}, "GEMINI_API_URL"),
    ("loopback", {"AWS_ENDPOINT_URL_S3": "https://[::1]:9000"}, "AWS_ENDPOINT_URL_S3"),
    ("plain_lines", {"DATABASE_URL": "postgresql://u@db.miomio.app/miomio"}, "DATABASE_URL"),
    ("plain_lines", {"DATABASE_URL": "postgresql://u@db.miomio.app/miomio?sslmode=prefer"}, "DATABASE_URL"),
    ("plain_lines", {"REDIS_URL": "redis://redis.miomio.app/0"}, "REDIS_URL"),
    ("plain_lines", {"REDIS_URL": "redis://localhost.miomio.app/0"}, "REDIS_URL"),
    ("placeholders", {"PUBLIC_URL": "https://yourdomain.app"}, "PUBLIC_URL"),
    ("placeholders", {"CONTROLLER_NAME": "__CONTROLLER__"}, "CONTROLLER_NAME"),
    ("placeholders", {"GEMINI_API_KEY": "changeme"}, "GEMINI_API_KEY"),
    ("placeholders", {"SUPPORT_EMAIL": "me@example.com"}, "SUPPORT_EMAIL"),
    ("placeholders", {"RECEIPT_KEY": f"demo:{SIGNS}"}, "RECEIPT_KEY"),
    ("placeholders", {"RECEIPT_KEY": f"r1:{KEY}"}, "RECEIPT_KEY"),
    ("placeholders", {"RECEIPT_KEY": f"r1:{base64.b64encode(b'ab' * 16).decode()}"}, "RECEIPT_KEY"),
]


def problems(**changes: str) -> list[str]:
    try:
        load({**GOOD, **changes})
    except SettingsError as error:
        return error.problems
    return []


def test_good_settings_start_in_production() -> None:
    assert problems() == []
    assert load(GOOD).production


@pytest.mark.proves("P1.1", "P6.0", "P7.2")
@pytest.mark.parametrize(("lift", "changes", "named"), REFUSED)
def test_production_refuses_by_name_and_staging_may_lift_it(lift: str, changes: dict[str, str], named: str) -> None:
    [problem] = problems(**changes)
    assert problem.startswith(named)
    assert problems(**changes, MIOMIO_LIFT=lift) == []
    others = ",".join(sorted(REFUSALS.keys() - {lift}))
    assert problems(**changes, MIOMIO_LIFT=others) == [problem]
    assert problems(**changes, MIOMIO_ENV="development") == []


@pytest.mark.proves("P7.2")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "miomio-db.flycast", "top1.nearest.of.miomio-db.internal"]
)
def test_a_line_that_stays_on_the_machine_or_in_the_encrypted_private_network_may_be_plain(host: str) -> None:
    assert problems(DATABASE_URL=f"postgresql://u@{host}/miomio", REDIS_URL=f"redis://{host}:6379/0") == []


def test_each_refusal_is_tried_here() -> None:
    assert {lift for lift, _, _ in REFUSED} == set(REFUSALS)


@pytest.mark.proves("P1.1", "P6.0")
@pytest.mark.parametrize("name", (*REQUIRED, *REQUIRED_IN_PRODUCTION))
def test_a_missing_setting_is_named(name: str) -> None:
    assert problems(**{name.upper(): " "}) == [f"{name.upper()} is not set"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIOMIO_ENV", "prod"),
        ("MIOMIO_LIFT", "everything"),
        ("DATABASE_URL", "mysql://db"),
        ("TELEGRAM_TOKEN", "not-a-token"),
        ("TELEGRAM_WEBHOOK_SECRET", "short"),
        ("INDEX_KEY", "1:c2hvcnQ="),
        ("MASTER_KEYS", "m1"),
        ("MASTER_KEYS", f"m1:{KEY[:-4]}!!!!"),
        ("RECEIPT_KEY", "r1:c2hvcnQ="),
        ("RECEIPT_KEY", f"r1:{SIGNS[:-4]}!!!!"),
        ("RECEIPT_KEY", f"R1:{SIGNS}"),
        ("RECEIPT_KEY", f"r1:public:{SIGNS}"),
        ("RECEIPT_KEY", f"r1:{SIGNS},r1:public:{KEY}"),
        ("PUBLIC_URL", "miomio.app"),
        ("GEMINI_API_URL", "https://g.example.net/?key=1"),
        ("TELEGRAM_API_URL", "https://[broken"),
        ("TELEGRAM_API_URL", "https://api.telegram.org:port"),
        ("WEB_PORT", "http"),
        ("BREAKER_SECONDS", "0"),
        ("DUTIES_SECONDS", "0"),
        ("LEASE_SECONDS", "0"),
        ("KILL_TIMEOUT_SECONDS", "4"),
        ("GEMINI_PATIENCE_SECONDS", "0"),
        ("RELEASE", "v1.2"),
        ("TELEGRAM_BOT", "@miomio_bot"),
        ("CLIENT_ADDRESS_HEADER", "Fly-Client-IP: 1"),
    ],
)
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    assert any(name in problem for problem in problems(**{name: value}))


def test_by_default_the_work_of_a_killed_worker_starts_again_within_15_seconds() -> None:
    settings = load(GOOD)
    worst = settings.lease_seconds + settings.tick_seconds  # killed just after a renewal, seen just after a tick
    assert worst <= 14.0  # and a second to be rung for and claimed


def test_a_point_to_die_at_is_refused_by_production_and_cannot_be_lifted_and_must_be_well_formed() -> None:
    assert any("MIOMIO_CRASH_AT" in problem for problem in problems(MIOMIO_CRASH_AT="deliver.edited"))
    assert problems(MIOMIO_CRASH_AT="deliver.edited:2", MIOMIO_ENV="test") == []
    assert any("MIOMIO_CRASH_AT" in problem for problem in problems(MIOMIO_CRASH_AT="edited", MIOMIO_ENV="test"))


def test_all_problems_are_reported_at_once() -> None:
    found = problems(
        TELEGRAM_API_URL="http://localhost:1",
        GEMINI_API_URL="http://127.0.0.1:2",
        DATABASE_URL="sqlite:///a.db",
        CONTROLLER_NAME="__NAME__",
        DATA_LOCATION="todo",
        REDIS_URL="",
        WEB_PORT="x",
    )
    begin = sorted(problem.split(":")[0].split(" ")[0] for problem in found)
    assert begin == sorted(
        [
            *("TELEGRAM_API_URL", "GEMINI_API_URL") * 2,  # without TLS, and this machine
            *("DATABASE_URL", "CONTROLLER_NAME", "DATA_LOCATION", "REDIS_URL", "WEB_PORT"),
        ]
    )


def test_no_secret_is_in_the_representation_of_settings() -> None:
    shown = repr(load(GOOD)) + str(load(GOOD))
    assert "hidden" not in shown
    assert KEY not in shown
    assert SIGNS not in shown
    assert "Frankfurt" in shown


@pytest.mark.parametrize(
    "name", ["TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "MASTER_KEYS", "INDEX_KEY", "RECEIPT_KEY", "DATABASE_URL"]
)
def test_no_problem_repeats_a_secret(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({**GOOD, name: "!hidden value!"})
    assert "hidden" not in str(caught.value)


def test_the_dotenv_file_fills_what_the_environment_lacks(tmp_path: Any) -> None:
    file = tmp_path / ".env"
    file.write_text("DATA_LOCATION=Paris\nCONTROLLER_NAME=File\n")
    environ = {name: value for name, value in GOOD.items() if name != "DATA_LOCATION"}
    settings = load(environ, dotenv=file)
    assert (settings.data_location, settings.controller_name) == ("Paris", "Mio")
