"""Write a contract as an HTML page that a browser opens without a server."""

from html import escape

from headgate.contracts.dictionary import rule_text
from headgate.contracts.model import Column, Contract
from headgate.contracts.odcs_writer import physical_type

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #ccc; padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top }
code { font-size: .9em }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
"""
_HEADINGS = ("column", "type", "unit", "rules", "masked", "description")


def page_of_contract(contract: Contract) -> str:
    """Return the page: the meaning of a row, the key, and each column with type, rules and mask."""
    key = ", ".join(f"<code>{escape(name)}</code>" for name in contract.key) or "none"
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    rows = "\n".join(_row(column) for column in contract.columns)
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{escape(contract.dataset)}</title><style>{_STYLE}</style></head>
<body>
<h1>{escape(contract.dataset)}</h1>
<p>{escape(contract.description)}</p>
<p>{escape(contract.grain)}</p>
<p>Version {escape(contract.version)} · key: {key}</p>
<table><thead><tr>{headings}</tr></thead><tbody>
{rows}
</tbody></table>
</body>
</html>
"""


def _row(column: Column) -> str:
    cells = (
        f"<code>{escape(column.name)}</code>",
        f"<code>{escape(physical_type(column.type))}</code>",
        escape(column.unit),
        "<br>".join(escape(rule_text(rule)) for rule in column.rules),
        escape(column.mask.value if column.mask else ""),
        escape(column.description),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
