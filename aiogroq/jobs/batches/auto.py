"""How a job is sent: ``via="auto"`` decided for a job, and a job that goes on with batches of an earlier run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal

from ...errors import GroqError
from ...limits import KINDS, Limits
from ...protocol.encode import encode_json
from ..errors import JobError
from ..forecast_rules import ItemUse
from ..journals.journal import Journal
from ..options import JobOptions
from ..outcome import ItemUsage, JobRequest
from ..prices import cost_usd
from .choice import Choice, choose_via
from .files import PartFolder
from .parts import PartNotes
from .rules import body_problem
from .workers import batch_folder

_log = logging.getLogger("aiogroq")

_SAMPLE = 100
_TOKENS_PER_BYTE = 0.25
"""Of a body in English. Estimated low: a saving that is chosen for is real."""
_COMPLETION_TOKENS = 256
"""Of a completion, where the request allows more."""


def resolved_via(
    options: JobOptions, journal: Journal, sequence: Sequence[Any] | None, limits: Limits | None
) -> Literal["live", "batch"]:
    """Return how a job is sent. Blocks for a moment.

    ``sequence``: the items, where their number is known. Raises `JobError` for a live job whose journal has batches that are
    not over: their items would be paid for twice.
    """
    found = open_batches(journal)
    if options.via == "live" and found:
        raise JobError(
            f"the journal {journal.path} has {found} batches whose results were not taken over yet. Run with via='batch' "
            f"to take them over; or delete {_folder(journal)}, to send their items again and pay for them twice"
        )
    if options.via != "auto":
        return options.via
    if found:
        _log.info("via='auto': batch, because %d batches of an earlier run are not over", found)
        return "batch"
    choice = _choice(options, sequence, limits)
    _log.info("via='auto': %s, because %s", choice.via, choice.reason)
    return choice.via


def open_batches(journal: Journal) -> int:
    """Return how many batches of earlier runs have results that were not taken over."""
    if journal.path is None:
        return 0
    folder = PartFolder(batch_folder(journal.path))
    return sum(folder.names_path(part.number).is_file() for part in PartNotes(journal).load())


def _choice(options: JobOptions, sequence: Sequence[Any] | None, limits: Limits | None) -> Choice:
    count = None if sequence is None else len(sequence)
    if count is not None and options.limit is not None:
        count = min(count, options.limit)
    sample = _sample(options, sequence, count)
    problem = next(filter(None, (body_problem(each.endpoint, each.body) for each in sample)), None)
    if options.journal is None:
        problem = "a job in batches needs a journal"
    elif options.max_cost_usd is not None:
        problem = "max_cost_usd cannot stop a batch"
    usages = [_usage(each) for each in sample]
    costs = [
        cost_usd(str(each.body.get("model")), usage, prices=options.prices)
        for each, usage in zip(sample, usages, strict=True)
    ]
    known = [cost for cost in costs if cost is not None]
    cost = sum(known) / len(known) * count if count and known and len(known) == len(costs) else None
    return choose_via(
        options.requests.endpoint,
        requests=count,
        live_s=None if limits is None or not count else live_s(limits, usages, count),
        live_cost_usd=cost,
        deadline_s=options.deadline_s,
        problem=problem,
    )


def live_s(limits: Limits, usages: Sequence[ItemUsage], count: int) -> float:
    """Return how long ``count`` live calls take at the limits: a full bucket at once, then at its rate."""
    if not usages:
        return 0.0
    prompt = sum(each.prompt_tokens for each in usages) / len(usages)
    completion = sum(each.completion_tokens for each in usages) / len(usages)
    audio_s = sum(each.audio_s for each in usages) / len(usages)
    use = ItemUse(prompt, completion, audio_s)
    times = (
        (use.of_kind(kind) * count - limit) / (limit / KINDS[kind].window_s)
        for kind, limit in limits.by_kind().items()
        if limit > 0
    )
    return max(0.0, *times)


def _sample(options: JobOptions, sequence: Sequence[Any] | None, count: int | None) -> list[JobRequest]:
    """Return some requests from all parts of the input. An item that cannot be sent is left out."""
    if sequence is None or not count:
        return []
    sample: list[JobRequest] = []
    for index in range(0, count, -(-count // _SAMPLE)):
        try:
            sample.append(options.requests.request(index, sequence[index]))
        except GroqError:
            continue
    return sample


def _usage(request: JobRequest) -> ItemUsage:
    if request.endpoint != "chat":
        return ItemUsage(audio_s=60.0)
    size_bytes = len(encode_json(request.body))
    maximum = request.body.get("max_completion_tokens") or request.body.get("max_tokens")
    completion = min(maximum, _COMPLETION_TOKENS) if isinstance(maximum, int) else _COMPLETION_TOKENS
    return ItemUsage(round(size_bytes * _TOKENS_PER_BYTE), completion)


def _folder(journal: Journal) -> str:
    return str(batch_folder(journal.path)) if journal.path is not None else ""
