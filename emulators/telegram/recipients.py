"""Who a call is about: the person behind a chat_id, and whether the bot may write there."""

from __future__ import annotations

from typing import Any

from .arguments import Arguments
from .context import Telegram
from .errors import bad_request, forbidden
from .world import Message, Person


def chat_of(tg: Telegram, arguments: Arguments) -> Person:
    """The person whose private chat is meant. Raises ApiError as Telegram would."""
    chat_id = arguments.text("chat_id").strip()
    if not chat_id:
        raise bad_request("chat_id is empty")
    person = tg.world.people.get(int(chat_id)) if chat_id.lstrip("-").isdecimal() else None
    if person is None or not (person.started or person.seen):
        raise bad_request("chat not found")
    return person


def addressee(tg: Telegram, arguments: Arguments) -> Person:
    """A person the bot may send something new to."""
    person = chat_of(tg, arguments)
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.blocked:
        raise forbidden("bot was blocked by the user")
    if not person.started:
        raise forbidden("bot can't initiate conversation with a user")
    if arguments.integer("message_thread_id"):
        raise bad_request("message thread not found")
    return person


def own_message(tg: Telegram, arguments: Arguments) -> Message:
    """The bot's own message that an edit is about."""
    if arguments.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    person = chat_of(tg, arguments)
    message = message_to("edit", tg, person, arguments)
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return message


def message_to(do: str, tg: Telegram, person: Person, arguments: Arguments) -> Message:
    message_id = arguments.integer("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    message = tg.world.message(person.id, message_id)
    if message is None:
        raise bad_request(f"message to {do} not found")
    return message


def sending_options(tg: Telegram, person: Person, arguments: Arguments) -> dict[str, Any]:
    """Fields of a new message that do not belong to its content."""
    options: dict[str, Any] = {}
    if arguments.boolean("protect_content"):
        options["has_protected_content"] = True
    if arguments.text("message_effect_id"):
        options["effect_id"] = arguments.text("message_effect_id")
    replied = _replied(tg, person, arguments)
    if replied is not None:
        body = replied.body()
        options["reply_to_message"] = {k: v for k, v in body.items() if k != "reply_to_message"}
    return options


def _replied(tg: Telegram, person: Person, arguments: Arguments) -> Message | None:
    wanted = arguments.structure("reply_parameters", "can't parse reply parameters JSON object")
    if wanted is None and arguments.given("reply_to_message_id"):
        wanted = {
            "message_id": arguments.integer("reply_to_message_id"),
            "allow_sending_without_reply": arguments.boolean("allow_sending_without_reply"),
        }
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("message_id"), int):
        raise bad_request("can't parse reply parameters: message_id must be of type Number")
    replied = tg.world.message(person.id, wanted["message_id"])
    if replied is None and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return replied
