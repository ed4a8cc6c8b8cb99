"""A deployed lake in Python, for notebooks: `headgate.connect()`."""
