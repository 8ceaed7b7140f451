"""Puts one emulated bot together and serves it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, TCPConnector, web

from . import bot_routes, client_control, client_messages, client_payments, client_people, client_watch, pages
from .blobs import Blobs
from .bodies import LARGEST_BODY
from .callbacks import Callbacks
from .client_answers import sentences
from .context import TELEGRAM, Telegram
from .delivery import DELIVERY, Delivery
from .faults import Faults
from .files import Files
from .payments import Payments
from .settings import Settings
from .store import FLUSH_SECONDS, Store
from .traffic import Traffic
from .updates import Updates
from .world import World

KEEPALIVE_SECONDS = 60


def make_app(
    *,
    token: str,
    state: Path | None = None,
    name: str = "Demo bot",
    username: str = "demo_bot",
) -> web.Application:
    """Without `state` everything is forgotten at the end."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[sentences])
    surfaces = (bot_routes, client_control, client_people, client_messages, client_payments, client_watch, pages)
    for module in surfaces:
        app.add_routes(module.routes)
    bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": name, "username": username}

    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="telegram-emulator-") as spare:
            folder = state if state is not None else Path(spare)
            async with ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS)) as http:
                tg = build(token=token, bot=bot, folder=folder, http=http)
                app[TELEGRAM] = tg
                app[DELIVERY] = delivery = Delivery(tg, http)
                tg.updates.on_new, tg.updates.on_webhook = delivery.wake, delivery.restart
                delivery.restart()
                writing = asyncio.create_task(_write_behind(tg))
                yield
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
                await delivery.stop()
                await _close(tg)

    app.cleanup_ctx.append(lifetime)
    return app


def build(*, token: str, bot: dict[str, object], folder: Path, http: ClientSession) -> Telegram:
    settings = Settings()
    store = Store(folder)
    world = World(store, bot)
    faults = Faults()
    updates = Updates(world, settings, store, faults)
    updates.load()
    tg = Telegram(
        token=token,
        settings=settings,
        store=store,
        world=world,
        files=Files(store, Blobs(folder / "files"), settings),
        updates=updates,
        callbacks=Callbacks(store, settings),
        payments=Payments(store),
        faults=faults,
        traffic=Traffic(),
        http=http,
    )
    tg.load_profile()
    return tg


async def _write_behind(tg: Telegram) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        await tg.files.blobs.flush()
        await tg.store.flush()


async def _close(tg: Telegram) -> None:
    tg.world.close()
    await tg.files.blobs.flush()
    await tg.store.close()
