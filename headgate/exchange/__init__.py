"""Contracts as schemas of other tools, and contracts from them."""
