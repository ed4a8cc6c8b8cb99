"""Prove that the files hold what the source holds."""
