"""Telegram's Bot API through pyTelegramBotAPI, with its requests sent by our one way out.

The library puts every parameter into the address beside the token; our sender posts a body instead, and what goes
wrong is told without address or text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from telebot import apihelper

from errors import Permanent, Rejected, Temporary
from providers.http import Answer, Outbound, Timeout
from providers.telegram_calls import Call, encode, refund_star_payment, set_commands, star_transactions
from providers.telegram_form import form
from providers.telegram_refusals import failure_of
from providers.telegram_stars import StarTransaction

# With a file to send the library would rewrite how urllib3 writes the headers of every form, for the whole process.
apihelper.format_header_param = None

NAME = "telegram"
# Without pre_checkout_query every payment would run into its time limit.
ALLOWED_UPDATES = ("message", "callback_query", "pre_checkout_query", "my_chat_member")
LARGEST_DOWNLOAD = 20 * 1024 * 1024  # getFile refuses more
ANSWER_LIMIT = 4 << 20
# Seconds. Nothing bounds the whole of an upload: a slow line that moves is no fault. urllib3 bounds each piece of a
# body by the time to connect, so one with files gets STALLED for that. The answer comes when Telegram has passed the
# file on, so a large one is waited for longer.
CONNECT, STALLED, CALL, UPLOAD = 5.0, 30.0, 30.0, 120.0
PASSED_ON = 500_000.0  # bytes a second that Telegram is trusted with: 50 MB may take 100 s more


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
                self._token, call.method, method="POST", params=params, files=call.files or None
            )
        except apihelper.ApiTelegramException as error:
            return self._refused(int(error.error_code), error.result_json)
        except (apihelper.ApiHTTPException, apihelper.ApiInvalidJSONException) as error:
            if error.result.status_code == 413:  # said by a server that stands before Telegram's own
                raise Permanent("telegram.too_large") from None
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
        self.call(set_commands(commands, language=language))

    def refund_star_payment(self, user: int, charge: str) -> None:
        """Stars go back to who paid. Raises Permanent("telegram.already_refunded" | "telegram.no_such_charge")."""
        self.call(refund_star_payment(user, charge))

    def star_transactions(self, offset: int = 0, limit: int = 100) -> list[StarTransaction]:
        """What came in and went out, oldest first; at most 100 at a time, none behind the end."""
        result = self.call(star_transactions(offset, limit))
        return [StarTransaction.of(raw) for raw in result["transactions"]]

    def name(self) -> str:
        """The bot's username."""
        return str(self.call(Call("getMe", {}))["username"])

    def username(self, telegram_id: int) -> str | None:
        """The username that this person has now, if any; nothing else of what Telegram tells is looked at.

        Raises what `call` raises: Permanent("telegram.blocked") where the bot is shown no such chat.
        """
        said = self.call(Call("getChat", {"chat_id": telegram_id}))
        name = said.get("username") if isinstance(said, dict) else None
        return name if isinstance(name, str) else None

    def names(self, telegram_id: int) -> tuple[str | None, str | None, str | None]:
        """First name, last name and username that this person has now. Raises what `username` raises."""
        said = self.call(Call("getChat", {"chat_id": telegram_id}))
        known = said if isinstance(said, dict) else {}
        first, last, username = (known.get(name) for name in ("first_name", "last_name", "username"))
        return _text(first), _text(last), _text(username)

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
        with form(params or {}, files) as sent:
            read = float(timeout[1]) + (len(sent.body) / PASSED_ON if files else 0.0)
            return _Response(
                self._outbound.request(
                    method,
                    url,
                    headers={"Content-Type": sent.content_type},
                    body=sent.body,
                    timeout=Timeout(STALLED if files else CONNECT, read),
                    max_bytes=ANSWER_LIMIT,
                )
            )

    def _refused(self, status: int, answer: Mapping[str, Any]) -> None:
        if status == 429:
            seconds = float((answer.get("parameters") or {}).get("retry_after", 5))
            self._on_wait(seconds)
            raise Temporary("telegram.wait", retry_after=seconds)
        if (failure := failure_of(status, str(answer.get("description", "")))) is not None:
            raise failure


def _text(said: Any) -> str | None:
    return said if isinstance(said, str) else None


def _file_id(message: Mapping[str, Any]) -> str | None:
    """The largest size of a picture, or the video or file."""
    if message.get("photo"):
        return str(max(message["photo"], key=lambda size: size["width"] * size["height"])["file_id"])
    file = message.get("video") or message.get("document")
    return str(file["file_id"]) if file else None
