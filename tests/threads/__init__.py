"""Threads of the sync client under a scheduler that gives way at every step."""
