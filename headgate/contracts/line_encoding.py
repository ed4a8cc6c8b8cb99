"""Read each line of a text in UTF-8, or in Windows-1252 if it is not UTF-8.

Programs that append to a file, and people who paste files together, write such texts. The codec is registered
with Python, so that a contract names it as any other encoding: `headgate.encoding: utf-8-or-cp1252`.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

EACH_LINE = "utf-8-or-cp1252"
_OTHERWISE = "cp1252"


def decode_lines(content: ReadableBuffer, errors: str = "strict") -> tuple[str, int]:
    r"""Return the text of the content, and its number of bytes, as a codec does.

    >>> decode_lines("Zoë\n".encode() + "Łódź\n".encode() + "Müller".encode("cp1252"))[0]
    'Zoë\nŁódź\nMüller'
    """
    whole = bytes(content)
    return "".join(_text_of_line(line, errors) for line in whole.splitlines(keepends=True)), len(whole)


def _text_of_line(line: bytes, errors: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(_OTHERWISE, errors)


class _LineDecoder(codecs.BufferedIncrementalDecoder):
    """The decoder of a text in parts; the last line of a part is decoded with the next one."""

    def _buffer_decode(self, input: ReadableBuffer, errors: str, final: bool) -> tuple[str, int]:  # noqa: A002 codecs' own name
        whole = bytes(input)
        return decode_lines(whole if final else whole[: whole.rfind(b"\n") + 1], errors)


def _codec(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != EACH_LINE:
        return None
    return codecs.CodecInfo(
        name=EACH_LINE, encode=codecs.utf_8_encode, decode=decode_lines, incrementaldecoder=_LineDecoder
    )


codecs.register(_codec)
