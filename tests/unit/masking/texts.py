"""Texts for the tests of masking, and the call that redacts them."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import strategies as st

from headgate.masking.find_card_numbers import CONTEXT_BELOW
from headgate.masking.redaction import redact

# Numbers that payment gateways publish for tests.
PUBLISHED = [
    "4111111111111111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "6205500000000000004",
    "6304000000000000",
    "3088000000000017",
    "060426070011",
]
_PIECES = [
    "cvv",
    "CVV2",
    "cAv2",
    "csc",
    "cvn",
    "aCvc",
    "card_verification-code",
    "_",
    "security code",
    "card verification value",
    "Card",
    "code",
    " is ",
    ":",
    " ",
    "-",
    "123",
    "1234",
    "12",
    "123-45-6789",
    "123 45 6789",
    "000-00-0000",
    "\u00e9",
    "a",
    "c",
    "cv",
    "\n",
    "\u0661\u0662\u0663",
    "c\u017fc",
    "\u017fecurity code",
    "Kartenpr\u00fcfnummer",
    "pru\u0308fnummer",
    "PRUEFZIFFER",
    "\u017ficherheitscode",
    "cryptogramme",
    "code de se\u0301curite\u0301",
    "C\u00d3DIGO de seguridad",
    "codice di sicurezza",
    "beveiligingscode",
    "Karte",
    "KPN",
    "\u212apn",
    "de la carte",
]
# Names of codes, codes and signs in any order: most of these texts are none, some are nearly one.
pieced = st.lists(st.none() | st.lists(st.sampled_from(_PIECES), max_size=6).map("".join), max_size=20)


def redacted(*texts: str | None, context_below: int = CONTEXT_BELOW) -> list[str | None]:
    """Return what `redact` writes for each text."""
    found: list[str | None] = redact(pa.array(texts, pa.string()), context_below=context_below).to_pylist()
    return found
