"""Scores of single cases by the champions of batch runs, computed with numpy alone.

See docs/adr/0031-models-kept-and-contested.md.
"""
