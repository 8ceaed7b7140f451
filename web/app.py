"""The Flask application: site pages, webhook and health, with the same strict headers on every answer."""

from __future__ import annotations

from flask import Flask, Response
from whitenoise import WhiteNoise

from web import callbacks, health, links, proofs, site, site_errors, webhook
from web.headers import HEADERS
from web.site_layout import STATIC, Layout
from workers.assembly import House

LARGEST_BODY = 1 << 20  # Telegram's updates are a few kilobytes

HSTS = "max-age=63072000; includeSubDomains"


def create_app(house: House) -> Flask:
    """An application on this house. Keeps no session and sets no cookie."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    layout = Layout(house.settings)
    app.register_blueprint(site.blueprint(house, layout))
    app.register_blueprint(proofs.blueprint(house, layout))
    app.register_blueprint(webhook.blueprint(house))
    app.register_blueprint(callbacks.blueprint(house))
    app.register_blueprint(links.blueprint(house, layout))
    app.register_blueprint(health.blueprint(house))
    https = house.settings.public_url.startswith("https://")

    @app.after_request
    def with_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a page may ask for less, and says so itself
        if https:
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    site_errors.install(app, layout)

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's documented way to wrap an application
        app.wsgi_app,
        root=str(STATIC),
        prefix="static",
        allow_all_origins=False,
        max_age=3600,
        add_headers_function=_static_headers,
    )
    return app


def _static_headers(headers: dict[str, str], path: str, url: str) -> None:
    del path, url
    for name, value in HEADERS.items():
        headers[name] = value
