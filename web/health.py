"""`/healthz`: the process answers. `/readyz`: what it needs answers too, each part by name, and in time."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from watch.part import OK
from workers.house import House
from workers.parts import parts


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("health", __name__)
    needed = parts(house)

    @routes.get("/healthz")
    def alive() -> str:
        return "ok"

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        asked = {name: part.begin() for name, part in needed.items()}
        said = {name: answer() for name, answer in asked.items()}
        # Without the bell the rows are found by asking: slower, but nothing is refused.
        good = all(said[name] == OK for name in ("database", "store", "erasures"))
        return jsonify(said), 200 if good else 503

    return routes
