"""The Flask application: site pages, webhook and health, with the same strict headers on every answer."""

from __future__ import annotations

from flask import Flask, Response
from whitenoise import WhiteNoise

from web import callbacks, health, limits, links, measured, proofs, receipts, reports, site, site_errors
from web import counts as site_counts
from web.counts import Counts
from web.headers import HEADERS
from web.limits import Limiter
from web.site_layout import STATIC, Layout
from web.webhook import Webhook
from workers.house import House

LARGEST_BODY = 1 << 20

DAY = 86_400  # seconds that a picture may be kept
HSTS = "max-age=63072000; includeSubDomains"


def create_app(house: House, *, counts: Counts | None = None, limiter: Limiter | None = None) -> Flask:
    """An application on this house. Keeps no session and sets no cookie. `counts` is written by who hands it in."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    layout = Layout(house.settings)
    measured.install(app, house.meters)
    app.register_blueprint(site.blueprint(house, layout))
    app.register_blueprint(proofs.blueprint(house, layout))
    app.register_blueprint(callbacks.blueprint(house))
    app.register_blueprint(links.blueprint(house, layout))
    app.register_blueprint(receipts.blueprint(house, layout))
    app.register_blueprint(reports.blueprint(house, layout))
    app.register_blueprint(health.blueprint(house))
    headers = dict(HEADERS)
    if house.settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = HSTS

    @app.after_request
    def with_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)  # a page may ask for less, and says so itself
        return response

    def with_headers_too(static: dict[str, str], path: str, url: str) -> None:
        del path, url
        for name, value in headers.items():
            static[name] = value

    site_errors.install(app, layout)
    limits.install(app, limiter or Limiter(house.settings))
    site_counts.install(app, counts or Counts(house.database))

    website = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix="static",
        allow_all_origins=False,
        max_age=DAY,
        add_headers_function=with_headers_too,
    )
    # Flask's documented way to wrap an application.
    app.wsgi_app = Webhook(house, website, headers=headers)  # type: ignore[method-assign]
    return app
