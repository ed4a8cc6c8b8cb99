"""Lineage: what a table was built from, and its OpenLineage events."""
