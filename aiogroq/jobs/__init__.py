"""Fan-out jobs over a client: many items, one call each, with the rate limits kept, a journal, and resume.

Functions over a client, never methods of it.
"""

from __future__ import annotations

from .errors import JobError as JobError
from .errors import JobInputError as JobInputError
from .errors import JournalError as JournalError
from .files.sources import Source as Source
from .files.sources import open_source as open_source
from .job import AsyncJob as AsyncJob
from .journals.folder import JournalFolder as JournalFolder
from .journals.journal import Journal as Journal
from .journals.lines import JournalHeader as JournalHeader
from .outcome import ItemError as ItemError
from .outcome import ItemUsage as ItemUsage
from .outcome import JobRequest as JobRequest
from .outcome import Outcome as Outcome
from .prices import Price as Price
from .progress import JobCounts as JobCounts
from .progress import LimitState as LimitState
from .progress import Progress as Progress
from .results import JobReport as JobReport
from .results import JobResult as JobResult
from .run import run as run
from .sync_job import Job as Job
