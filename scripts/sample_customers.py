"""Print customers in the layout of samples/valid.csv; equal numbers of rows give equal bytes.

python scripts/sample_customers.py 5000 > large.csv
"""

from __future__ import annotations

import sys

_COUNTRIES = ("DE", "FR", "NO", "GB")


def customers(rows: int) -> str:
    """Return a CSV file of `rows` customers; the first rows of a longer file are those of a shorter one."""
    lines = ["customer_id,name,email,phone,country_code"]
    for number in range(1, rows + 1):
        phone, country = f"+44 20 7946 {number % 1000:04}", _COUNTRIES[(number - 1) % len(_COUNTRIES)]
        lines.append(f"C-{number:05},Customer {number},customer{number}@example.com,{phone},{country}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(customers(int(sys.argv[1])))
