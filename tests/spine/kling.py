"""What a test asks of the stand-in for Kling: what goes wrong next, what it was asked, how its tasks stand."""

from __future__ import annotations

from typing import Any

import requests

QUICK = {"seconds": 0.2, "canned": True}
USUAL = {"seconds": 8.0, "canned": False, "canned_mib": 0, "retired": [], "tasks_left": None}


class KlingControl:
    """Its control surface. External ids are those of an order's attempts: the order's id, a dash, the attempt."""

    def __init__(self, address: str) -> None:
        self.address = address

    def settings(self, **values: Any) -> None:
        self._post("settings", values)

    def scenario(self, *rules: dict[str, Any]) -> None:
        self._post("scenario", {"rules": rules})

    def forget(self) -> None:
        """No rule waits any more, and settings are as they were."""
        requests.delete(f"{self.address}/control/scenario", timeout=60).raise_for_status()
        self.settings(**USUAL)

    def submits(self, order: str) -> dict[int, tuple[int, int]]:
        """By attempt: how often it was asked for, and how often made."""
        counts = self._get("submits")
        return {
            int(external.rpartition("-")[2]): (count["submits"], count["made"])
            for external, count in counts.items()
            if external.startswith(order)
        }

    def task(self, order: str) -> dict[str, Any] | None:
        """The newest task of an order, if there is one."""
        found = [task for task in self._get("tasks") if (task["external_id"] or "").startswith(order)]
        return found[-1] if found else None

    def looks(self, order: str) -> int:
        """How often we asked how the order's task stands."""
        calls = self._get("calls")
        asked = [call for call in calls if call["path"] == "/tasks" and call.get("external_ids")]
        return sum(any(one.startswith(order) for one in call["external_ids"]) for call in asked)

    def answered(self, order: str, kind: str) -> list[int | None]:
        """What our site said to the callbacks of a kind about an order: statuses; 0: nobody there, None: not sent."""
        return [
            sent["answered"]
            for sent in self._get("callbacks")
            if sent["kind"] == kind and (sent["external_id"] or "").startswith(order)
        ]

    def push(self, order: str, do: str, **how: Any) -> None:
        """The newest task of an order: finish, fail, hang, clear; claim sends a callback that need not be true."""
        task = self.task(order)
        assert task is not None, "there is no such task"
        self._post(f"tasks/{task['id']}", {"do": do, **how})

    def _get(self, what: str) -> Any:
        answer = requests.get(f"{self.address}/control/{what}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _post(self, what: str, values: Any) -> None:
        requests.post(f"{self.address}/control/{what}", json=values, timeout=60).raise_for_status()
