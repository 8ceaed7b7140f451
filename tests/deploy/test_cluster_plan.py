"""The machines of the trial: every address once, every name known, and settings that production itself would take."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from config import load
from deploy.cluster import plan
from providers.origins import undeclared


def test_every_machine_has_an_address_of_its_own() -> None:
    addresses = [*(machine.address for machine in plan.MACHINES), *plan.public()]
    assert len(set(addresses)) == len(addresses)
    assert len({machine.name for machine in plan.MACHINES}) == len(plan.MACHINES)


def test_ours_are_inside_and_the_worlds_are_public() -> None:
    """A provider's files are fetched from public addresses alone."""
    assert all(ip_address(machine.address).is_private for machine in plan.MACHINES)
    assert all(ip_address(address).is_global for address in plan.public())


def test_production_takes_the_settings_with_nothing_lifted() -> None:
    settings = load(plan.settings())
    assert settings.production
    assert not settings.miomio_lift
    assert undeclared(settings) == []


def test_every_name_of_the_settings_is_in_the_hosts_file_and_https_has_its_paper() -> None:
    known = {name for line in plan.hosts_file().splitlines() for name in line.split()[1:]}
    addresses = [value for name, value in plan.settings().items() if name.endswith(("_URL", "_URL_S3"))]
    hosts = {str(urlsplit(address).hostname) for address in addresses}
    assert len(addresses) == 7
    assert hosts <= known
    secured = {str(urlsplit(address).hostname) for address in addresses if address.startswith("https")}
    assert secured <= set(plan.certified())
    assert plan.FILES in known & set(plan.certified())


def test_a_name_stands_for_one_address() -> None:
    names = [name for line in plan.hosts_file().splitlines() for name in line.split()[1:]]
    assert len(set(names)) == len(names)


def test_two_hosts_work_one_keeps_rights_and_one_is_the_website() -> None:
    words = [machine.words for machine in plan.OURS]
    assert sorted(words) == [("web",), ("workers", "generation"), ("workers", "generation"), ("workers", "rights")]
