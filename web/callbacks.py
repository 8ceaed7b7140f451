"""Kling's callback: it only rings. Who does not know the address, or has not signed what must be signed, is nobody."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, abort, request

from errors import Permanent
from generation.kinds import LOOK, ROUND
from jobs.kinds import GENERATION
from providers.kling_callback import external_id_in, says_it_goes_on, signed
from workers.house import House

PATH = "/callbacks/kling/<secret>"


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("callbacks", __name__)
    path_secret = house.settings.callback_secret.encode()
    signing = house.settings.kling_webhook_secret

    @routes.post(PATH)
    def rung(secret: str) -> Response:
        if not path_secret or not secrets.compare_digest(secret.encode(), path_secret):
            abort(404)
        body = request.get_data()
        if signing and not _is_signed(signing, body):
            abort(403)
        external_id = external_id_in(body)
        ended = external_id is not None and not says_it_goes_on(body)
        if ended and house.watch.callback(external_id or "") is not None:
            house.desk.ring(GENERATION, LOOK, ROUND)
        return Response(status=200)

    def _is_signed(secret: str, body: bytes) -> bool:
        try:
            return signed(secret, dict(request.headers), body, now=house.database.clock.now())
        except Permanent:  # our own setting is no secret: better no callbacks than unsigned ones
            return False

    return routes
