"""Show a progress bar per dataset while its rows are written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


@contextmanager
def written_rows(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar per dataset; yield a function that takes dataset, written and expected rows."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, object] = {}

        def written(dataset: str, rows: int, expected: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = progress.add_task(dataset)
            progress.update(tasks[dataset], completed=rows, total=max(rows, expected))  # type: ignore[arg-type]  # rich's own id

        yield written
