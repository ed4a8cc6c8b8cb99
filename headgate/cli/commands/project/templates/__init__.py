"""The texts of files that commands write into a lake project."""

from importlib.resources import files


def template_text(name: str) -> str:
    """Return a text with fields in braces."""
    return files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
