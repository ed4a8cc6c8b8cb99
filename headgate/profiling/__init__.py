"""Profiles of files: their columns' values, data quality, and drift from earlier files."""
