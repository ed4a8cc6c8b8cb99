import codecs
import io
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.gate.first_table import read_first_table
from headgate.contracts.file_form import stated_encoding
from headgate.contracts.line_encoding import EACH_LINE
from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry
from headgate.errors import ContractError, UnreadableFileError
from headgate.formats import sniff
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.json.json_records import holds_json, read_records
from headgate.formats.row_offsets import offsets_in_original
from headgate.formats.sniff import is_parquet, text_for, text_of

pytestmark = pytest.mark.unit

REGIONS = Registry.load().source["regions"]
HEADER = list(REGIONS.names)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_the_contracts_columns(delimiter: str) -> None:
    text = delimiter.join(HEADER).encode() + b"\n1,2;3\n"
    dialect = sniff_dialect(text, REGIONS)
    assert dialect.form.delimiter == delimiter
    assert dialect.names == REGIONS.names
    assert text[dialect.data_at :] == b"1,2;3\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_header_ends_where_its_line_ends(ending: str) -> None:
    text = (ending + ",".join(HEADER) + ending + "data").encode()
    assert text[sniff_dialect(text, REGIONS).data_at :] == b"data"


def test_a_quoted_header_may_hold_delimiters_newlines_and_other_scripts() -> None:
    text = f'"{HEADER[0]}","é,\n;ü"\ndata'.encode()
    dialect = sniff_dialect(text, REGIONS)
    assert dialect.names == (HEADER[0], "é,\n;ü")
    assert text[dialect.data_at :] == b"data"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (codecs.BOM_UTF8 + "né".encode(), "né"),
        ("né".encode("utf-16"), "né"),
        (codecs.BOM_UTF16_BE + "né".encode("utf-16-be"), "né"),
        ("né".encode("utf-32"), "né"),
        ("region,name\n".encode("utf-16-le"), "region,name\n"),
        ("region,name\n".encode("utf-16-be"), "region,name\n"),
        ("né “quoted” €".encode("cp1252"), "né “quoted” €"),
        (codecs.BOM_UTF8 + "né".encode("cp1252"), "né"),
        ("日本".encode(), "日本"),
    ],
)
def test_every_encoding_becomes_utf8_without_a_mark(content: bytes, text: str) -> None:
    assert text_of(content).utf8.decode() == text


def test_a_character_that_a_chunk_cuts_is_still_utf8() -> None:
    content = b"x" * ((1 << 20) - 1) + "é".encode() + b"y"
    assert text_of(content).utf8 == content


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("id,name\n1,café\n2,".encode() + "Zoë\n".encode("cp1252"), ("line 3", "line 2")),
        ("id,name\r\n1,Zoë\r\n".encode("cp1252") + "2,日本\r\n".encode(), ("line 2", "line 3")),
        ("id,name\r1,\x80uro\r".encode("latin-1") + "2,“quoted”\r".encode(), ("line 2", "line 3")),
        (b"x" * ((1 << 20) - 1) + "é\né".encode()[:-1], ("line 2", "line 1")),
    ],
)
def test_text_that_is_utf8_in_one_line_and_not_in_another_is_refused_with_both(
    content: bytes, lines: tuple[str, str]
) -> None:
    with pytest.raises(UnreadableFileError, match=f"^{lines[0]} is not UTF-8, but {lines[1]} is") as refused:
        text_of(content)
    assert refused.value.rule == "mixed_encoding"


def test_text_that_is_utf8_in_one_part_of_a_line_only_is_refused_with_that_line() -> None:
    with pytest.raises(UnreadableFileError, match=r"^line 1 is UTF-8 in some words and not in others"):
        text_of("naïve ".encode() + b"\x81")


def test_a_contract_may_have_each_line_read_in_its_own_encoding_and_rows_keep_their_places() -> None:
    content = "id,name\n1,Zoë\n2,日本\n".encode() + "3,Müller\n4,x\n".encode("cp1252")
    text = text_of(content, EACH_LINE)
    assert text.utf8.decode() == "id,name\n1,Zoë\n2,日本\n3,Müller\n4,x\n"
    starts = np.array([text.utf8.index(f"{row},".encode()) for row in (1, 2, 3, 4)])
    places = offsets_in_original(text.utf8, starts, content, text.encoding)
    assert [content[at : at + 2] for at in places] == [b"1,", b"2,", b"3,", b"4,"]
    assert text_of(content[:-3], EACH_LINE, is_cut=True).utf8.endswith("3,Müller\n".encode())


@pytest.mark.parametrize(
    "text", ["“LE CAFÉ” né", "STRAß\u2013 né", "Ö… É» né", "«CAFÉ\xa0»é", "«café…» né", "Größe €5, naïve"]
)
def test_windows_1252_that_has_a_capital_before_a_sign_is_not_taken_for_utf8(text: str) -> None:
    assert text_of(text.encode("cp1252")).utf8.decode() == text


