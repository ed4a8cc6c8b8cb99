"""Scores of single cases by the champions that the batch fitted, with numpy alone.
docs/adr/0031-models-kept-and-contested.md.
"""
