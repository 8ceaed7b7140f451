"""The pages: landing and privacy. Rendered once at start-up, from the register and the settings, without cookies."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from billing.prices import PACKS, PICTURE, PRICES, TRIAL_CREDITS, VIDEO_SECONDS, video
from billing.refunds import WITHIN
from config import Settings
from generation.orders import PROVIDER, VIDEO_PROVIDER
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from providers.origins import recipients
from workers.assembly import House

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("site", __name__)
    pages = {name: _render(name, house) for name in ("landing.html", "privacy.html")}

    @routes.get("/")
    def landing() -> Response:
        return _page(pages["landing.html"])

    @routes.get("/privacy")
    def privacy() -> Response:
        return _page(pages["privacy.html"])

    return routes


def _render(name: str, house: House) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(name).render(
        settings=_public(house.settings),
        categories=CATEGORIES.values(),
        purposes=PURPOSES.values(),
        recipients=recipients(house.settings),
        names={c.id: c.name for c in CATEGORIES.values()},
        provider=RECIPIENTS[PROVIDER],
        version=CURRENT,
        price=PRICES[PICTURE],
        trial=TRIAL_CREDITS,
        packs=PACKS.values(),
        refund_days=WITHIN.days,
        videos=[(seconds, PRICES[video(seconds)]) for seconds in VIDEO_SECONDS] if house.slots is not None else [],
        video_provider=RECIPIENTS[VIDEO_PROVIDER],
        motion_count=len(house.motions),
        styles=house.catalogue.page(1, 6),
        style_count=len(house.catalogue),
    )


def _public(settings: Settings) -> dict[str, str]:
    """The settings that a page may show."""
    return {
        "controller_name": settings.controller_name or "MIOMIO (development)",
        "controller_address": settings.controller_address or "not set in development",
        "support_email": settings.support_email or "not set in development",
        "data_location": settings.data_location or "this machine (development)",
    }


def _page(text: str) -> Response:
    response = Response(text, mimetype="text/html")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
