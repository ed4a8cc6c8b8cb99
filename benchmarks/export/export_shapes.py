"""Compare certified exports of three shapes of tables with ConnectorX, which certifies nothing.

Usage: python -m benchmarks.export.export_shapes [--scale 1.0] [--shapes narrow,wide,strings].
Starts MariaDB for itself and fills `narrow` (4,000,000 rows of 5 columns), `wide` (250,000 rows of 61
columns, about 500 MB) and `strings` (700,000 rows of an id and 6 texts). Each shape is read by ConnectorX
with two connections and exported by two workers, in turn. The last line is JSON: rows per second of the
certified export over those of ConnectorX per shape (median of the repeats), and `peak_mb`, the highest memory
of the exports.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.export import export

_NARROW = (
    ["customer_id INT NOT NULL", "ordered_at DATETIME NOT NULL", "quantity INT", "price DECIMAL(10,2)"],
    [
        "seq * 7919 % 900000",
        "'2020-01-01' + INTERVAL seq * 31 % 150000000 SECOND",
        "seq % 9",
        "seq * 37 % 1000000 / 100",
    ],
)
_WIDE = (
    [
        *(f"count_{place} INT" for place in range(16)),
        *(f"share_{place} DOUBLE" for place in range(4)),
        *(f"amount_{place} DECIMAL(12,2)" for place in range(10)),
        *(f"seen_{place} DATETIME" for place in range(10)),
        *(f"label_{place} VARCHAR(120)" for place in range(20)),
    ],
    [
        *(f"NULLIF(seq * {31 + place} % 100000, 0)" for place in range(16)),
        *(f"seq * {7 + place} / 3e3" for place in range(4)),
        *(f"seq * {37 + place} % 10000000 / 100" for place in range(10)),
        *(
            f"IF(seq % {7 + place} = 0, NULL, '2020-01-01' + INTERVAL seq * {31 + place} % 150000000 SECOND)"
            for place in range(10)
        ),
        *(f"CONCAT(REPEAT(MD5(seq * {3 + place}), 2), ' grüß ', seq % 10)" for place in range(20)),
    ],
)
_STRINGS = (
    [
        *(f"title_{place} VARCHAR(200)" for place in range(3)),
        "text_0 TEXT",
        "text_1 TEXT",
        "text_2 MEDIUMTEXT",
    ],
    [
        *(f"CONCAT('Größe ', seq * {3 + place}, ' ', MD5(seq + {place}))" for place in range(3)),
        *(f"REPEAT(CONCAT(MD5(seq * {5 + place}), ' '), 1 + seq % 4)" for place in range(3)),
    ],
)
SHAPES = {"narrow": (4_000_000, *_NARROW), "wide": (250_000, *_WIDE), "strings": (700_000, *_STRINGS)}


def fill(port: int, shape: str, scale: float) -> None:
    """Create and fill the table of that shape with rows that the server makes itself."""
    rows, declared, values = SHAPES[shape]
    names = ", ".join(column.split(" ", 1)[0] for column in declared)
    script = f"""CREATE DATABASE IF NOT EXISTS {export.DATABASE} CHARACTER SET utf8mb4; USE {export.DATABASE};
CREATE TABLE {shape} (id BIGINT NOT NULL PRIMARY KEY AUTO_INCREMENT, {", ".join(declared)});
INSERT INTO {shape} (id, {names}) SELECT seq, {", ".join(values)} FROM seq_1_to_{int(rows * scale)};
CREATE USER IF NOT EXISTS bench@localhost IDENTIFIED BY 'bench'; GRANT ALL ON *.* TO bench@localhost; ANALYZE TABLE {shape};"""  # noqa: E501, S608 own constants
    root = ["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={port}", "--user=root"]
    subprocess.run(root, input=script.encode(), check=True, stdout=subprocess.DEVNULL)


def compare(given: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Every figure, from runs that take turns on one machine."""
    result: dict[str, float] = {}
    peaks = []
    with export.server(folder) as port:
        for shape in given.shapes.split(","):
            fill(port, shape, given.scale)
            print(f"{shape}:", flush=True)
            ratios = []
            for _ in range(given.repeats):
                theirs = export.peer("connectorx", given, port, folder, shape)
                figures = export.ours("whole", port, folder, shape)
                ratios.append(figures["rows"] / figures["seconds"] / theirs)
                peaks.append(figures["peak_mb"])
            result[shape] = round(statistics.median(ratios), 2)
    return {**result, "peak_mb": round(max(peaks))}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows of each shape")
    parser.add_argument("--shapes", default=",".join(SHAPES), metavar="A,B", help="which shapes")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path("../shared/bench/export_peers.py"))
    parser.add_argument(
        "--peers-python", default=sys.executable, help="a Python that has connectorx and pyarrow"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder:
        print(json.dumps(compare(given, Path(folder))))


if __name__ == "__main__":
    main()
