"""The first row of a text is a header only where its cells are unlike those below.

Otherwise no row is taken for names.
"""

from __future__ import annotations

import random

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import ContractError
from headgate.formats.csv.sniff_dialect import sniff_dialect

pytestmark = pytest.mark.unit

AIRCRAFT = """\
"ATR/Alenia 42","ATR","AT46"
"ATR/Alenia 72","ATR","AT72"
"Airbus A300","Airbus","A30B"
"Airbus A310","Airbus","A310"
"Airbus A318","Airbus","A318"
"Boeing 707","Boeing","B703"
"Boeing 717","Boeing","B712"
"""


def planes(rows: int = 246) -> str:
    r"""Return rows like those of OpenFlights' `planes.dat`: a name and two codes, each of which
    may be `\N`.
    """
    some = random.Random(3)  # noqa: S311 test data
    makers = ("Airbus", "Boeing", "Cessna", "Embraer", "Fokker", "Ilyushin", "Tupolev", "Antonov")
    lines = [
        '"Aerospatiale (Nord) 262","ND2","N262"',
        '"Aerospatiale (Sud Aviation) Se.210 Caravelle","CRV","S210"',
    ]
    for _ in range(rows - len(lines)):
        name = f'"{some.choice(makers)} {some.choice("ABC")}{some.randint(100, 999)}"'
        short = some.choice(["\\N", '"CNJ"', f'"{some.choice("ABC")}{some.randint(10, 99)}"'])
        lines.append(f'{name},{short},"{some.choice("ABC")}{some.randint(100, 999)}"')
    return "\n".join(lines) + "\n"


def clicks(rows: int, *, label: bool) -> str:
    """Return rows as of a log of clicks: counts of which many are missing, and 26 features in hexadecimal
    digits.
    """
    some = random.Random(5)  # noqa: S311 test data
    lines = []
    for _ in range(rows):
        counts = ["" if some.random() < 0.6 else str(some.randint(0, 500)) for _ in range(13)]
        features = ["" if some.random() < 0.3 else f"{some.getrandbits(32):08x}" for _ in range(26)]
        lines.append("\t".join([*(["1"] if label else []), *counts, *features]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        AIRCRAFT,
        planes(),
        clicks(100, label=True),
        clicks(100, label=False),
        clicks(12, label=False),
        "ann,rome\nbob,oslo\ncy,bern\n",
        "Type A,City X\nType B,City X\nType C,City Y\n",
        "x,NA\nann,5\nbob,7\n",
        "ann,n.a.,2025\nbob,12,2024\ncy,13,2025\ndee,9,2023\n",
        "ann,1,2025\nbob,12,7\ncy,13,9\n",
    ],
)
def test_a_first_row_that_could_be_data_is_kept_and_the_draft_says_so(text: str) -> None:
    drafted = draft_from_sample(text.encode(), "things")
    assert drafted.rows == text.count("\n")
    assert drafted.contract.properties["headgate.header"] == "none"
    assert drafted.contract.names[0] == "column_1"
    assert any("kept as data" in finding.message for finding in drafted.findings)


@pytest.mark.parametrize(
    ("text", "names", "is_said"),
    [
        ("name,city\nann,rome\nbob,oslo\n", ("name", "city"), True),
        (
            "carrier,name\n9E,Endeavor Air Inc.\nAA,American Airlines Inc.\nAS,Alaska Airlines Inc.\n",
            ("carrier", "name"),
            True,
        ),
        (
            "text,intent\nwhere is my card,arrival\nhow do I pay it,pay\nwhen does it come,arrival\n",
            ("text", "intent"),
            True,
        ),
        ("plane,seats\nATR 42,46\nATR 72,72\n", ("plane", "seats"), False),
        ("id,score\nann,NA\nbob,5\ncy,6\ndee,7\n", ("id", "score"), False),
        ("# rows: 60\nid,name\n1,a\n2,b\n", ("id", "name"), False),
        ("# rows: 60\nid\n1\n2\n3\n", ("id",), False),
        (
            "Zähler,1.8.0 Bezug [kWh],2025,Tag\nZ0,0.0,7,2026-10-01\nZ1,1.5,7,2026-10-02\n",
            ("zähler", "1.8.0 bezug [kwh]", "2025", "tag"),
            False,
        ),
        (
            "shop,1,2,3,4,5,6,7,8,9,10,11,12\nUlm,9,9,8,7,7,6,5,5,6,7,8,9\nBonn,9,9,8,7,7,6,5,5,6,7,8,9\n",
            ("shop", *map(str, range(1, 13))),
            False,
        ),
        ("Report of May\nid,n\n1,2\n3,4\n", ("id", "n"), False),
    ],
)
def test_a_header_is_read_and_one_by_the_look_of_texts_is_reported(
    text: str, names: tuple[str, ...], *, is_said: bool
) -> None:
    drafted = draft_from_sample(text.encode(), "things")
    assert drafted.contract.names == names
    assert any("--no-header" in finding.message for finding in drafted.findings) is is_said
    skipped = sniff_dialect(text.encode()).skipped_lines
    assert drafted.rows + skipped + 1 == text.count("\n")
    assert any("counted as skipped" in finding.message for finding in drafted.findings) is (skipped > 0)


def test_a_header_of_several_lines_is_reported() -> None:
    drafted = draft_from_sample(b"order,order\nid,total\n1,2.5\n2,3.5\n", "things")
    assert drafted.contract.names == ("order id", "order total")
    assert any("first 2 lines are read as the header" in finding.message for finding in drafted.findings)


def test_a_person_decides_whether_there_is_a_header() -> None:
    assert draft_from_sample(b"ann,rome\nbob,oslo\n", "things", header=True).contract.names == ("ann", "rome")
    kept = draft_from_sample(b"name,city\nann,rome\nbob,oslo\n", "things", header=False)
    assert (kept.rows, kept.contract.names) == (3, ("column_1", "column_2"))
    with pytest.raises(ContractError, match="only CSV files"):
        draft_from_sample(b'[{"a": 1}]', "things", header=True)
