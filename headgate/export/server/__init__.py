"""Connect to the source: login, sessions, one moment for all of them, what its tables are."""
