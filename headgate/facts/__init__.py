"""Facts: rows that systems compute and store per part of a dataset, and combine over the parts."""
