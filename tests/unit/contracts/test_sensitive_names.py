"""Names that say what a column holds are known however they are written."""

from __future__ import annotations

import pytest

from headgate.contracts.model import Mask
from headgate.contracts.registry import Registry
from headgate.contracts.sensitive_names import is_personal_name, is_sensitive_name, mask_by_name

pytestmark = pytest.mark.unit

NAMES = {
    Mask.PAN: (
        "pan|PAN|Card Number|Card-Number|card no.|creditCardNumber|Credit "
        "Card|ccnumber|PANnumber|cc_num|customer_pan|card_number_2"
    ),
    Mask.CVV: (
        "cvv|CVV2|CVV Code|cvv_code|cvvcode|cvv2code|card_cvv|Security "
        "Code|card_verification|CardVerificationValue|csc"
    ),
    Mask.TRACK: "track1|track_2|track2_data|Track Data|magstripe|mag_stripe_data|Magnetic Stripe",
    Mask.SSN: "ssn|SSN#|customer_ssn|Social Security Number|social-security|socialsecuritynumber",
}
NAMES_IN_OTHER_LANGUAGES = {
    Mask.PAN: "Kreditkarte|Kreditkartennummer|Kreditkarten-Nr.|Numéro de carte bancaire|carte de "
    "crédit|Número de tarjeta"
    "|tarjeta_de_credito|Carta di credito|numero della carta di credito|creditkaartnummer",
    Mask.CVV: "Kartenprüfnummer|Kartenpruefziffer|KartenPrüfcode|Sicherheitscode|cryptogramme visuel|Code de "
    "sécurité"
    "|código de seguridad|codice di sicurezza|beveiligingscode|veiligheidscode"
    "|Prüfnummer|Pruefnummer|Pru\u0308fnummer|Prüf-Nr.|KPN|Karten-KPN|Code de se\u0301curite\u0301",
}
OTHERS = (
    "card_token|card_brand|card_number_last4|ssn_last4|company|japan|discard_no|has_credit_card|track"
    "|tracking_number|card"
)
OTHERS_IN_OTHER_LANGUAGES = (
    "TÜV-Prüfnummer|Geräteprüfnummer|Prüfziffer|kunde_kpn|Kartennummer|carte|carte de fidélité"
)
OTHERS_IN_OTHER_LANGUAGES += "|tarjeta|Sicherheit|kaartnummer|hat_kreditkarte"


@pytest.mark.parametrize(
    ("mask", "name"),
    [
        (mask, name)
        for known in (NAMES, NAMES_IN_OTHER_LANGUAGES)
        for mask, names in known.items()
        for name in names.split("|")
    ],
)
def test_a_name_that_says_what_it_holds_needs_its_mask(mask: Mask, name: str) -> None:
    assert mask_by_name(name) is mask
    assert is_sensitive_name(name)


@pytest.mark.parametrize("name", f"{OTHERS}|{OTHERS_IN_OTHER_LANGUAGES}".split("|"))
def test_other_names_need_none(name: str) -> None:
    assert mask_by_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "verification_code",
        "account_number",
        "iban",
        "track",
        "cc",
        "password",
        "Passwort",
        "Mot de passe",
        "Contraseña",
        "wachtwoord",
    ],
)
def test_a_profile_hides_more_than_a_contract_masks(name: str) -> None:
    assert is_sensitive_name(name)


def test_no_column_behind_the_gate_is_named_for_what_it_must_not_hold() -> None:
    registry = Registry.load()
    behind = [*registry.curated.values(), *registry.lake.values(), *registry.prod.values()]
    assert not [(contract.id, name) for contract in behind for name in contract.names if mask_by_name(name)]


PEOPLE = {
    "English": (
        "Account Holder|account_number|Payer|Beneficiary Name|Home Address|CardholderName|counterparty"
        "|NI Number|National Insurance No.|Passport|Passport no|Emergency contact|Emergency contact phone"
        "|Blood type|Blood group|Signup IP|IP|IP last login|Forename|NHS No|Born on|MRN"
    ),
    "German": (
        "Kontoinhaber|Name des Kontoinhabers|Empfänger|Empfaenger|Begünstigter|Auftraggeber|IBAN "
        "Zahlungsbeteiligter|Straße"
        "|Reisepass-Nr.|Notfallkontakt|Blutgruppe|IP-Adresse|geb. am|Geb.-Datum|Versicherten-Nr.|AHV-Nr."
    ),
    "French": "Titulaire du compte|Bénéficiaire|Donneur d'ordre|Numéro de compte|Adresse|Courriel|Prénom"
    "|Numéro de passeport|Contact d'urgence|Groupe sanguin|Adresse IP|Date naiss.|Né(e) le",
    "Spanish": "Titular de la cuenta|Ordenante|Beneficiario|Número de cuenta|Dirección|Teléfono|Apellidos"
    "|Pasaporte|Contacto de emergencia|Grupo sanguíneo|Dirección IP",
    "Italian": "Intestatario del conto|Ordinante|Codice fiscale|Indirizzo|Numero di conto|Cognome"
    "|Passaporto|Contatto di emergenza|Gruppo sanguigno|Indirizzo IP",
    "Dutch": "Rekeninghouder|Tegenrekening|Naam tegenpartij|Begunstigde|Adres|Straatnaam|Telefoonnummer"
    "|Paspoortnummer|Noodcontact|Bloedgroep|IP-adres",
}
THINGS = (
    "Sachkonto|Gegenkonto|iban_count|address_count|Betrag|Kontostand|account|account_type|Buchungstag|solde"
    "|importe|bedrag|city|product_passport|ip_rating|blood_pressure|vip"
)


@pytest.mark.parametrize("name", [name for names in PEOPLE.values() for name in names.split("|")])
def test_names_of_people_and_of_their_accounts_are_personal_in_six_languages(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize("name", THINGS.split("|"))
def test_names_of_things_are_not_personal(name: str) -> None:
    assert not is_personal_name(name)
