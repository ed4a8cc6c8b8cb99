"""Onboarding: records created one by one or in batches, by the contracts of the gate."""
