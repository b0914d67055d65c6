"""`BaseRunner`: what the tool runners of both kinds have in common, which is everything that needs no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, SupportsIndex

from ..structured.result import sum_of_usage
from ..types._omit import is_omitted
from ..types._typing import Self
from ..types.completion_usage import CompletionUsage
from .conversation import Conversation
from .final_result import FinalResult
from .options import RunnerOptions
from .rescue import Rescue
from .toolbox import Toolbox


class BaseRunner:
    """A conversation with its tools and options."""

    def __init__(self, response_format: Any, params: Mapping[str, Any]) -> None:
        own = dict(params)
        self._options = RunnerOptions.taken_from(own)
        self._toolbox = Toolbox(own.pop("tools", None))
        final = None if is_omitted(response_format) else FinalResult(response_format)
        self._conversation = Conversation(own, self._toolbox, self._options, final)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far, as a new list. It is valid for another request at any time: a message with tool calls is
        in it together with the results."""
        return list(self._conversation.messages)

    @property
    def rescues(self) -> list[Rescue]:
        """The requests that the service rejected with ``tool_use_failed`` and that did not end the run."""
        return list(self._conversation.rescues)

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens and times of all responses so far together; None if the service sent none."""
        return sum_of_usage(self._conversation.usages)

    def append_messages(self, *messages: Any) -> None:
        """Add messages after the last response and its results. After the last response the run goes on with them.

        A message of the role ``tool`` is the result of a call of the last response, which is then not run. The message of the
        last response itself is ignored, as the runner adds it. Raises `ValueError` for a result of no call, and for a message
        without a role.
        """
        self._conversation.append(messages)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        raise TypeError(
            "a tool runner cannot be pickled: store its messages, and pass them to tool_runner(messages=...) later"
        )

    def __copy__(self) -> Self:
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        memo[id(self)] = new = object.__new__(type(self))
        new.__dict__.update(deepcopy(self.__dict__, memo))
        return new
