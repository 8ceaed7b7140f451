"""The Flask application: site pages, webhook and health, with the same strict headers on every answer."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from whitenoise import WhiteNoise

import logs
from errors import Temporary
from web import callbacks, health, links, site, webhook
from web.headers import HEADERS
from workers.assembly import House

LARGEST_BODY = 1 << 20  # Telegram's updates are a few kilobytes

HSTS = "max-age=63072000; includeSubDomains"

log = logs.get()


def create_app(house: House) -> Flask:
    """An application on this house. Keeps no session and sets no cookie."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(site.blueprint(house))
    app.register_blueprint(webhook.blueprint(house))
    app.register_blueprint(callbacks.blueprint(house))
    app.register_blueprint(links.blueprint(house))
    app.register_blueprint(health.blueprint(house))
    https = house.settings.public_url.startswith("https://")

    @app.after_request
    def with_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a page may ask for less, and says so itself
        if https:
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    @app.errorhandler(HTTPException)
    def plainly(error: HTTPException) -> tuple[str, int]:
        return error.name, error.code or 500

    @app.errorhandler(Temporary)
    def later(error: Temporary) -> tuple[str, int, dict[str, str]]:
        log.warning("request.later", route=str(request.url_rule), code=error.code)
        return "Please try again in a moment", 503, {"Retry-After": "2"}

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        log.error("request.broken", route=str(request.url_rule), exc_info=error)
        return "Something went wrong on our side", 500

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's documented way to wrap an application
        app.wsgi_app,
        root=str(site.STATIC),
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
