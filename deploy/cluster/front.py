"""https in front of what speaks plain http: python -m deploy.cluster.front CERTIFICATE KEY ADDRESS=HOST:PORT …"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import sys

PIECE = 1 << 16
PORT = 443
PATIENCE = 3.0  # seconds to reach what stands behind; whoever asked tries again


async def serve(certificate: str, key: str, fronts: dict[str, tuple[str, int]], *, port: int = PORT) -> None:
    """Until SIGTERM."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with contextlib.AsyncExitStack() as open_:
        for address, behind in fronts.items():
            server = await asyncio.start_server(_passing(*behind), address, port, ssl=tls, backlog=256)
            await open_.enter_async_context(server)
        print("ready", flush=True)
        await over.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def _passing(host: str, port: int):  # type: ignore[no-untyped-def]  # a callback of asyncio's own form
    async def passes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            try:
                back, forth = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
            except (OSError, TimeoutError):
                return
            with contextlib.closing(forth):
                await asyncio.gather(_pour(reader, forth), _pour(back, writer))

    return passes


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while piece := await source.read(PIECE):
            into.write(piece)
            await into.drain()
    with contextlib.suppress(OSError, RuntimeError):
        into.close()  # the other direction ends with this one: http needs no half of a line


def main(words: list[str]) -> None:
    certificate, key, *pairs = words
    fronts = {}
    for pair in pairs:
        address, _, behind = pair.partition("=")
        host, _, port = behind.rpartition(":")
        fronts[address] = (host, int(port))
    asyncio.run(serve(certificate, key, fronts))


if __name__ == "__main__":
    main(sys.argv[1:])
