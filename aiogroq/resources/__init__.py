"""The endpoints, each declared once, as one ``async def``.

What else an endpoint needs is generated from these declarations (``tools/sync_facade.py``): the blocking class, and the raw
and streaming views of both colours. So a method here is an ``async def`` (overloads where an argument decides the
type), its result a Struct, a stream or a binary response, and a child resource a cached property.
"""
