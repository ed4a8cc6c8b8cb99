"""Read XML: the repeated elements are the records, as in JSON.

| in the file                             | read as                                                      |
|-----------------------------------------|--------------------------------------------------------------|
| an element without inner elements       | its text; null if it is empty                                |
| an attribute                            | its text; for an inner element, under both names: `price_currency` |
| an element with inner elements          | an object, as in JSON                                        |
| text beside inner elements              | a text under the outer element's name                        |
| a repeated inner element                | a list                                                       |

The records are the repeated elements of the root, or of its only element with inner elements. Names have no
namespace. Source: W3C, "Extensible Markup Language 1.0", fifth edition.
"""  # noqa: E501 a table

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, ParseError, parse

from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.format_name import FormatName
from headgate.formats.json.json_records import GatheredRecords, Records
from headgate.values.cells import NO_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.formats.json.nested_names import Expands

MAX_BYTES = 1 << 27  # elements take several times the memory of their text
_MAX_LEVELS = 64


def xml_records(content: bytes, expands: Expands) -> Records:
    """Return the records under their own names.

    Raises:
        UnreadableFileError: `corrupt_xml`; `not_a_table`: elements of several names repeat; `too_large`.
        HeaderError: `duplicate_column`: an element has an attribute and an element of the same name.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(
            rule="too_large",
            message=f"an XML text of more than {MAX_BYTES:,} bytes",
            remedy="split it into smaller files",
        )
    try:
        root = parse(io.BytesIO(content.lstrip(b" \t\r\n"))).getroot()  # noqa: S314 expat itself stops entities that grow, and loads nothing from elsewhere
    except (ParseError, LookupError, ValueError):
        raise UnreadableFileError(
            rule="corrupt_xml",
            message="the XML is cut or wrong, or in an encoding that is not known",
            remedy="write it again as UTF-8 and send it again",
        ) from None
    gathered = GatheredRecords(expands)
    gathered.add((0, record) for record in _records(root))
    return gathered.all(FormatName.XML, "", NO_ROWS)


def _records(root: Element) -> Iterator[dict[str, Any]]:
    rows = _rows(root)
    for row in rows:
        value = _value(row, 0)
        yield value if isinstance(value, dict) else {_name(row): value}


def _rows(root: Element) -> list[Element]:
    element = root
    while True:
        counts = Counter(_name(child) for child in element)
        repeated = [name for name, count in counts.items() if count > 1]
        with_values = {_name(child) for child in element if len(child) or child.attrib}
        records = [name for name in repeated if name in with_values]
        names = records or (repeated if len(counts) == 1 else [])
        if len(names) == 1:
            return _named(element, names[0])
        if len(names) > 1:
            raise UnreadableFileError(
                rule="not_a_table",
                message=f"the XML holds elements of {len(names)} names that repeat, and so several tables",
                remedy="send the elements of each name as a file of their own",
            )
        inner = [child for child in element if len(child)]
        if len(inner) != 1:
            return [element] if len(element) or element.attrib else []
        element = inner[0]


def _named(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Element, depth: int) -> Any:  # noqa: ANN401 a text, a list or an object
    """Return the element's text, or an object of its attributes and elements."""
    if depth > _MAX_LEVELS:
        raise UnreadableFileError(
            rule="too_large",
            message=f"the XML is nested more than {_MAX_LEVELS} levels deep",
            remedy="send flat records, one for each row",
        )
    if not len(element) and (depth or not element.attrib):
        return (element.text or "").strip() or None
    value: dict[str, Any] = {key.rpartition("}")[2]: text for key, text in element.attrib.items()}
    counts = Counter(_name(child) for child in element)
    for child in element:
        name = _name(child)
        own = {} if len(child) else child.attrib
        attributes = {f"{name}_{key.rpartition('}')[2]}": text for key, text in own.items()}
        inner = _value(child, depth + 1)
        if counts[name] > 1:
            repeated = value.setdefault(name, [])
            if not isinstance(repeated, list):
                raise _duplicate_name()
            repeated.append({**attributes, name: inner} if attributes else inner)
            continue
        for key, part in {name: inner, **attributes}.items():
            if key in value:
                raise _duplicate_name()
            value[key] = part
    own_texts = [element.text, *(child.tail for child in element)]  # between inner elements
    if text := " ".join(filter(None, ((part or "").strip() for part in own_texts))):
        if _name(element) in value:
            raise _duplicate_name()
        value[_name(element)] = text
    return value


def _duplicate_name() -> HeaderError:
    return HeaderError(
        rule="duplicate_column",
        message="an element has two values of one name, as an attribute and as an element",
        remedy="give one of the two another name",
    )
