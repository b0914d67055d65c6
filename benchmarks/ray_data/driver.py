"""A driver of Ray: `python driver.py KIND URL FOLDER BLOCK_ROWS`. It reads FOLDER/in and writes FOLDER/out, and prints seconds.

It runs in an environment with Ray, by the path of this file, and imports nothing of the benchmarks.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

MODEL = "openai/gpt-oss-20b"
ray: Any = importlib.import_module("ray")
data: Any = importlib.import_module("ray.data")


class Plain:
    """What one writes for Ray alone: the rows of a batch at once, without a journal."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None

    async def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return the batch with the responses."""
        if self._client is None:
            from aiogroq import AsyncGroq

            self._client = AsyncGroq(api_key="gsk_x", base_url=self._url)
        batch["label"] = await asyncio.gather(*(self._label(str(text)) for text in batch["text"]))
        return batch

    async def _label(self, text: str) -> str:
        messages = [{"role": "user", "content": f"Label {text}"}]
        completion = await self._client.chat.completions.create(model=MODEL, messages=messages)
        return str(completion.choices[0].message.content)


def plain(rows: Any, url: str, block_rows: int | None) -> Any:
    """Ray alone, with blocks of so many rows or with its own."""
    if block_rows is not None:
        rows = rows.repartition(target_num_rows_per_block=block_rows)
    pool = data.ActorPoolStrategy(size=1)
    return rows.map_batches(
        Plain, fn_constructor_kwargs={"url": url}, batch_size=block_rows or 20, compute=pool, num_cpus=0.25
    )


def aiogroq(rows: Any, url: str, folder: Path, block_rows: int) -> Any:
    """aiogroq.ray, with a journal."""
    import aiogroq.ray

    return aiogroq.ray.chat(
        rows,
        model=MODEL,
        prompt="Label {text}",
        into="label",
        journal=folder / "journal",
        api_key="gsk_x",
        base_url=url,
        batch_size=block_rows,
    )


def http_processor(rows: Any, url: str) -> Any:
    """Ray's own processor of HTTP requests, with its defaults: one actor, batches of 64 rows."""
    llm: Any = importlib.import_module("ray.data.llm")
    config = llm.HttpRequestProcessorConfig(
        url=f"{url}/openai/v1/chat/completions", headers={"Authorization": "Bearer gsk_x"}
    )
    processor = llm.build_processor(
        config,
        preprocess=lambda row: {
            "id": row["id"],
            "payload": {"model": MODEL, "messages": [{"role": "user", "content": f"Label {row['text']}"}]},
        },
        postprocess=lambda row: {
            "id": row["id"],
            "label": row["http_response"]["choices"][0]["message"]["content"],
        },
    )
    return processor(rows)


def main(kind: str, url: str, folder: Path, block_rows: int) -> None:
    """Run one kind."""
    ray.init(num_cpus=8, include_dashboard=False, logging_level="error", log_to_driver=False)
    context = data.DataContext.get_current()
    context.enable_progress_bars = False
    if kind != "http":
        checkpoint: Any = importlib.import_module("ray.data.checkpoint")
        context.checkpoint_config = checkpoint.CheckpointConfig(
            id_column="id", checkpoint_path=str(folder / "checkpoint"), delete_checkpoint_on_success=False
        )
    rows = data.read_parquet(str(folder / "in"))
    if kind == "aiogroq":
        mapped = aiogroq(rows, url, folder, block_rows)
    elif kind == "http":
        mapped = http_processor(rows, url)
    else:
        mapped = plain(rows, url, block_rows if kind == "blocks" else None)
    began = time.perf_counter()
    mapped.write_parquet(str(folder / "out"))
    sys.stdout.write(json.dumps({"wall_s": time.perf_counter() - began}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
