"""Local files without a lake: gate, drafts and profiles for the commands and `import headgate`."""
