"""Production does not start while the policy would name nobody: who is responsible, where to write, where data are."""

from __future__ import annotations

import pytest

from config import SettingsError, load
from tests.ground.test_ground_config import GOOD

FACTS = ("CONTROLLER_NAME", "CONTROLLER_ADDRESS", "SUPPORT_EMAIL", "DATA_LOCATION")
MADE_UP = (
    *("__CONTROLLER_NAME__", "__DATA_LOCATION__", "yourdomain.com", "support@yourdomain.com", "Your Company Ltd"),
    *("your address", "example.com", "hello@mail.example.org", "someone@example", "support@miomio.invalid"),
    *("a@b.test", "a@host.localhost", "changeme", "Change me", "placeholder", "TODO", "tbd", "N/A", "none", "unknown"),
    *("xxx", "-", "...", "???", "<your name>", "{{ name }}", "Lorem ipsum 1", "not set in development"),
)
REAL = {
    "CONTROLLER_NAME": ("MIOMIO Limited", "Ex Ample Studio", "明映有限公司", "Testbed Ltd"),
    "CONTROLLER_ADDRESS": ("Flat 3, 12 Queen's Road Central, Hong Kong", "香港中環皇后大道中12號"),
    "SUPPORT_EMAIL": ("support@miomio.app", "privacy+hk@mail.miomio.hk"),
    "DATA_LOCATION": ("Singapore", "Frankfurt am Main, Germany", "Hong Kong"),
}


def problems(**changes: str) -> list[str]:
    try:
        load({**GOOD, **changes})
    except SettingsError as error:
        return error.problems
    return []


@pytest.mark.proves("P1.1", "P6.0")
@pytest.mark.parametrize("setting", FACTS)
@pytest.mark.parametrize("made_up", MADE_UP)
def test_production_refuses_a_placeholder_and_names_the_setting(setting: str, made_up: str) -> None:
    assert f"{setting} is still a placeholder" in problems(**{setting: made_up})


@pytest.mark.proves("P1.1", "P6.0")
@pytest.mark.parametrize("setting", FACTS)
@pytest.mark.parametrize("nothing", ["", "  "])
def test_production_refuses_what_is_not_set(setting: str, nothing: str) -> None:
    assert problems(**{setting: nothing}) == [f"{setting} is not set"]


@pytest.mark.parametrize("setting", FACTS)
def test_a_real_name_address_and_place_are_not_taken_for_placeholders(setting: str) -> None:
    assert [problems(**{setting: real}) for real in REAL[setting]] == [[]] * len(REAL[setting])


@pytest.mark.parametrize("wrong", ["support", "@miomio.app", "support@miomio", "two words@miomio.app"])
def test_an_address_that_no_mail_can_reach_is_refused(wrong: str) -> None:
    assert "SUPPORT_EMAIL must be an e-mail address" in problems(SUPPORT_EMAIL=wrong)


def test_a_development_machine_may_leave_them_open() -> None:
    open_ones = dict.fromkeys(FACTS, "")
    assert problems(**open_ones, MIOMIO_ENV="development") == []
