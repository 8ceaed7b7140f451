"""A process with a database of its own: so many people live there, and acts are timed among them when asked for."""

from __future__ import annotations

from multiprocessing.connection import Connection

from bench.ground import Ground
from bench.growth.acts import Acts, acts, prepared, timed
from bench.growth.clone import Template, tidy
from bench.growth.life import Town
from bench.growth.plans import Plan, heard, plans

GENERATIONS = 10  # of each person
SIZE = "size"  # what may be asked besides the name of an act: bytes of the database
PLANS = "plans of "  # before a name: its statements


def serve(pipe: Connection, parts: Ground, *, people: int, number: int) -> None:
    """Fill, say how many rows there are, then answer until nothing is asked."""
    town = Town(parts, number=number)
    town.house.database.migrate()
    template = _template(town)
    template.write(1, people)
    tidy(town)
    pipe.send(template.rows * people)
    every = acts(town)
    while asked := pipe.recv():
        if asked == SIZE:
            pipe.send(_size(town))
        elif asked.startswith(PLANS):
            pipe.send(_heard(town, asked.removeprefix(PLANS), every))
        else:
            pipe.send(timed(town, asked, every[asked]))
    town.house.close()
    pipe.send(None)


def _template(town: Town) -> Template:
    person = town.person()
    for _ in range(GENERATIONS):
        town.order(person)
    town.work()
    town.invoice(person)
    return Template(town)


def _size(town: Town) -> int:
    with town.house.database.connection():
        [(size,)] = town.house.database.rows("SELECT pg_database_size(current_database())")
    return int(size)


def _heard(town: Town, name: str, every: Acts) -> tuple[list[Plan], int]:
    """How its statements are gone about, and how many there are."""
    act = prepared(town, name, every[name])
    with heard() as hearing:
        act()
    town.forget()
    return plans(town.parts.database, name, list(hearing.statements.values())), hearing.count
