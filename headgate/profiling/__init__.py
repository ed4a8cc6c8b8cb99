"""Profile files: the values of their columns, the quality of their data, and drift from earlier files."""
