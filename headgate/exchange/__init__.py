"""Convert contracts to and from the schemas of other tools."""
