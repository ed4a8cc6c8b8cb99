"""The lake for AI agents: tools that only read, over the Model Context Protocol."""
