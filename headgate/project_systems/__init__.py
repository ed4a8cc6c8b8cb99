"""The Python systems of the lake project.

An archive has its `systems/` here; `headgate.systems.system_registry` adds that folder elsewhere.
"""
