"""`Conversation`: what a tool runner does next. No I/O: the runners make the requests, run the calls and report here.

``messages`` is valid at every moment: a message with calls becomes part of it together with the result of each call.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

from ..errors import APIError, MaxIterationsError
from ..protocol.chat_arguments import COMMON_NAMES, check_names
from ..protocol.chat_messages import plain_messages
from ..schemas.mismatch import MismatchError
from ..structured.result import parsed_completion
from ..types._omit import is_omitted
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.completion_usage import CompletionUsage
from .final_result import FinalResult
from .options import OPTION_FIELDS, RunnerOptions
from .rescue import LOWER_TEMPERATURE, Rescue, is_rescuable, rescued_completion
from .toolbox import Toolbox
from .turn import PlannedCall, Turn

_log = logging.getLogger("aiogroq")
_ASK = {"role": "user", "content": "Now write the final result in the required format."}
_OF_TOOLS = frozenset({"tool_choice", "parallel_tool_calls", "disable_tool_validation"})


class Conversation:
    """The messages of a run, and its state."""

    def __init__(
        self,
        params: Mapping[str, Any],
        toolbox: Toolbox,
        options: RunnerOptions,
        final: FinalResult | None = None,
    ) -> None:
        check_names(params, "tool_runner", OPTION_FIELDS, COMMON_NAMES)
        self._params = {name: value for name, value in params.items() if name != "messages"}
        self.messages: list[dict[str, Any]] = [*plain_messages(params["messages"])]
        """The conversation so far."""
        self.rescues: list[Rescue] = []
        """The requests that failed with ``tool_use_failed`` and did not end the run."""
        self.last: ChatCompletion | None = None
        """The last response."""
        self.usages: list[CompletionUsage | None] = []
        """The usage of each response."""
        self.is_over: bool = False
        """Whether nothing remains to be done."""
        self.wants_parse: bool = False
        """Whether the next request is one of `parse`, because the model has ended with a text that is no value of the type."""
        self._toolbox = toolbox
        self._options = options
        self._final = final
        self._turn: Turn | None = None
        self._appended: list[dict[str, Any]] = []
        self._iterations = 0
        self._rescues_in_a_row = 0

    def request(self) -> dict[str, Any]:
        """Return the arguments of the next request, which is one of `create`, or of `parse` if `wants_parse`.

        Raises `MaxIterationsError`.
        """
        if self._final is not None and self.wants_parse:
            kept = {name: value for name, value in self._params.items() if name not in _OF_TOOLS}
            return {**kept, "messages": [*self.messages, _ASK], "response_format": self._final.type}
        self._check_iterations()
        params = {**self._params, "messages": list(self.messages)}
        tools = self._toolbox.params()
        if self._final is not None:
            self._final.avoid(self._toolbox.by_name)
            tools.append(self._final.to_param())
        if tools:
            params["tools"] = tools
        return params

    def _check_iterations(self) -> None:
        most = self._options.max_iterations
        if self._iterations >= most:
            self._turn = None
            raise MaxIterationsError(
                f"the model still calls tools after {most} requests; raise max_iterations",
                list(self.messages),
            )

    def receive(self, completion: ChatCompletion) -> ChatCompletion:
        """Take the response to `request`. Returns it, with its value if it is the final result."""
        self._rescues_in_a_row = 0
        return self._take(completion)

    def can_rescue(self, error: APIError) -> bool:
        """Return whether `rescue` would not raise the error."""
        is_allowed = self._rescues_in_a_row < self._options.max_rescues
        return is_allowed and is_rescuable(error) and not self.wants_parse

    def rescue(self, error: APIError) -> ChatCompletion | None:
        """Take the error of `request`. Returns the response that was made of the calls in it; None to request again.

        Raises the error if it is another one, or one too many.
        """
        if not self.can_rescue(error):
            raise error
        self._rescues_in_a_row += 1
        self.rescues.append(Rescue(error, tuple(error.failed_calls)))
        names = ", ".join(repr(call.name) for call in error.failed_calls)  # may have half a character
        what = f"took its calls: {names}" if names else "it has no calls: requested again"
        _log.info("rescued a tool_use_failed (request_id=%s): %s", error.request_id, what)
        if error.failed_calls:
            completion = rescued_completion(error, str(self._params.get("model", "")), len(self.rescues))
            return self._take(completion)
        self._iterations += 1
        given = self._params.get("temperature")
        is_lower = isinstance(given, (int, float)) and given <= LOWER_TEMPERATURE
        self._params["temperature"] = given if is_lower else LOWER_TEMPERATURE
        return None

    def _take(self, completion: ChatCompletion) -> ChatCompletion:
        self._iterations += 1
        self.usages.append(completion.usage)
        message = completion.choices[0].message if completion.choices else ChatCompletionMessage()
        if message.tool_calls:
            completion = self._take_calls(completion, message)
        else:
            completion = self._take_text(completion, message)
        self.last = completion
        return completion

    def _take_calls(self, completion: ChatCompletion, message: ChatCompletionMessage) -> ChatCompletion:
        self._require_no_call()
        turn = Turn(message, self._toolbox, self.messages, number=self._iterations, final=self._final)
        self._turn = turn
        if not turn.values:
            return completion
        self.close_turn()
        self.is_over = True
        return parsed_completion(completion, [turn.values[0]] * len(completion.choices))

    def _take_text(self, completion: ChatCompletion, message: ChatCompletionMessage) -> ChatCompletion:
        if self.wants_parse:
            self.messages.append(_ASK)
        self.messages.append({"content": "", **message.to_param()})
        if self._final is not None and not self.wants_parse:
            try:
                value = self._final.decode(message.content or "")
            except MismatchError:
                self.wants_parse = True
                return completion
            completion = parsed_completion(completion, [value] * len(completion.choices))
        self.wants_parse = False
        self.is_over = True
        return completion

    def _require_no_call(self) -> None:
        """Let the model choose again: a ``tool_choice`` that requires a call would require one forever."""
        choice = self._params.get("tool_choice")
        if (
            self._final is None
            and choice is not None
            and not is_omitted(choice)
            and choice not in ("auto", "none")
        ):
            self._params["tool_choice"] = "auto"

    def calls_to_run(self) -> list[PlannedCall]:
        """Return the calls of the last response that have no result yet. Raises `MaxIterationsError` after the last request,
        because the model would not be told the results."""
        if self._turn is None:
            return []
        self._check_iterations()
        return self._turn.unanswered()

    def close_turn(self) -> None:
        """Add the last response with its results, and what `append` was given. All calls must have a result."""
        if self._turn is not None:
            self.messages += [self._turn.message, *self._turn.results()]
            self._turn = None
        if self._appended:
            self.messages += self._appended
            self._appended = []
            self.is_over = False

    def unanswered(self) -> list[PlannedCall]:
        """Return the calls of the last response that have no result yet, whatever the number of requests."""
        return [] if self._turn is None else self._turn.unanswered()

    def results(self) -> list[dict[str, Any]] | None:
        """Return the messages with the results of the last response; None if it called no tools."""
        return None if self._turn is None else self._turn.results()

    def append(self, messages: Iterable[Any]) -> None:
        """Add messages after the last response and its results.

        A message of the role ``tool`` is the result of a call of the last response, which is not run then. The message of the
        last response itself is ignored, as it is added anyway. Raises `ValueError` for a result of no call, and for a message
        without a role.
        """
        params = [_checked(message) for message in plain_messages(list(messages))]
        for param in params:
            if param["role"] == "tool":
                self._answer(param)
            elif not self._is_last_response(param):
                self._appended.append(param)

    def _is_last_response(self, param: dict[str, Any]) -> bool:
        if param.get("role") != "assistant":
            return False
        calls = param.get("tool_calls")
        if not calls:
            return self.is_over and self.messages[-1:] == [param]
        if self._turn is None or len(calls) != len(self._turn.calls):
            raise ValueError("a message with tool_calls can only be that of the last response")
        return True

    def _answer(self, param: dict[str, Any]) -> None:
        calls = [] if self._turn is None else self._turn.calls
        call = next((each for each in calls if each.id == param.get("tool_call_id")), None)
        if call is None:
            ids = ", ".join(each.id for each in calls) or "none"
            raise ValueError(
                f"no call of the last response has the id {param.get('tool_call_id')!r}; the ids are: {ids}"
            )
        call.succeed(param.get("content"))


def _checked(message: object) -> dict[str, Any]:
    """Return a message as a dict. Raises `TypeError` or `ValueError` for what is no message."""
    if not isinstance(message, Mapping):
        raise TypeError(
            f"a message must be a dict or the message of a response, not {type(message).__name__}"
        )
    param = dict(cast("Mapping[str, Any]", message))
    if not isinstance(param.get("role"), str):
        keys = ", ".join(map(repr, param)) or "nothing"
        raise ValueError(
            f"a message needs a role, as in {{'role': 'user', 'content': 'Hello'}}; this one has {keys}"
        )
    return param
