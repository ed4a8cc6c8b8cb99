"""Onboarding: records that are created one by one or in batches, by the contracts that the gate applies to
files.
"""
