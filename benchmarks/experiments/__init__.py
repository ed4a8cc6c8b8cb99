"""Experiments A to H on a deployed lake, on an emulator or on AWS. docs/operate/experiments.md describes
each.
"""
