"""The regular expressions of the census, by name; all are run by PostgreSQL, in the C collation.

They are written out in ASCII classes, so that no server's locale changes what a digit or a letter
is. None is followed by a cast that could fail on what it lets through.
"""

from __future__ import annotations

from psycopg import sql

_HEX = "[0-9a-fA-F]"
_GROUP = _HEX + "{1,4}"
_GROUPS = f"{_GROUP}(:{_GROUP})*"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
_ZONE = "([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)"
_MONTHS = (
    "(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?"
    "|Oct(ober)?|Nov(ember)?|Dec(ember)?)"
)
_WEEKDAYS = "((Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? )?"
# An hour behind a date: `, 7:04:05 pm`.
_HOUR = f"(,?( at)? {_CLOCK}( ?[apAP]\\.?[mM]\\.?)?( [A-Z]{{3,4}})?)?"
_AMOUNT = "[+-]?[0-9]([0-9., ]*[0-9])?(\\.?-)?"
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|BRL|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|ZAR|MXN|SGD|HKD"
    "|KRW|THB|IDR|MYR|PHP|VND|AED|SAR|ILS|NGN|KES|EGP|ARS|CLP|COP|PEN|UAH|RUB"
)
_SIGN = f"([$€£¥₹₺₽₩₪฿]|[RCA]\\$|US\\$|Rs\\.?|kr\\.?|zł|lei|{_CODES})"

PATTERNS: dict[str, str] = {
    # Parts of keys, replaced before a key is split, because they hold separators themselves.
    "url_in_key": "[a-zA-Z][a-zA-Z0-9+.-]*://.*$",
    "uuid_in_key": f"{_HEX}{{8}}-({_HEX}{{4}}-){{3}}{_HEX}{{12}}",
    "instant_in_key": f"{_DATE}T[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\\.[0-9]+)?)?{_ZONE}?",
    "date_in_key": f"(^|[^0-9]){_DATE}(?![0-9])",
    "address_in_key": (
        f"(^|[:/_-])(({_GROUP}:){{7}}{_GROUP}|({_GROUPS})?::({_GROUPS})?|({_HEX}{{2}}:){{5}}{_HEX}{{2}})"
        "(?=$|[:/_-])"
    ),
    # A bare key that ends in an e-mail keeps its head only up to the word that announces it.
    "email_in_bare_key": "^(([A-Za-z]+[_-])*e?mail[_-])?.*@.*$",
    # Parts of keys, and names of fields.
    "replaced": "<(url|uuid|instant|date|ip|email)>",
    "digits": "^[+(]?[0-9][0-9 ().-]*$",
    "date": f"^{_DATE}$",
    "address": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
    "word": "^[A-Za-z]+([._-]+[A-Za-z]+)*$",
    # Letters nobody could say: no vowel in six, or capitals in turn with small ones.
    "unspeakable": "[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{6}|([A-Z][a-z][A-Z][a-z]?){2}",
    "identifier": "^[A-Za-z0-9+=_.~$-]+$",
    "field": "^[_$@]?([A-Za-z]+[0-9]{0,2}(?![0-9a-z])[_.-]*)+([_.][0-9]{1,2})?_?$",
    # Texts.
    "starts_as_number": "^[+-]?[.0-9]",
    "number": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$",
    "grouped_number": "^[+-]?([0-9]{1,3}([., '][0-9]{3})+([.,][0-9]+)?|[0-9]+,[0-9]+)$",
    "currency": f"^([+-]?{_SIGN} ?{_AMOUNT}|{_AMOUNT} ?{_SIGN})$",
    "instant_with_zone": f"^{_DATE}[T ]{_CLOCK} ?{_ZONE}$",
    "instant_without_zone": f"^{_DATE}[T ]{_CLOCK}$",
    "long_date": (
        f"^{_WEEKDAYS}({_MONTHS}\\.? [0-9]{{1,2}}(st|nd|rd|th)?,? [0-9]{{4}}"
        f"|[0-9]{{1,2}} {_MONTHS}\\.?,? [0-9]{{4}}){_HOUR}$"
    ),
    "short_date": f"^[0-9]{{1,2}}/[0-9]{{1,2}}/([0-9]{{4}}|[0-9]{{2}}){_HOUR}$",
    "month_first": "^[0-9]{1,2}/(1[3-9]|2[0-9]|3[01])/",
    "day_first": "^(1[3-9]|2[0-9]|3[01])/",
    "uuid": f"^{_HEX}{{8}}-({_HEX}{{4}}-){{3}}{_HEX}{{12}}$",
    "email": "^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:].]+$",
    "url_start": "^[a-z][a-z0-9+.-]*://[^[:space:]]",
    "url": "^[a-z][a-z0-9+.-]*://[^[:space:]]+$",
    "boolean": "^([tT]rue|TRUE|[fF]alse|FALSE|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF)$",
    # JSON in a text: escapes, then strings, numbers and words are taken out, then what opens an
    # array; what is left of JSON are its signs. It cannot fail, whatever the text is.
    "json_opening": '^[[:space:]]*([{]|\\[|"[[:space:]]*([{]|\\[|\\\\"))',
    "json_closing": '[]}"][[:space:]]*$',
    "json_escape": '\\\\(["\\\\/bfnrt]|u[0-9a-fA-F]{4})',
    "json_token": '"[^"\\\\]*"|true|false|null|-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?',
    "json_array": "(^|:|,)([[:space:]]*\\[)+",
    "json_signs": "^[],:{}[:space:]]*$",
    # Keys with characters out of the ordinary.
    "control": "[\\x01-\\x1f\\x7f]",
    "space": " ",
    "not_ascii": "[^\\x01-\\x7f]",
    "odd_sign": "[\"'`\\\\%*?&;<>(){}|^$!,\\[\\]]",
}
LITERALS: dict[str, sql.Literal] = {name: sql.Literal(text) for name, text in PATTERNS.items()}
