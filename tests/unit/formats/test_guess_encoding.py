"""A text that is not UTF-8 is read in the encoding whose letters a language has, else as Windows-1252."""

from __future__ import annotations

import pytest

from headgate.formats.encoding import is_doubtful
from headgate.formats.guess_encoding import guess_encoding, samples
from headgate.formats.sniff import text_of

pytestmark = pytest.mark.unit

CENTRAL = {
    "Polish": "Nr;Miejscowość;Kwota\n1;Łódź;1 527,70 zł\n2;Świętochłowice;1,49 zł\n3;Gąska Żwirki;1,00 zł\n",
    "Czech": "město;ulice\nPlzeň;Říčany u Prahy\nŽďár;žluťoučký kůň\n",
    "Croatian": "grad;ulica\nČakovec;Šibenik\nĐurđevac;žito\n",
    "Romanian": "oraş;judeţ\nBraşov;Iaşi\nConstanţa;pâine în ţară\n",
}
WESTERN = {
    "French": "Dépôt général à Orléans;où ça;cœur;12,50 €",
    "German": "Größe;Höhe;Söhne;äußerst;Straße",
    "Swedish": "Kök;Trädgård;Textil;på förfrågan",
    "Spanish": "Córdoba;León;año;niño;¿qué?",
    "Portuguese": "São Paulo;ação;Conceição;não",
    "Icelandic": "Þórður Guðmundsson;í Reykjavík",
    "Estonian": "Põltsamaa;õun;töö",
    "several": "München;Köln;Málaga;León;Orléans;Århus;São Paulo",
    "few letters": "café;naïve;m³;½;25 °C;£5;12 €",
}


@pytest.mark.parametrize("language", CENTRAL)
def test_a_text_of_central_europe_is_read_with_its_letters(language: str) -> None:
    text = CENTRAL[language]
    read = text_of(text.encode("cp1250"))
    assert (read.utf8.decode(), read.encoding, read.confidence) == (text, "cp1250", 1.0)


@pytest.mark.parametrize("language", ["Polish", "Czech", "Croatian"])
def test_iso_8859_2_is_distinguished_from_windows_1250_by_the_letters_that_differ(language: str) -> None:
    text = CENTRAL[language]
    assert text_of(text.encode("iso8859-2")).utf8.decode() == text


@pytest.mark.parametrize("language", WESTERN)
def test_a_western_text_stays_windows_1252_and_nobody_is_asked(language: str) -> None:
    guess = guess_encoding(WESTERN[language].encode("cp1252"))
    assert (guess.encoding, guess.has_rival) == ("cp1252", False)
    assert not is_doubtful(WESTERN[language].encode("cp1252"))


def test_signs_of_currencies_that_are_letters_elsewhere_are_no_reason_to_ask() -> None:
    assert not is_doubtful("price;weight\n£5;½\n12 €;3 °C\n".encode("cp1252"))


def test_a_text_that_is_not_plausible_in_windows_1252_is_a_reason_to_ask() -> None:
    assert is_doubtful("Größe;Königstraße 1\n".encode("cp850"))


def test_where_the_letters_fit_to_two_encodings_a_person_is_asked() -> None:
    """Hungarian has two letters that western languages do not have, in the places of two that they have."""
    content = "név;város\nőr;Győr\nÁrpád;Székesfehérvár\ntűző;Kőszeg\n".encode("cp1250")
    read = text_of(content)
    assert guess_encoding(content).has_rival
    assert read.confidence < 0.95
    shown = samples(content)
    assert "tűző" in shown["cp1250"]
    assert "tûzõ" in shown["cp1252"]


def test_the_euro_sign_of_iso_8859_15_is_a_reason_to_ask() -> None:
    content = "produit;prix\nThé vert;12 €\nCafé;3 €\n".encode("iso8859-15")
    assert guess_encoding(content).has_rival or guess_encoding(content).encoding == "iso8859-15"


def test_encodings_that_show_the_same_are_offered_once() -> None:
    shown = samples("Größe;Straße\n".encode("cp1252"))
    assert len({*shown.values()}) == len(shown)
    assert next(iter(shown)) == "cp1252"


def test_a_word_counts_once_so_that_yes_and_no_of_a_column_do_not_decide() -> None:
    text = "Ürün;Liste Fiyat\u0131;Geçerlilik\nBoncuğu;1,5;Evet\n" + "Şeker;2,5;Hay\u0131r\n" * 60
    assert guess_encoding(text.encode("cp1254")).encoding == "cp1254"
