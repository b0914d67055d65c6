"""`FinalResult`: the tool that ends a run with a value of a type."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..schemas.functions import without_titles
from ..schemas.mismatch import MismatchError
from ..schemas.typed_format import typed_format
from .tool import tool_param
from .toolbox import unused_name

RECEIVED = "The final result was received."
_NAME = "final_result"
_DESCRIPTION = "Give the final result. Call it once, when no other tool is needed any more."


class FinalResult:
    """The service takes no schema of a response together with tools. So the type is the parameters of one more tool."""

    def __init__(self, response_type: Any) -> None:
        if response_type is None:
            raise TypeError(
                "response_format must be a type, not None: leave it out if the run ends with a text"
            )
        self.type = response_type
        """The type."""
        self.name: str = _NAME
        """The name of the tool."""
        self._format = typed_format(response_type)

    def avoid(self, names: Collection[str]) -> None:
        """Take a name that no other tool has."""
        self.name = unused_name(_NAME, names)

    def to_param(self) -> dict[str, Any]:
        """Return the tool as a dict for the ``tools`` of a request."""
        about = self._format.description
        description = f"{_DESCRIPTION} It is: {about}" if about else _DESCRIPTION
        return tool_param(self.name, description, without_titles(self._format.schema))

    def decode(self, text: str) -> Any:
        """Return the value in the arguments of a call, or in a message. Raises `MismatchError`."""
        try:
            return self._format.decode(text)
        except MismatchError:
            return self._format.decode(text, lax=True)