@given(st.text("abc\n,;éüñ€日本😀Žя", min_size=1).filter(lambda text: not text.isascii()))
def test_every_utf8_text_with_a_byte_of_another_encoding_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        text_of(text.encode() + b"x\xe9x")
    assert refused.value.rule == "mixed_encoding"


@pytest.mark.parametrize("word", ["Пётр", "Её", "Пё", "Её, Её"])
def test_two_letters_of_another_encoding_that_are_one_of_utf8_make_no_mixed_file(word: str) -> None:
    """In Windows-1251 `Пё` has the bytes of `ϸ`, and `Её` those of `Ÿ`."""
    text = f"номер;имя\n1;{word}\n2;Анна Смирнова\n"
    assert text_for(text.encode("windows-1251"), stating("windows-1251")).utf8.decode() == text
    with pytest.raises(UnreadableFileError, match="is neither UTF-8 nor plausible Windows-1252") as refused:
        text_of(text.encode("windows-1251"))
    assert refused.value.rule == "unknown_encoding"
    assert "headgate.encoding, as windows-1251" in refused.value.remedy


def test_a_probe_that_ends_within_a_character_is_still_utf8() -> None:
    content = b'[{"a": "' + "é".encode() * 4096
    assert holds_json(content)
    assert holds_json(b'[{"a": "x' + "é".encode() * 4096)
    assert text_of("né".encode()[:-1], is_cut=True).utf8 == b"n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"stock.csv".ljust(257, b"\0") + b"ustar\0", "a tar archive"),
        (b"stock.csv".ljust(257, b"\0") + b"ustar  \0", "a tar archive"),
        (b"FEA1\0\0\0\0", "a Feather file of version 1"),
        (b"GIF89a\x01\0\x01\0", "a picture"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (b"<!DOCTYPE html>\n<HTML lang='en'><p>Hello</p></HTML>", "a web page"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"a\x81\x8d\x8f\x01", "binary"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "utf-16"),
    ],
)
def test_bytes_that_are_no_text_are_no_table(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError, match=says) as refused:
        text_of(content)
    assert refused.value.rule == "not_a_table"


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n" + b"1,Soap\n" * 35 + b"99,mustard\n",
        b"FEA1,FEA2,FEA3\n1,2,3\n",
        b"GIF89a_share,GIF8\n1,2\n",
    ],
)
def test_a_text_with_the_letters_of_a_magic_is_a_text(content: bytes) -> None:
    assert text_of(content).utf8 == content


def test_the_letters_of_tar_lie_where_its_archives_have_them() -> None:
    content = b"id,name\n" + b"1,Soap\n" * 35 + b"99,mustard\n"
    assert content.index(b"ustar") == 257


def test_a_nul_in_a_text_is_named_with_its_line() -> None:
    with pytest.raises(UnreadableFileError, match="line 3 holds a NUL character") as refused:
        text_of(b"id,name\n1,a\n2,b\0c\n3,d\n")
    assert "editor" in refused.value.remedy


def test_a_file_of_blanks_is_empty() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        text_of(b" \r\n\t\n" * 50_000)
    assert refused.value.rule == "empty_file"


def test_parquet_is_known_by_its_magic_alone() -> None:
    assert is_parquet(b"PAR1...")
    assert is_parquet(b"PARE...")
    assert not is_parquet(b"region_id,PAR1")


WESTERN = (
    "Müller, Straße 5, Köln; schöne Grüße aus Österreich \u2013 5 € für Übergrößen",
    "Élève à l\u2019école, forêt, garçon, où êtes-vous? cœur, août; “déjà vu”",
    "¿Dónde está el niño? Año 2023, señor Núñez, corazón, pingüino",
    "São Paulo, ação, coração, Conceição, irmãos",
)


@pytest.mark.parametrize("text", WESTERN)
def test_text_of_a_western_language_is_windows_1252_with_full_confidence(text: str) -> None:
    assert text_of(text.encode("cp1252")).confidence > 0.9


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет мир, заказ номер пять, Москва", "cp1251"),
        ("Привет мир, заказ номер пять, Москва", "koi8-r"),
        ("Καλημέρα κόσμε, παραγγελία", "cp1253"),
    ],
)
def test_text_of_another_script_is_not_plausible_windows_1252(text: str, encoding: str) -> None:
    assert text_of(text.encode(encoding)).confidence < 0.1


@pytest.mark.parametrize(
    "content", [b"plain", "né".encode(), codecs.BOM_UTF8 + "Привет".encode(), "Привет".encode("utf-16")]
)
def test_an_encoding_that_the_bytes_show_has_full_confidence(content: bytes) -> None:
    assert text_of(content).confidence == 1.0


@pytest.mark.parametrize(
    "form", ["id;город\n1;Москва\n2;Казань\n", '{"id": 1, "город": "Москва"}\n{"id": 2, "город": "Казань"}\n']
)
def test_a_file_whose_encoding_is_a_bad_guess_is_read_with_little_confidence(form: str) -> None:
    content = form.encode("cp1251")
    read = read_records(content) if form.startswith("{") else read_first_table(content).dialect
    assert read.confidence < 0.1


