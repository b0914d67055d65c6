"""The clients of the table. Add one here, with a module in `benchmarks.jobs.clients`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One client with its options."""

    name: str
    peer: str
    """The name for ``--peer``; rows of one peer share an environment."""
    client: str
    """A module of `benchmarks.jobs.clients`."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    requirements: tuple[str, ...] = ()
    """What pip installs into an environment of its own; empty if the client runs in this one."""
    is_limit_known: bool = False
    """Whether the client is given the limit."""
    rounds: int = 1


_GIVEN = {"is_limit_given": True}
_INSPECT = ("inspect-ai", "groq", "openai")
_ABL = ("async-batch-llm[openai]",)
ROWS = (
    Row("aiogroq.jobs", "aiogroq", "aiogroq_jobs", rounds=3),
    Row("aiogroq.jobs, limit given", "aiogroq", "aiogroq_jobs", _GIVEN, is_limit_known=True, rounds=3),
    Row("groq, gather(50), 2 retries", "groq", "official", {"max_retries": 2}),
    Row("groq, gather(50), 10 retries", "groq", "official", {"max_retries": 10}),
    Row("approach of the OpenAI cookbook", "cookbook", "cookbook", is_limit_known=True),
    Row("idea of botocore's adaptive mode", "botocore", "adaptive_rate"),
    Row("inspect_ai", "inspect_ai", "inspect_eval", requirements=_INSPECT),
    Row(
        "langchain, abatch, InMemoryRateLimiter", "langchain", "langchain_abatch",
        requirements=("langchain-groq", "langchain-core"), is_limit_known=True,
    ),
    Row(
        "curator", "curator", "curator_llm", requirements=("bespokelabs-curator",), is_limit_known=True,
    ),
    Row("async-batch-llm", "async-batch-llm", "async_batch", requirements=_ABL),
    Row(
        "async-batch-llm, limit given", "async-batch-llm", "async_batch", _GIVEN, requirements=_ABL,
        is_limit_known=True,
    ),
)  # fmt: skip
PEERS = tuple(dict.fromkeys(row.peer for row in ROWS))
