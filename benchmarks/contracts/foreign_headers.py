"""The shop's fields in other languages than the contracts': German, French, Spanish and Dutch, as a supplier
there may call them.
"""

LANGUAGES = ("de", "fr", "es", "nl")
_IN = {
    "amount": ("Betrag", "montant", "importe", "bedrag"),
    "card_cvv": ("Prüfziffer", "cryptogramme", "código de seguridad", "veiligheidscode"),
    "card_expiry": ("Gültig bis", "date d'expiration", "caducidad", "vervaldatum"),
    "card_number": ("Kartennummer", "numéro de carte", "número de tarjeta", "kaartnummer"),
    "category": ("Warengruppe", "catégorie", "categoría", "productgroep"),
    "clicked_product_id": (
        "Angeklickter Artikel",
        "article cliqué",
        "artículo pulsado",
        "aangeklikt artikel",
    ),
    "continent": ("Erdteil", "continent", "continente", "werelddeel"),
    "country_code": ("Ländercode", "code pays", "código de país", "landcode"),
    "currency": ("Währung", "devise", "moneda", "munteenheid"),
    "customer_id": ("Kundennummer", "numéro client", "número de cliente", "klantnummer"),
    "delivered_at": ("Zugestellt am", "livré le", "entregado el", "bezorgd op"),
    "description": ("Bezeichnung", "libellé", "descripción", "omschrijving"),
    "email": ("Mailadresse", "courriel", "correo", "mailadres"),
    "full_name": ("Vor- und Zuname", "nom et prénom", "nombre y apellidos", "voor- en achternaam"),
    "gdp_usd": ("Wirtschaftsleistung", "PIB", "PIB en dólares", "BBP"),
    "is_active": ("Lieferbar", "disponible", "a la venta", "leverbaar"),
    "is_fraud": ("Betrug", "fraude", "fraudulenta", "fraude"),
    "list_price": ("Listenpreis", "prix catalogue", "precio de lista", "catalogusprijs"),
    "marketing_opt_in": ("Werbung erlaubt", "publicité acceptée", "acepta publicidad", "reclame toegestaan"),
    "method": ("Zahlart", "mode de paiement", "forma de pago", "betaalwijze"),
    "notes": ("Bemerkungen", "remarques", "observaciones", "opmerkingen"),
    "order_id": ("Bestellnummer", "numéro de commande", "número de pedido", "bestelnummer"),
    "order_item_id": ("Positionsnummer", "ligne de commande", "línea de pedido", "bestelregel"),
    "ordered_at": ("Bestellt am", "commandé le", "pedido el", "besteld op"),
    "paid_at": ("Bezahlt am", "payé le", "pagado el", "betaald op"),
    "payment_id": ("Zahlungsnummer", "numéro de paiement", "número de pago", "betaalnummer"),
    "population": ("Einwohner", "habitants", "habitantes", "inwoners"),
    "product_id": ("Artikelnummer", "référence article", "referencia", "artikelnummer"),
    "product_name": ("Artikel", "nom de l'article", "nombre del artículo", "artikelnaam"),
    "promotion_code": ("Gutschein", "bon de réduction", "cupón", "waardebon"),
    "purchased": ("Gekauft", "acheté", "comprado", "gekocht"),
    "quantity": ("Menge", "quantité", "cantidad", "aantal"),
    "query_id": ("Suchnummer", "numéro de recherche", "número de búsqueda", "zoeknummer"),
    "query_text": ("Suchbegriff", "recherche", "búsqueda", "zoekterm"),
    "region_id": ("Gebiet", "zone", "zona", "gebied"),
    "region_name": ("Gebietsname", "nom de la zone", "nombre de la zona", "gebiedsnaam"),
    "results_count": ("Trefferzahl", "nombre de résultats", "resultados", "aantal treffers"),
    "searched_at": ("Gesucht am", "recherché le", "buscado el", "gezocht op"),
    "session_id": ("Sitzung", "visite", "sesión", "bezoek"),
    "shipped_at": ("Versandt am", "expédié le", "enviado el", "verzonden op"),
    "signed_up_at": ("Angemeldet am", "inscrit le", "registrado el", "aangemeld op"),
    "ssn": (
        "Sozialversicherungsnummer",
        "numéro de sécurité sociale",
        "seguridad social",
        "burgerservicenummer",
    ),
    "status": ("Zustand", "état", "estado", "toestand"),
    "terminal_id": ("Kassennummer", "terminal", "caja", "kassa"),
    "transacted_at": ("Gebucht am", "passée le", "realizada el", "geboekt op"),
    "transaction_id": ("Buchungsnummer", "numéro d'opération", "número de operación", "boekingsnummer"),
    "unit_price": ("Stückpreis", "prix unitaire", "precio por unidad", "stukprijs"),
    "updated_at": ("Geändert am", "modifié le", "modificado el", "gewijzigd op"),
}


def foreign(field: str, language: str) -> str:
    """Return the name that a field of the shop has there."""
    return _IN[field][LANGUAGES.index(language)]
