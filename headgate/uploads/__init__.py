"""Uploads before they are in raw: parts, the dry run, and the commit."""