def test_the_error_for_a_file_that_is_no_table_says_that_the_content_decides_how_it_is_packed() -> None:
    """A file may be called `.csv.gz` and be no gzip at all."""
    with pytest.raises(UnreadableFileError) as refused:
        text_of(b"\x00\x8bno gzip\x00")
    assert "the content decides the format, not the name" in refused.value.remedy


def stating(encoding: str) -> Contract:
    """A contract of texts whose files are in that encoding; none is stated where it is empty."""
    return replace(REGIONS, properties={"headgate.encoding": encoding} if encoding else {})


FOREIGN = [
    ("id;město\n1;Plzeň\n2;Říčany u Prahy, Žďár\n", "windows-1250"),
    ("id;город\n1;Москва\n2;Казань\n", "windows-1251"),
    ("id;город\n1;Москва\n2;Казань\n", "koi8-r"),
    ("id;πόλη\n1;Θεσσαλονίκη\n", "iso-8859-7"),
    ("id;都市\n1;東京のまち\n2;なごや、カタカナ\n", "shift_jis"),
    ("id;都市\n1;のはにをてた\n", "euc_jp"),
    ("id;城市\n1;北京\n2;广州\n", "gb18030"),
    ("id;城市\n1;北京\n2;广州\n", "utf-16-le"),
    ("id;도시\n1;서울\n", "cp949"),
]
# These look western, like binary data, and like UTF-8 in places.
LOOK_OTHERWISE = {"windows-1250", "utf-16-le", "euc_jp"}


@pytest.mark.parametrize(("text", "encoding"), FOREIGN)
def test_a_text_in_the_encoding_that_its_contract_states_is_read_to_the_letter(
    text: str, encoding: str
) -> None:
    read = text_for(text.encode(encoding), stating(encoding))
    assert (read.utf8.decode(), read.confidence) == (text, 1.0)


@pytest.mark.parametrize(("text", "encoding"), [case for case in FOREIGN if case[1] not in LOOK_OTHERWISE])
def test_a_text_that_is_not_plausible_windows_1252_is_refused_where_no_encoding_is_stated(
    text: str, encoding: str
) -> None:
    with pytest.raises(
        UnreadableFileError,
        match=r"line [123] is neither UTF-8 nor plausible Windows-1252.*headgate\.encoding",
    ) as refused:
        text_for(text.encode(encoding), stating(""))
    assert refused.value.rule == "unknown_encoding"


@pytest.mark.parametrize(
    "text", [*WESTERN, "åäö ÅÄÖ", "one\xa0\xa0\xa0\xa0\xa0blank", "5\xb0 and \u20ac\u2122\xae", "n\xb0 1"]
)
def test_western_text_is_accepted_where_no_encoding_is_stated(text: str) -> None:
    assert text_for(text.encode("cp1252"), stating("")).utf8.decode() == text


@pytest.mark.parametrize(
    "content", ["Plzeň".encode(), codecs.BOM_UTF8 + b"x", "Plzeň".encode("utf-16"), b"plain"]
)
def test_what_shows_its_encoding_is_read_in_it_whatever_is_stated(content: bytes) -> None:
    assert text_for(content, stating("windows-1250")) == text_of(content)


def test_no_encoding_is_guessed_for_the_bytes_of_a_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search for words among them takes longer than to read the workbook."""
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    monkeypatch.setattr(sniff, "guess_encoding", lambda _: pytest.fail("binary data have no words"))
    assert not holds_json(stream.getvalue())


def test_a_utf8_text_with_a_wrong_byte_is_not_read_in_the_stated_encoding() -> None:
    with pytest.raises(UnreadableFileError, match=r"^line 3 is not UTF-8, but line 1 is") as refused:
        text_for("město\nPlzeň, Říčany\n".encode() + b"x\xe9x", stating("windows-1250"))
    assert refused.value.rule == "mixed_encoding"


def test_bytes_that_are_none_of_the_stated_encoding_refuse_the_file() -> None:
    with pytest.raises(UnreadableFileError, match="bytes that are not shift_jis"):
        text_for("都市".encode("shift_jis") + b"\xa0\xff\xff", stating("shift_jis"))


UNTELLABLE = [
    "klingon",
    "rot13",
    "base64",
    "utf-7",
    "iso2022_jp",
    "utf-16",
    "latin\0",
    "cp037",
    "ascii",
    "unicode_escape",
]


@pytest.mark.parametrize("stated", UNTELLABLE)
def test_an_encoding_that_no_unmarked_file_can_have_keeps_a_contract_from_loading(stated: str) -> None:
    with pytest.raises(ContractError, match=r"headgate\.encoding: .* Remedy: use one such as windows-1250"):
        stated_encoding(replace(REGIONS, properties={"headgate.encoding": stated}))
