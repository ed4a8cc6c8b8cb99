"""Month names by language, as date patterns with `MMMM` and `MMM` read them.

Source: Unicode CLDR 44, gregorian calendar, wide and abbreviated month names without their points.
"""

_WIDE = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_ABBREVIATED = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
}
# Language -> the twelve names for `MMMM`, and for `MMM`. They are compared without case; a point after a
# short name is accepted.
MONTHS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    language: (tuple(_WIDE[language].split()), tuple(_ABBREVIATED[language].split())) for language in _WIDE
}
