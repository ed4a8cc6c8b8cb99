"""What a file's columns hold, how good its data are, and whether that is out of line with the files before it."""
