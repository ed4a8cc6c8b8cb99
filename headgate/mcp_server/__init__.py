"""Tools for AI agents that only read the lake, over the Model Context Protocol."""
