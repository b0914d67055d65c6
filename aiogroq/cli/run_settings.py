"""`RunSettings`: the options of ``aiogroq run``, checked, with the input open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiogroq.jobs import JobInputError
from aiogroq.jobs.files.columns import DEFAULT_INTO, ResultColumns
from aiogroq.jobs.files.ids import check_ids
from aiogroq.jobs.files.sinks import check_output, errors_path_of
from aiogroq.jobs.files.sources import (
    KIND_OF_SUFFIX,
    Kind,
    Source,
    kind_of,
    open_source,
    require_columns,
    sample,
    with_arguments_only,
    with_ids,
)
from aiogroq.jobs.history import history_path
from aiogroq.jobs.prices import Price, price_of
from aiogroq.jobs.requests import Requests
from aiogroq.jobs.template import Template
from aiogroq.limits import Pacing

from .shared_limits import in_words_of_store_options

_MAIN: Mapping[str, tuple[str, ...]] = {
    "chat": ("messages", "body"),
    "embeddings": ("input",),
    "speech": ("input",),
    "transcription": ("file", "url", "body"),
    "translation": ("file", "url", "body"),
}
"""The columns of which a row without a prompt needs one."""


SAME_PROMPT = "the prompt names no column, so all rows get the same; write {column}, or {text} for a line"
_UNCLOSED = re.compile(r"\{([^\W\d][\w.\-]*)[^{}]*$")
"""A placeholder that is begun and never closed. Braces around other text, as in JSON, are closed."""


@dataclass(frozen=True)
class RunSettings:
    """What one run is: where it reads and writes, and the options of the job."""

    path: str
    output: str | None
    kind_out: Kind
    source: Source
    columns: ResultColumns
    requests: Requests
    journal: Path | None
    pacing: Pacing
    prices: Mapping[str, Price]
    options: Mapping[str, Any] = field(repr=False)
    """All options of the command."""

    @property
    def is_same_prompt(self) -> bool:
        """Whether the templates name no column, so that all rows get one prompt."""
        prompt, system = self.requests.prompt, self.requests.system
        return prompt is not None and not Template(prompt).columns and not Template(system or "").columns

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> RunSettings:
        """Read and check everything that can be checked before something is sent. Raises `JobInputError`."""
        path, output = given["source"], given["output"]
        endpoint, model = given["endpoint"], given["model"]
        _check_template("-p", given["prompt"])
        _check_template("--system", given["system"])
        requests = Requests(endpoint, model, given["prompt"], given["system"], given["params"])
        pacing = _pacing(given)
        prices = {} if given["price"] is None else {model: Price.parse(given["price"])}
        if given["price"] is None and given["max_cost"] is not None:
            _require_price(model)
        kind_in = (
            None
            if given["kind_in"] is None and path != "-"
            else kind_of(path, given["kind_in"], option="--from")
        )
        _check_paths(path, output)
        source = open_source(path, kind_in, option="--from")
        source = _prepared(source, requests, given)
        kind_out = _kind_out(output, given["kind_out"], source.kind)
        columns = ResultColumns(
            ("text",) if source.kind == "text" else source.columns,
            given["into"] or DEFAULT_INTO,
            given["fields"],
            finish_reason=endpoint == "chat",
        )
        journal = _journal_of(given["journal"], output)
        if output is not None:
            check_output(output, kind_out)
            _check_distinct(path, output, journal, source.kind)
            _check_earlier(output, journal, given)
        return cls(path, output, kind_out, source, columns, requests, journal, pacing, prices, given)


def _check_template(option: str, text: str | None) -> None:
    """Raise `JobInputError` for a template that is empty, or whose only placeholder is not closed."""
    if text is None:
        return
    if not text.strip():
        raise JobInputError(
            f"{option} is empty; write a text such as 'Summarise: {{text}}', or leave {option} out"
        )
    unclosed = _UNCLOSED.search(text)
    if unclosed is not None and not Template(text).columns:  # beside a placeholder it may be code
        raise JobInputError(f"{option}: {{{unclosed[1]} is not closed; write {{{unclosed[1]}}}")


def _pacing(given: Mapping[str, Any]) -> Pacing:
    try:
        pacing = Pacing(store=given["store"], organization=given["organization"])
    except (ValueError, TypeError, ImportError) as error:
        raise JobInputError(in_words_of_store_options(error)) from error
    try:
        return replace(
            pacing,
            limits=given["limits"],
            priority="batch",
            share=given["share"],
            max_in_flight=given["concurrency"],
            max_wait_s=None,
        )
    except (ValueError, TypeError) as error:
        raise JobInputError(f"--limits: {error}") from error


def _require_price(model: str) -> None:
    if price_of(model) is None:
        raise JobInputError(
            f"--max-cost needs the price of {model}, which is not known: give it with --price"
        )


def _prepared(source: Source, requests: Requests, given: Mapping[str, Any]) -> Source:
    """Return the source with ids, with arguments only, or a part of it."""
    if given["id_column"] is not None:
        source = with_ids(source, given["id_column"])
    check_ids(source, given["id_column"])
    is_table = source.kind not in ("text", "jsonl")
    if requests.prompt is not None:
        require_columns(source, Template(requests.prompt).columns, "the prompt")
    elif source.columns is not None and not any(name in source.columns for name in _MAIN[requests.endpoint]):
        raise JobInputError(_no_prompt(source, requests.endpoint))
    elif is_table:
        source = with_arguments_only(source, requests)
    if requests.system is not None:
        require_columns(source, Template(requests.system).columns, "the system message")
    return source if given["sample"] is None else sample(source, given["sample"])


def _no_prompt(source: Source, endpoint: str) -> str:
    columns = source.columns or ()
    names = ", ".join(columns)
    if endpoint in ("transcription", "translation"):
        return f"{source.name} needs a column file or url for recordings; it has {names}"
    text = columns[-1] if columns else "text"
    return (
        f"{source.name} has the columns {names}: say what to make of them, such as -p 'Summarise: {{{text}}}'"
    )


def _kind_out(output: str | None, given: str | None, kind_in: Kind) -> Kind:
    if given is not None:
        return kind_of(output or "-", given)
    if output is None or output == "-":
        return "jsonl" if kind_in in ("parquet", "arrow") else kind_in
    if Path(output).suffix.lower() in KIND_OF_SUFFIX or Path(output).is_file() or not Path(output).exists():
        return kind_of(output, option="--to")
    return kind_in  # a device or a named pipe


def _journal_of(given: str | None, output: str | None) -> Path | None:
    if given is not None:
        return Path(given).expanduser()
    if output is None or output == "-":
        return None
    path = Path(output).expanduser()
    if path.exists() and not path.is_file():
        return None
    return path.with_name(path.name + ".journal")


def _check_paths(path: str, output: str | None) -> None:
    if output in (None, "-") or path == "-":
        return
    one, other = Path(path).expanduser(), Path(output or "").expanduser()
    if one.exists() and other.exists() and one.samefile(other):
        raise JobInputError(f"{output} is both input and output; write to another file")


def _check_distinct(path: str, output: str, journal: Path | None, kind_in: Kind) -> None:
    """Reject files of a run that would replace one another: each has a path of its own."""
    files: list[tuple[str, Path]] = []
    if path != "-":
        files.append(("the input", Path(path)))
    if output != "-":
        files += [("the output", Path(output)), ("the file of failed rows", errors_path_of(output, kind_in))]
    if journal is not None:
        files += [("the journal", journal), ("the history of the journal", history_path(journal))]
    seen = dict[Path, str]()
    for role, file in files:
        place = file.expanduser().resolve()
        if place in seen:
            raise JobInputError(
                f"{file} is both {seen[place]} and {role}; name another file with -o or --journal"
            )
        seen[place] = role


def _check_earlier(output: str, journal: Path | None, given: Mapping[str, Any]) -> None:
    """Reject what would replace a file that is not of this job, and options for an earlier run that there is not."""
    is_begun = journal is not None and journal.exists()
    if given["fresh"] or given["dry_run"]:
        return
    if given["retry_failed"] and not is_begun:
        raise JobInputError(
            f"--retry-failed: there is no earlier run, because {journal or 'a journal'} does not exist"
        )
    if journal is not None and not is_begun and Path(output).expanduser().is_file():
        raise JobInputError(
            f"{output} exists, and is not the output of this job: {journal} does not exist. --fresh replaces it"
        )
