"""People: who they are, and whether they block the bot."""

from __future__ import annotations

import random
import time
from typing import Any

from aiohttp import web

from .client_answers import Refused, person_of, read_json
from .context import TELEGRAM, Telegram
from .world import Person

routes = web.RouteTableDef()
_NAMES = ("first_name", "last_name", "username", "language_code")


@routes.get("/client/people")
async def people(request: web.Request) -> web.Response:
    return web.json_response([person.view() for person in request.app[TELEGRAM].world.people.values()])


@routes.post("/client/people")
async def add(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    values = await read_json(request)
    _check_names(values)
    if values.get("first_name") is None:
        raise Refused(400, "a person needs a first_name")
    person_id = values.get("id") or _free_id(tg)
    if not isinstance(person_id, int) or not 0 < person_id < 2**52:
        raise Refused(400, "id is a whole number below 2 to the 52nd")
    if person_id in tg.world.people:
        raise Refused(409, "there is already a person with this id")
    person = Person(person_id, values["first_name"])
    for name in _NAMES:
        setattr(person, name, values.get(name))
    person.stars = values.get("stars", person.stars)
    tg.world.add_person(person)
    return web.json_response(person.view())


@routes.patch("/client/people/{person}")
async def change(request: web.Request) -> web.Response:
    person = person_of(request)
    values = await read_json(request)
    _check_names(values)
    if "first_name" in values and values["first_name"] is None:
        raise Refused(400, "a person keeps a first_name")
    for name in _NAMES:
        if name in values:
            setattr(person, name, values[name])
    tg = request.app[TELEGRAM]
    if "stars" in values:
        person.stars = values["stars"]
        tg.world.stir(tg.world.chat(person.id))
    tg.world.save_person(person)
    return web.json_response(person.view())


@routes.post("/client/people/{person}/block")
async def block(request: web.Request) -> web.Response:
    return _blocking(request, blocked=True)


@routes.post("/client/people/{person}/unblock")
async def unblock(request: web.Request) -> web.Response:
    return _blocking(request, blocked=False)


@routes.post("/client/people/{person}/deactivate")
async def deactivate(request: web.Request) -> web.Response:
    person = person_of(request)
    person.deactivated = True
    request.app[TELEGRAM].world.save_person(person)
    return web.json_response(person.view())


def _blocking(request: web.Request, *, blocked: bool) -> web.Response:
    tg = request.app[TELEGRAM]
    person = person_of(request)
    if person.blocked != blocked:
        person.blocked = blocked
        tg.world.save_person(person)
        _tell(tg, person)
    return web.json_response(person.view())


def _tell(tg: Telegram, person: Person) -> None:
    member = {"user": tg.world.bot, "status": "member"}
    kicked = {"user": tg.world.bot, "status": "kicked", "until_date": 0}
    change = {
        "chat": person.chat(),
        "from": person.user(),
        "date": int(time.time()),
        "old_chat_member": member if person.blocked else kicked,
        "new_chat_member": kicked if person.blocked else member,
    }
    tg.updates.add("my_chat_member", change, person=person.id)


def _check_names(values: dict[str, Any]) -> None:
    unknown = set(values) - {*_NAMES, "id", "stars"}
    if unknown:
        raise Refused(400, f"unknown: {', '.join(sorted(unknown))}")
    for name in _NAMES:
        if values.get(name) is not None and not isinstance(values[name], str):
            raise Refused(400, f"{name} is a text")
    stars = values.get("stars", 0)
    if not isinstance(stars, int) or isinstance(stars, bool) or stars < 0:
        raise Refused(400, "stars is a whole number from 0")


def _free_id(tg: Telegram) -> int:
    while True:
        person_id = random.randrange(10**8, 10**10)
        if person_id not in tg.world.people:
            return person_id
