"""Types of the Responses API, under the names of OpenAI's package where it has them."""

from .input_items import (
    EasyInputMessageParam,
    ResponseFunctionCallOutputParam,
    ResponseFunctionCallParam,
    ResponseInputContentParam,
    ResponseInputImageParam,
    ResponseInputItemParam,
    ResponseInputTextParam,
    ResponseItemReferenceParam,
    ResponseMcpApprovalRequestParam,
    ResponseMcpApprovalResponseParam,
)
from .parsed_response import ParsedResponse
from .request_parts import (
    ResponseNamedToolChoiceParam,
    ResponseReasoningParam,
    ResponseTextConfigParam,
    ResponseTextFormatParam,
    ResponseToolChoiceParam,
    ResponseToolParam,
)
from .response import (
    IncompleteDetails,
    Response,
    ResponseError,
    ResponseReasoning,
    ResponseTextConfig,
    ResponseTiming,
)
from .response_create_params import ResponseCreateParams, ResponseInputTypes, ResponseParams
from .response_output_item import (
    ITEM_REQUEST_FIELDS,
    ResponseAnnotation,
    ResponseContentPart,
    ResponseOutputItem,
    ResponseTextFormat,
    ResponseTool,
)
from .response_stream_event import ResponseStreamEvent
from .response_usage import InputTokensDetails, OutputTokensDetails, ResponseUsage

__all__ = [
    "ITEM_REQUEST_FIELDS",
    "EasyInputMessageParam",
    "IncompleteDetails",
    "InputTokensDetails",
    "OutputTokensDetails",
    "ParsedResponse",
    "Response",
    "ResponseAnnotation",
    "ResponseContentPart",
    "ResponseCreateParams",
    "ResponseError",
    "ResponseFunctionCallOutputParam",
    "ResponseFunctionCallParam",
    "ResponseInputContentParam",
    "ResponseInputImageParam",
    "ResponseInputItemParam",
    "ResponseInputTextParam",
    "ResponseInputTypes",
    "ResponseItemReferenceParam",
    "ResponseMcpApprovalRequestParam",
    "ResponseMcpApprovalResponseParam",
    "ResponseNamedToolChoiceParam",
    "ResponseOutputItem",
    "ResponseParams",
    "ResponseReasoning",
    "ResponseReasoningParam",
    "ResponseStreamEvent",
    "ResponseTextConfig",
    "ResponseTextConfigParam",
    "ResponseTextFormat",
    "ResponseTextFormatParam",
    "ResponseTiming",
    "ResponseTool",
    "ResponseToolChoiceParam",
    "ResponseToolParam",
    "ResponseUsage",
]
