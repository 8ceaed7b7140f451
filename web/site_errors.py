"""Error pages in the language of the address. What machines ask for (callback, health) is told in a line."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.routing import RequestRedirect

import logs
from errors import Temporary
from policy.terms import N_
from web.site_languages import split
from web.site_layout import Layout
from web.site_memory import Kept, Memory
from wording.language import translate

NEVER_KEPT = "no-store"
SOON = 2  # seconds after which to ask again for what is away
MACHINES = ("callbacks", "health")
TOLD = ("Allow", "Retry-After")
OURS = 500  # the page that stands for every code without one of its own

# Code -> title and text.
PAGES = {
    400: (
        N_("That could not be read"),
        N_("Something was missing in what your browser sent, or damaged on the way. Please go back and try again."),
    ),
    404: (
        N_("This page does not exist"),
        N_("The address may be mistyped, or what stood here has ended. A download address works once, for a day."),
    ),
    405: (N_("That does not work here"), N_("This address cannot be used in that way. Please open it as a page.")),
    413: (N_("That is too large"), N_("Nothing of it was kept. Please go back and send something smaller.")),
    429: (N_("Too many requests"), N_("A moment, please: too much was asked from your network. Try again later.")),
    500: (
        N_("Something went wrong"),
        N_("The mistake is ours, and it has been written down. Please try again."),
    ),
    503: (N_("Please try again in a moment"), N_("Something that we need does not answer right now.")),
}

log = logs.get()


def install(app: Flask, layout: Layout) -> None:
    """Every failure of this application becomes a page; what is only ours to know is written to the log."""
    memory = Memory()

    def page(error: HTTPException) -> Response:
        code = error.code or OURS
        if request.blueprint in MACHINES:
            answer = Response(error.name, status=code, mimetype="text/plain")
        else:
            tag, _path = split(request.path)
            shown = code if code in PAGES else 404 if code < OURS else OURS
            answer = memory.get((shown, tag), lambda: _rendered(shown, tag)).answer(code)
        for name, value in error.get_headers():
            if name in TOLD:
                answer.headers[name] = value
        return answer

    def _rendered(code: int, tag: str) -> Kept:
        _ = translate(tag)
        title, text = PAGES[code]
        return Kept.of(
            layout.render("error.html", tag=tag, path="/", listed=False, code=code, title=_(title), text=_(text)),
            cache=NEVER_KEPT,
        )

    @app.before_request
    def sent_on() -> Response | None:
        """An address with a slash too many or too few is sent to the right one; Flask would name a host."""
        error = request.routing_exception
        return _here(error) if isinstance(error, RequestRedirect) else None

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return page(error)

    @app.errorhandler(Temporary)
    def later(error: Temporary) -> Response:
        log.warning("request.later", route=str(request.url_rule), code=error.code)
        return page(ServiceUnavailable(retry_after=SOON))

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("request.broken", route=str(request.url_rule), exc_info=error)
        return page(InternalServerError())


def _here(error: RequestRedirect) -> Response:
    """To the path alone: scheme and host would be those that the visitor, or who sent them, says this website has."""
    to = urlsplit(error.new_url)
    path = "/" + to.path.lstrip("/") + (f"?{to.query}" if to.query else "")
    return redirect(path, code=error.code)  # type: ignore[return-value]  # werkzeug's
