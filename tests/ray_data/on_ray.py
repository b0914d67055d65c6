"""Steps of `test_on_ray.py`, in the environment with Ray: `python on_ray.py STEP URL FOLDER`. Prints JSON."""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, TypedDict

import aiogroq.ray

ray: Any = importlib.import_module("ray")
data: Any = importlib.import_module("ray.data")
MODEL = "openai/gpt-oss-20b"


class Label(TypedDict):
    """What is asked of each row."""

    label: str


def rows(count: int) -> Any:
    """A dataset of texts."""
    return data.from_items([{"id": f"row {n}", "text": f"text {n}"} for n in range(count)])


def functions(url: str, folder: Path) -> dict[str, Any]:
    """`chat` with a journal, twice; `embeddings`; `map_batches` with the class and batches of each format."""
    options: dict[str, Any] = {"api_key": "gsk_x", "base_url": url}
    labelled = aiogroq.ray.chat(
        rows(50), model=MODEL, prompt="Say {text}", journal=folder / "journal", batch_size=10, **options
    )
    first = sorted(labelled.take_all(), key=lambda row: row["id"])
    again = sorted(labelled.take_all(), key=lambda row: row["id"])
    vectors = aiogroq.ray.embeddings(
        rows(3), model="nomic-embed-text-v1_5", prompt="{text}", into="vector", **options
    )
    kinds: dict[str, str] = {}
    for form in ("numpy", "pandas", "pyarrow"):
        mapped = rows(3).map_batches(
            aiogroq.ray.Chat,
            fn_constructor_kwargs={"model": MODEL, "prompt": "{text}", **options},
            batch_format=form,
            compute=data.ActorPoolStrategy(size=1),
            num_cpus=0.25,
        )
        kinds[form] = str(mapped.materialize().schema())
    return {
        "count": len(first),
        "is_same": first == again,
        "errors": [row["error"] for row in first if row["error"]],
        "columns": list(first[0]),
        "vector": len(vectors.take(1)[0]["vector"]),
        "kinds": kinds,
    }


def failures(url: str, folder: Path) -> dict[str, Any]:
    """Rows of which some fail, and a key that is rejected."""
    out = aiogroq.ray.chat(
        rows(20), model=MODEL, prompt="{text}", batch_size=10, api_key="gsk_right", base_url=url
    )
    counted = Counter(row["error"] is None for row in out.take_all())
    wrong = aiogroq.ray.chat(rows(20), model=MODEL, prompt="{text}", api_key="gsk_wrong", base_url=url)
    try:
        wrong.take_all()
        raised = ""
    except Exception as error:
        raised = str(error)
    mistakes: list[str] = []
    for options in ({"prompt": "{txt}"}, {"prompt": "{text}", "ray_options": {"runtime_evn": {}}}):
        try:
            aiogroq.ray.chat(rows(1).materialize(), model=MODEL, api_key="gsk_x", **options)
        except Exception as error:
            mistakes.append(str(error))
    return {"done": counted[True], "failed": counted[False], "raised": raised, "mistakes": mistakes}


def shared(url: str, folder: Path) -> dict[str, Any]:
    """Two actors with one store, whose URL is in the folder."""
    out = aiogroq.ray.chat(
        rows(300),
        model=MODEL,
        prompt="{text}",
        batch_size=20,
        concurrency=2,
        limits="rpm=240",
        store=(folder / "store").read_text(),
        api_key="gsk_x",
        base_url=url,
    )
    return {"errors": [row["error"] for row in out.take_all() if row["error"]]}


if __name__ == "__main__":
    step, url, folder = sys.argv[1:]
    ray.init(num_cpus=8, include_dashboard=False, logging_level="error", log_to_driver=False)
    data.DataContext.get_current().enable_progress_bars = False
    print(
        json.dumps({"functions": functions, "failures": failures, "shared": shared}[step](url, Path(folder)))
    )
