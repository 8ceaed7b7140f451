"""What a test does beside being a person: raw updates, faults, speeds, records, a fresh start."""

from __future__ import annotations

import asyncio

from aiohttp import web

from .client_answers import Refused, number, read_json, wait_of
from .context import TELEGRAM
from .delivery import DELIVERY
from .traffic import Entry

routes = web.RouteTableDef()
MOST_COPIES = 1000


@routes.get("/client/health")
async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@routes.get("/client/bot")
async def bot(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    commands = tg.profile.get("commands", {}).get("default///", [])
    lines = {name: tg.profile.get(name, {}).get("", "") for name in ("description", "short_description")}
    return web.json_response({**tg.world.bot, "commands": commands, **lines})


@routes.post("/client/updates")
async def update(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    values = await read_json(request)
    body, repeat = values.get("update"), values.get("repeat", 1)
    if not isinstance(body, dict):
        raise Refused(400, "update is an object")
    if not isinstance(repeat, int) or not 1 <= repeat <= MOST_COPIES:
        raise Refused(400, f"repeat is a number from 1 to {MOST_COPIES}")
    if repeat > 1:
        body = {"update_id": tg.world.next("update"), **body}
        copies = [request.app[DELIVERY].once(body) for _ in range(repeat)]
        return web.json_response({"update_id": body["update_id"], "statuses": await asyncio.gather(*copies)})
    kind = next((name for name in body if name != "update_id"), "")
    payload = body.get(kind)
    sender = payload.get("from") if isinstance(payload, dict) else None
    person = sender.get("id") if isinstance(sender, dict) else None
    update_id = tg.updates.add_raw(body, kind=kind, person=person if isinstance(person, int) else None)
    return web.json_response({"update_id": update_id})


@routes.get("/client/traffic")
async def traffic(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    entries = await _entries(request)
    return web.json_response(
        {"next": tg.traffic.last, "epoch": tg.world.epoch, "entries": [entry.view() for entry in entries]}
    )


@routes.get("/client/traffic/{n}")
async def entry(request: web.Request) -> web.Response:
    text = request.match_info["n"]
    found = request.app[TELEGRAM].traffic.entry(int(text)) if text.isdecimal() else None
    if found is None:
        raise Refused(404, "this entry is not kept any more")
    return web.json_response(found.whole())


@routes.get("/client/calls")
async def calls(request: web.Request) -> web.Response:
    method = request.query.get("method", "").lower()
    entries = await _entries(request)
    return web.json_response([e.call() for e in entries if e.direction != "update" and method in ("", e.name.lower())])


@routes.post("/client/faults")
async def add_faults(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    rules = (await read_json(request)).get("rules")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise Refused(400, "rules is a list of objects")
    try:
        waiting = tg.faults.add(rules)
    except ValueError as error:
        raise Refused(400, str(error)) from error
    return web.json_response({"rules": waiting})


@routes.delete("/client/faults")
async def remove_faults(request: web.Request) -> web.Response:
    request.app[TELEGRAM].faults.rules.clear()
    return web.json_response({"rules": 0})


@routes.post("/client/settings")
async def settings(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    try:
        tg.settings.update(await read_json(request))
    except ValueError as error:
        raise Refused(400, str(error)) from error
    return web.json_response(tg.settings.view())


@routes.post("/client/reset")
async def reset(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    values = await read_json(request)
    tg.forget(keep_webhook=bool(values.get("keep_webhook")))
    request.app[DELIVERY].restart()
    return web.json_response({"ok": True})


async def _entries(request: web.Request) -> list[Entry]:
    tg = request.app[TELEGRAM]
    since = int(number(request, "since"))
    entries = tg.traffic.since(since)
    wait = wait_of(request)
    if not entries and wait:
        await tg.traffic.pulse.wait(wait)
        entries = tg.traffic.since(since)
    return entries
