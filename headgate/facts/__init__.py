"""Facts: rows that a system computes for each part of a dataset, kept in the lake by part, and combined."""
