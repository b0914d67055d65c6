"""The parts of a message's content."""

from typing import Literal, Optional, Union

from .._typing import Required, TypeAlias, TypedDict


class ChatCompletionContentPartTextParam(TypedDict, total=False):
    """A text part."""

    text: Required[str]
    """The text."""
    type: Required[Literal["text"]]
    """Always ``text``."""


class ImageURL(TypedDict, total=False):
    """The address of an image."""

    url: Required[str]
    """An http(s) URL of an image of at most 20 MB, or ``data:image/jpeg;base64,...`` in a request of at most
    4 MB."""
    detail: Literal["auto", "low", "high"]
    """The level of detail: ``auto``, ``low`` or ``high``."""


class ChatCompletionContentPartImageParam(TypedDict, total=False):
    """An image part, for models with image input. The current model accepts 3 images in a request, at about
    2048 tokens each."""

    image_url: Required[ImageURL]
    """The address of the image."""
    type: Required[Literal["image_url"]]
    """Always ``image_url``."""


class ChatCompletionRequestMessageContentPartDocumentDocument(TypedDict, total=False):
    """A document inside a message."""

    data: Required[dict[str, object]]
    """The document as a JSON object."""
    id: Optional[str]
    """The id that citations use for the document."""


class ChatCompletionRequestMessageContentPartDocument(TypedDict, total=False):
    """A document part, which the model can cite."""

    document: Required[ChatCompletionRequestMessageContentPartDocumentDocument]
    """The document."""
    type: Required[Literal["document"]]
    """Always ``document``."""


ChatCompletionContentPartParam: TypeAlias = Union[
    ChatCompletionContentPartTextParam,
    ChatCompletionContentPartImageParam,
    ChatCompletionRequestMessageContentPartDocument,
]
"""Any part of a user message or a tool message."""
