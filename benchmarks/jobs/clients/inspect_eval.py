"""inspect_ai: an evaluation with its Groq provider and its adaptive number of connections."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("inspect_ai", "groq")


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job. Options are those of ``eval``."""
    os.environ.update(GROQ_API_KEY=KEY, GROQ_BASE_URL=spec.url, INSPECT_DISPLAY="none")
    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.solver import generate

    samples = [Sample(id=index + 1, input=prompt(index)) for index in range(spec.count)]

    def run() -> str:
        (log,) = eval(
            Task(dataset=MemoryDataset(samples), solver=generate()),
            model=f"groq/{spec.model}",
            max_tokens=MAX_TOKENS,
            log_dir=spec.folder,
            **spec.options,
        )
        for sample in log.samples or []:
            if sample.output.choices and not sample.error:
                tally.add(int(sample.id) - 1, sample.output.completion)
        return "" if log.status == "success" else f"status {log.status}"

    return run
