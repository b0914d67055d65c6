"""Read many text files into typed records. Kill it at any moment and run it again: it goes on where it ended.

    pip install aiogroq
    python examples/extract_files.py                          # the folder letters in this directory
    python examples/extract_files.py letters letters.jsonl

Each record is a `Letter`, and one line of letters.jsonl, in the order of the file names. A file of which the model makes no
`Letter` has a line with the reason. Needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from aiogroq import Groq, jobs

MODEL = "openai/gpt-oss-20b"
PROMPT = "Read this letter to a shop.\n\n{text}"


class Letter(msgspec.Struct):
    """A letter to a shop."""

    sender: Annotated[str, "The name of the person who wrote it"]
    email: Annotated[str | None, "Null if the letter has none"]
    order: Annotated[str | None, "The order number, such as A-1000; null if there is none"]
    product: str
    wants: Annotated[Literal["refund", "replacement", "reply", "nothing"], "What the sender asks for"]


def files_in(folder: Path) -> Iterator[dict[str, str]]:
    """The files of a folder as rows. The job reads them as it needs them: a million files take no more memory than ten."""
    for path in sorted(folder.glob("*.txt")):
        # A byte that is no UTF-8 becomes U+FFFD: one file in another encoding does not end the job.
        yield {"id": path.name, "text": path.read_text(encoding="utf-8", errors="replace")}


def line_of(result: jobs.JobResult[Letter]) -> bytes:
    """A line of the output: the record, or why there is none."""
    letter = result.value
    if letter is not None:
        return msgspec.json.encode({"file": result.id, **msgspec.structs.asdict(letter)}) + b"\n"
    why = result.error.message if result.error is not None else "the response is truncated"
    return msgspec.json.encode({"file": result.id, "error": why}) + b"\n"


def extract(folder: Path, target: Path) -> jobs.JobReport:
    """Write a line for each file of ``folder`` to ``target``."""
    unfinished = target.with_name(target.name + ".part")
    with Groq() as client, unfinished.open("wb") as lines:
        job = jobs.run(
            client,
            files_in(folder),
            model=MODEL,
            prompt=PROMPT,
            response_format=Letter,
            params={"max_completion_tokens": 1_000, "reasoning_effort": "low"},
            journal=f"{target}.journal",
        )
        for result in job:
            lines.write(line_of(result))
        report = job.wait()
    if report.is_complete:
        os.replace(unfinished, target)
    return report


def main(folder: Path, target: Path) -> int:
    """Extract, and say what became of it. The exit code is 1 if a file failed, 130 after Ctrl-C."""
    try:
        report = extract(folder, target)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    print(f"{report.done} of {report.settled} files read, {report.resumed} of them in earlier runs")
    return report.exit_code


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]] or [
        Path(__file__).with_name("letters"),
        Path("letters.jsonl"),
    ]
    if len(given) != 2:
        raise SystemExit("usage: extract_files.py [FOLDER OUTPUT.jsonl]")
    if next(given[0].glob("*.txt"), None) is None:
        raise SystemExit(f"{given[0]} has no .txt files")
    raise SystemExit(main(*given))
