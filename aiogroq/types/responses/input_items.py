"""The items of a request's ``input``."""

from collections.abc import Sequence
from typing import Literal, Union

from .._typing import Required, TypeAlias, TypedDict


class ResponseInputTextParam(TypedDict, total=False):
    """A text in a message."""

    type: Required[Literal["input_text"]]
    """Always ``input_text``."""
    text: Required[str]
    """The text."""


class ResponseInputImageParam(TypedDict, total=False):
    """An image in a message. The service documents it; its schema does not list it."""

    type: Required[Literal["input_image"]]
    """Always ``input_image``."""
    image_url: Required[str]
    """The URL of the image, or a ``data:`` URL with its bytes in base64."""
    detail: Literal["auto", "low", "high"]
    """The resolution; default ``auto``."""


ResponseInputContentParam: TypeAlias = Union[ResponseInputTextParam, ResponseInputImageParam]
"""A part of a message's content."""


class EasyInputMessageParam(TypedDict, total=False):
    """A message. Those of the model have the role ``assistant`` and no ``type``."""

    role: Required[Literal["user", "assistant", "system", "developer"]]
    """Who wrote it."""
    content: Required[Union[str, Sequence[ResponseInputContentParam]]]
    """The text, or its parts."""
    type: Literal["message"]
    """``message``, which the service does not accept for the role ``assistant``."""
    status: Literal["in_progress", "completed", "incomplete"]
    """The status of the item. It requires ``type``."""


class ResponseFunctionCallParam(TypedDict, total=False):
    """An earlier function call of the model."""

    type: Required[Literal["function_call"]]
    """Always ``function_call``."""
    call_id: Required[str]
    """The id that the output of the call has, too."""
    name: Required[str]
    """The function's name."""
    arguments: Required[str]
    """The arguments as the JSON text that the model wrote."""
    id: str
    """The id of the item."""
    status: Literal["in_progress", "completed", "incomplete"]
    """The status of the item."""


class ResponseFunctionCallOutputParam(TypedDict, total=False):
    """The output of a function that the model called."""

    type: Required[Literal["function_call_output"]]
    """Always ``function_call_output``."""
    call_id: Required[str]
    """The ``call_id`` of the function call."""
    output: Required[str]
    """The output as text, such as JSON."""
    id: str
    """The id of the item."""
    status: Literal["in_progress", "completed", "incomplete"]
    """The status of the item."""


class ResponseMcpApprovalRequestParam(TypedDict, total=False):
    """An earlier question of the service: whether it may call a tool of an MCP server."""

    type: Required[Literal["mcp_approval_request"]]
    """Always ``mcp_approval_request``."""
    id: Required[str]
    """The id of the request."""
    server_label: Required[str]
    """The label of the server."""
    name: Required[str]
    """The name of the tool."""
    arguments: Required[str]
    """The arguments as JSON text."""


class ResponseMcpApprovalResponseParam(TypedDict, total=False):
    """Whether the service may call the tool of an ``mcp_approval_request``."""

    type: Required[Literal["mcp_approval_response"]]
    """Always ``mcp_approval_response``."""
    approval_request_id: Required[str]
    """The ``id`` of the approval request."""
    approve: Required[bool]
    """Whether it may."""


class ResponseItemReferenceParam(TypedDict, total=False):
    """A reference to an item. It is in the service's schema, although the service stores no items."""

    type: Required[Literal["item_reference"]]
    """Always ``item_reference``."""
    id: Required[str]
    """The id of the item."""


ResponseInputItemParam: TypeAlias = Union[
    EasyInputMessageParam,
    ResponseFunctionCallParam,
    ResponseFunctionCallOutputParam,
    ResponseMcpApprovalRequestParam,
    ResponseMcpApprovalResponseParam,
    ResponseItemReferenceParam,
]
"""An item of ``input``."""
