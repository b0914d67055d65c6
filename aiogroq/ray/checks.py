"""What is checked before anything is sent: the options, the columns of the dataset, and the journal."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ..client import OPTION_NAMES
from ..jobs import JobInputError, JournalError
from ..jobs.requests import Requests
from ..jobs.template import Template
from ..protocol.arguments import did_you_mean, require_mapping

OTHERS = ("error", "finish_reason", "prompt_tokens", "completion_tokens", "attempts")
"""The columns of results beside that of the response."""
_WORDS = (
    (
        "Pass fresh=True to begin anew (the old journal is renamed), or use another journal",
        "Use another folder, or delete this one",
    ),
    ("Give it another id, or pass fresh=True to begin anew", "Give it another id, or use another folder"),
)
"""Advice for a job, and for a dataset, which has no ``fresh``."""


def in_words_of_ray(message: str) -> str:
    """Return a message of a job with advice that holds for a dataset."""
    for theirs, ours in _WORDS:
        message = message.replace(theirs, ours)
    return message


def check_into(into: Any) -> str:
    """Return the name of the column of responses. Raises `JobInputError` for one that cannot be."""
    if not isinstance(into, str) or not into:
        raise JobInputError(f"into must be the name of a new column, such as 'response', not {into!r}")
    if into in OTHERS:
        raise JobInputError(
            f"into={into!r} is another column of the results; name that of the response differently"
        )
    return into


def check_id_column(name: Any) -> str | None:
    """Return the name of the column of ids. Raises `JobInputError` for what is no name."""
    if name is not None and (not isinstance(name, str) or not name):
        raise JobInputError(f"id_column must be the name of a column or None, not {name!r}")
    return name


def check_client_options(given: Any) -> dict[str, Any]:
    """Return further options of the client. Raises `JobInputError` for one that a client does not have."""
    options = dict(require_mapping("client_options", given))
    for name in options:
        if name not in OPTION_NAMES:
            hint = did_you_mean(name, OPTION_NAMES) or f"; it has {', '.join(OPTION_NAMES)}"
            raise JobInputError(f"client_options has {name!r}, which AsyncGroq does not know{hint}")
    return options


def check_path(journal: Any) -> str:
    """Return the path of a journal. Raises `JobInputError` for what is none, and for a URL."""
    is_path = isinstance(journal, (str, os.PathLike))
    text: Any = os.fspath(journal) if is_path else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(text, str) or not text or "://" in text:
        raise JobInputError(
            "journal must be the path of a folder that all machines have mounted, such as '/mnt/shared/job-1/', not "
            f"{text if text else repr(journal)}"
        )
    return text


def check_folder(path: Path) -> None:
    """Raise `JournalError` if the folder of a journal cannot be made, because a file has its name. Makes none."""
    for each in (path, *path.parents):
        if each.is_dir():
            return
        if each.exists():
            raise JournalError(
                f"the journal {path} cannot be a folder: {each} is a file; name another folder with journal='...'"
            )


def check_model(requests: Requests) -> None:
    """Raise `JobInputError` if no row can have a model."""
    if not requests.model and not requests.params.get("model") and requests.prompt is not None:
        raise JobInputError("model is missing: pass model='...'")


def check_names(
    requests: Requests, names: Collection[str], wanted: Collection[str], main: str, fix: str
) -> None:
    """Raise `JobInputError` if rows with these columns cannot be sent.

    ``wanted`` are the columns of which one is needed where there is no prompt, ``main`` is what they are called, and
    ``fix`` says what to do.
    """
    has = f"it has {', '.join(names)}"
    for option, text in (("prompt", requests.prompt), ("system", requests.system)):
        for name in Template(text or "").columns:
            if name not in names:
                hint = did_you_mean(name, names)
                raise JobInputError(
                    f"the dataset has no column {name!r}, which the {option} names; {has}{hint}"
                )
    if requests.prompt is not None:
        return
    if not any(name in names or name in requests.params for name in wanted):
        raise JobInputError(f"the dataset has no column {main}; {has}; {fix}")
    if not requests.model and "model" not in names and "model" not in requests.params:
        raise JobInputError(f"model is missing: pass model='...', or a dataset with a column 'model'; {has}")


def check_ray_options(call: str, given: Any, own: Collection[str]) -> dict[str, Any]:
    """Return further arguments of ``map_batches``. Raises `JobInputError` for those that ``call`` passes itself."""
    options: Mapping[str, Any] = require_mapping("ray_options", given)
    for name in options:
        if name in own:
            raise JobInputError(
                f"ray_options has {name!r}, which is an argument of {call}: pass {name}={options[name]!r} there"
            )
        if name in _SET_HERE:
            raise JobInputError(f"ray_options has {name!r}, which {call} sets itself: take it out")
    return dict(options)


_SET_HERE = frozenset(
    {"fn", "fn_args", "fn_kwargs", "fn_constructor_args", "fn_constructor_kwargs", "batch_format", "compute"}
)
