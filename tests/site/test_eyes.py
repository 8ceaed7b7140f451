"""Whoever finds nothing wrong with our pages must have been able to: each fault of another site is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.site.faulty import SCRIPTS, faulty_site
from tests.site.looking import Eyes

SAID = {
    "cookie": "cookie: visitor",
    "local storage": "localStorage: visitor",
    "session storage": "sessionStorage: visitor",
    "database": "indexedDB: visitor",
    "cache": "caches: visitor",
    "file": "file system: visitor",
    "worker": "service workers: http",
    "name": "window.name: visitor",
    "state": "history.state: kept",
    "error": "error: visitor",
    "warning": "warning: visitor",
    "exception": "error: visitor",
    "elsewhere": "asked somebody else: http://localhost:1/visitor",
    "beacon": "asked somebody else: http://localhost:1/visitor",
    "socket": "socket: ws://localhost:1/visitor",
    "set-cookie": "a cookie came with",
    "missing picture": "404: http",
    "policy": "issue: ContentSecurityPolicyIssue",
    "gone": "status 404",
}


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with faulty_site() as url:
        yield url


@pytest.fixture
def eyes(browser: Browser, faulty: str) -> Iterator[Eyes]:
    context = browser.new_context()
    yield Eyes.on(context, faulty)
    context.close()


def test_a_clean_page_has_no_trouble(eyes: Eyes) -> None:
    assert eyes.visit("/clean") == []


@pytest.mark.parametrize("fault", SAID)
def test_each_fault_is_seen(eyes: Eyes, fault: str) -> None:
    troubles = eyes.visit(f"/{fault}")
    assert any(trouble.startswith(SAID[fault]) for trouble in troubles), troubles


def test_each_script_is_one_of_the_faults() -> None:
    assert SCRIPTS.keys() <= SAID.keys()
