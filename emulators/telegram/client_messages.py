"""What a person does in the chat: write, send pictures and files, edit, delete, press buttons."""

from __future__ import annotations

import random
from typing import Any

from aiohttp import web

from . import bodies, client_kinds, entities
from .client_answers import Refused, message_of, person_of, read_json
from .context import TELEGRAM, Telegram
from .images import NotAPicture
from .media import document, photo_sizes
from .multipart import Malformed, Part
from .world import Message, Person

routes = web.RouteTableDef()
LARGEST_ALBUM = 10


@routes.post("/client/people/{person}/messages")
async def write(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    person = _writer(request)
    if request.content_type == "multipart/form-data":
        contents = await _files(request, tg)
        reply_to = None
    else:
        values = await read_json(request)
        reply_to = values.pop("reply_to", None)
        contents = [_json_content(tg, values)]
    extra: dict[str, Any] = {"media_group_id": str(random.randrange(10**16, 10**17))} if len(contents) > 1 else {}
    replied = tg.world.message(person.id, reply_to) if isinstance(reply_to, int) else None
    if replied is not None:
        extra["reply_to_message"] = replied.body()
    sent = [_send(tg, person, content, extra) for content in contents]
    return web.json_response({"message_ids": [message.message_id for message in sent]})


@routes.patch("/client/people/{person}/messages/{message}")
async def edit(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    person = _writer(request)
    message = message_of(request, person)
    if message.by_bot:
        raise Refused(403, "a person cannot edit the bot's message")
    text = (await read_json(request)).get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "text is missing")
    name = "text" if "text" in message.content else "caption"
    content = {k: v for k, v in message.content.items() if k not in ("entities", "caption_entities")}
    tg.world.edit(message, {**content, **_text(text, name)}, message.markup)
    tg.updates.add("edited_message", message.body(), person=person.id)
    return web.json_response({"message_ids": [message.message_id]})


@routes.delete("/client/people/{person}/messages/{message}")
async def delete(request: web.Request) -> web.Response:
    person = person_of(request)
    request.app[TELEGRAM].world.delete(message_of(request, person))
    return web.json_response({"ok": True})


@routes.post("/client/people/{person}/press")
async def press(request: web.Request) -> web.Response:
    """Data is taken as it comes: a forged client can send anything."""
    tg = request.app[TELEGRAM]
    owner = person_of(request)
    values = await read_json(request)
    presser = tg.world.people.get(values.get("as", owner.id))
    if presser is None:
        raise Refused(404, "there is no such person to press as")
    message_id = values.get("message_id")
    chat = tg.world.chats.get(owner.id)
    message = chat.messages.get(message_id) if chat and isinstance(message_id, int) else None
    if message is None or not message.by_bot:
        raise Refused(404, "there is no such message of the bot")
    data = values["data"] if "data" in values else _button_data(message, values)
    presser.seen = True
    tg.world.save_person(presser)
    query = tg.callbacks.add(presser.id)
    told = {
        "id": query.id,
        "from": presser.user(),
        "message": _shown(message),
        "chat_instance": str(owner.id * 7919),
        "data": data,
    }
    tg.updates.add("callback_query", told, person=presser.id)
    return web.json_response({"callback_query_id": query.id})


def _writer(request: web.Request) -> Person:
    person = person_of(request)
    if person.blocked:
        raise Refused(409, "this person has blocked the bot: unblock first")
    if person.deactivated:
        raise Refused(409, "this person's account is deactivated")
    return person


def _send(tg: Telegram, person: Person, content: dict[str, Any], extra: dict[str, Any]) -> Message:
    if not person.started:
        person.started = person.seen = True
        tg.world.save_person(person)
    message = tg.world.post(person, content, by_bot=False, extra=extra)
    tg.updates.add("message", message.body(), person=person.id)
    return message


def _json_content(tg: Telegram, values: dict[str, Any]) -> dict[str, Any]:
    if "text" in values:
        if not isinstance(values["text"], str) or not values["text"].strip():
            raise Refused(400, "text is empty")
        return _text(values["text"], "text")
    if len(values) != 1:
        raise Refused(400, "send text, or one other kind of content, or files as multipart")
    kind, facts = next(iter(values.items()))
    if not isinstance(facts, dict):
        raise Refused(400, f"{kind} is an object")
    return client_kinds.content(tg.files, kind, facts)


def _text(text: str, name: str) -> dict[str, Any]:
    plain, found = entities.parse(text, "", None)
    key = "entities" if name == "text" else "caption_entities"
    return {name: plain, **({key: found} if found else {})}


async def _files(request: web.Request, tg: Telegram) -> list[dict[str, Any]]:
    try:
        form = await bodies.read_form(request, tg.files.blobs.incoming)
    except Malformed as error:
        raise Refused(400, "the multipart body is broken") from error
    captions = [part.body.text() for part in form if part.name == "caption"]
    files = [part for part in form if part.name in ("photo", "document")]
    try:
        if not files:
            raise Refused(400, "no file in the field photo or document")
        if len(files) > LARGEST_ALBUM:
            raise Refused(400, "an album holds ten files at most")
        contents = [await _file(tg, part) for part in files]
    finally:
        for part in form:
            part.body.discard()
    if captions and captions[0].strip():
        contents[0] |= _text(captions[0], "caption")
    return contents


async def _file(tg: Telegram, part: Part) -> dict[str, Any]:
    if part.name == "document":
        file = tg.files.add_document(part.body, name=part.file_name or "file", mime=part.mime)
        return {"document": document(file)}
    try:
        return {"photo": photo_sizes(await tg.files.add_client_photo(part.body.data()))}
    except NotAPicture as error:
        raise Refused(400, "this is no picture a client could send as a photo; send it as a file") from error


def _button_data(message: Message, values: dict[str, Any]) -> str:
    rows = (message.markup or {}).get("inline_keyboard", [])
    try:
        button = rows[values["row"]][values["column"]]
    except (KeyError, IndexError, TypeError) as error:
        raise Refused(404, "there is no such button") from error
    if "callback_data" not in button:
        raise Refused(400, "this button opens an address: nothing is sent to the bot")
    return str(button["callback_data"])


def _shown(message: Message) -> dict[str, Any]:
    """A message that is gone is only named."""
    if not message.deleted:
        return message.body()
    return {"chat": message.head["chat"], "message_id": message.message_id, "date": 0}
