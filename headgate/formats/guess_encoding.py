"""Guess the encoding of a text that is not UTF-8 by the letters of the languages that are written in it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from headgate.contracts.line_encoding import EACH_LINE

WESTERN = "cp1252"  # the encoding of spreadsheets in western languages; it decodes nearly every byte
_WORD = re.compile(rb"[A-Za-z]*(?:[\x80-\xff]+[A-Za-z]*)+")
_WORD_OF_TEXT = re.compile(r"[A-Za-z]*(?:[^\x00-\x7f]+[A-Za-z]*)+")
_WORDS_PROBED = 1 << 14
_LINES_PROBED, _MAX_SAMPLES, _MAX_SAMPLE_LENGTH = 200, 4, 60
_WITHIN_WORDS = "\u2019\u2018\u00b4\u2013\u2014\u00b7"  # apostrophes and dashes
_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_MIN_SCORE, _MIN_LEAD = 0.9, 0.2
# A text in several languages has letters of all of them, which one language alone does not have.
_OF_SEVERAL = 0.75
_CURRENCY_SIGN = "\u00a4"  # nobody writes it: the euro sign of ISO 8859-15, read as Windows-1252
# The letters of each language beyond ASCII. Source: Unicode CLDR 46, exemplar characters.
_IN_WESTERN = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüßé",  # German
    "áéíñóúü",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìîòóù",  # Italian
    "åäöæøé",  # Danish, Finnish, Norwegian, Swedish
    "áðéíóúýþæö",  # Icelandic
    "éëïöüáóè",  # Dutch
    "àçéèíïóòúü",  # Catalan
    "äõöüšž",  # Estonian
)
_IN_CENTRAL = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Bosnian, Croatian, Slovenian
    "ăâîşţ",  # Romanian
)
_IN_TURKISH = ("çğıöşüâî",)
_IN_BALTIC = (
    "ąčęėįšųūž",  # Lithuanian
    "āčēģīķļņšūž",  # Latvian
    "äõöüšž",  # Estonian
)
_IN_CYRILLIC = ("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",)
_IN_GREEK = ("αάβγδεέζηήθιίϊκλμνξοόπρσςτυύϋφχψωώ",)
# Hiragana, katakana and the first block of characters of Chinese origin, with their marks.
_IN_JAPANESE = ("".join(map(chr, (*range(0x3005, 0x3008), *range(0x3041, 0x3100), *range(0x4E00, 0xA000)))),)
# In the order in which a person is offered them, and in which equal ones win.
LANGUAGES: dict[str, tuple[str, ...]] = {
    WESTERN: _IN_WESTERN,
    "cp1250": _IN_CENTRAL,
    "iso8859-2": _IN_CENTRAL,
    "iso8859-15": _IN_WESTERN,
    "cp1254": _IN_TURKISH,
}
OTHER_THAN_WESTERN = frozenset(LANGUAGES) - {WESTERN}
# Offered to a person only: their letters are symbols or other letters to each other.
_IN_OTHER_SCRIPTS = {
    "cp1251": _IN_CYRILLIC,
    "koi8-r": _IN_CYRILLIC,
    "cp1253": _IN_GREEK,
    "cp932": _IN_JAPANESE,
}
_LIKELY = {
    **LANGUAGES,
    **_IN_OTHER_SCRIPTS,
    "cp1257": _IN_BALTIC,
    "cp850": _IN_WESTERN,
    "cp852": _IN_CENTRAL,
    "mac-roman": _IN_WESTERN,
}
OFFERED = (*_LIKELY, EACH_LINE)


@dataclass(frozen=True)
class GuessedEncoding:
    """An encoding, and how well its letters fit to a language.

    Attributes:
        score: share of the letters and symbols in words that one language has, from 0 to 1.
        has_rival: another encoding shows more letters of one language, or as many other ones.
    """

    encoding: str
    score: float
    has_rival: bool = False


def guess_encoding(content: bytes) -> GuessedEncoding:
    """Return the encoding whose letters fit best to a language; Windows-1252 unless another one is clear.

    Sums, codes and quotes show no encoding, so only words count, each once: the yes and no of a column are no
    more evidence than its heading.
    """
    words = {match[0] for match in islice(_WORD.finditer(content), _WORDS_PROBED)}
    western = _western_score(words)
    rivals = {
        encoding: score
        for encoding in LANGUAGES
        if encoding != WESTERN
        and _decoded(words, encoding) != _decoded(words, WESTERN)
        and (score := _score(words, encoding)) >= _MIN_SCORE
    }
    best = max(rivals, key=rivals.__getitem__, default=WESTERN)
    if best == WESTERN:
        return GuessedEncoding(WESTERN, western)
    if rivals[best] >= western + _MIN_LEAD:
        equal = [each for each, score in rivals.items() if score == rivals[best] and each != best]
        return GuessedEncoding(
            best, rivals[best], any(_decoded(words, each) != _decoded(words, best) for each in equal)
        )
    return GuessedEncoding(WESTERN, western, has_rival=rivals[best] > western)


def likeliest_encodings(content: bytes) -> dict[str, bool]:
    """Return the encodings that can decode a text, those first whose letters fit best to a language.

    The values say which of them fit about as well as the best one: a person is asked about these first.
    """
    scores = {each: score for each in OFFERED if (score := _fit(content, each)) is not None}
    best = max(scores.values(), default=0.0)
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    return {each: scores[each] > max(best - _MIN_LEAD, 0.0) for each in ranked}


def _fit(content: bytes, encoding: str) -> float | None:
    """Return how well the letters of a text fit to a language of the encoding; None if it is not in it."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    if encoding not in _LIKELY:
        return 0.0
    words = {match[0] for match in islice(_WORD_OF_TEXT.finditer(text), _WORDS_PROBED)}
    encoded = {word.encode(encoding) for word in words}
    return _western_score(encoded) if encoding == WESTERN else _score(encoded, encoding)


