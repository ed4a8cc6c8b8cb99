"""Files on this machine, without a lake: the gate, drafts and profiles behind the commands and
`import headgate`.
"""
