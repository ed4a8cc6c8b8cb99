"""Generate customers: their names, addresses and first purchases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.countries import REGIONS
from scripts.generated_shop.drawn_arrays import (
    DAY_S,
    Floats,
    Ints,
    joined_texts,
    nullable,
    padded_text,
    texts_at,
    timestamps,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.season import Season

FIRST_CUSTOMER_ID = 12_001
BEFORE_SHARE = 0.45  # customers who came before the period begins
BEFORE_DAYS = 400.0
_GIVEN = (
    *(
        "Ada",
        "Amélie",
        "Björn",
        "Chloë",
        "Dora",
        "Emre",
        "Fatima",
        "Giulia",
        "Hana",
        "Igor",
        "João",
        "Kofi",
        "Léa",
        "Mina",
        "Noah",
    ),
    *("Olga", "Priya", "Quentin", "Rosa", "Søren", "Tomás", "Uma", "Vera", "Wen", "Yusuf", "Zoë"),
)
_FAMILY = (
    *(
        "Abara",
        "Brown",
        "Castro",
        "Dupont",
        "Eriksson",
        "Fischer",
        "García",
        "Haddad",
        "Ito",
        "Jansen",
        "Kowalska",
        "Löwe",
        "Müller",
    ),
    *(
        "Nguyen",
        "O'Brien",
        "Patel",
        "Quinn",
        "Rossi",
        "Smith, Jr",
        "Taylor",
        "Usman",
        "Vega",
        "Wang",
        "Öztürk",
        "Żak",
    ),
)
_DOMAINS = ("example.com", "example.org", "example.net", "mail.example")  # RFC 2606: nobody's
_LAST_UPDATE_DAYS = 30


@dataclass(frozen=True)
class Population:
    """Customers in parallel arrays.

    `acquired` is the trading day of the first purchase, negative before the period.
    """

    ids: Ints
    regions: Ints
    acquired: Floats
    signed_up_at: Ints

    def __len__(self) -> int:
        return len(self.ids)


def population_of(rng: Generator, size: int, season: Season) -> Population:
    """Draw `size` customers over the regions; those of growing regions come later."""
    regions = pick_regions(rng, size)
    growth = np.array([region.growth for region in REGIONS])[regions]
    inside = season.days * rng.random(size) ** (1 / growth)
    acquired = np.where(rng.random(size) < BEFORE_SHARE, -BEFORE_DAYS * rng.random(size), inside)
    order = np.argsort(acquired, kind="stable")
    acquired, regions = acquired[order], regions[order]
    signed_up_at = season.seconds(acquired) - rng.integers(60, 1_800, size)
    return Population(FIRST_CUSTOMER_ID + np.arange(size), regions, acquired, signed_up_at)


def pick_regions(rng: Generator, size: int) -> Ints:
    """Return a region for each of `size` customers, by market."""
    market = np.array([region.market for region in REGIONS])
    return rng.choice(len(REGIONS), size=size, p=market / market.sum()).astype(np.int64)


def customers_table(rng: Generator, people: Population, season: Season) -> pa.Table:
    """Return the `customers` rows.

    One in twenty-five has no e-mail address, and one in ten no answer about newsletters.
    """
    size = len(people)
    given, family = rng.integers(0, len(_GIVEN), size), rng.integers(0, len(_FAMILY), size)
    names = joined_texts(texts_at(_GIVEN, given), texts_at(_FAMILY, family), separator=" ")
    updated_at = people.signed_up_at + rng.integers(1, _LAST_UPDATE_DAYS * DAY_S, size)
    return pa.table(
        {
            "customer_id": people.ids,
            "email": _emails(rng, people.ids),
            "full_name": names,
            "phone": _phones(people.ids),
            "ssn": _social_security_numbers(rng, people.regions),
            "region_id": texts_at([region.region_id for region in REGIONS], people.regions),
            "signed_up_at": timestamps(people.signed_up_at),
            "marketing_opt_in": nullable(rng.random(size) < 0.55, rng.random(size) < 0.9),  # noqa: PLR2004 a share
            "updated_at": timestamps(np.minimum(updated_at, season.ends_s - 1)),
        }
    )


def _emails(rng: Generator, ids: Ints) -> pa.Array:
    addresses = joined_texts(
        "customer.", padded_text(ids), "@", texts_at(_DOMAINS, rng.integers(0, len(_DOMAINS), len(ids)))
    )
    return pc.if_else(pa.array(rng.random(len(ids)) < 0.96), addresses, pa.scalar(None, pa.string()))  # noqa: PLR2004 a share


def _phones(ids: Ints) -> pa.Array:
    """Return numbers for three of four customers; they belong to nobody.

    Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes": 07700 900000 to 900999.
    """
    numbers = joined_texts("07700 900", padded_text(ids % 1_000, width=3))
    return pc.if_else(pa.array(ids % 4 != 0), numbers, pa.scalar(None, pa.string()))


def _social_security_numbers(rng: Generator, regions: Ints) -> pa.Array:
    """Return numbers for most customers in the United States.

    Areas 900 to 999 are never issued, so the numbers belong to nobody.

    Source: Social Security Administration, "Social Security Number Randomization", 2011.
    """
    size = len(regions)
    areas, groups, serials = (
        rng.integers(900, 1_000, size),
        rng.integers(1, 100, size),
        rng.integers(1, 10_000, size),
    )
    numbers = joined_texts(
        padded_text(areas), padded_text(groups, width=2), padded_text(serials, width=4), separator="-"
    )
    american = np.array([region.region_id == "US" for region in REGIONS])[regions]
    return pc.if_else(pa.array(american & (rng.random(size) < 0.8)), numbers, pa.scalar(None, pa.string()))  # noqa: PLR2004 a share
