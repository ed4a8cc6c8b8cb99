"""The Python systems of the lake project.

In an archive its `systems/` are here; elsewhere `headgate.systems.system_registry` adds their folder.
"""
