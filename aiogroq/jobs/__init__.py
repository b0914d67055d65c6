"""Fan-out jobs over a client: many items, one call each, with the rate limits kept, a journal, and resume.

Functions over a client, never methods of it.
"""

from __future__ import annotations

from .outcome import ItemError as ItemError
from .outcome import ItemUsage as ItemUsage
from .outcome import JobRequest as JobRequest
from .outcome import Outcome as Outcome
from .progress import LimitState as LimitState
from .progress import Progress as Progress
