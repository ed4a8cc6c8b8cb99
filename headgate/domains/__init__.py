"""Domains: datasets, systems, saved questions and sample data of one kind of business.

No lower room imports a domain.
"""
