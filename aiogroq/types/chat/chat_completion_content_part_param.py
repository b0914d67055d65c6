"""The parts that the content of a message can be made of."""

from typing import Literal, Optional, Union

from aiogroq.types._typing import Required, TypeAlias, TypedDict


class ChatCompletionContentPartTextParam(TypedDict, total=False):
    """Text."""

    text: Required[str]
    """The text."""
    type: Required[Literal["text"]]
    """``text``."""


class ImageURL(TypedDict, total=False):
    """Where an image is."""

    url: Required[str]
    """An http(s) address (at most 20 MB), or ``data:image/jpeg;base64,...`` (a request of at most 4 MB)."""
    detail: Literal["auto", "low", "high"]
    """How closely to look."""


class ChatCompletionContentPartImageParam(TypedDict, total=False):
    """An image, for models that take images; today's takes 3 in a request, about 2048 tokens each."""

    image_url: Required[ImageURL]
    """Where it is."""
    type: Required[Literal["image_url"]]
    """``image_url``."""


class ChatCompletionRequestMessageContentPartDocumentDocument(TypedDict, total=False):
    """A document inside a message."""

    data: Required[dict[str, object]]
    """The document, as JSON."""
    id: Optional[str]
    """What citations name it by."""


class ChatCompletionRequestMessageContentPartDocument(TypedDict, total=False):
    """A document that the answer can cite."""

    document: Required[ChatCompletionRequestMessageContentPartDocumentDocument]
    """The document."""
    type: Required[Literal["document"]]
    """``document``."""


ChatCompletionContentPartParam: TypeAlias = Union[
    ChatCompletionContentPartTextParam,
    ChatCompletionContentPartImageParam,
    ChatCompletionRequestMessageContentPartDocument,
]
"""Any part of a user's or a tool's message."""
