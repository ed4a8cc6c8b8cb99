"""When runs start, and how far they are."""
