"""The errors of a job as a whole. What goes wrong with one item is an `ItemError` in its outcome."""

from __future__ import annotations

from ..errors import GroqError


class JobError(GroqError):
    """A job cannot start, or cannot go on."""


class JobInputError(JobError, ValueError):
    """An item, or an option of the job, cannot be sent. The message names the item and what to change."""


class JournalError(JobError):
    """A journal cannot be used: another process has it, it belongs to another job, or the disk is full."""
