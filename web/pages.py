"""The pages that say something of their own: each with its address, its template and what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.prices import PACKS, PICTURE, PRICES, TRIAL_CREDITS, VIDEO_SECONDS, video
from generation.orders import PROVIDER, VIDEO_PROVIDER
from policy.limits import LONGEST_PROMPT, REFUND_WITHIN
from policy.recipients import RECIPIENTS
from policy.rights import PCPD_HOTLINE, PCPD_SITE
from policy.versions import VERSIONS
from privacy.receipt_body import PATH as RECEIPTS
from web import receipts, reports
from web.site_layout import STATIC
from wording.language import Translate
from wording.money import amount, kind
from wording.policy import document, facts
from wording.reports import HOURS
from workers.house import House

TERMS_OF = "2026-11-28"  # the day on which the words of the terms, the refunds or the safety page changed last
BEFORE_AND_AFTER = (("cat", "papercut"), ("cup", "synthwave"), ("rocket", "pop-art"))
ON_THE_WALL = ("watercolor", "blueprint", "infrared", "charcoal", "stained-glass", "neon")
EMULATOR = "emulator"

Shows = Callable[[Translate, House], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """A page with a fixed address; `shows` gives what its template needs, by name."""

    path: str
    template: str
    shows: Shows
    forms: bool = False  # whether it has any that are sent back to us


def _money(_: Translate, house: House) -> dict[str, Any]:
    kinds = [PICTURE, *(video(seconds) for seconds in VIDEO_SECONDS if house.slots is not None)]
    return {
        "prices": [(kind(_, what), amount(_, PRICES[what])) for what in kinds],
        "trial": amount(_, TRIAL_CREDITS),
        "packs": [(_(pack.name), amount(_, pack.credits), pack.stars) for pack in PACKS.values()],
        "refund_days": REFUND_WITHIN.days,
        "videos": house.slots is not None,
        "changed": TERMS_OF,
    }


def _providers(_: Translate, house: House) -> dict[str, Any]:
    return {
        "picture_provider": _(RECIPIENTS[PROVIDER].name),
        "video_provider": _(RECIPIENTS[VIDEO_PROVIDER].name),
    }


def _landing(_: Translate, house: House) -> dict[str, Any]:
    made = json.loads((STATIC / "previews" / "previews.json").read_bytes())
    shown = [(photo, house.catalogue.get(style)) for photo, style in BEFORE_AND_AFTER if style in house.catalogue]
    wall = [house.catalogue.get(style) for style in ON_THE_WALL if style in house.catalogue]
    return {
        **_money(_, house),
        **_providers(_, house),
        "pairs": [(photo, style.id, _(style.name)) for photo, style in shown],
        "wall": [(style.id, _(style.name)) for style in wall],
        "drawn": any(made.get(style.id, {}).get("made_by") == EMULATOR for __, style in shown),
        "style_count": len(house.catalogue),
        "motion_count": len(house.motions),
    }


def _privacy(_: Translate, house: House) -> dict[str, Any]:
    before = VERSIONS[-2] if len(VERSIONS) > 1 else None
    return {"document": document(_, facts(house.settings)), "before": before}


def _contact(_: Translate, house: House) -> dict[str, Any]:
    return {"pcpd_site": PCPD_SITE, "pcpd_hotline": PCPD_HOTLINE}


def _safety(_: Translate, house: House) -> dict[str, Any]:
    return {**_money(_, house), **_providers(_, house), "prompt_limit": LONGEST_PROMPT, "report_hours": HOURS}


PAGES = (
    Page("/", "landing.html", _landing),
    Page("/packs", "packs.html", _money),
    Page("/privacy", "privacy.html", _privacy),
    Page("/terms", "terms.html", lambda _, house: {**_money(_, house), **_providers(_, house)}),
    Page("/refunds", "refunds.html", _money),
    Page("/safety", "safety.html", _safety),
    Page("/contact", "contact.html", _contact),
    Page(RECEIPTS, receipts.TEMPLATE, receipts.shows, forms=True),
    Page(reports.PATH, reports.TEMPLATE, reports.shows, forms=True),
)
