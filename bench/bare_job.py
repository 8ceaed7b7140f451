"""An image job as a bare script does it, with none of the promises: `python -m bench.bare_job JSON`.

requests with one session, the same four HTTP calls, AES-GCM by the cryptography package, one INSERT with commit.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

WORDS = "Your picture is being made. It takes about a quarter of a minute; I will show it here as soon as it is ready."


def main(order: dict[str, Any]) -> None:
    """Prints CPU seconds of this process and the seconds of each job, after one job that does not count."""
    telegram = f"{order['telegram']}/bot{order['token']}/"
    photo, aead = Path(order["photo"]).read_bytes(), AESGCM(os.urandom(32))
    session = requests.Session()
    with psycopg.connect(order["database"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, nonce bytea, path text)")
        connection.commit()

        def job(message: int) -> None:
            about = {"chat_id": order["chat"], "message_id": message}
            session.post(telegram + "editMessageText", data={**about, "text": WORDS}).raise_for_status()
            part = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(photo).decode()}}
            answer = session.post(
                f"{order['gemini']}/v1/models/{order['model']}:generateContent",
                headers={"x-goog-api-key": "bench"},
                json={"contents": [{"role": "user", "parts": [part, {"text": "as a lighthouse"}]}]},
            )
            answer.raise_for_status()
            parts = answer.json()["candidates"][0]["content"]["parts"]
            picture = base64.b64decode(next(p["inlineData"]["data"] for p in parts if "inlineData" in p))
            nonce, name = os.urandom(12), os.urandom(16).hex()
            path = Path(order["folder"]) / name
            path.write_bytes(aead.encrypt(nonce, picture, name.encode()))
            connection.execute("INSERT INTO bare VALUES (%s, %s, %s)", (name, nonce, str(path)))
            connection.commit()
            media = json.dumps({"type": "photo", "media": "attach://file", "caption": WORDS})
            session.post(
                telegram + "editMessageMedia", data={**about, "media": media}, files={"file": picture}
            ).raise_for_status()
            ready = {"chat_id": order["chat"], "text": "Your picture is ready."}
            session.post(telegram + "sendMessage", data=ready).raise_for_status()

        first, *others = order["messages"]
        job(first)
        used, took = time.process_time(), []
        for message in others:
            began = time.perf_counter()
            job(message)
            took.append(time.perf_counter() - began)
        print(json.dumps({"cpu": time.process_time() - used, "took": took}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