def is_guessed(written_as: Mapping[str, str]) -> bool:
    """Return whether a text was read in an encoding that its bytes do not show with certainty."""
    return written_as.get("encoding", "") in OFFERED


def samples(content: bytes, encodings: Iterable[str] = OFFERED) -> dict[str, tuple[str, ...]]:
    """Return the first different lines with letters beyond ASCII, as each encoding shows them.

    Encodings that cannot decode them, or that show the same as one before, are left out.
    """
    lines = islice(_LINE.finditer(content), _LINES_PROBED)
    of_parts = {_around_letters(match[0].decode("latin-1")): match[0] for match in lines}
    first = sorted(of_parts, key=_is_equal_in_all)[:_MAX_SAMPLES]
    shown: dict[str, tuple[str, ...]] = {}
    for encoding in encodings:
        try:
            texts = tuple(_around_letters(of_parts[part].decode(encoding)) for part in first)
        except UnicodeDecodeError:
            continue
        if texts not in shown.values() and not any(_has_control(text) for text in texts):
            shown[encoding] = texts
    return shown


def _is_equal_in_all(part: str) -> bool:
    content = part.encode("latin-1")
    return len({content.decode(encoding, "replace") for encoding in LANGUAGES}) == 1


def _around_letters(line: str) -> str:
    """Return the cell of a line with its first word beyond ASCII, as a person recognizes it."""
    match = _WORD_OF_TEXT.search(line)
    start = match.start() if match else 0
    cell = re.split(r"[;,\t|]", line[:start])[-1] + re.split(r"[;,\t|]", line[start:])[0]
    return cell.strip(" \"'")[:_MAX_SAMPLE_LENGTH]


def _has_control(text: str) -> bool:
    return any("\x80" <= character <= "\x9f" for character in text)


def _decoded(words: Collection[bytes], encoding: str) -> list[str]:
    return [word.decode(encoding, "replace") for word in words]


def _western_score(words: Collection[bytes]) -> float:
    letters = "".join(_IN_WESTERN)
    several = _OF_SEVERAL * _share(*_letters_and_symbols(words, WESTERN), letters)
    return max(_score(words, WESTERN), several)


def _score(words: Collection[bytes], encoding: str) -> float:
    """Return the largest share of the characters that a language of the encoding has."""
    letters, symbols = _letters_and_symbols(words, encoding)
    return max(_share(letters, symbols, language) for language in _LIKELY[encoding])


def _share(letters: Counter[str], symbols: int, language: str) -> float:
    total = letters.total() + symbols
    return sum(letters[letter] for letter in set(language)) / total if total else 0.0


def _letters_and_symbols(words: Collection[bytes], encoding: str) -> tuple[Counter[str], int]:
    """Count the letters beyond ASCII, and the characters that no language has as letters there."""
    letters, symbols = Counter[str](), 0
    for word in words:
        text = word.decode(encoding, "replace")
        for place, character in enumerate(text):
            if character.isascii():
                continue
            before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
            is_mixed = encoding in _IN_OTHER_SCRIPTS and any(map(_is_latin, (before, after)))
            if character.isalpha() and not is_mixed and not (character.isupper() and before.islower()):
                letters[_lower(character)] += 1
            elif _is_out_of_place(character, before, after):
                symbols += 1
    return letters, symbols


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


def _lower(letter: str) -> str:
    return "\u0131" if letter == "\u0130" else letter.lower()


def _is_out_of_place(character: str, before: str, after: str) -> bool:
    if character in f"{_CURRENCY_SIGN}\ufffd" or "\x80" <= character <= "\x9f" or character.isalpha():
        return True
    is_inside = before.isalpha() and after.isalpha()
    return (is_inside and character not in _WITHIN_WORDS) or (character == "\u00a3" and after.islower())
