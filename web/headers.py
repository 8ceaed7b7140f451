"""The headers of every answer."""

from __future__ import annotations

# No script, no frame, nothing from elsewhere: the site works without all of them. Where no script runs nothing can
# connect; `connect-src` is there for Lighthouse, which reads robots.txt as if the page asked for it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

# For a page with a form that is sent back to ourselves.
WITH_OWN_FORMS = HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'")
