"""What our web process is measured beside, behind our own gunicorn: bare Flask routes, and one with a template.

`python -m bench.bare_web`.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template
from jinja2 import DictLoader

from web.__main__ import Server
from web.webhook import PATH
from workers.startup import settings_or_exit

ROWS = 40
TEMPLATE = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1><table>
{% for row in rows %}<tr><td>{{ row.name }}</td><td>{{ row.purpose }}</td><td>{{ row.days }} days</td></tr>
{% endfor %}</table></body></html>"""


class Bare(Server):
    """Same server, same settings; the application does nothing, or what a first version would."""

    def load(self) -> Any:
        app = Flask(__name__)
        app.jinja_loader = DictLoader({"page.html": TEMPLATE})
        rows = [{"name": f"Category {n}", "purpose": "to make your pictures", "days": n} for n in range(ROWS)]

        @app.post(PATH)
        @app.get("/")
        def receive() -> str:
            return ""

        @app.get("/page")
        def page() -> str:
            return render_template("page.html", title="What we keep", rows=rows)

        return app


if __name__ == "__main__":
    Bare(settings_or_exit("bare")).run()
