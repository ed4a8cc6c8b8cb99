"""The Python systems of the lake project: an archive has its `systems/` here, `headgate.systems.registry`
adds that folder elsewhere.
"""
