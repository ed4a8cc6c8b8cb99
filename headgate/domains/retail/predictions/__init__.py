"""Predictions of the shop: scorers with numpy alone, and the routes of the API that answer with them.
docs/adr/0031-models-kept-and-contested.md.
"""
