"""Profiles of files: their columns' values, the quality of their data, and drift from the files
before them.
"""
