"""Discover the domains of this package and of installed packages."""

import json
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.resources import files

from headgate.domains.domain import Domain
from headgate.errors import SettingsError

GROUP = "headgate.domains"  # of entry points, whose value is a module and its Domain: `bikes:DOMAIN`
PACKED_DOMAINS = (
    "_domains.json"  # file of a built archive with these entry points: an archive has no metadata
)


@cache
def package_domains() -> dict[str, Domain]:
    """Return the domains of this package, sorted by name; a function's archive may have none."""
    folder = files("headgate") / "domains"
    entries = folder.iterdir() if folder.is_dir() else ()
    names = sorted(entry.name for entry in entries if entry.is_dir() and (entry / "__init__.py").is_file())
    return {name: _loaded(name, f"headgate.domains.{name}:DOMAIN") for name in names}


@cache
def installed_domains() -> dict[str, Domain]:
    """Return the domains of installed packages, or those that a built archive contains."""
    points = entry_points()
    for name in (
        name
        for number, (name, _) in enumerate(points)
        if name in package_domains() or name in dict(points[:number])
    ):
        raise SettingsError(
            f"Two packages bring a domain {name}. Uninstall one of them, or change its name in its entry "
            "point."
        )
    return {name: _loaded(name, value) for name, value in points}


def entry_points() -> list[tuple[str, str]]:
    """Return the entry points of installed domains, each a name with a value."""
    package = files("headgate")
    if (packed := package / PACKED_DOMAINS).is_file():
        return list(json.loads(packed.read_text(encoding="utf-8")).items())
    if is_archive():
        return []
    from importlib import metadata  # noqa: PLC0415 slow to load; a lake of this package's domains never asks

    return sorted((point.name, point.value) for point in metadata.entry_points(group=GROUP))


def is_archive() -> bool:
    """Return whether this code runs from an archive that was built for one lake."""
    return (files("headgate") / "_contracts").is_dir()


def domains_of(names: Iterable[str]) -> tuple[Domain, ...]:
    """Return the domains of these names.

    Raises:
        SettingsError: a name is not that of a domain; the message lists all, and how to add one.
    """
    return tuple(package_domains().get(name) or _installed(name) for name in names)


def _installed(name: str) -> Domain:
    if name not in installed_domains():
        listed = ", ".join(sorted({*package_domains(), *installed_domains()}))
        raise SettingsError(
            f"domains has {name!r}, which is no domain; there are {listed}. Install the package that "
            "brings it, with an entry point in the "
            f"group {GROUP}, or remove the name: a lake's own systems/ and contracts/ need none."
        )
    return installed_domains()[name]


def _loaded(name: str, value: str) -> Domain:
    module, _, attribute = value.partition(":")
    try:
        domain = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            f"The domain {name} cannot be loaded from {value}: {error}. Correct its package or its entry "
            "point."
        ) from error
    if not isinstance(domain, Domain) or domain.name != name:
        raise SettingsError(
            f"{value} is not the headgate.domains.domain.Domain {name}. Give domain and entry point the "
            "same name."
        )
    return domain
