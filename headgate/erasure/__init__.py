"""Erase a person's rows from every zone and version; see docs/adr/0080-forget.md for order and reasons."""
