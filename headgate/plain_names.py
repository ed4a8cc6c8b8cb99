"""Convert names of any language to the letters a to z, and check the rules of names. Pure."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

# Letters that Unicode does not decompose into one of a to z and a mark; the last is the dotless i.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
_LONGEST = 20
# Units with a capital inside, which is no beginning of a word: `MPa`, `kWh`, `dB`.
_UNIT = re.compile(
    r"(?<![A-Za-z])(?:[kMGTmcdhn]?(?:Pa|Wh?|Vh?|VA|VAh|Ah?|Hz|J|N|Nm|Bq|Gy|Sv)|dBA?|pH)(?![A-Za-z])"
)
_FORMULA = re.compile(r"(?=.*\d)[A-Z][a-z]?\d*(?:[A-Z][a-z]?\d*)+[a-z]?")  # such as SpO2
_MICRO = re.compile("[\N{MICRO SIGN}\N{GREEK SMALL LETTER MU}](?=[A-Za-z])")  # of a unit
# A preposition of several languages and a sign behind a name: `in ₺`, `(en ₺)`.
_IN_SIGN = re.compile(r"[\s([]+(?:in|en|em)\s+([^\w\s])[)\]]?\s*$", re.IGNORECASE)
ABBREVIATIONS = frozenset(("api", "auc", "csv", "cvv", "iban", "pci", "sql", "ssn", "url", "vat"))

# The rules of Terraform's variables `domain` and `name`: a lake's name is the prefix of its buckets and
# databases.
LAKE_NAME = r"[a-z][a-z0-9]{1,19}"
LAKE_NAME_RULE = "2 to 20 of the letters a to z, in lower case, and digits, beginning with a letter"
DEPLOYMENT_NAME = r"[a-z][a-z0-9-]{1,19}"
DEPLOYMENT_NAME_RULE = (
    "2 to 20 of the letters a to z, in lower case, digits and hyphens, beginning with a letter"
)


def in_plain_letters(text: str) -> str:
    """Return the text in lower case with letters a to z; letters of other scripts are left out.

    >>> in_plain_letters("Müller & Łódź Straße 7")
    'muller & lodz strasse 7'
    """
    return (
        unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )


def romanized(text: str) -> str:
    """Return the text with letters and digits of other scripts than Latin in Latin ones.

    Chinese characters have their Chinese sound in every language: a name of them is readable, and differs
    from others.

    >>> romanized("Дата продажи"), romanized("ЩИТ"), romanized("Müller"), romanized("数量")
    ('Data prodazhi', 'SHCHIT', 'Müller', 'ShuLiang')
    """
    if text.isascii():
        return text
    from anyascii import anyascii  # noqa: PLC0415 most names are Latin

    signs = _MICRO.sub("u", unicodedata.normalize("NFC", text))
    latin = list[str]()
    for place, sign in enumerate(signs):
        if in_plain_letters(sign) or unicodedata.category(sign)[0] not in "LMN":
            latin.append(sign)
            continue
        letters = re.sub("[^A-Za-z0-9]", "", anyascii(sign.lower()))
        is_word_of_capitals = any(
            map(str.isupper, signs[max(0, place - 1) : place] + signs[place + 1 : place + 2])
        )
        capitals = letters.upper() if is_word_of_capitals else letters.capitalize()
        latin.append(capitals if sign.isupper() else letters)
    return "".join(latin)


def column_name(text: str) -> str:
    """Return the name in the characters that the lake permits.

    >>> column_name("OrderID"), column_name("unit price"), column_name("2nd"), column_name("Load kWh")
    ('order_id', 'unit_price', 'column_2nd', 'load_kwh')
    >>> column_name("Umsatz netto in ₺"), column_name("Prix (en ₺)"), column_name("Anteil in % ")
    ('umsatz_netto', 'prix', 'anteil')
    >>> column_name("Дата, год"), column_name("Ποσότητα"), column_name("판매 날짜"), column_name("売上日")
    ('data_god', 'posotita', 'pan_mae_nal_jja', 'mai_shang_ri')
    """
    if re.fullmatch(r"[a-z_][a-z0-9_]*", text):
        return text
    units = _UNIT.sub(lambda unit: unit[0].lower(), romanized(_without_sign(text)))
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", units)
    name = re.sub(r"[^a-z0-9]+", "_", in_plain_letters(words)).strip("_")
    return name if name[:1].isalpha() else f"column_{name}"


def _without_sign(text: str) -> str:
    """Return a name without a sign of a currency or of percent, and the preposition before it."""
    match = _IN_SIGN.search(text)
    is_unit = match and (match[1] == "%" or unicodedata.category(match[1]) == "Sc")
    return text[: match.start()] if match and is_unit else text


def lake_name_of(text: str) -> str:
    """Return a valid name of a lake for the text; empty if none is possible.

    >>> lake_name_of("Müller Fahrräder"), lake_name_of("2026"), lake_name_of("銷售")
    ('mullerfahrrader', '', '')
    """
    return _like(text, "[^a-z0-9]+", "", LAKE_NAME)


def deployment_name_of(text: str) -> str:
    """Return a valid name of a deployment for the text; empty if none is possible.

    >>> deployment_name_of("Mein Büro")
    'mein-buro'
    """
    return _like(text, "[^a-z0-9]+", "-", DEPLOYMENT_NAME)


def _like(text: str, foreign: str, instead: str, rule: str) -> str:
    name = re.sub(foreign, instead, in_plain_letters(text)).lstrip("0123456789-")[:_LONGEST].rstrip("-")
    return name if re.fullmatch(rule, name) else ""


def for_example(name: str) -> str:
    """Return the end of a message that suggests the name; empty without a name."""
    return f", for example {name}" if name else ""


def capitalised(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def title_of_name(name: str) -> str:
    """Return the name of a column in words, as the console does (`columnTitle`).

    >>> title_of_name("list_price"), title_of_name("vat_rate"), title_of_name("orders_365d")
    ('List price', 'VAT rate', 'Orders 365 days')
    """
    if not re.fullmatch(r"[a-z0-9_]+", name):
        return capitalised(name.replace("_", " "))
    return capitalised(" ".join(word_of_name(part) for part in name.split("_") if part))


def title_of_camel_case(name: str) -> str:
    """Return the words of a name such as `ResponseID`; empty for a name that shows no words by its capitals.

    >>> title_of_camel_case("ResponseID"), title_of_camel_case("startDate"), title_of_camel_case("HTTPStatus")
    ('Response ID', 'Start date', 'HTTP status')
    >>> title_of_camel_case("Responseid"), title_of_camel_case("CO2kg")
    ('', '')

    A formula or an acronym with a digit is one word, as the file writes it.

    >>> title_of_camel_case("SpO2"), title_of_camel_case("PaCO2"), title_of_camel_case("HbA1c")
    ('SpO2', 'PaCO2', 'HbA1c')
    """
    if _FORMULA.fullmatch(name):
        return name
    if not re.fullmatch(r"[A-Za-z]+", name):
        return ""
    words = re.sub(r"([a-z])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", name).split(" ")
    plain = (word if word.isupper() else word.lower() for word in words)
    return capitalised(" ".join(plain)) if len(words) > 1 else ""


def word_of_name(part: str) -> str:
    """Return one word of a column's name as titles have it: `iban` is IBAN, `365d` is 365 days."""
    return part.upper() if part in ABBREVIATIONS else re.sub(r"^(\d+)d$", r"\1 days", part)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the nearest names as a question with a blank before it; empty if none is near."""
    near = difflib.get_close_matches(name, list(names), n=2)
    return f" Did you mean {' or '.join(near)}?" if near else ""
