"""Headgate decides what data enters a lake."""

__version__ = "0.1.0"
