"""From the register and the settings: the origins a process may connect to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config import Settings
from policy.recipients import RECIPIENTS
from policy.terms import Recipient
from providers.http import Origin


@dataclass(frozen=True)
class Undeclared:
    """A setting whose host no recipient of the register declares."""

    setting: str
    host: str


def recipients(settings: Settings) -> list[Recipient]:
    """Everybody who receives data as this program is configured."""
    return [r for r in RECIPIENTS.values() if r.only_with is None or getattr(settings, r.only_with)]


def configured(settings: Settings) -> Iterable[tuple[str, Origin]]:
    """(setting, origin) of every outside service that is configured."""
    for recipient in recipients(settings):
        if recipient.setting and (url := getattr(settings, recipient.setting)):
            yield recipient.setting, Origin.of(url)


def names(settings: Settings) -> dict[Origin, str]:
    """Whose each configured origin is, by the name of the register."""
    whose = {recipient.setting: recipient.id for recipient in RECIPIENTS.values() if recipient.setting}
    return {origin: whose[setting] for setting, origin in configured(settings)}


def undeclared(settings: Settings) -> list[Undeclared]:
    """Configured hosts that the register lacks. Loopback stands in for a recipient outside production."""
    hosts = {r.setting: r.hosts for r in RECIPIENTS.values()}
    return [
        Undeclared(setting, origin.host)
        for setting, origin in configured(settings)
        if origin.host not in hosts[setting] and not (_stand_ins_allowed(settings) and _on_this_machine(origin))
    ]


def _stand_ins_allowed(settings: Settings) -> bool:
    return not settings.production or "loopback" in settings.miomio_lift


def _on_this_machine(origin: Origin) -> bool:
    return origin.host == "localhost" or origin.host.startswith("127.")


def stand_ins(settings: Settings) -> frozenset[Origin]:
    """Emulators on this machine: the only origins that results may be fetched from without https."""
    return frozenset(
        origin for setting, origin in configured(settings) if _on_this_machine(origin) and _stand_ins_allowed(settings)
    )


def allowed(settings: Settings) -> frozenset[Origin]:
    """The origins `Outbound` is given: configured and declared."""
    refused = {u.setting for u in undeclared(settings)}
    return frozenset(origin for setting, origin in configured(settings) if setting not in refused)
