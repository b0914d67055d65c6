"""The events of `client.chat.completions.stream`: what a stream of chunks means.

`EventReader` turns chunks into events without I/O; `AsyncChatCompletionStream`, and `ChatCompletionStream` in ``aiogroq/sync``,
read the chunks.
"""

from __future__ import annotations

from .events import ChatCompletionStreamEvent as ChatCompletionStreamEvent
from .events import ChunkEvent as ChunkEvent
from .events import CompletionDoneEvent as CompletionDoneEvent
from .events import ContentDeltaEvent as ContentDeltaEvent
from .events import ContentDoneEvent as ContentDoneEvent
from .events import ExecutedToolDoneEvent as ExecutedToolDoneEvent
from .events import ExecutedToolStartedEvent as ExecutedToolStartedEvent
from .events import FunctionToolCallArgumentsDeltaEvent as FunctionToolCallArgumentsDeltaEvent
from .events import FunctionToolCallArgumentsDoneEvent as FunctionToolCallArgumentsDoneEvent
from .events import LogprobsContentDeltaEvent as LogprobsContentDeltaEvent
from .events import LogprobsContentDoneEvent as LogprobsContentDoneEvent
from .events import ReasoningDeltaEvent as ReasoningDeltaEvent
from .events import ReasoningDoneEvent as ReasoningDoneEvent
from .manager import AsyncChatCompletionStreamManager as AsyncChatCompletionStreamManager
from .stream import AsyncChatCompletionStream as AsyncChatCompletionStream
