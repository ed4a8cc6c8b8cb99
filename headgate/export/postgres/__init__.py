"""A PostgreSQL server as the source: its sessions, snapshots, tables and types."""
