"""Uploads with a person's edits, from the sent file to the edited copy."""
