"""Merchandise categories of the Online Retail II stock, read off the names: the data set itself has none.

The first category with a word of the name wins; words match whole, without their plural s. `service` is
recognised by the stock code, because postage, fees, samples, vouchers and adjustments are booked as products
there. The table was made by reading the data set's most frequent words; it is a convenience for analysis, not
a fact about the shop.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = "service"
UNCATEGORISED = "uncategorised"
# M and m: manual; D: discount; DOT and POST: postage; C2 and C3: carriage; S: samples; B: bad debt; CRUK: a
# charity's commission.
_SERVICE_CODE = re.compile(
    r"POST|DOT|M|m|D|S|B|C2|C3|ADJUST2?|BANK CHARGES|AMAZONFEE|CRUK|TEST\d+|GIFT|gift_\d+_\d+", re.ASCII
)
_WORDS = {
    "christmas": "CHRISTMAS XMAS ADVENT SANTA REINDEER SNOWMAN BAUBLE NATIVITY SNOWFLAKE",
    "jewellery": (
        "NECKLACE BRACELET EARRING RING BROOCH PENDANT BANGLE ANKLET HAIR DIAMANTE CHARM BLING KEYRING"
    ),
    "lighting": (
        "CANDLE LIGHT T-LIGHT TEALIGHT LANTERN LAMP LAMPSHADE CANDLESTICK INCENSE NIGHTLIGHT TORCH CHANDELIER"
    ),
    "bags": "BAG HANDBAG PURSE RUCKSACK SHOPPER UMBRELLA SUITCASE WALLET TOTE LUGGAGE PASSPORT",
    "stationery": (
        "CARD NOTEBOOK PENCIL PEN WRAP RIBBON STICKER TAPE ENVELOPE BOOK STAMP LETTER PAPER ALBUM "
        "TISSUE MAGNET TAG WRITING"
    ),
    "kitchen": "MUG CUP CAKE TEA TEACUP TEAPOT PLATE BOWL COFFEE APRON KITCHEN CUTLERY JUG BAKING EGG DISH "
    "SPOON LUNCH BOTTLE GLASS TRAY "
    "COASTER JAM CHOPSTICK OVEN TUMBLER GOBLET FRYING FOOD PAN WASHING TEATIME",
    "garden": (
        "GARDEN GARDENING PLANT PLANTER WATERING BIRD BIRDHOUSE PARASOL PICNIC FLOWERPOT POT POTTING "
        "SEED GNOME BUTTERFLY"
    ),
    "party": "PARTY BUNTING BALLOON BIRTHDAY GARLAND NAPKIN DOILIE DOILEY STRAW WEDDING",
    "toys": "TOY DOLL GAME JIGSAW PUZZLE SKITTLE DOMINOE TEDDY CHILD CHILDREN KNITTED ORIGAMI SPINNING "
    "MONKEY DINOSAUR SOLDIER SPACEBOY "
    "BINGO SNAKE LADDER RACING MONSTER INFLATABLE",
    "textiles": (
        "CUSHION THROW TOWEL BLANKET QUILT SCARF SOCK WARMER CURTAIN DOORMAT RUG FABRIC SLIPPER SEWING "
        "PATCHE CROCHET GLOVE"
    ),
    "storage": "BOX BOXE TIN CABINET DRAWER BASKET HOOK HANGER RACK SHELF JAR CASE HOLDER STORAGE CHEST BIN",
    "home decoration": "SIGN DOORSIGN FRAME HEART CLOCK MIRROR WALL DECORATION "
    "HANGING METAL DOORSTOP FLOWER VASE ART "
    "DOOR ROSE PHOTO TILE "
    "WREATH STOOL ORNAMENT ZINC WOOD WOODEN FAIRY FELTCRAFT FRIDGE STAND TABLE CHAIR BLOCK MOBILE "
    "EASTER WICKER",
}
KEYWORDS = {category: frozenset(words.split()) for category, words in _WORDS.items()}
_WORD = re.compile(r"[A-Z][A-Z-]*")


def category_of(stock_code: str, name: str | None) -> str:
    """Return the category of a stock code: `service`, the first with a word of the name, or `other`."""
    if _SERVICE_CODE.fullmatch(stock_code.strip()):
        return SERVICE
    words = _WORD.findall((name or "").upper())
    singular = {word.removesuffix("S") for word in words}.union(words)
    return next((category for category, keywords in KEYWORDS.items() if singular & keywords), UNCATEGORISED)


def categories_of(stock_codes: Iterable[str], names: Iterable[str | None]) -> list[str]:
    """Return the category of each stock code."""
    return [category_of(code, name) for code, name in zip(stock_codes, names, strict=True)]
