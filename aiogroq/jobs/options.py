"""`JobOptions`: the options of a job, validated."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..limits import Limits, LimitStore, Pacing
from ..protocol.arguments import require_bool, require_int, require_mapping, require_seconds, require_timeout
from .batches.rules import body_problem, endpoint_problem
from .errors import JobInputError
from .journals.folder import JournalFolder, folder_problem
from .journals.lines import JournalHeader
from .prices import Price, price_of
from .progress import Progress
from .requests import Requests
from .watching import Watch

if TYPE_CHECKING:
    from ..schemas import TypedFormat

Via = Literal["live", "batch", "auto"]

DEFAULT_MAX_ATTEMPTS = 10
DEFAULT_MAX_AGE_S = 3600.0
MAX_WORKERS = 1000


@dataclass(frozen=True)
class JobOptions:
    """The options of a job. `aiogroq.jobs.run` documents them."""

    requests: Requests
    journal: Path | None = None
    folder: JournalFolder | None = None
    """The journal, where it is a folder; ``journal`` is its path then."""
    ordered: bool = True
    limits: Limits | Mapping[str, Limits | str] | str | None = None
    store: LimitStore | str | None = None
    pacing: Pacing | None = None
    share: float = 1.0
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    max_age_s: float = DEFAULT_MAX_AGE_S
    max_failures: int | str | None = None
    max_cost_usd: float | None = None
    prices: Mapping[str, Price] | None = None
    deadline_s: float | None = None
    dedupe: bool = False
    retry_failed: bool = False
    fresh: bool = False
    limit: int | None = None
    via: Via = "live"
    on_progress: Callable[[Progress], object] | None = None
    watch: Watch | None = None
    output_dir: Path | None = None
    typed: TypedFormat[Any] | None = None
    """The type of the results, where the job was given one."""
    name: str = ""
    is_part: bool = False
    """Whether the items are a part of a larger input. Then each item that cannot be sent, also the first, or whose id another
    one has, fails alone."""
    _failure_share: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        for option in ("ordered", "dedupe", "retry_failed", "fresh"):
            require_bool(option, getattr(self, option))
        require_int("max_attempts", self.max_attempts, minimum=1)
        require_seconds("max_age_s", self.max_age_s)
        require_timeout("deadline_s", self.deadline_s)
        _check_cost(self.max_cost_usd, self.prices)
        _check_pacing(self.pacing, self.store)
        if self.limit is not None:
            require_int("limit", self.limit, minimum=1, hint="None for all items")
        if self.via not in ("live", "batch", "auto"):
            raise JobInputError(f"via must be 'live', 'batch' or 'auto', not {self.via!r}")
        if isinstance(self.max_failures, str):
            object.__setattr__(self, "_failure_share", _share(self.max_failures))
        elif self.max_failures is not None:
            require_int("max_failures", self.max_failures, hint="or a share such as '1%'")
        if self.requests.endpoint == "speech" and self.output_dir is None:
            raise JobInputError("speech writes files: pass output_dir='...'")
        if self.folder is not None and (problem := folder_problem(self.via, self.folder.path)):
            raise JobInputError(problem)
        if self.via == "batch":
            self._check_batch()
        if (self.fresh or self.retry_failed) and self.journal is None:
            option = "fresh" if self.fresh else "retry_failed"
            raise JobInputError(f"{option} is for a job with a journal; pass journal='...'")
        model = self.requests.model
        if self.max_cost_usd is not None and model is not None and price_of(model, self.prices) is None:
            raise JobInputError(
                f"max_cost_usd needs the price of {model}, which is not known; pass prices={{{model!r}: Price(...)}}"
            )
        _check_on_progress(self.on_progress)
        self.own_pacing()  # raises for limits that cannot be

    def _check_batch(self) -> None:
        """Reject what batches cannot do, before anything is sent."""
        endpoint, params = self.requests.endpoint, self.requests.params
        # Each recording has its own file or address.
        problem = body_problem(endpoint, params) if endpoint == "chat" else endpoint_problem(endpoint)
        if problem:
            raise JobInputError(problem)
        if self.journal is None:
            raise JobInputError(
                "batches take up to a day: pass journal='...', by which a later run finds them again"
            )
        if self.max_cost_usd is not None:
            raise JobInputError(
                "max_cost_usd cannot stop a batch: what is sent is paid for. Leave it out, or use via='live'"
            )

    @property
    def header(self) -> JournalHeader:
        """The header of the journal."""
        requests = self.requests
        return JournalHeader(requests.endpoint, requests.model, requests.params, requests.template_digest)

    def own_pacing(self, of_client: Pacing | None = None) -> Pacing:
        """Return how the job is paced: in the order of the input, and an item waits as long as it must.

        The limits, the store and the organisation are those of the client where the job has none of its own.
        """
        if self.pacing is not None:
            # The same object where it can be: jobs that have it share a pacer.
            return self.pacing if self.pacing.max_wait_s is None else replace(self.pacing, max_wait_s=None)
        limits, store, organization = self.limits, self.store, None
        if of_client is not None:
            limits, store = limits or of_client.limits, store or of_client.store
            organization = of_client.organization
        return Pacing(limits, store, "batch", self.share, max_wait_s=None, organization=organization)

    def allows_failures(self, failed: int, settled: int, total: int | None) -> bool:
        """Return whether a job with so many failed items goes on. A share counts of all items, or of those that have an
        outcome where their number is not known, from the hundredth on."""
        if self._failure_share is not None:
            if total is None and settled < 100:
                return True
            return failed <= self._failure_share * (settled if total is None else total)
        return not isinstance(self.max_failures, int) or failed <= self.max_failures


def _check_cost(max_cost_usd: Any, prices: Any) -> None:
    """Raise `TypeError` or `ValueError` for a bound of the cost, or prices, that cannot be."""
    if max_cost_usd is not None:
        if isinstance(max_cost_usd, bool) or not isinstance(max_cost_usd, (int, float)):
            raise TypeError(f"max_cost_usd must be a number of dollars or None, not {max_cost_usd!r}")
        if not max_cost_usd >= 0:  # NaN too
            raise ValueError(f"max_cost_usd must be >= 0 dollars, not {max_cost_usd!r}")
    for model, price in require_mapping("prices", prices).items():
        if not isinstance(price, Price):
            raise TypeError(
                f"prices must have a Price for {model!r}, such as Price.parse('0.15/0.60'), not {price!r}"
            )


def _check_on_progress(on_progress: Any) -> None:
    if on_progress is None:
        return
    if not callable(on_progress):
        raise TypeError(f"on_progress must be a function of a Progress, not {on_progress!r}")
    if inspect.iscoroutinefunction(on_progress) or inspect.iscoroutinefunction(type(on_progress).__call__):
        raise TypeError(
            f"on_progress must be a plain function, not an async one: nobody awaits {on_progress!r}. It is called on the "
            "event loop of the job, so it can start a task: asyncio.create_task(...)"
        )


def _check_pacing(pacing: Any, store: Any) -> None:
    if pacing is None:
        return
    if isinstance(pacing, str) and "://" in pacing:
        raise TypeError("pacing must be a Pacing, not a URL; pass that of a store as store=")
    if not isinstance(pacing, Pacing):
        raise TypeError(
            f"pacing must be a Pacing, not {pacing!r}; for the limits of the account pass limits={pacing!r}"
        )
    if store is not None:
        raise TypeError("store is an option of pacing too: pass pacing=Pacing(store=...) alone")


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not text.endswith("%") or not 0 <= share <= 1:
        raise JobInputError(f"max_failures must be a number of items or a share such as '1%', not {text!r}")
    return share


def as_path(path: str | os.PathLike[str] | None) -> Path | None:
    """Return a path of the user's, with ``~`` replaced. Raises `JobInputError` for an empty one."""
    if path is not None and not os.fspath(path):
        raise JobInputError("a path must not be empty: pass the name of a file or a folder, or None")
    return None if path is None else Path(path).expanduser()
