"""A MySQL or MariaDB server as the source: its sessions, protocol, snapshots, tables and types."""
