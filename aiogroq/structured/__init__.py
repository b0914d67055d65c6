"""Typed results of chat completions: which format is requested, how a response becomes a value, and what is asked again.

No I/O: `steps` is a generator that is given responses. ``resources/`` and ``sync/`` send what it yields.
"""
