"""Onboarding: create records one by one or in batches, checked by the gate against their contracts."""
