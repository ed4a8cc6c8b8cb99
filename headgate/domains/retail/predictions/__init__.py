"""Predictions of the shop: scorers with numpy alone, and their API routes. See docs/adr/0031."""
