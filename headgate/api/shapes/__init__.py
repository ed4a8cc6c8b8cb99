"""Requests and responses. The OpenAPI document and the console's types are generated from these classes."""
