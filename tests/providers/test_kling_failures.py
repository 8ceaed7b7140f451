"""What each failure of a call to Kling asks of its caller: whether a task may have been made."""

from __future__ import annotations

import socket

import orjson
import pytest

from errors import Permanent, Rejected, Temporary
from providers.http import Origin, Outbound, Timeout
from providers.kling import Kling
from tests.providers.kling_asked import KEY, PROMPT, client, failure, made, said, submit, told, told_of_look
from tests.providers.line_server import LineServer, Reply, hold, http, serving

BUSY = ("provider.busy", Temporary)
SLOTS = ("provider.slots_full", Temporary)
UNSURE = ("provider.unsure", Temporary)
MONEY = ("provider.out_of_money", Permanent)
MENDING = ("provider.misconfigured", Permanent)
BAD = ("provider.bad_request", Permanent)
RETIRED = ("provider.model_retired", Permanent)
REFUSED = ("provider.refused", Rejected)
EXISTS = "External_task_id v-7-1 already exists"
GONE = "The model 'kling-v1' has been discontinued and is no longer available."
OK = {"id": "1", "status": "submitted"}


@pytest.mark.parametrize("reply, meaning", [
    (said(1000, status=401), MENDING), (said(1001, status=401), MENDING), (said(1002, status=401), MENDING),
    (said(1003, status=401), MENDING), (said(1004, status=401), MENDING), (said(1100, status=429), MENDING),
    (said(1101, status=429), MONEY), (said(1102, "Account balance not enough", 429), MONEY),
    (said(1103, status=403), MENDING),
    (said(1200), BAD), (said(1201), BAD), (said(1201, EXISTS), UNSURE), (said(1201, f"{PROMPT} already exists"), BAD),
    (said(1202, status=404), BAD), (said(1203, status=404), RETIRED), (said(1299), BAD),
    (said(1200, GONE), RETIRED), (said(1201, GONE), RETIRED), (said(4711, GONE), RETIRED),
    (said(1202, GONE, 200), RETIRED),
    (said(1300), REFUSED), (said(1301), REFUSED), (said(1301, GONE), REFUSED), (said(1301, EXISTS), REFUSED),
    (said(1302, status=429), BUSY), (said(1303, "parallel task over resource pack limit", 429), SLOTS),
    (said(1304, status=429), MENDING),
    (said(5000, status=500), UNSURE), (said(5001, status=503), UNSURE), (said(5002, status=504), UNSURE),
    (said(5000, GONE, 500), UNSURE), (said(4711, GONE, 500), UNSURE), (said(5000, status=400), UNSURE),
    (said("1303", status=429), SLOTS), (said(1303, status=200), SLOTS), (said("0", status=400), BAD),
    (said(4711, status=400), BAD), (said(4711, status=409), BAD), (said(4711, status=500), UNSURE),
    (said(4711, status=200), UNSURE), (said(True, status=200), UNSURE), (said(0, status=200), UNSURE),
    (said(0, status=500), UNSURE), (said(0, status=408), UNSURE),
    (http(400, b"<html>"), BAD), (http(401, b"<html>"), MENDING), (http(403), MENDING), (http(404), BAD),
    (http(413), BAD),
    (http(429, b"<html>"), BUSY), (http(408), UNSURE), (http(500), UNSURE), (http(502, b"<html>"), UNSURE),
    (http(504), UNSURE),
    (http(302, Location="https://elsewhere.example/secret"), MENDING),
    (http(200), UNSURE), (http(200, b"<html>"), UNSURE), (http(200, b"[]"), UNSURE), (http(200, b'{"code":0}'), UNSURE),
    (http(200, b'{"code":0,"data":{}}'), UNSURE), (http(200, b'{"code":0,"data":{"id":""}}'), UNSURE),
    (http(200, b'{"code":0,"data":[]}'), UNSURE), (http(204), UNSURE),
    (http(202, orjson.dumps({"code": 0, "data": OK})), UNSURE),
    (made(external_id="v-9-9"), UNSURE), (http(200, b"x" * 2_000_000), UNSURE),
    (http(200, b'{"code":0,', Content_Length="999"), UNSURE), (b"", UNSURE), (b"garbage\r\n\r\n", UNSURE),
])  # fmt: skip
def test_what_a_submit_that_failed_asks_of_its_caller(reply: bytes, meaning: tuple[str, type]) -> None:
    refused = told(reply)
    assert (refused.code, type(refused)) == meaning


def test_silence_after_everything_was_sent_leaves_it_unsure() -> None:
    assert told(hold(), timeout=Timeout(2, 0.1)).code == "provider.unsure"


