"""Lineage: the sources of a table, and its OpenLineage events."""
