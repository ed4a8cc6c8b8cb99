"""Read rows from the server's protocol into files."""
