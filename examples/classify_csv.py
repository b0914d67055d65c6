"""Classify the rows of a CSV file into another. Kill it at any moment and run it again: it goes on where it ended.

    pip install aiogroq
    python examples/classify_csv.py                          # reviews.csv in this directory
    python examples/classify_csv.py reviews.csv labels.csv

Each response is in labels.csv.journal as soon as it has arrived, and is not paid for again. labels.csv appears when all
rows have their outcome. It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

from aiogroq import Groq, jobs
from aiogroq.types import ChatCompletion

MODEL = "openai/gpt-oss-20b"
PROMPT = "Is this review of a {product} good or bad?\n\n{text}"
SCHEMA = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["good", "bad"]}},
    "required": ["label"],
    "additionalProperties": False,
}
LABEL = {"type": "json_schema", "json_schema": {"name": "review", "strict": True, "schema": SCHEMA}}


def columns_of(result: jobs.JobResult[ChatCompletion]) -> dict[str, str]:
    """The columns that are added to a row: its label, or why it has none."""
    if result.status == "done":
        return {"label": json.loads(result.text)["label"], "error": ""}
    return {"label": "", "error": result.error.message if result.error else "the response is truncated"}


def classify(source: Path, target: Path) -> jobs.JobReport:
    """Write the rows of ``source`` with their labels to ``target``, in the same order."""
    unfinished = target.with_name(target.name + ".part")
    with Groq() as client, source.open(newline="", encoding="utf-8") as rows:
        reader = csv.DictReader(rows)
        job = jobs.run(
            client,
            reader,  # read as it is needed: a file of any size takes the same memory
            model=MODEL,
            prompt=PROMPT,
            response_format=LABEL,
            params={"max_completion_tokens": 500, "reasoning_effort": "low"},
            journal=f"{target}.journal",
        )
        with unfinished.open("w", newline="", encoding="utf-8") as labels:
            writer = csv.DictWriter(labels, [*(reader.fieldnames or ()), "label", "error"])
            writer.writeheader()
            for result in job:
                writer.writerow(result.item | columns_of(result))
        report = job.wait()
    if report.is_complete:
        os.replace(unfinished, target)
    return report


def main(source: Path, target: Path) -> int:
    """Classify, and say what became of it. The exit code is 1 if a row failed, 130 after Ctrl-C, which finishes what is in flight."""
    try:
        report = classify(source, target)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    print(f"{report.done} of {report.settled} rows classified, {report.resumed} of them in earlier runs")
    print(f"{report.attempts} requests, {report.prompt_tokens + report.completion_tokens} tokens")
    return report.exit_code


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    raise SystemExit(main(*given or (Path(__file__).with_name("reviews.csv"), Path("labels.csv"))))
