"""`make_plan`: what a job will use, cost and take, before anything is sent. Every figure is an estimate.

It is what items use in the mean. The needs in `aiogroq.limits.need`, by which requests are paced, are estimated high instead.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import msgspec

from ..errors import GroqError
from ..limits import KINDS, Limits, Need, need_of
from .batches.rules import MIN_WINDOW_S, body_problem
from .forecast_rules import ItemUse
from .journals.lines import HEADER_START
from .outcome import ItemUsage, JobRequest
from .prices import Price, price_of
from .requests import Requests

COMPLETION_TOKENS = 200
"""Of one item where nothing is known."""
_TEMPLATE_TOKENS = {"openai/gpt-oss-120b": 73, "openai/gpt-oss-20b": 73, "openai/gpt-oss-safeguard-20b": 73}
"""What the chat template of a model adds to a prompt; of other models about 30."""


@dataclass(frozen=True)
class Measured:
    """What items of an earlier run used on average, from the journal."""

    items: int
    prompt_tokens: float
    completion_tokens: float


@dataclass(frozen=True)
class Plan:
    """The estimates for one job."""

    items: int
    """Items that can be sent, with those that have a response already."""
    left: int
    """Items without a response in the journal: cost and time are those of these."""
    unsendable: int
    """Items that cannot be sent, such as those without a column that the prompt names."""
    problem: str | None
    """Why the first of these cannot."""
    too_large: int
    """Items larger than a limit: the service would reject them."""
    prompt_tokens: int
    """Of all items."""
    prompt_p50: int
    prompt_p95: int
    completion_tokens: int
    """Of all items, as far as it is known: as many as the items of earlier runs used, or the maximum, or an assumption."""
    completion_source: str
    """Where that number comes from, in words."""
    audio_s: float
    measured: Measured | None
    cost_usd: float | None
    """None where the price of a model is not known."""
    batch_cost_usd: float | None
    batch_problem: str | None
    """Why the items cannot be sent in batches; None if they can."""

    def live_s(self, limits: Limits) -> tuple[float, str | None]:
        """Return the seconds that live calls take at these limits, and the kind of limit that bounds them.

        A full limit is used up at once, then the rest at its rate: so it is 0 and None for a job that fits into full limits.
        """
        share = self.left / self.items if self.items else 0.0
        use = ItemUse(self.prompt_tokens * share, self.completion_tokens * share, self.audio_s * share)
        found: list[tuple[float, str | None]] = [(0.0, None)]
        for kind, limit in limits.by_kind().items():
            need = self.left if KINDS[kind].unit == "requests" else use.of_kind(kind)
            if need > limit:
                found.append(((need - limit) * KINDS[kind].window_s / limit, kind))
        return max(found, key=lambda each: each[0])

    def scaled(self, items: int) -> Plan:
        """Return the plan of ``items`` items, of which the items of this one are a sample."""
        if not self.items:
            return self
        factor = items / self.items
        return replace(
            self,
            items=items,
            left=round(self.left * factor),
            prompt_tokens=round(self.prompt_tokens * factor),
            completion_tokens=round(self.completion_tokens * factor),
            audio_s=self.audio_s * factor,
            cost_usd=None if self.cost_usd is None else self.cost_usd * factor,
            batch_cost_usd=None if self.batch_cost_usd is None else self.batch_cost_usd * factor,
        )


BATCH_S = MIN_WINDOW_S
"""How long a batch may take with the shortest window."""


def make_plan(
    items: Iterable[Any],
    requests: Requests,
    *,
    limits: Limits | None = None,
    prices: Mapping[str, Price] | None = None,
    measured: Measured | None = None,
    limit: int | None = None,
) -> Plan:
    """Read the items, and return what a job on them is expected to use, cost and take. Nothing is sent.

    ``measured`` is what items of an earlier run used: see `measure`. ``limit`` is the number of items that are read at most.
    """
    counted = _Counted(limits, measured, prices)
    for index, item in enumerate(items):
        if limit is not None and index >= limit:
            break
        try:
            request = requests.request(index, item)
        except GroqError as error:
            counted.unsendable += 1
            counted.problem = counted.problem or str(error)
            continue
        counted.add(request)
    return counted.plan()


def measure(journal: Path) -> Measured | None:
    """Return what the items in a journal used on average; None if it has none. The journal is not locked or changed."""
    items, prompt, completion = 0, 0.0, 0.0
    try:
        for entry in _entries(journal):
            if entry.status in ("done", "length") and len(entry.usage) >= 2:
                items += 1
                prompt += entry.usage[0]
                completion += entry.usage[1]
    except OSError:
        return None
    return Measured(items, prompt / items, completion / items) if items else None


def _entries(journal: Path) -> Iterator[_Entry]:
    """Yield the entries of a journal, or of all shards of one that is a folder."""
    try:
        file = journal.open("rb")
    except (IsADirectoryError, PermissionError):  # the latter on Windows
        for shard in sorted(journal.glob("*.jsonl")):
            yield from _entries(shard)
        return
    decoder = msgspec.json.Decoder(_Entry)
    with file:
        if not file.readline().startswith(HEADER_START):
            return
        for line in file:
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                yield decoder.decode(line)


class _Entry(msgspec.Struct):
    status: str = ""
    usage: list[float] = msgspec.field(default_factory=list[float])


class _Counted:
    """The sums of a plan while the items are read. Four bytes for each item."""

    def __init__(
        self, limits: Limits | None, measured: Measured | None, prices: Mapping[str, Price] | None
    ) -> None:
        known = {} if limits is None else limits.by_kind()
        self._tokens_limit = min((known[kind] for kind in ("TPM", "TPD") if kind in known), default=None)
        self._completion_limit = known.get("OTPM")
        self._measured = measured
        self._prices = prices
        self._prompts: array[int] = array("I")
        self.unsendable = 0
        self.problem: str | None = None
        self._too_large = 0
        self._completion = 0.0
        self._is_assumed = self._is_maximum = False
        self._audio_s = 0.0
        self._used: dict[str, tuple[float, float, float]] = {}
        """Prompt tokens, completion tokens and seconds of audio, by model."""
        self._batch_problem: str | None = None

    def add(self, request: JobRequest) -> None:
        body = request.body
        need = _need(request)
        audio_s, maximum = need.audio_s, need.max_completion_tokens
        prompt = _prompt_tokens(request)
        completion = self._completion_of(request, maximum)
        if (self._tokens_limit is not None and prompt + (maximum or 0) > self._tokens_limit) or (
            self._completion_limit is not None and (maximum or 0) > self._completion_limit
        ):
            self._too_large += 1
        self._prompts.append(prompt)
        self._completion += completion
        self._audio_s += audio_s
        self._batch_problem = self._batch_problem or body_problem(request.endpoint, body)
        model = str(body.get("model"))
        used = self._used.get(model, (0.0, 0.0, 0.0))
        self._used[model] = (used[0] + prompt, used[1] + completion, used[2] + audio_s)

    def _completion_of(self, request: JobRequest, maximum: float | None) -> float:
        if request.endpoint != "chat":
            return 0.0
        if self._measured is not None:
            return self._measured.completion_tokens
        if maximum is not None and maximum <= COMPLETION_TOKENS:
            self._is_maximum = True
            return maximum
        self._is_assumed = True
        return COMPLETION_TOKENS

    def _cost(self, factor: float, share: float, *, is_batch: bool) -> float | None:
        """Return the cost of a share of all, None where a price is not known. ``factor`` corrects prompt tokens."""
        cost = 0.0
        for model, (prompt, completion, audio_s) in self._used.items():
            price = price_of(model, self._prices)
            if price is None:
                return None
            usage = ItemUsage(round(prompt * factor), round(completion), 0, audio_s)
            cost += price.cost_usd(usage, is_batch=is_batch)
        return cost * share

    def plan(self) -> Plan:
        prompts = sorted(self._prompts)
        total = sum(prompts)
        measured = self._measured
        factor = 1.0
        if measured is not None and total and measured.prompt_tokens:
            factor = measured.prompt_tokens * len(prompts) / total
        left = len(prompts) if measured is None else max(0, len(prompts) - measured.items)
        share = left / len(prompts) if prompts else 0.0
        return Plan(
            items=len(prompts),
            left=left,
            unsendable=self.unsendable,
            problem=self.problem,
            too_large=self._too_large,
            prompt_tokens=round(total * factor),
            prompt_p50=round(_quantile(prompts, 0.5) * factor),
            prompt_p95=round(_quantile(prompts, 0.95) * factor),
            completion_tokens=round(self._completion),
            completion_source=self._source(),
            audio_s=self._audio_s,
            measured=measured,
            cost_usd=self._cost(factor, share, is_batch=False),
            batch_cost_usd=self._cost(factor, share, is_batch=True),
            batch_problem=self._batch_problem,
        )

    def _source(self) -> str:
        if self._measured is not None:
            return f"as the {self._measured.items:,} rows in the journal"
        if self._is_assumed:
            return f"assumed: {COMPLETION_TOKENS} a row"
        return "at most" if self._is_maximum else ""


def _quantile(ordered: Sequence[int], share: float) -> int:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0


def _prompt_tokens(request: JobRequest) -> int:
    """Estimate the tokens of a prompt: four characters of English, or one and a half of another script, are a token."""
    if request.endpoint in ("transcription", "translation"):
        return 0
    body = request.body
    texts = list(_texts(body.get("messages") or body.get("input")))
    texts += [
        msgspec.json.encode(body[name], enc_hook=str).decode()
        for name in ("tools", "response_format")
        if name in body
    ]
    tokens = 0.0
    for text in texts:
        other = 0 if text.isascii() else sum(each > "\u024f" for each in text)
        tokens += (len(text) - other) / 4 + other / 1.5
    if request.endpoint == "chat":
        tokens += _TEMPLATE_TOKENS.get(str(body.get("model")), 30)
    return max(1, round(tokens))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        message = cast("Mapping[str, Any]", value)
        yield from _texts(message.get("content", message.get("text")))
    elif isinstance(value, (list, tuple)):
        for each in cast("Sequence[Any]", value):
            yield from _texts(each)


def _need(request: JobRequest) -> Need:
    size = None
    if request.endpoint in ("transcription", "translation"):
        file = request.body.get("file")
        try:
            size = Path(file).stat().st_size if isinstance(file, (str, Path)) else None
        except OSError:
            size = None
    return need_of(request.endpoint, request.body, file_bytes=size)
