"""Measures of a page as it is drawn: what sticks out, what the keyboard reaches, what a printer leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# What is wider than the window, unless a box around it can be scrolled; what a box cuts off counts, too.
STICKS_OUT = """() => {
  const name = one => one.tagName.toLowerCase() + (one.className ? "." + one.className : "");
  const scrolls = one => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const cuts = one => ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page: ${root.scrollWidth} of ${root.clientWidth}`);
  for (const one of document.querySelectorAll("body, body *")) {
    const around = [];
    for (let box = one.parentElement; box; box = box.parentElement) around.push(box);
    const style = getComputedStyle(one);
    if (style.position === "absolute" && style.clipPath !== "none") continue;  // for screen readers alone
    const right = one.getBoundingClientRect().right;
    if (right > root.clientWidth + 1 && !around.some(scrolls)) found.push(name(one));
    if (cuts(one) && one.scrollWidth > one.clientWidth + 1) found.push(`cut: ${name(one)}`);
  }
  return found;
}"""
# The element with the focus: its words and address, whether it is on screen, and where.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  return { words: one.innerText.trim() || one.getAttribute("aria-label") || "", href: one.getAttribute("href") || "",
    box: [box.left, box.top, box.right, box.bottom], window: [innerWidth, innerHeight] };
}"""
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter(one => one.checkVisibility({ visibilityProperty: true })).length"""
SCROLLED = """() => [...document.querySelectorAll("*")]
  .filter(one => ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth)
  .map(one => one.tagName.toLowerCase() + "." + one.className)"""
RIM = 6  # pixels around an element in which its focus may show


@dataclass(frozen=True)
class Stop:
    """Where the Tab key stopped, and whether somebody who looks would know."""

    words: str
    href: str
    visible: bool


def sticks_out(page: Page) -> list[str]:
    """Names of the elements that do not fit into the window."""
    found: list[str] = page.evaluate(STICKS_OUT)
    return found


def cut_in_print(page: Page) -> list[str]:
    """The same for paper, which nobody can scroll."""
    found: list[str] = page.evaluate(SCROLLED)
    return sticks_out(page) + [f"scrolled: {name}" for name in found]


def reachable(page: Page) -> int:
    """How many elements a keyboard should reach."""
    return int(page.evaluate(REACHABLE))


def tab_through(page: Page, limit: int = 400) -> list[Stop]:
    """Presses Tab until the focus leaves the page."""
    stops = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        found: dict[str, Any] | None = page.evaluate(FOCUSED)
        if found is None:
            break
        stops.append(Stop(found["words"], found["href"], _shows(page, found)))
    return stops


def _shows(page: Page, found: dict[str, Any]) -> bool:
    """Whether the element is on screen and looks different when it has the focus, to the pixel."""
    left, top, right, bottom = found["box"]
    width, height = found["window"]
    if right <= 0 or bottom <= 0 or left >= width or top >= height or right - left < 1 or bottom - top < 1:
        return False
    x, y = max(0, left - RIM), max(0, top - RIM)
    clip: Any = {"x": x, "y": y, "width": min(width, right + RIM) - x, "height": min(height, bottom + RIM) - y}
    focused = page.screenshot(clip=clip, animations="disabled")
    page.evaluate("window.lately = document.activeElement; window.lately.blur()")
    plain = page.screenshot(clip=clip, animations="disabled")
    page.evaluate("window.lately.focus({ preventScroll: true, focusVisible: true })")
    return focused != plain
