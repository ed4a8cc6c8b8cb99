"""The encoding of an uploaded text: guessed by its letters, asked about where unsure, or chosen."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.formats.guess_encoding import likeliest_encodings
from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

pytestmark = pytest.mark.unit

POLISH = "Nr licznika;Miejscowość;Zużycie\n1;Łódź;12,5\n2;Świętochłowice;13,5\n3;Gąska Żwirki;14,0\n"
HUNGARIAN = "név;város;készlet\nőr;Győr;1\nÁrpád;Székesfehérvár;2\ntűző;Kőszeg;3\n"
BARE = "név;város;készlet\nÁrpád;Székesfehérvár;4\nBéla;Ózd;5\nnő;Győr;6\n"


def rows(caller: Any, upload_id: str) -> list[list[str]]:  # noqa: ANN401 as of the other tests
    return [row["cells"] for row in caller.call("GET", f"/v1/uploads/{upload_id}/rows").json["rows"]]


def test_a_polish_file_is_drafted_with_its_letters_and_the_contract_has_its_encoding() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, POLISH.encode("cp1250"), "liczniki.csv", "")
    answer = checked(caller, upload_id).json
    assert answer["written_as"]["encoding"] == "cp1250"
    assert (answer["encodings"][0]["encoding"], answer["is_encoding_unsure"]) == ("cp1250", False)
    assert rows(caller, upload_id)[0][1] == "Łódź"
    (table,) = answer["draft"]["document"]["schema"]
    assert {"property": "headgate.encoding", "value": "cp1250"} in table["customProperties"]
    assert [column["name"] for column in table["properties"]] == ["nr_licznika", "miejscowosc", "zuzycie"]


def test_a_chosen_encoding_holds_for_grid_draft_and_gate() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, HUNGARIAN.encode("cp1250"), "raktar.csv", "")
    first = checked(caller, upload_id).json
    assert first["is_encoding_unsure"]
    shown = {each["encoding"]: each["samples"] for each in first["encodings"]}
    assert ("tûzõ" in shown["cp1252"], "tűző" in shown["cp1250"]) == (True, True)
    answer = checked(caller, upload_id, {"encoding": "cp1250"}).json
    assert not answer["is_encoding_unsure"]
    assert rows(caller, upload_id)[0][:2] == ["őr", "Győr"]
    document = answer["draft"]["document"]
    (table,) = document["schema"]
    assert {"property": "headgate.encoding", "value": "cp1250"} in table["customProperties"]
    assert created(caller, document).json["is_in_use"]
    chosen = {"dataset": "raktar", "encoding": "cp1250"}
    assert checked(caller, upload_id, chosen).json["accepted"] == 3


def test_a_text_in_utf_8_offers_no_encoding() -> None:
    caller = uploader()
    answer = checked(caller, uploaded_to(caller, HUNGARIAN.encode(), "raktar.csv", "")).json
    assert (answer["encodings"], answer["is_encoding_unsure"]) == ([], False)


def test_an_unknown_encoding_is_refused() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, HUNGARIAN.encode("cp1250"), "raktar.csv", "")
    assert caller.call("PUT", f"/v1/uploads/{upload_id}/edits", {"encoding": "rot13"}).status == 422


def test_the_next_file_of_the_source_is_read_in_the_chosen_encoding() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, HUNGARIAN.encode("cp1250"), "raktar.csv", "")
    document = checked(caller, upload_id, {"encoding": "cp1250"}).json["draft"]["document"]
    created(caller, document)
    fields = {column["name"]: column["name"] for column in document["schema"][0]["properties"]}
    names = ("név", "város", "készlet")
    columns = dict(zip(names, fields, strict=True))
    checked(caller, upload_id, {"dataset": "raktar", "columns": columns, "encoding": "cp1250"})
    caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"])
    again = uploaded_to(caller, BARE.encode("cp1250"), "raktar-2.csv", "")
    checked(caller, again)
    assert rows(caller, again)[2][:2] == ["nő", "Győr"]


def test_a_file_in_two_encodings_is_read_line_by_line_if_a_person_says_so_and_so_is_the_next_one() -> None:
    caller = uploader()
    mixed = "kasse;ort\n1;Köln\n2;Łódź\n".encode() + "3;Münster\n4;Bonn\n".encode("cp1252")
    upload_id = uploaded_to(caller, mixed, "kassen.csv", "")
    assert checked(caller, upload_id).json["error"]["rule"] == "mixed_encoding"
    answer = checked(caller, upload_id, {"encoding": "utf-8-or-cp1252"}).json
    assert answer["written_as"]["encoding"] == "utf-8-or-cp1252"
    assert [cells[1] for cells in rows(caller, upload_id)] == ["Köln", "Łódź", "Münster", "Bonn"]
    document = answer["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    chosen = {"dataset": "kassen", "columns": {"kasse": "kasse", "ort": "ort"}, "encoding": "utf-8-or-cp1252"}
    assert checked(caller, upload_id, chosen).json["accepted"] == 4
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    assert caller.lake.receive(key).accepted == 4
    again = uploaded_to(caller, mixed.replace(b"Bonn", b"Trier"), "kassen-2.csv", "kassen")
    assert checked(caller, again).json["accepted"] == 4
    assert [cells[1] for cells in rows(caller, again)] == ["Köln", "Łódź", "Münster", "Trier"]


def test_a_file_in_two_encodings_comes_into_a_dataset_whose_contract_states_none() -> None:
    caller = uploader()
    first = uploaded_to(caller, "kasse;ort\n1;Köln\n2;Bonn\n".encode(), "kassen.csv", "")
    assert created(caller, checked(caller, first).json["draft"]["document"]).json["is_in_use"]
    mixed = "kasse;ort\n3;Köln\n".encode() + "4;Münster\n".encode("cp1252")
    upload_id = uploaded_to(caller, mixed, "kassen-2.csv", "kassen")
    assert checked(caller, upload_id).json["error"]["rule"] == "mixed_encoding"
    chosen = {"dataset": "kassen", "encoding": "utf-8-or-cp1252"}
    assert checked(caller, upload_id, chosen).json["accepted"] == 2
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    assert caller.lake.receive(key).accepted == 2


def test_headings_and_rows_are_read_in_one_encoding_also_if_only_the_last_line_shows_it() -> None:
    """Without its last words the text is as plausible in Windows-1252, as Icelandic."""
    caller = uploader()
    lines = [
        "Kod;Köln;Say\u0131",
        *(f"{number};kg;{number},5" for number in range(1, 40)),
        "40;Boncuğu büyük;1,5",
    ]
    answer = checked(caller, uploaded_to(caller, "\n".join(lines).encode("cp1254"), "fiyat.csv", "")).json
    assert answer["written_as"]["encoding"] == "cp1254"
    assert [column["name"] for column in answer["columns"]] == ["Kod", "Köln", "Say\u0131"]


GREEK = "Κωδικός;Περιγραφή είδους;Τιμή\n" + "".join(f"{n};TEA SET {n};1{n},97\n" for n in range(20))


def test_a_text_that_no_western_language_has_is_asked_about_with_the_likeliest_spelling_first() -> None:
    """A list of prices in Windows-1253 with Greek headings only ended with `choose another file`."""
    caller = uploader()
    upload_id = uploaded_to(caller, GREEK.encode("cp1253"), "timokatalogos.csv", "")
    first = checked(caller, upload_id).json
    assert (first["outcome"], first["is_encoding_unsure"]) == ("rejected", True)
    assert first["encodings"][0] == {"encoding": "cp1253", "samples": ["Κωδικός"], "fits": True}
    assert first["grid"]["columns"][0] == "Κωδικός"
    answer = checked(caller, upload_id, {"encoding": "cp1253"}).json
    assert (answer["outcome"], answer["is_encoding_unsure"]) == ("profiled", False)
    document = answer["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    fields = [column["name"] for column in document["schema"][0]["properties"]]
    columns = dict(zip(answer["grid"]["columns"], fields, strict=True))
    chosen = {"dataset": document["name"], "columns": columns, "encoding": "cp1253"}
    assert checked(caller, upload_id, chosen).json["accepted"] == 20
    caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"])
    again = uploaded_to(caller, GREEK.replace("TEA", "CUP").encode("cp1253"), "other-name.csv", "")
    remembered = checked(caller, again).json
    assert (remembered["is_encoding_unsure"], remembered["edits"]["encoding"]) == (False, "cp1253")


OLD_TEXTS = {
    "cp850": "Größe;Preis gültig;Gefäß\n" + "".join(f"Küche {n};{n},50;Krüge {n}\n" for n in range(9)),
    "cp852": "Pobočka;Tržba\n" + "".join(f"Žižkov {n};{n},50\nPříbram věž {n};{n},75\n" for n in range(9)),
    "mac-roman": "Référence;Théière\nCrêpière;12,5\nBûche émaillée;3,5\n",
    "koi8-r": "Код;Название\n" + "".join(f"Чай{n};Чайник {n}\n" for n in range(9)),
    "cp932": "商品コード;名前\n1;急須ポット\n2;茶碗\n3;箸\n",
}


@pytest.mark.parametrize("encoding", OLD_TEXTS)
def test_a_text_in_an_old_encoding_is_asked_about_chosen_and_loaded(encoding: str) -> None:
    """DOS 850, DOS 852, Mac Roman and Shift-JIS ended with `choose another file`; KOI8-R was not offered."""
    caller, text = uploader(), OLD_TEXTS[encoding]
    upload_id = uploaded_to(caller, text.encode(encoding), "lista.csv", "")
    first = checked(caller, upload_id).json
    assert first["is_encoding_unsure"]
    fitting = {each["encoding"]: each["samples"] for each in first["encodings"] if each["fits"]}
    assert fitting[encoding][0] in text
    answer = checked(caller, upload_id, {"encoding": encoding}).json
    assert (answer["outcome"], answer["is_encoding_unsure"]) == ("profiled", False)
    assert ";".join(answer["grid"]["columns"]) == text.splitlines()[0]
    document = answer["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    fields = [column["name"] for column in document["schema"][0]["properties"]]
    columns = dict(zip(answer["grid"]["columns"], fields, strict=True))
    chosen = {"dataset": document["name"], "columns": columns, "encoding": encoding}
    assert checked(caller, upload_id, chosen).json["accepted"] == text.count("\n") - 1
    assert caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]).accepted


def test_an_encoding_in_which_the_file_is_not_is_refused_with_the_others_to_choose_from() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, OLD_TEXTS["cp850"].encode("cp850"), "lista.csv", "")
    checked(caller, upload_id)
    answer = checked(caller, upload_id, {"encoding": "cp1253"}).json
    assert answer["error"]["message"]
    assert answer["grid"]["columns"][0] == "Größe"
    assert "cp850" in [each["encoding"] for each in answer["encodings"]]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Артикул;Название", "cp1251"),
        ("Артикул;Название", "koi8-r"),
        ("Κωδικός;Τιμή καταλόγου", "cp1253"),
        ("商品コード;名前;ポット", "cp932"),
        ("Größe;Straße;gültig", "cp850"),
        ("Référence;Théière", "mac-roman"),
        ("Šiauliai;Kėdė;Šąšlavos", "cp1257"),
    ],
)
def test_the_likeliest_encoding_has_the_letters_of_one_language(text: str, encoding: str) -> None:
    assert next(iter(likeliest_encodings(text.encode(encoding)))) == encoding
