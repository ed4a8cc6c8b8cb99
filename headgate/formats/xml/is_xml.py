"""Detect XML files."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

_PROBE_BYTES = 1 << 16
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # byte-order marks of UTF-8 and UTF-16
_PAGE = re.compile(rb"\A(?:\s*<[?!][^>]*>)*\s*<(?:html|table)[\s>]", re.IGNORECASE)
_BLANKS = b" \t\r\n\0"  # UTF-16 has zeros between its characters


def is_xml(content: bytes) -> bool:
    """Return whether the bytes, or their beginning, are XML: a declaration, or tags of which one ends.

    A header such as `<DATE>,<OPEN>` of exported prices is CSV, and no reader reads HTML.
    """
    probe = content[:_PROBE_BYTES]
    for mark in _MARKS:
        probe = probe.removeprefix(mark)
    probe = probe.lstrip(_BLANKS)
    if not probe.startswith(b"<"):
        return False
    if probe.startswith(b"<?xml"):
        return not _PAGE.search(probe)
    reader: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    try:
        reader.feed(content[:_PROBE_BYTES].lstrip(b" \t\r\n"))
        has_end = any(event[0] == "end" for event in reader.read_events())
    except ParseError:
        return False
    return has_end and not _PAGE.search(probe)
