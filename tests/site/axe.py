"""What axe-core says of a page, in the light and in the dark."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
# What is seen in each scheme: the dark one changes colours, so there only the rules are asked that look at colours.
SCHEMES: dict[Scheme, list[str] | None] = {"light": None, "dark": ["color-contrast", "link-in-text-block"]}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
CHECK = "rules => axe.run({ resultTypes: ['violations', 'incomplete'], ...(rules && { runOnly: rules }) })"


def violations(page: Page, address: str) -> list[str]:
    """Of the page at an address."""
    page.goto(address)
    return violations_here(page)


def violations_here(page: Page) -> list[str]:
    """Of the page as it stands; letters whose contrast cannot be told count as violations of it."""
    page.evaluate(AXE)
    return [wrong for scheme in SCHEMES for wrong in _violations(page, scheme)]


def _violations(page: Page, scheme: Scheme) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    answer = page.evaluate(CHECK, SCHEMES[scheme])
    found = [*answer["violations"], *(rule for rule in answer["incomplete"] if rule["id"] == "color-contrast")]
    return [f"{scheme} {rule['id']}: {node['target']} {node['html'][:90]}" for rule in found for node in rule["nodes"]]
