"""`MismatchError`: a text does not fit a type."""

from __future__ import annotations

import re
from typing import Any

_MSGSPEC_PATH = re.compile(r" - at `(key in )?(\$[^`]*)`$")


class MismatchError(ValueError):
    """A text is not JSON, or its JSON does not fit a type. The text of the error can be sent to the model."""

    reason: str
    """What is wrong, such as ``Expected `int`, got `str` ``."""
    path: str
    """Where it is wrong, such as ``$.pets[0].age``; ``$`` is the whole value."""

    def __init__(self, reason: str, path: str = "$") -> None:
        super().__init__(reason if path == "$" else f"{reason} - at `{path}`")
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.path)

    def below(self, path: str) -> MismatchError:
        """Return the same error for a value that is at ``path`` in a larger one."""
        return MismatchError(self.reason, path + self.path.removeprefix("$"))


def from_msgspec(error: Exception) -> MismatchError:
    """Return msgspec's error as ours. An error of `MismatchError` in a hook retains its own path."""
    text = str(error)
    found = _MSGSPEC_PATH.search(text)
    path = found[2] if found else "$"
    if isinstance(error.__cause__, MismatchError):
        return error.__cause__.below(path)
    return MismatchError(text[: found.start()] if found else text, path)


def from_pydantic(error: Any) -> MismatchError:
    """Return the first of pydantic's errors as ours; further ones follow in the reason."""
    details: list[dict[str, Any]] = error.errors(
        include_url=False, include_context=False, include_input=False
    )
    first, *others = details
    reason = str(first["msg"])
    if others:
        reason += "".join(f"; {each['msg']} - at `{_path(each['loc'])}`" for each in others[:4])
    return MismatchError(reason, _path(first["loc"]))


def _path(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
