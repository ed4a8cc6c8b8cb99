"""Recognize names of columns with personal data, in English, German, French, Spanish, Italian and Dutch.

Names are compared in the form of `headgate.contracts.sensitive_names.compared`. Only the last words of a name
count: `IBAN Zahlungsbeteiligter` and `Kontonummer/IBAN` match, `iban_count` does not.

Sources: GDPR, art. 4 (1); for accounts the headers of CSV exports of German, French, Spanish, Italian, Dutch
and English banks.
"""

import re

_NUMBER = r"(?:_?(?:number|num|no|nr|nummer))"
_BIRTHS = (
    r"birth_?(?:day|date)|date_?of_?birth|dob|born(?:_on)?|geburts_?(?:tag|datum|dat|ort)"
    r"|geb(?:oren)?_?(?:am|datum|dat)|date_?(?:de_?)?naiss(?:ance)?|ne_?(?:e_)?le|nee_le"
    r"|lieu_de_naissance|fecha_de_nacimiento"
    r"|data_di_nascita|geboorte_?datum"
)
_PEOPLE = (
    (
        r"fore_?name|first_?name|last_?name|full_?name|middle_?name|maiden_?name|sur_?name|given_?name|family_?name"
        r"|customer_?name|user_?name|contact_?name|borrower(?:_?name)?|patient(?:_?name)?|employee_?name"
        r"|member_?name|(?:owner|holder|keeper|person|client|driver|doctor|teacher|student|tenant|guest|resident)_?name"
        r"|(?:tier_?|fahrzeug_?)?halters?_?name|(?:besitzer|eigent(?:ue|u)mer|inhaber|fahrer|arzt|mieter)_?name"
        r"|vor_?name|nach_?name|familien_?name|geburts_?name|kunden?_?name|kunde|ansprechpartner"
        r"|prenom|nom_de_famille|nom_(?:du_)?client|apellidos?|nombre_y_apellidos|cognome|nome_e_cognome"
        r"|achternaam|voornaam"
    ),
    (
        r"e_?mail(?:_?(?:address|adresse))?|mail_?adresse|courriel|correo(?:_electronico)?"
        r"|(?:tele)?phone(?:_?(?:number|num|no|nr))?"
        r"|telefon(?:_?(?:nummer|nr))?|tel(?:_?(?:nr|no))?|mobile(?:_?(?:number|no|phone))?"
        r"|handy(?:_?(?:nummer|nr))?"
        r"|telefono(?:_movil)?|cellulare|telefoon(?:_?nummer)?|fax(?:_?(?:number|no|nummer))?"
    ),
    _BIRTHS,
    (
        r"street(?:_?address)?|home_?address|postal_?address|address(?:_?line)?_?[12]?|ip_?address"
        r"|house_?(?:number|no)"
        r"|stra(?:ss|sz)e|adresse|anschrift|haus_?(?:nummer|nr)|wohn_?ort|rue|domicile|direccion"
        r"|domicilio|calle|indirizzo|adres|straat"
        r"|straatnaam|huis_?nummer"
    ),
    (
        rf"nhs{_NUMBER}?|medicare{_NUMBER}|medical_record{_NUMBER}|mrn|health_insurance{_NUMBER}"
        r"|(?:kranken)?versicherten_?(?:nummer|nr)|ahv_?(?:nummer|nr)?|n_secu|numero_secu"
        r"|ausweis_?(?:nummer|nr)|sozialversicherungs_?(?:nummer|nr)|rentenversicherungs_?(?:nummer|nr)"
        r"|numero_de_securite_sociale|dni|codice_fiscale"
        r"|bsn|burger_?service_?nummer"
        rf"|national_?insurance{_NUMBER}?|ni_?(?:number|num|no)|nino"
        rf"|(?<!product_)passport{_NUMBER}?|reise_?pass(?:_?(?:nummer|nr))?|(?:numero_de_)?passeport"
        r"|(?:numero_de_)?pasaporte|(?:numero_(?:di_|del_)?)?passaporto|paspoort(?:_?(?:nummer|nr))?"
    ),
    (
        r"(?:emergency|next_of_kin)_?contacts?(?:_?(?:name|person|phone|number))?|next_of_kin"
        r"|notfall_?kontakte?|personne_a_(?:prevenir|contacter)|contact_d_urgence"
        r"|contacto_de_emergencia|contatto_(?:di_|d_)emergenza|nood_?contact"
    ),
    (
        r"blood_?(?:type|group)|blut_?gruppe|groupe_sanguin|(?:grupo|tipo)_(?:sanguineo|de_sangre)"
        r"|gruppo_sanguigno|bloed_?groep"
    ),
    r"ip(?:_?v[46])?(?:_?(?:addr|adresse|adres))?(?:_(?:of_)?(?:last_)?(?:log_?in|sign_?up))?|adresse_ip|direccion_ip|indirizzo_ip",
)
_ACCOUNT_NUMBERS = (
    rf"iban|bban|(?:bank_?)?account{_NUMBER}|bank_?account|(?:bank_?)?konto_?(?:nummer|nr)"
    r"|numero_de_compte|numero_de_cuenta"
    r"|numero_(?:di_|del_)?conto|rekening_?(?:nummer|nr)"
)
# Account holders, payers and payees. `Sachkonto` and `Gegenkonto` are accounts of a ledger.
_ACCOUNTS = (
    (
        r"account_?(?:holder|owner)(?:_?name)?|card_?holder(?:_?name)?"
        r"|payer(?:_?name)?|payee(?:_?name)?|beneficiary(?:_?name)?|remitter(?:_?name)?|debtor(?:_?name)?"
        r"|counter_?party(?:_?name)?"
        r"|(?:recipient|sender)(?:_?name)?"
    ),
    (
        r"bank_?verbindung|(?:konto|karten)_?inhabers?|auftrags_?konto|auftraggebers?"
        r"|(?:zahlungs_?)?empf(?:a|ae)ngers?"
        r"|beg(?:u|ue)nstigter?n?|zahlungs_?pflichtiger?n?|zahlungs_?beteiligter?n?|(?:ein)?zahlers?"
        r"|mandats_?referenz"
    ),
    r"compte_bancaire|titulaire(?:_du_compte|_de_la_carte)?|beneficiaire|donneur_d_ordre|payeur|debiteur",
    r"cuenta_bancaria|titular(?:_de_la_(?:cuenta|tarjeta))?|ordenante|pagador",
    r"conto_corrente|intestatario(?:_(?:del_)?conto)?|ordinante|pagatore|beneficiario",
    r"rekening_?houder|kaart_?houder|tegen_?rekening|(?:naam_)?tegen_?partij|begunstigde|opdracht_?gever",
)
# Ids of people: a column `name` in the same table is the name of a person.
_IDS_OF_PEOPLE = re.compile(
    rf"(?:employee|staff|worker|member|patient|student|pupil|teacher|person|applicant)(?:_?(?:id|key|code)|{_NUMBER})"
    rf"|(?:personal|mitarbeiter|mitglieds?|angestellten?|patienten?|schueler|studenten?|bewerber|personen?)"
    rf"(?:_?(?:id|kennung)|{_NUMBER})"
)
# Roles of people. Such a column may also have numbers of people, or yes and no: its values decide.
_ROLES = (
    r"owner|holder|keeper|person|client|driver|doctor|teacher|member|patient|guest|student|pupil|employee|participant|attendee|tenant"
    r"|(?:tier_?|fahrzeug_?)?halter(?:in)?|besitzer(?:in)?|eigent(?:ue|u)mer(?:in)?|fahrer(?:in)?"
    r"|mitglied|patient(?:in)?|gast|student(?:in)?|schueler(?:in)?|mitarbeiter(?:in)?|teilnehmer(?:in)?"
    r"|bewohner(?:in)?|mieter(?:in)?"
    r"|membre|adherente?|patiente|invitee?|etudiante?|eleve|employee?|salariee?|participante?"
    r"|miembro|soci[oa]|paciente|huesped|invitad[oa]|estudiante|alumn[oa]|emplead[oa]"
    r"|membro|paziente|ospite|student(?:e|essa)|dipendente|partecipante"
    r"|lid|leerling|werknemer|medewerker|deelnemer"
)
# Things and places, whose names are words with capitals as those of people are. The thing is the last word of
# the name, or the one before `of`: `line_manager` and `author_of_book` are people.
_THINGS = re.compile(
    r"(?:(?!.*_of_).*_)?"
    r"(?:product|produkt|produit|producto|prodotto|article|artikel|articulo|articolo|item|part|ware"
    r"|title|titel|titre|titulo|titolo|name_?of_?place|city|stadt|ville|ciudad|citta|town|gemeinde|comune|ort"
    r"|place|location|lieu|lugar|luogo|station|stop|haltestelle|airport|flughafen|port|hafen|terminal|route"
    r"|linie|line|company|firma|unternehmen|entreprise|empresa|azienda|bedrijf|organi[sz]ation|institution"
    r"|supplier|lieferant|fournisseur|proveedor|fornitore|leverancier|manufacturer|hersteller|vendor|seller"
    r"|brand|marke|marque|marca|merk|model|modell|modelo|modello|type|typ|tipo|art|kind|category|kategorie"
    r"|categorie|categoria|group|gruppe|klasse|class|status|state|region|country|land|pays|pais|paese|county"
    r"|district|stadtteil|department|abteilung|team|club|verein|school|schule|ecole|escuela|scuola|university"
    r"|hotel|restaurant|store|filiale|branch|market|markt|project|projekt|course|kurs|event|subject|fach"
    r"|movie|film|song|album|book|buch|game|species|breed|rasse|drug|disease|diagnosis|ingredient|color"
    r"|colour|farbe|material|carrier|vessel|ship|mode|sheet|reason|grund|description|beschreibung"
    r"|bezeichnung|note|comment|text|ward|room|machine|device|sensor|site|plant|activity|job|beruf|occupation)"
    r"(?:_?names?|_?en|s)?(?:_(?:from|to|of_.*|en|de|fr|es|it|nl|\d+))?"
)
# Health, religion and the like, which a table about people has; of a machine, a diagnosis is about nobody.
# Source: GDPR, art. 9 (1).
_SPECIAL = re.compile(
    r"(?:.*_)?(?:allerg(?:y|ies|ien?|ias?|ie)|diagnos(?:is|es|en?|tics?|tico)|medications?|medicines"
    r"|medikamente?n?|medicaments?|medicacion|farmaci|vor_?erkrankung(?:en)?|krankheit(?:en)?"
    r"|(?:medical_)?conditions?|health(?:_notes?)?|befunde?|disabilit(?:y|ies)|behinderung(?:en|sgrad)?|handicap"
    r"|religion|konfession|ethnicity|ethnic_group|sexual_orientation|trade_union)"
)
_ROLE = re.compile(rf"(?:.*_)?(?:{_ROLES})")
_BIRTH = re.compile(rf"(?:.*_)?(?:{_BIRTHS})")
_PERSONAL = re.compile(rf"(?:.*_)?(?:{'|'.join((*_PEOPLE, _ACCOUNT_NUMBERS, *_ACCOUNTS))})")
_ACCOUNT = re.compile(rf"(?:.*_)?(?:{_ACCOUNT_NUMBERS})")


