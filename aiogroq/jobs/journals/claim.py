"""The file ``job.header`` of a folder: the header of the job that the folder belongs to.

Shards say it too, but of two processes that begin on a new folder at the same time neither finds a shard of the other.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from .lines import JournalHeader, encode_header
from .reading import check_header

CLAIM_NAME = "job.header"


def check_claim(folder: Path, header: JournalHeader) -> bool:
    """Return whether the folder belongs to a job. Raises `JournalError` if that is one with another header."""
    try:
        line = (folder / CLAIM_NAME).read_bytes()
    except FileNotFoundError:
        return False
    if not line.endswith(b"\n"):  # a power failure
        return False
    check_header(line, header, folder)
    return True


def claim(folder: Path, header: JournalHeader) -> None:
    """Make the folder that of this job. Of several processes that do it at once, one decides.

    Raises `JournalError` if the folder belongs to a job with another header, `OSError` if it cannot be written.
    """
    if check_claim(folder, header):
        return
    place, own = folder / CLAIM_NAME, folder / f".{uuid.uuid4().hex}.header"
    own.write_bytes(encode_header(header))
    try:
        if place.exists():  # not complete
            os.replace(own, place)
        else:
            os.link(own, place)  # with its content, and only if nobody was faster
    except FileExistsError:
        pass
    except OSError:  # no links on this file system
        with contextlib.suppress(FileExistsError), place.open("xb") as file:
            file.write(encode_header(header))
    finally:
        own.unlink(missing_ok=True)
    check_claim(folder, header)
