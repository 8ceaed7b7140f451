"""A process with a database of its own: so many people live there, and acts are timed among them when asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from multiprocessing.connection import Connection

import structlog

from bench.ground import Ground
from bench.growth.acts import acts, prepared, timed
from bench.growth.clone import Template, tidy
from bench.growth.life import Town
from bench.growth.plans import Plan, heard, plans

GENERATIONS = 10  # of each person


@dataclass(frozen=True)
class Ask:
    """What a place is asked: seconds of an act, or (`plans`) how its statements are gone about."""

    act: str
    plans: bool = False


def serve(pipe: Connection, parts: Ground, *, people: int, number: int) -> None:
    """Fill, say how many rows there are, then answer until nothing is asked."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    town = Town(parts, number=number)
    town.house.database.migrate()
    template = _template(town)
    template.write(1, people)
    tidy(town)
    pipe.send(template.rows * people)
    every = acts(town)
    while ask := pipe.recv():
        pipe.send(_plans(town, ask.act) if ask.plans else timed(town, ask.act, every[ask.act]))
    town.house.close()
    pipe.send(None)


def _template(town: Town) -> Template:
    person = town.person()
    for _ in range(GENERATIONS):
        town.order(person)
    town.work()
    town.invoice(person)
    return Template(town)


def _plans(town: Town, name: str) -> list[Plan]:
    act = prepared(town, name, acts(town)[name])
    with heard() as hearing:
        act()
    town.forget()
    return plans(town.parts.database, name, list(hearing.statements.values()))
