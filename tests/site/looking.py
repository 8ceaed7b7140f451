"""Eyes on a page: what it asked for, what it left behind, and what the browser complained about."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Page, Request, Response

# What a page may leave on somebody's device. Each answers with the names of what it found.
LEFT_BEHIND = """async () => {
  const files = [];
  for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
  const found = {
    "localStorage": Object.keys(localStorage),
    "sessionStorage": Object.keys(sessionStorage),
    "indexedDB": (await indexedDB.databases()).map(one => one.name),
    "caches": await caches.keys(),
    "service workers": (await navigator.serviceWorker.getRegistrations()).map(one => one.scope),
    "file system": files,
    "window.name": window.name ? [window.name] : [],
    "history.state": history.state === null ? [] : ["kept"],
    "scripts": [...document.scripts].map(one => one.src || "inline"),
  };
  return Object.entries(found).flatMap(([where, what]) => what.map(one => `${where}: ${one}`));
}"""
HTTP_ERROR = 400


@dataclass
class Eyes:
    """Opened before a page is; everything seen since is a line of `troubles`."""

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    expected: int = 200  # the status of the page itself
    _protocol: CDPSession | None = None

    @classmethod
    def on(cls, context: BrowserContext, url: str) -> Eyes:
        """On a new page of the context; `url` is the only origin that may be asked."""
        eyes = cls(context.new_page(), url)
        eyes.page.on("console", eyes._read)
        eyes.page.on("pageerror", lambda error: eyes.troubles.append(f"error: {error}"))
        context.on("request", eyes._follow)
        context.on("response", lambda response: eyes.responses.append(response))
        context.on("requestfailed", lambda request: eyes.troubles.append(f"failed: {request.url} {request.failure}"))
        context.on("page", lambda page: eyes.troubles.append(f"opened a window: {page.url}"))
        eyes._protocol = context.new_cdp_session(eyes.page)
        eyes._protocol.on("Audits.issueAdded", lambda event: eyes.troubles.append(_issue(event["issue"])))
        eyes._protocol.on("Network.webSocketCreated", lambda event: eyes.troubles.append(f"socket: {event['url']}"))
        eyes._protocol.send("Audits.enable")
        eyes._protocol.send("Network.enable")
        return eyes

    def visit(self, path: str, *, status: int = 200) -> list[str]:
        """The page, loaded to its end, and every trouble with it and with what it left behind."""
        self.troubles.clear()
        self.responses.clear()
        self.expected = status
        answer = self.page.goto(self.url + path, wait_until="networkidle")
        assert answer is not None
        if answer.status != status:
            self.troubles.append(f"status {answer.status}")
        self.see_pictures()
        for response in self.responses:
            self._judge(response)
        return [*self.troubles, *self.left_behind()]

    def see_pictures(self) -> None:
        """Lazy ones come only when they are scrolled to."""
        self.page.evaluate("""async () => {
          for (const image of document.images) {
            image.scrollIntoView();
            await image.decode().catch(() => undefined);
          }
        }""")

    def left_behind(self) -> list[str]:
        """On the device: as a script of the page would find it, and as the browser counts it."""
        found: list[str] = self.page.evaluate(LEFT_BEHIND)
        found += [f"cookie: {cookie['name']}" for cookie in self.page.context.cookies()]
        usage = self._ask("Storage.getUsageAndQuota", origin=self.url)
        found += [f"storage: {one['storageType']}" for one in usage["usageBreakdown"] if one["usage"]]
        return found

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        assert self._protocol is not None
        return dict(self._protocol.send(method, params))

    def _read(self, line: ConsoleMessage) -> None:
        about_the_page = line.location["url"] == self.page.url and f"status of {self.expected} " in line.text
        if line.type in ("error", "warning") and not (self.expected >= HTTP_ERROR and about_the_page):
            self.troubles.append(f"{line.type}: {line.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith(f"{self.url}/"):
            self.troubles.append(f"asked somebody else: {request.url}")

    def _judge(self, response: Response) -> None:
        if response.header_value("set-cookie") is not None:
            self.troubles.append(f"a cookie came with {response.url}")
        if response.status >= HTTP_ERROR and not response.request.is_navigation_request():
            self.troubles.append(f"{response.status}: {response.url}")


def _issue(issue: dict[str, Any]) -> str:
    """A line of the developer tools' panel of issues."""
    return f"issue: {issue['code']} {json.dumps(issue['details'])[:300]}"
