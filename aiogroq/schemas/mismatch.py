"""`MismatchError`: a text does not fit a type."""

from __future__ import annotations

import re
from typing import Any

_MAX_SHOWN = 5
_MSGSPEC_PATH = re.compile(r" - at (?:`key` in )?`(\$[^`]*)`$")


class MismatchError(ValueError):
    """A text is not JSON, or its JSON does not fit a type. The text of the error can be sent to the model."""

    reason: str
    """What is wrong, such as ``Expected `int`, got `str` ``."""
    path: str
    """Where it is wrong, such as ``$.pets[0].age``; ``$`` is the whole value."""

    others: tuple[MismatchError, ...]
    """Further errors that were found in the same text."""

    def __init__(self, reason: str, path: str = "$", others: tuple[MismatchError, ...] = ()) -> None:
        text = reason if path == "$" else f"{reason} - at `{path}`"
        super().__init__("; ".join([text, *map(str, others)]))
        self.reason = reason
        self.path = path
        self.others = others

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.path, self.others)

    def below(self, path: str) -> MismatchError:
        """Return the same error for a value that is at ``path`` in a larger one."""
        others = tuple(each.below(path) for each in self.others)
        return MismatchError(self.reason, path + self.path.removeprefix("$"), others)


def from_msgspec(error: Exception) -> MismatchError:
    """Return msgspec's error as ours. An error of `MismatchError` in a hook retains its own path."""
    text = str(error)
    found = _MSGSPEC_PATH.search(text)
    path = found[1] if found else "$"
    if isinstance(error.__cause__, MismatchError):
        return error.__cause__.below(path)
    return MismatchError(text[: found.start()] if found else text, path)


def from_pydantic(error: Any) -> MismatchError:
    """Return pydantic's errors as ours, of many only the first five."""
    details: list[dict[str, Any]] = error.errors(
        include_url=False, include_context=False, include_input=False
    )
    first, *others = (MismatchError(str(each["msg"]), _path(each["loc"])) for each in details[:_MAX_SHOWN])
    return MismatchError(first.reason, first.path, tuple(others))


def _path(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