def is_id_of_person(compared: str) -> bool:
    """Return whether the compared name denotes the id of a person, such as `employee_id`."""
    return _IDS_OF_PEOPLE.fullmatch(compared) is not None


def shows_people(compared: str) -> bool:
    """Return whether a column of the compared name shows that each row is about a person.

    >>> shows_people("patient_id"), shows_people("geb_am"), shows_people("customer_name")
    (True, True, False)
    """
    return is_id_of_person(compared) or is_role_of_person(compared) or bool(_BIRTH.fullmatch(compared))


def is_role_of_person(compared: str) -> bool:
    """Return whether the compared name is that of a role of people, whose values may be their names.

    >>> is_role_of_person("mitglied"), is_role_of_person("lead_guest"), is_role_of_person("guests")
    (True, True, False)
    """
    return _ROLE.fullmatch(compared) is not None


def is_thing(compared: str) -> bool:
    """Return whether the compared name denotes things or places, which have names as people have.

    >>> is_thing("product_name"), is_thing("laeufer")
    (True, False)
    """
    return _THINGS.fullmatch(compared) is not None


def is_personal(compared: str) -> bool:
    """Return whether the compared name denotes data about a person: name, contact, birthday, address, account.

    >>> is_personal("beguenstigter_zahlungspflichtiger"), is_personal("titulaire_du_compte"), is_personal("sachkonto")
    (True, True, False)
    """  # noqa: E501 a listing
    return _PERSONAL.fullmatch(compared) is not None


def is_special(compared: str) -> bool:
    """Return whether the compared name denotes health, religion or the like, if the rows are people.

    >>> is_special("allergies"), is_special("vorerkrankungen"), is_special("delivery")
    (True, True, False)
    """
    return _SPECIAL.fullmatch(compared) is not None


def is_account_number(compared: str) -> bool:
    """Return whether the compared name denotes account numbers, which identify accounts like a key.

    >>> is_account_number("kontonummer"), is_account_number("kontoinhaber")
    (True, False)
    """
    return _ACCOUNT.fullmatch(compared) is not None
