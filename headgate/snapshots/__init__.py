"""Versions of tables and of the lake: written, audited, published, read."""
