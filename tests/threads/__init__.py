"""Threads of the sync client under a scheduler that switches threads at every step."""
