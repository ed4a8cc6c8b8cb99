"""Erase one person's rows from every zone and version. docs/adr/0080-forget.md has order and reasons."""
