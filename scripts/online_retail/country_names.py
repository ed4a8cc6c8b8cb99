"""Find the region of a country name in an export: any country of ISO 3166, in any usual spelling.

Source of `iso_countries.txt`: ISO 3166-1 alpha-2 codes with their English names of CLDR and UN statistics, as
collected in the public data package datasets/country-codes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from scripts.generated_shop.countries import REGIONS, Region

UNSPECIFIED = Region("X-UNSPEC", "Unspecified", None, None, None, is_country=False)

_BETWEEN_LETTERS = re.compile(r"(?<=\b\w) (?=\w\b)")
_NAMES = Path(__file__).with_name("iso_countries.txt")
# Names that Online Retail and other exports use for countries whose English names differ.
_SPELLINGS = {
    "EIRE": "IE",
    "RSA": "ZA",
    "USA": "US",
    "US of America": "US",
    "UK": "GB",
    "Great Britain": "GB",
    "Britain": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Republic of Ireland": "IE",
    "People's Republic of China": "CN",
    "PR China": "CN",
    "KSA": "SA",
    "Macau": "MO",
    "Macedonia": "MK",
    "DR Congo": "CD",
    "Slovak Republic": "SK",
    "Korea": "KR",
    "Czech Republic": "CZ",
    "Hong Kong": "HK",
    "Holland": "NL",
    "Russia": "RU",
    "Turkey": "TR",
    "UAE": "AE",
}
# Regions that are not a single country; the World Bank counts the Channel Islands together.
_GROUPS = {
    "Channel Islands": Region("X-CHI", "Channel Islands", "EU", 168_126, 11_228_317_319, is_country=False),
    "European Community": Region("X-EUC", "European Community", "EU", None, None, is_country=False),
    "West Indies": Region("X-WIND", "West Indies", "NA", None, None, is_country=False),
    "Unspecified": UNSPECIFIED,
    "Unknown": UNSPECIFIED,
    "": UNSPECIFIED,
}


def region_named(name: str) -> Region | None:
    """Return the region of a country name, in any case, with or without accents and full stops.

    None for a name that is not a country's.

    >>> region_named("EIRE").region_id, region_named("cote d'ivoire").region_id, region_named("u.k.").region_id, region_named("Atlantis")
    ('IE', 'CI', 'GB', None)
    """  # noqa: E501 a listing
    return _known().get(_plain(name))


@cache
def _known() -> dict[str, Region]:
    described = {region.region_id: region for region in REGIONS}
    regions: dict[str, Region] = {}
    for line in _NAMES.read_text(encoding="utf-8").splitlines():
        code, continent, *names = line.split("|")
        region = described.get(code) or Region(code, names[0], continent or None, None, None)
        regions |= {_plain(name): region for name in (code, *names)}
    by_id = {region.region_id: region for region in regions.values()}
    regions |= {_plain(region.name): region for region in REGIONS}
    regions |= {_plain(name): by_id[code] for name, code in _SPELLINGS.items()}
    return regions | {_plain(name): region for name, region in _GROUPS.items()}


def _plain(name: str) -> str:
    """Return letters and digits only, in lower case and without accents.

    Single letters, as in "U.K.", become one word.
    """
    letters = unicodedata.normalize("NFKD", name.replace("&", " and "))
    words = "".join(
        letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
    )
    text = " ".join(word for word in words.casefold().split() if word not in {"the", "of"}).replace(
        "saint ", "st "
    )
    return _BETWEEN_LETTERS.sub("", text)
