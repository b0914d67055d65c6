"""curator (bespokelabs-curator): its ``LLM`` with the litellm backend and the limits given.

Telemetry is off, and litellm uses the tables inside its package instead of downloading them.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..spec import KEY, MAX_TOKENS, JobSpec, Tally, prompt

PACKAGES = ("bespokelabs-curator", "litellm", "openai")
_TOKENS_PER_MINUTE = 100_000_000


def prepare(spec: JobSpec, tally: Tally) -> Callable[[], str]:
    """Return the job."""
    litellm = importlib.util.find_spec("litellm")
    if litellm and litellm.origin:
        encodings = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ["TIKTOKEN_CACHE_DIR"] = str(encodings)
    os.environ.update(
        OPENAI_API_KEY=KEY,
        LITELLM_LOCAL_MODEL_COST_MAP="True",
        TELEMETRY_ENABLED="false",
        CURATOR_VIEWER="0",
        CURATOR_CACHE_DIR=spec.folder,
        HF_HOME=spec.folder,
    )
    from bespokelabs import curator

    class Labeler(curator.LLM):  # type: ignore[misc, name-defined]
        def prompt(self, input: dict[str, Any]) -> str:
            return str(input["text"])

        def parse(self, input: dict[str, Any], response: str) -> dict[str, Any]:
            return {"number": input["number"], "label": response}

    labeler = Labeler(
        model_name=f"openai/{spec.model}",
        backend="litellm",
        generation_params={"max_tokens": MAX_TOKENS},
        backend_params={
            "base_url": f"{spec.url}/openai/v1",
            "max_requests_per_minute": spec.rpm or 1_000_000,
            "max_tokens_per_minute": _TOKENS_PER_MINUTE,
            "require_all_responses": False,
        },
    )

    def run() -> str:
        rows = [{"number": index, "text": prompt(index)} for index in range(spec.count)]
        for row in labeler(rows).dataset:
            tally.add(row["number"], row["label"])
        return ""

    return run
