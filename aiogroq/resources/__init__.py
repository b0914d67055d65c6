"""The endpoints, each declared once as an ``async def``, with overloads where an argument decides the type of the result.

``tools/sync_facade.py`` generates the rest from these declarations: the sync class, and the raw and streaming views of
both. A method returns a Struct, a stream or a binary response.
"""
