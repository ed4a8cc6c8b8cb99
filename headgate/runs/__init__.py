"""The starts and the progress of runs."""
