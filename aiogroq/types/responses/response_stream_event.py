"""`ResponseStreamEvent`: an event of a streamed response."""

from __future__ import annotations

from typing import Any

from .._model import BaseModel
from .response import Response
from .response_output_item import ResponseContentPart, ResponseOutputItem


class ResponseStreamEvent(BaseModel):
    """An event of a streamed response. ``type`` says what it is and which fields it has.

    | type | fields |
    |---|---|
    | ``response.created``, ``.in_progress``, ``.completed``, ``.incomplete`` | ``response`` |
    | ``response.output_item.added``, ``.done`` | ``item``, ``output_index`` |
    | ``response.content_part.added``, ``.done`` | ``part``, ``content_index`` |
    | ``response.output_text.delta``, ``.done`` | ``delta``, ``text`` |
    | ``response.reasoning_text.delta``, ``.done`` | ``delta``, ``text`` |
    | ``response.function_call_arguments.delta``, ``.done`` | ``delta``, ``arguments`` |
    | ``response.mcp_call_arguments.delta``, ``.done`` | ``delta``, ``arguments`` |
    | ``response.code_interpreter_call_code.delta``, ``.done`` | ``delta``, ``code`` |

    The service documents no list of them, so each type is passed on, known or not. Errors are raised.
    """

    type: str = ""
    """The type of the event."""
    sequence_number: int | None = None
    """The number of the event in the stream."""
    response: Response | None = None
    """The response so far, or the complete one."""
    item: ResponseOutputItem | None = None
    """The item that was added or is done."""
    part: ResponseContentPart | None = None
    """The part of the content that was added or is done."""
    delta: str | None = None
    """The text or the arguments that were added."""
    text: str | None = None
    """The complete text of a part."""
    arguments: str | None = None
    """The complete arguments of a call."""
    name: str | None = None
    """The name of the function."""
    code: str | None = None
    """The complete code of the code interpreter."""
    output_index: int | None = None
    """The index of the item in ``response.output``."""
    content_index: int | None = None
    """The index of the part in ``item.content``."""
    summary_index: int | None = None
    """The index of the part in ``item.summary``."""
    item_id: str | None = None
    """The id of the item."""
    annotation: Any = None
    """The citation that was added."""
    annotation_index: int | None = None
    """The index of the citation."""
    refusal: str | None = None
    """The complete text of a refusal."""
    logprobs: Any = None
    """Log probabilities. No model returns them today."""
    obfuscation: str | None = None
    """Random characters that hide the length of the delta."""
