"""Domains: what a business of one kind brings to a lake: datasets, systems, saved questions, sample data.

Nothing below knows one.
"""
