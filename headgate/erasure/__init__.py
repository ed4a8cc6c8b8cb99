"""Erase one person's rows from every zone and every version. docs/adr/0080-forget.md gives the order and the
reasons.
"""
