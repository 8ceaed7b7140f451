"""`python -m bot`: long polling, for a developer's machine without a public address."""

from __future__ import annotations

import signal
import threading

import logs
from bot.context import Context
from bot.dispatch import handle, perform
from errors import Failure
from wording.commands import menus
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.startup import check_or_exit, settings_or_exit

WAIT = 25  # seconds Telegram may hold a question open
PAUSE = 3.0

log = logs.get()


def main() -> None:
    settings = settings_or_exit("bot")
    house = assemble(settings, ring=Doorbell(make_broker(connect(settings.redis_url))))
    check_or_exit(house)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    house.telegram.delete_webhook()
    for language, commands in menus().items():
        house.telegram.set_commands(commands, language=language)
    context, offset = Context.of(house), 0
    log.info("bot.polling")
    while not stop.is_set():
        try:
            for update in house.telegram.updates(offset, wait=WAIT):
                perform(context, handle(context, update))
                offset = int(update["update_id"]) + 1
        except Failure as error:
            log.warning("bot.round_failed", code=error.code)
            stop.wait(getattr(error, "retry_after", None) or PAUSE)
    house.close()


if __name__ == "__main__":
    main()
