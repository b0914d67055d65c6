"""The objects that ``with_raw_response`` and ``with_streaming_response`` return: responses with headers and body."""

from .body import DEFAULT_FILE_CHUNK_BYTES as DEFAULT_FILE_CHUNK_BYTES
from .body import Body as Body
from .body import HTTPRequest as HTTPRequest
from .body import LineSplitter as LineSplitter
from .body import MissingStreamClassError as MissingStreamClassError
from .body import StreamAlreadyConsumed as StreamAlreadyConsumed
from .body import charset as charset
from .body import resized as resized
from .classes import AsyncAPIResponse as AsyncAPIResponse
from .classes import AsyncBinaryAPIResponse as AsyncBinaryAPIResponse
from .classes import AsyncResponseContextManager as AsyncResponseContextManager
from .classes import AsyncStreamedBinaryAPIResponse as AsyncStreamedBinaryAPIResponse
from .classes import BaseAPIResponse as BaseAPIResponse
from .classes import extract_response_type as extract_response_type
from .wrappers import async_to_custom_raw_response_wrapper as async_to_custom_raw_response_wrapper
from .wrappers import async_to_custom_streamed_response_wrapper as async_to_custom_streamed_response_wrapper
from .wrappers import async_to_raw_response_wrapper as async_to_raw_response_wrapper
from .wrappers import async_to_streamed_response_wrapper as async_to_streamed_response_wrapper
from .wrappers import set_response_mode as set_response_mode
