"""Telegram's Bot API through pyTelegramBotAPI, with its requests sent by our one way out.

The library puts every parameter into the address beside the token; our sender posts a body instead, and what goes
wrong is told without address or text.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from requests_toolbelt.multipart.encoder import MultipartEncoder
from telebot import apihelper

from errors import Permanent, Rejected, Temporary
from providers.http import Answer, Outbound, Timeout
from providers.telegram_calls import Call, encode

NAME = "telegram"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
LARGEST_DOWNLOAD = 20 * 1024 * 1024  # getFile refuses more
ANSWER_LIMIT = 4 << 20
CONNECT, CALL, UPLOAD = 5.0, 30.0, 120.0  # seconds

# What Telegram says, and what it means for us. The first hit counts; matched in lower case.
MEANINGS: tuple[tuple[int, str, Callable[[], Exception] | None], ...] = (
    (400, "message is not modified", None),  # it says already what we wanted it to say
    (400, "query is too old", None),
    (400, "message to edit not found", lambda: Permanent("telegram.message_gone")),
    (400, "message can't be edited", lambda: Permanent("telegram.message_gone")),
    (400, "message to delete not found", None),
    (400, "message can't be deleted", lambda: Permanent("telegram.message_kept")),
    (400, "chat not found", lambda: Permanent("telegram.blocked")),
    (400, "file is too big", lambda: Rejected("photo.too_large")),
    (400, "wrong file_id", lambda: Permanent("telegram.file_gone")),
    (403, "", lambda: Permanent("telegram.blocked")),
    (401, "", lambda: Permanent("telegram.misconfigured")),
    (404, "", lambda: Permanent("telegram.misconfigured")),
    (409, "", lambda: Permanent("telegram.conflict")),
    (400, "", lambda: Permanent("telegram.bad_request")),
)


@dataclass(frozen=True)
class Sent:
    """A message as Telegram keeps it, and its reference to the picture or file in it."""

    message_id: int
    file_id: str | None


class _Response:
    """What pyTelegramBotAPI wants of a response."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.text = ""  # it ends up in exceptions
        self.reason = ""
        self._body = answer.body

    def json(self) -> Any:
        return orjson.loads(self._body)


class Telegram:
    """One bot. `on_wait` is told when Telegram asks everybody to slow down."""

    def __init__(
        self, outbound: Outbound, *, api_url: str, token: str, on_wait: Callable[[float], None] = lambda _: None
    ) -> None:
        self._outbound = outbound
        self._token = token
        self._on_wait = on_wait
        self._files = f"{api_url}/file/bot{token}/"
        self._api = api_url + "/bot{0}/{1}"

    def call(self, call: Call, *, long_poll: int | None = None) -> Any:
        """Telegram's `result`; None where it says that nothing was left to do.

        Raises Temporary("telegram.wait" | "telegram.unavailable" | "http.…"), Permanent("telegram.…").
        """
        params: dict[str, Any] = {**encode(call.params), "timeout": UPLOAD if call.files else CALL}
        if long_poll is not None:
            params["long_polling_timeout"] = long_poll  # the library's name for getUpdates' own timeout
        # The library keeps these in its module. One bot a process; where tests have several, the one that calls counts.
        apihelper.API_URL, apihelper.CUSTOM_REQUEST_SENDER = self._api, self._send
        try:
            # The library's only door for a method given by name; it builds the address and checks the envelope.
            return apihelper._make_request(
                self._token, call.method, method="post", params=params, files=call.files or None
            )
        except apihelper.ApiTelegramException as error:
            return self._refused(int(error.error_code), error.result_json)
        except (apihelper.ApiHTTPException, apihelper.ApiInvalidJSONException):
            raise Temporary("telegram.unavailable", method=call.method) from None

    def send(self, call: Call) -> Sent | None:
        """For calls that make or change a message. None: it was like that already."""
        result = self.call(call)
        return None if not isinstance(result, dict) else Sent(result["message_id"], _file_id(result))

    @contextmanager
    def download(self, file_id: str) -> Iterator[Iterator[bytes]]:
        """The pieces of a file somebody sent. Raises Rejected("photo.too_large") before anything is read."""
        file = self.call(Call("getFile", {"file_id": file_id}))
        if not isinstance(file, dict) or "file_path" not in file:
            raise Permanent("telegram.file_gone")
        if file.get("file_size", 0) > LARGEST_DOWNLOAD:
            raise Rejected("photo.too_large")
        with self._outbound.stream("GET", self._files + file["file_path"], timeout=Timeout(CONNECT, CALL)) as (
            head,
            pieces,
        ):
            if head.status != 200:
                code = "telegram.file_gone" if head.status in (400, 404) else "telegram.unavailable"
                raise Permanent(code) if head.status in (400, 404) else Temporary(code)
            yield pieces

    def set_webhook(self, url: str, *, secret: str) -> None:
        self.call(
            Call(
                "setWebhook",
                {"url": url, "secret_token": secret, "allowed_updates": list(ALLOWED_UPDATES), "max_connections": 40},
            )
        )

    def delete_webhook(self) -> None:
        self.call(Call("deleteWebhook", {}))

    def updates(self, offset: int, *, wait: int) -> list[dict[str, Any]]:
        """Long polling: updates from `offset` on, after at most `wait` seconds."""
        call = Call("getUpdates", {"offset": offset, "allowed_updates": list(ALLOWED_UPDATES)})
        return list(self.call(call, long_poll=wait) or [])

    def set_commands(self, commands: Mapping[str, str], *, language: str | None = None) -> None:
        listed = [{"command": name, "description": text} for name, text in commands.items()]
        self.call(Call("setMyCommands", {"commands": listed, "language_code": language}))

    def name(self) -> str:
        """The bot's username."""
        return str(self.call(Call("getMe", {}))["username"])

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        timeout: Any = None,
        proxies: Any = None,
    ) -> _Response:
        del proxies
        fields = dict(params or {})
        if files:
            uploads = {name: (up.name, io.BytesIO(up.content()), up.mime) for name, up in files.items()}
            body: Any = MultipartEncoder({**{k: str(v) for k, v in fields.items()}, **uploads})  # streams, no copies
            kind = str(body.content_type)
        else:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return _Response(
            self._outbound.request(
                method,
                url,
                headers={"Content-Type": kind},
                body=body,
                timeout=Timeout(CONNECT, float(timeout[1])),
                max_bytes=ANSWER_LIMIT,
            )
        )

    def _refused(self, status: int, answer: Mapping[str, Any]) -> None:
        said = str(answer.get("description", "")).lower()
        if status == 429:
            seconds = float((answer.get("parameters") or {}).get("retry_after", 5))
            self._on_wait(seconds)
            raise Temporary("telegram.wait", retry_after=seconds)
        for code, words, meaning in MEANINGS:
            if status == code and words in said:
                if meaning is None:
                    return
                raise meaning()
        raise Temporary("telegram.unavailable", status=status)


def _file_id(message: Mapping[str, Any]) -> str | None:
    """The largest size of a picture, or the file."""
    if message.get("photo"):
        return str(max(message["photo"], key=lambda size: size["width"] * size["height"])["file_id"])
    return message["document"]["file_id"] if message.get("document") else None