def test_a_refused_connection_is_one_where_nothing_was_made() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    kling = Kling(Outbound([Origin.of(url)]), base_url=url, api_key=KEY)
    away = failure(submit, kling)
    assert (type(away), away.code) == (Temporary, "provider.unreachable")
    assert failure(kling.look, ["v-7-1"]).code == "http.unreachable"


def test_a_name_that_does_not_resolve_is_one_where_nothing_was_made() -> None:
    url = "http://kling.invalid"
    away = failure(submit, Kling(Outbound([Origin.of(url)]), base_url=url, api_key=KEY))
    assert (type(away), away.code) == (Temporary, "provider.unreachable")


def test_a_line_that_broke_before_the_whole_body_had_gone_made_nothing() -> None:
    class Rude(LineServer):
        """Reads a little and resets the line."""

        def _serve(self, line: socket.socket, reply: Reply) -> None:
            line.recv(1000)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            line.close()

    server = Rude(b"")
    try:
        away = failure(submit, client(server), picture=bytes(40_000_000))
    finally:
        server.close()
    assert (type(away), away.code) == (Temporary, "provider.unreachable")


@pytest.mark.proves("P5.5")
def test_an_undeclared_host_is_not_asked() -> None:
    with serving(made()) as server:
        kling = Kling(Outbound([]), base_url=server.url, api_key=KEY)
        assert failure(submit, kling).code == "http.undeclared_host"
        assert failure(kling.look, ["v-7-1"]).code == "http.undeclared_host"
    assert server.asked == []


@pytest.mark.parametrize(
    "given, seconds", [("", 1.0), ("7", 7.0), ("0", 1.0), ("soon", 1.0), ("999999", 3600.0), ("-5", 1.0)]
)
@pytest.mark.parametrize("code", [1302, 1303])
def test_how_long_to_wait_is_at_least_a_second(code: int, given: str, seconds: float) -> None:
    for ask in (told, told_of_look):
        refused = ask(said(code, status=429, Retry_After=given))
        assert isinstance(refused, Temporary)
        assert refused.retry_after == seconds


def test_nothing_is_tried_twice() -> None:
    with serving(said(5000, status=500), made()) as server:
        assert failure(submit, client(server)).code == "provider.unsure"
        assert len(server.asked) == 1


# What a failed look asks of its caller

LATER = ("provider.unavailable", Temporary)
FEWER = ("provider.batch_refused", Permanent)
GARBAGE = ("provider.garbage", Temporary)


@pytest.mark.parametrize("reply, meaning", [
    (said(1002, status=401), MENDING), (http(401), MENDING), (http(403), MENDING), (said(1103, status=403), MENDING),
    (said(1304, status=429), MENDING), (said(1101, status=429), MONEY), (said(1302, status=429), BUSY),
    (said(1303, status=429), BUSY), (http(429), BUSY), (said(1200), FEWER), (said(1201), FEWER),
    (said(1203, status=404), FEWER), (http(400, b"<html>"), FEWER), (http(413), FEWER), (http(414), FEWER),
    (said(4711, status=400), FEWER),
    (http(404), LATER), (http(408), LATER), (said(5000, status=500), LATER), (said(5001, status=503), LATER),
    (http(502, b"<html>"), LATER), (said(4711, status=200), LATER), (http(204), LATER),
    (http(302, Location="https://elsewhere.example/secret"), MENDING),
    (http(200), GARBAGE), (http(200, b"<html>"), GARBAGE), (http(200, b'{"code":0,"data":null}'), GARBAGE),
    (http(200, b'{"code":0,"data":[{}]}'), GARBAGE), (said(0, status=200), GARBAGE),
    (http(200, b"x" * 5_000_000), FEWER), (http(200, b'{"code":0,', Content_Length="999"), ("http.cut_off", Temporary)),
    (b"", ("http.unreachable", Temporary)),
])  # fmt: skip
def test_what_a_look_that_failed_asks_of_its_caller(reply: bytes, meaning: tuple[str, type]) -> None:
    refused = told_of_look(reply)
    assert (refused.code, type(refused)) == meaning


def test_a_look_that_is_not_answered_times_out() -> None:
    late = told_of_look(hold(), timeout=Timeout(2, 0.1))
    assert (late.code, type(late)) == ("http.timeout", Temporary)


def test_no_failure_keeps_what_kling_said() -> None:
    refused = told(said(1301))
    assert refused.facts == {"reason": "safety"}
    assert refused.__cause__ is None
    assert PROMPT not in repr(vars(refused))
