"""Write measurements as the text that `headgate.costs.measured` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.costs.measured import Line, Measured

HEAD = (
    "# What `make bench-cost` measured: processor seconds and bytes. headgate.costs.measured has the units.\n"
)


def text_of(measured: Measured) -> str:
    """Return the measurements as TOML, rounded to four digits.

    A line has two numbers: the fixed use and the use per GB.
    """
    values = {
        "measured_on": measured.measured_on.isoformat(),
        "gate_s_per_gb": f"{measured.gate_s_per_gb:.4g}",
        "curated_share": f"{measured.curated_share:.4g}",
        "merge_s": _line(measured.merge_s),
        "checks_s": _line(measured.checks_s),
    }
    parts = [HEAD + "".join(f"{name} = {value}\n" for name, value in values.items())]
    for system, use in measured.systems.items():
        lines = {"seconds": use.seconds, "memory_mb": use.memory_mb, "disk_mb": use.disk_mb}
        after = {"day_seconds": use.day_seconds, "hour_seconds": use.hour_seconds}
        lines |= {name: line for name, line in after.items() if line}
        parts.append(
            f"[systems.{system}]\n" + "".join(f"{name} = {_line(line)}\n" for name, line in lines.items())
        )
    return "\n".join(parts)


def _line(line: Line) -> str:
    return f"[{line.fixed:.4g}, {line.per_gb:.4g}]"
