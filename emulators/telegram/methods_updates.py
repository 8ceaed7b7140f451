"""getUpdates, setWebhook, deleteWebhook, getWebhookInfo."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from typing import Any
from urllib.parse import urlsplit

from .arguments import Arguments
from .context import Telegram
from .errors import ApiError, bad_request, too_many_requests
from .updates import KINDS, Webhook

PORTS = (443, 80, 88, 8443)
MAX_POLL = 50
SETUP_SECONDS = 0.02  # real webhooks take a moment to set up, which two starting processes meet
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(tg: Telegram, arguments: Arguments) -> list[dict[str, Any]]:
    _no_webhook(tg)
    _remember_allowed(tg, arguments)
    limit = arguments.integer("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    _confirm(tg, arguments.integer("offset"))
    tg.poll += 1
    mine = tg.poll
    tg.updates.pulse.beat()
    ends = time.monotonic() + max(0, min(MAX_POLL, arguments.integer("timeout")))
    while True:
        found = _waiting(tg, limit)
        left = ends - time.monotonic()
        if found or left <= 0:
            return found
        await tg.updates.pulse.wait(left)
        if tg.poll != mine:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        _no_webhook(tg)


async def set_webhook(tg: Telegram, arguments: Arguments) -> bool:
    url = arguments.text("url").strip()
    if not url:
        return delete_webhook(tg, arguments)
    if tg.setting_webhook:
        raise too_many_requests(1)
    wanted = _webhook(arguments, url)
    allowed = _allowed(arguments)
    tg.setting_webhook = True
    try:
        await asyncio.sleep(SETUP_SECONDS)
    finally:
        tg.setting_webhook = False
    if arguments.boolean("drop_pending_updates"):
        tg.updates.drop_all()
    if allowed is not None:
        tg.updates.allowed = allowed
    if _same(tg.updates.webhook, wanted):
        tg.updates.save_webhook()
    else:
        _change_webhook(tg, wanted)
    return True


def delete_webhook(tg: Telegram, arguments: Arguments) -> bool:
    if arguments.boolean("drop_pending_updates"):
        tg.updates.drop_all()
    _change_webhook(tg, None)
    return True


def get_webhook_info(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    webhook = tg.updates.webhook
    info: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": bool(webhook and webhook.certificate),
        "pending_update_count": len(tg.updates.pending),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
        info |= {"ip_address": webhook.ip_address} if webhook.ip_address else {}
        if webhook.last_error_date is not None:
            info["last_error_date"] = webhook.last_error_date
            info["last_error_message"] = webhook.last_error_message
    if tg.updates.allowed:
        info["allowed_updates"] = tg.updates.allowed
    return info


def _change_webhook(tg: Telegram, webhook: Webhook | None) -> None:
    tg.updates.webhook = webhook
    tg.updates.save_webhook()
    tg.updates.pulse.beat()  # whoever polls learns that it may not
    if tg.updates.on_webhook is not None:
        tg.updates.on_webhook()


def _no_webhook(tg: Telegram) -> None:
    if tg.updates.webhook is not None:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
            " the webhook first",
        )


def _confirm(tg: Telegram, offset: int) -> None:
    """A positive offset forgets what is before it; a negative one all but the last so many."""
    known = sorted(tg.updates.pending)
    gone = known[:offset] if offset < 0 else [update_id for update_id in known if update_id < offset]
    for update_id in gone:
        tg.updates.remove(tg.updates.pending[update_id])


def _waiting(tg: Telegram, limit: int) -> list[dict[str, Any]]:
    for item in [item for item in tg.updates.pending.values() if tg.updates.expired(item)]:
        tg.updates.remove(item)
    return [tg.updates.pending[update_id].body for update_id in sorted(tg.updates.pending)[:limit]]


def _remember_allowed(tg: Telegram, arguments: Arguments) -> None:
    allowed = _allowed(arguments)
    if allowed is not None and allowed != tg.updates.allowed:
        tg.updates.allowed = allowed
        tg.updates.save_webhook()


def _allowed(arguments: Arguments) -> list[str] | None:
    given = arguments.structure("allowed_updates", "can't parse allowed updates: JSON array expected")
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(kind, str) for kind in given):
        raise bad_request("allowed_updates must be an Array of String")
    return [kind for kind in dict.fromkeys(given) if kind in KINDS]


def _webhook(arguments: Arguments, url: str) -> Webhook:
    _check_url(url)
    secret = arguments.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = arguments.integer("max_connections", 40)
    upload = arguments.uploads.get("certificate")
    return Webhook(
        url,
        secret,
        connections if 1 <= connections <= 100 else 40,
        _address(arguments.text("ip_address").strip()),
        upload.body.text() if upload else "",
    )


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise bad_request("bad webhook: invalid port") from error
    if not parts.hostname:
        raise bad_request("bad webhook: URL host is empty")
    if parts.scheme == "http" and _is_loopback(parts.hostname):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS and not _is_loopback(parts.hostname):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise bad_request("bad webhook: IP address is invalid") from error


def _same(old: Webhook | None, new: Webhook) -> bool:
    if old is None:
        return False
    names = ("url", "secret", "max_connections", "ip_address", "certificate")
    return all(getattr(old, name) == getattr(new, name) for name in names)
