"""Recognize article numbers of barcodes.

Those of 13 digits that begin with 4 look like old Visa numbers, and one in ten is valid as one.
"""

import re

_GTIN = re.compile(r"[0-9]{12,14}")


def is_article_number(text: str) -> bool:
    """Return whether the text is a Global Trade Item Number of 12, 13 or 14 digits, by its check digit.

    Source:
        GS1 General Specifications, section 7.9: alternating weights 3 and 1, starting at the digit before the
        check digit.
    """
    if not _GTIN.fullmatch(text):
        return False
    digits = [int(digit) for digit in reversed(text)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
