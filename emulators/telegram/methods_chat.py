"""getMe, getChat, getFile, answerCallbackQuery, and what the bot says about itself."""

from __future__ import annotations

import re
from typing import Any

from .arguments import Arguments
from .context import Telegram
from .errors import bad_request
from .images import NotAPicture
from .recipients import chat_of

DOWNLOAD_BYTES = 20 * 1024 * 1024
TOAST_LENGTH = 200
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES = frozenset(
    [
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    ]
)


def get_me(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    more = ("can_connect_to_business", "has_main_web_app", "has_topics_enabled")
    return {**tg.world.bot, **dict.fromkeys(abilities + more, False)}


def get_chat(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    person = chat_of(tg, arguments)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **person.chat(),
        "accent_color_id": person.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


async def get_file(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    file = tg.files.get(arguments.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    size = file.size
    if size is None:
        try:
            size = len(await tg.files.read(file))
        except (NotAPicture, OSError) as error:
            raise bad_request("wrong file_id or the file is temporarily unavailable") from error
    if size > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    ids = {"file_id": file.file_id, "file_unique_id": file.unique_id}
    return {**ids, "file_size": size, "file_path": tg.files.link(file)}


def answer_callback_query(tg: Telegram, arguments: Arguments) -> bool:
    press = tg.callbacks.open(arguments.text("callback_query_id"))
    text = arguments.text("text")
    if len(text) > TOAST_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    if press.answered:
        return True
    tg.callbacks.answer(press, text=text, show_alert=arguments.boolean("show_alert"), url=arguments.text("url"))
    if text:
        chat = tg.world.chat(press.person)
        toast = {"callback_query_id": press.id, "text": text, "show_alert": press.show_alert}
        chat.toasts = [*chat.toasts[-49:], {**toast, "rev": tg.world.stir(chat)}]
    return True


def set_my_commands(tg: Telegram, arguments: Arguments) -> bool:
    commands = arguments.structure("commands", "can't parse commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(command) for command in commands]
    tg.profile.setdefault("commands", {})[_place(arguments)] = checked
    tg.store.mark("profile", "bot")
    return True


def get_my_commands(tg: Telegram, arguments: Arguments) -> list[dict[str, Any]]:
    commands: list[dict[str, Any]] = tg.profile.get("commands", {}).get(_place(arguments), [])
    return commands


def delete_my_commands(tg: Telegram, arguments: Arguments) -> bool:
    tg.profile.get("commands", {}).pop(_place(arguments), None)
    tg.store.mark("profile", "bot")
    return True


def set_my_description(tg: Telegram, arguments: Arguments) -> bool:
    return _set_line(tg, arguments, "description", 512)


def set_my_short_description(tg: Telegram, arguments: Arguments) -> bool:
    return _set_line(tg, arguments, "short_description", 120)


def get_my_description(tg: Telegram, arguments: Arguments) -> dict[str, str]:
    return {"description": _line(tg, arguments, "description")}


def get_my_short_description(tg: Telegram, arguments: Arguments) -> dict[str, str]:
    return {"short_description": _line(tg, arguments, "short_description")}


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(command.get("command") or "").removeprefix("/")
    words = str(command.get("description") or "").strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(words) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": words}


def _place(arguments: Arguments) -> str:
    scope = arguments.structure("scope", "can't parse bot command scope JSON object")
    scope = scope if isinstance(scope, dict) else {"type": "default"}
    if scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    pieces = [scope["type"], str(scope.get("chat_id", "")), str(scope.get("user_id", "")), _language(arguments)]
    return "/".join(pieces)


def _language(arguments: Arguments) -> str:
    language = arguments.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def _set_line(tg: Telegram, arguments: Arguments, name: str, longest: int) -> bool:
    text = arguments.text(name)
    if len(text) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    tg.profile.setdefault(name, {})[_language(arguments)] = text
    tg.store.mark("profile", "bot")
    return True


def _line(tg: Telegram, arguments: Arguments, name: str) -> str:
    lines: dict[str, str] = tg.profile.get(name, {})
    return lines.get(_language(arguments)) or lines.get("") or ""
