"""The items of a response's output: messages, reasoning, tool calls."""

from __future__ import annotations

from typing import Any, Final, cast

from .._model import BaseModel

ITEM_REQUEST_FIELDS: Final[dict[str, frozenset[str]]] = {
    "function_call": frozenset({"type", "id", "call_id", "name", "arguments", "status"}),
    "mcp_approval_request": frozenset({"type", "id", "server_label", "name", "arguments"}),
}
"""The type of an output item to the fields that it may have in the ``input`` of a request.

A message is sent in another form, as role and text. Items of other types, such as ``reasoning``, are not sent: the schema of
the service has no input item for them.
"""
_REQUIRED = {
    "function_call": {"call_id": "", "name": "", "arguments": "{}"},
    "mcp_approval_request": {"id": "", "server_label": "", "name": "", "arguments": "{}"},
}
"""The fields that an item must have in a request, and their values where the service did not send them."""
_REQUEST_TYPES = ("function_call_output", "mcp_approval_response", "item_reference")
"""The types of the items that only a request has. A stored history may have them."""
_USER_ROLES = ("user", "system", "developer")
_ROLES = ("assistant", *_USER_ROLES)
_STATUSES = frozenset({"in_progress", "completed", "incomplete"})


class ResponseAnnotation(BaseModel):
    """A citation in a text."""

    type: str = ""
    """``url_citation`` or ``file_citation``."""
    url: str | None = None
    """The URL, of a ``url_citation``."""
    title: str | None = None
    """The title of the page, of a ``url_citation``."""
    start_index: int | None = None
    """The index of the first character that cites it."""
    end_index: int | None = None
    """The index of the last character that cites it."""
    file_id: str | None = None
    """The id of the file, of a ``file_citation``."""
    index: int | None = None
    """The index of the citation in the text, of a ``file_citation``."""


class ResponseContentPart(BaseModel):
    """A part of an item's content."""

    type: str = ""
    """``output_text`` in a message, ``reasoning_text`` or ``summary_text`` in reasoning, ``refusal``."""
    text: str | None = None
    """The text."""
    annotations: list[ResponseAnnotation] | None = None
    """Citations in the text."""
    logprobs: list[Any] | None = None
    """Log probabilities. No model returns them today."""
    refusal: str | None = None
    """The text of a ``refusal``."""


class ResponseOutputItem(BaseModel):
    """An item of the output. The type says which of its fields it has.

    It can be passed in the ``input`` of the next request unchanged. Types are those of the service, so a new one is no
    error: its fields are in `model_extra`.
    """

    type: str = ""
    """``message``, ``function_call``, ``reasoning``, or of tools that the service executes itself ``mcp_list_tools``,
    ``mcp_call``, ``mcp_approval_request``, ``web_search_call``, ``code_interpreter_call``."""
    id: str | None = None
    """The id of the item."""
    status: str | None = None
    """``in_progress``, ``completed`` or ``incomplete``; of executed tools also ``failed``."""
    role: str | None = None
    """Of a message: ``assistant``."""
    content: list[ResponseContentPart] | None = None
    """The content of a message, or of reasoning."""
    summary: list[ResponseContentPart] | None = None
    """Of reasoning: a summary, which the service leaves empty."""
    encrypted_content: str | None = None
    """Of reasoning: not sent by the service."""
    call_id: str | None = None
    """Of a function call: the id that its ``function_call_output`` must have."""
    name: str | None = None
    """The name of the function, or of the MCP server's tool."""
    arguments: str | None = None
    """The arguments as the JSON text that the model wrote."""
    output: Any = None
    """Of a tool that the service executed: its result."""
    error: Any = None
    """Of a tool that the service executed: what went wrong."""
    server_label: str | None = None
    """The label of the MCP server in the request."""
    tools: list[Any] | None = None
    """Of ``mcp_list_tools``: the tools of the server."""
    approval_request_id: str | None = None
    """Of an MCP call: the id of the approval request that it follows."""
    action: Any = None
    """Of ``web_search_call``: what was searched or opened."""
    code: str | None = None
    """Of ``code_interpreter_call``: the code that was run."""
    container_id: str | None = None
    """Of ``code_interpreter_call``: where it was run."""
    outputs: list[Any] | None = None
    """Of ``code_interpreter_call``: what the code printed."""

    @property
    def text(self) -> str:
        """The text of a message or of reasoning: that of all its parts."""
        return "".join(_texts(self.content))

    def to_param(self) -> dict[str, Any] | None:
        """Return the item as a dict for ``input``, with the fields that the service accepts in a request.

        None for an item that a request cannot have, such as ``reasoning``. An item of a request, such as a message of the
        user or a ``function_call_output``, is returned as it was given.
        """
        kind: Any = self.type  # a server may send anything
        is_message = kind == "message" or (kind == "" and self.role in _ROLES)
        if is_message and self.role not in _USER_ROLES:
            return {"role": "assistant", "content": "".join(_sent_texts(self.content))}
        if is_message or kind in _REQUEST_TYPES:
            sent = self.to_dict()
            return {
                name: value for name, value in sent.items() if value is not None and (kind or name != "type")
            }
        required = _REQUIRED.get(kind) if isinstance(kind, str) else None
        if required is None:
            return None
        param: dict[str, Any] = {"type": kind}
        for name in sorted(ITEM_REQUEST_FIELDS[kind] - {"type"}):
            value: Any = getattr(self, name)
            if isinstance(value, str) and value and (name != "status" or value in _STATUSES):
                param[name] = value
        return {**required, **param}


def parts_of(content: object) -> list[ResponseContentPart]:
    """Return the parts of a content whose texts are texts. What does not fit its type is left out."""
    found = cast("list[object]", content) if isinstance(content, list) else []
    return [part for part in found if isinstance(part, ResponseContentPart) and _has_text(part)]


def _has_text(part: Any) -> bool:
    return isinstance(part.type, str) and (part.text is None or isinstance(part.text, str))


def _texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [part.text or "" for part in parts_of(content)]


def _sent_texts(content: object) -> list[str]:
    """Return the texts of a message, refusals too: the model said them."""
    if isinstance(content, str):
        return [content]
    found: list[Any] = [part.refusal if part.text is None else part.text for part in parts_of(content)]
    return [text for text in found if isinstance(text, str)]


class ResponseTool(BaseModel):
    """A tool of the request, as the response repeats it. Tools that are no functions have their fields in `model_extra`."""

    type: str = ""
    """``function``, ``mcp``, ``browser_search`` or ``code_interpreter``."""
    name: str | None = None
    """The function's name."""
    description: str | None = None
    """What the function does."""
    parameters: dict[str, Any] | None = None
    """The arguments as a JSON Schema object."""
    strict: bool | None = None
    """Whether the arguments must match the schema."""


class ResponseTextFormat(BaseModel):
    """The format of the text, as the response repeats it."""

    type: str = ""
    """``text``, ``json_object`` or ``json_schema``."""
    name: str | None = None
    """The name of the schema."""
    description: str | None = None
    """What the schema is for."""
    schema: dict[str, Any] | None = None
    """The schema as a JSON Schema object."""
    strict: bool | None = None
    """Whether the text always matches the schema."""
