"""What a process tells of itself, and, where it is one of rights, of the database: each of those tells the same."""

from __future__ import annotations

from generation.orders import PROVIDER, VIDEO_PROVIDER
from jobs.kinds import GENERATION, RIGHTS
from watch import of_money, of_orders, of_rights, of_service, of_work
from watch.alive import RIGHTS as OF_RIGHTS
from watch.alive import WORKER, Alive
from watch.asking import Asked
from watch.collector import DatabaseFigures
from watch.server import FigureServer
from workers.house import House
from workers.parts import parts

# Queue -> process group, as the Procfile calls it.
GROUPS = {GENERATION: WORKER, RIGHTS: OF_RIGHTS}


def asked(house: House) -> Asked:
    """Every figure of the database."""
    database = house.database
    providers = (PROVIDER,) if house.slots is None else (PROVIDER, VIDEO_PROVIDER)
    return Asked(
        database,
        (
            *of_service.questions(
                database,
                traffic=house.traffic,
                providers=providers,
                checks=house.checks,
                canary_here=house.canary.chat is not None,
            ),
            *of_work.questions(database, house.desk.kinds),
            *of_orders.questions(database, house.slots),
            *of_money.questions(database, house.checks),
            *of_rights.questions(database),
        ),
    )


class Telling:
    """Signs of life and the private port of a process of this group, from `start` to `close`."""

    def __init__(self, house: House, group: str) -> None:
        settings, registry = house.settings, house.meters.registry
        self._asked = asked(house) if group == OF_RIGHTS else None
        if self._asked is not None:
            registry.register(DatabaseFigures(self._asked, parts(house)))
        self._alive = Alive(house.database, id=house.desk.holder, group=group, release=house.meters.release)
        self._server = FigureServer(registry, host=settings.metrics_host, port=settings.metrics_port)

    def start(self) -> None:
        self._server.start()
        self._alive.start()

    def close(self) -> None:
        """Before the database is closed."""
        self._server.close()
        if self._asked is not None:
            self._asked.close()
        self._alive.close()
