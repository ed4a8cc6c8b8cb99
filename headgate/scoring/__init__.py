"""Scores of single cases by the champions that the batch fitted, with numpy alone.
docs/adr/0065-predictions.md.
"""
