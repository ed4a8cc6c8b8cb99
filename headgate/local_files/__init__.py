"""Gate, drafts and profiles for local files without a lake, for the commands and `import headgate`."""
