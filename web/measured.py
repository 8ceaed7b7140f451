"""How long each part of the website takes to answer."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from watch.meters import OTHER, Meters


def install(app: Flask, meters: Meters) -> None:
    """Installed before what may refuse a request, so that refusals count as well."""

    @app.before_request
    def begin() -> None:
        g.begun = time.monotonic()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.monotonic() - g.begun
        meters.answered(request.blueprint or OTHER, response.status_code, seconds)
        return response
