import re
from difflib import SequenceMatcher
from functools import cache

_PREFIX_LIKENESS, _ABBREVIATION_LIKENESS, _MIN_RATIO = 0.85, 0.75, 0.75
_SHORT_FORMS = {
    "acct": "account", "addr": "address", "amt": "amount", "cat": "category", "cc": "card", "ccy": "currency",
    "cd": "code",
    "cntry": "country", "cre": "created", "ctry": "country", "cur": "currency", "curr": "currency",
    "cust": "customer", "cvc": "cvv",
    "delivd": "delivered", "descr": "description", "desc": "description", "dlv": "delivered", "dob": "birth",
    "dt": "date", "e": "email",
    "exp": "expiry", "fname": "first", "lname": "last", "mail": "email", "mod": "updated",
    "modified": "updated", "nbr": "number",
    "nm": "name", "no": "number", "nr": "number", "num": "number", "ord": "order", "pan": "card",
    "pay": "payment", "pmt": "payment",
    "prc": "price", "prd": "product", "prod": "product", "promo": "promotion", "qty": "quantity",
    "reg": "region", "shp": "shipped",
    "sku": "product", "stat": "status", "tel": "phone", "tm": "time", "trx": "transaction", "ts": "timestamp",
    "txn": "transaction",
    "txt": "text", "upd": "updated", "val": "value",
}  # fmt: skip


@cache
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, with short forms expanded.

    >>> name_words("OrderQty")
    ('order', 'quantity')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = [word for word in re.split(r"[\W_]+", parted.casefold()) if word]
    return tuple(_SHORT_FORMS.get(word, word) for word in words)


@cache
def likeness(given: str, field: str, dataset: str = "") -> float:
    """Return how similar two names are in spelling and words, 0 to 1.

    The dataset's own name in them is optional.
    """
    dataset_words = {dataset, dataset.removesuffix("s")}
    choices = [(name_words(given), name_words(field))]
    choices.append(tuple(tuple(word for word in words if word not in dataset_words) for words in choices[0]))  # type: ignore[arg-type] # a pair again
    return max(
        (
            _alike(left, right) * (1.0 if place == 0 else 0.95)
            for place, (left, right) in enumerate(choices)
            if left and right
        ),
        default=0.0,
    )


def _alike(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    spelling = SequenceMatcher(None, "".join(left), "".join(right), autojunk=False).ratio()
    shared = sum(max(word_likeness(word, other) for other in right) for word in left)
    back = sum(max(word_likeness(word, other) for other in left) for word in right)
    return (spelling + (shared + back) / (len(left) + len(right))) / 2


@cache
def word_likeness(left: str, right: str) -> float:
    """Return 1 for equal words, less for a word that begins or abbreviates the other, and 0 for others.

    Misspelled words count if the first letter is right: `stand` ends `bestand`, but is another word.
    """
    if left == right:
        return 1.0
    short, long = sorted((left, right), key=len)
    if len(short) > 1 and long.startswith(short):
        return _PREFIX_LIKENESS
    if len(short) > 1 and short[0] == long[0] and _within(short, long):
        return _ABBREVIATION_LIKENESS
    if left[0] != right[0]:
        return 0.0
    ratio = SequenceMatcher(None, left, right, autojunk=False).ratio()
    return ratio if ratio >= _MIN_RATIO else 0.0


def _within(short: str, long: str) -> bool:
    """Return whether `long` contains the letters of `short` in the same order, as in `qty` and `quantity`."""
    letters = iter(long)
    return all(letter in letters for letter in short)
