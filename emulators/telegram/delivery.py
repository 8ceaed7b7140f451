"""Tells the bot's webhook what happened: one update in flight per queue, again and again until taken or expired."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from . import webhook_reply
from .calls import perform
from .context import Telegram
from .updates import Pending, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LONGEST_RETRY_AFTER = 3600.0
LONGEST_NOTE = 4096


@dataclass(slots=True)
class Answer:
    """`status` 0 means that nothing came back."""

    status: int
    reason: str = ""
    content_type: str = ""
    body: bytes = b""
    retry_after: float | None = None

    def view(self) -> dict[str, Any]:
        """For the records: a body is a call that gets a record of its own, so its beginning will do."""
        said = self.body[:LONGEST_NOTE].decode("utf-8", "replace")
        return {"status": self.status, "reason": self.reason} | ({"body": said} if said else {})

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Delivery:
    tg: Telegram
    session: ClientSession
    _drains: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _replies: set[asyncio.Task[Any]] = field(default_factory=set)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))
    _gone_since: float | None = None

    def restart(self) -> None:
        """After a change of the webhook: what is in flight is dropped and told to the new address."""
        for task in self._drains.values():
            task.cancel()
        self._drains.clear()
        self._gone_since = None
        webhook = self.tg.updates.webhook
        if webhook is None:
            return
        self._slots = asyncio.Semaphore(webhook.max_connections)
        for queue in self.tg.updates.queues:
            self.wake(queue)

    def wake(self, queue: str) -> None:
        if self.tg.updates.webhook is not None and queue not in self._drains:
            self._drains[queue] = asyncio.create_task(self._drain(queue))

    async def stop(self) -> None:
        tasks = [*self._drains.values(), *self._replies]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def once(self, body: dict[str, Any]) -> int:
        """One attempt outside of every queue; the status that came back."""
        webhook = self.tg.updates.webhook
        if webhook is None:
            return 0
        answer = await self._post(webhook, body)
        if answer.taken:
            self._reply(answer)
        return answer.status

    async def _drain(self, queue: str) -> None:
        me = asyncio.current_task()
        try:
            while self.tg.updates.webhook is not None and (items := self.tg.updates.queues.get(queue)):
                await self._reorder(queue, items[0])
                await self._deliver(items[0])
        finally:
            if self._drains.get(queue) is me:
                del self._drains[queue]

    async def _reorder(self, queue: str, first: Pending) -> None:
        if not self.tg.faults.for_update(first.body, first.person, "reorder"):
            return
        ends = time.monotonic() + self.tg.settings.reorder_wait
        items = self.tg.updates.queues[queue]
        while len(items) < 2 and (left := ends - time.monotonic()) > 0:
            await self.tg.updates.pulse.wait(left)
        if len(items) > 1:
            items[0], items[1] = items[1], items[0]

    async def _deliver(self, item: Pending) -> None:
        attempt = 0
        while not self.tg.updates.expired(item):
            webhook = self.tg.updates.webhook
            if webhook is None or item.update_id not in self.tg.updates.pending:
                return
            answer = await self._told(webhook, item)
            self._note(webhook, answer)
            if answer.taken and not self.tg.faults.for_update(item.body, item.person, "lose_reply"):
                self._reply(answer)
                if self.tg.faults.for_update(item.body, item.person, "duplicate"):
                    await self._post(webhook, item.body, item)
                break
            await asyncio.sleep(self._pause(attempt, answer))
            attempt += 1
        self.tg.updates.remove(item)

    async def _told(self, webhook: Webhook, item: Pending) -> Answer:
        if not self.tg.faults.for_update(item.body, item.person, "parallel"):
            return await self._post(webhook, item.body, item)
        one, other = await asyncio.gather(*(self._post(webhook, item.body, item) for _ in range(2)))
        return one if one.taken else other

    def _pause(self, attempt: int, answer: Answer) -> float:
        if answer.retry_after is not None:
            return min(answer.retry_after, LONGEST_RETRY_AFTER)
        if attempt == 0:
            return 0.0
        settings = self.tg.settings
        cap = random.uniform(60, 120) if settings.retry_cap is None else settings.retry_cap
        return min(cap, settings.retry_first * 2.0 ** min(attempt - 1, 16))

    async def _post(self, webhook: Webhook, body: dict[str, Any], item: Pending | None = None) -> Answer:
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        data = json.dumps(body, ensure_ascii=False).encode()
        async with self._slots:
            started = time.perf_counter()
            answer = await self._attempt(webhook, data, headers)
        kind = item.kind if item else next((k for k in body if k != "update_id"), "update")
        self.tg.traffic.record(
            "update",
            kind,
            body,
            status=answer.status,
            started=started,
            response=answer.view(),
            person=item.person if item else None,
        )
        return answer

    async def _attempt(self, webhook: Webhook, data: bytes, headers: dict[str, str]) -> Answer:
        timeout = ClientTimeout(total=self.tg.settings.pending_timeout)
        try:
            async with self.session.post(
                webhook.url,
                data=data,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                ssl=_trust(webhook),
            ) as response:
                return Answer(
                    response.status,
                    response.reason or "",
                    response.headers.get("Content-Type", ""),
                    await response.read(),
                    _seconds(response.headers.get("Retry-After")),
                )
        except TimeoutError:
            return Answer(0, "Read timeout expired")
        except (ClientError, OSError, ValueError) as error:
            return Answer(0, str(error) or type(error).__name__)

    def _reply(self, answer: Answer) -> None:
        found = webhook_reply.read(answer.content_type, answer.body) if answer.body else None
        if found is None:
            return
        method, arguments = found
        task = asyncio.create_task(perform(self.tg, method, arguments, direction="webhook-reply"))
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)

    def _note(self, webhook: Webhook, answer: Answer) -> None:
        if answer.taken:
            self._gone_since = None
            return
        webhook.last_error_date = int(time.time())
        wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        webhook.last_error_message = wrong if answer.status else answer.reason
        self.tg.updates.save_webhook()
        self._remove_when_gone(answer)

    def _remove_when_gone(self, answer: Answer) -> None:
        if answer.status != 410:
            self._gone_since = None
            return
        now = time.monotonic()
        self._gone_since = self._gone_since if self._gone_since is not None else now
        if now - self._gone_since > self.tg.settings.gone_limit:
            self.tg.updates.webhook = None
            self.tg.updates.save_webhook()


DELIVERY = web.AppKey("delivery", Delivery)


def _trust(webhook: Webhook) -> ssl.SSLContext | bool:
    if not webhook.certificate:
        return True
    return ssl.create_default_context(cadata=webhook.certificate)


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    with contextlib.suppress(ValueError):
        return max(0.0, float(text))
    return None
