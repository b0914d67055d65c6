"""Parameters of the chat endpoint.

Parameters that are objects or lists of objects accept two types: the TypedDict, for editors and for dict
literals, and `Mapping`, for dicts built elsewhere. The service validates them; the client does not copy a dict
to satisfy a type checker.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Union

from ._params import CallOptions, Opt
from ._typing import Required, TypeAlias
from .chat.chat_completion_message import ChatCompletionMessage
from .chat.chat_completion_message_param import ChatCompletionMessageParam
from .chat.chat_completion_tool_param import (
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolParam,
)
from .chat.request_parts import (
    CompoundCustom,
    Document,
    Function,
    FunctionCall,
    ResponseFormat,
    SearchSettings,
    StreamOptions,
)

MessageTypes: TypeAlias = Union[ChatCompletionMessageParam, ChatCompletionMessage, Mapping[str, object]]
"""A message: a dict such as ``{"role": "user", "content": "Hello"}``, or the message of a response."""


class BaseChatParams(CallOptions, total=False):
    """Parameters of a chat completion, all but those that methods declare themselves: ``tools``, ``response_format`` and
    ``stream``."""

    messages: Required[Iterable[MessageTypes]]
    """The messages of the conversation so far, at least one. Messages of earlier responses can be passed
    unchanged."""
    model: Required[str]
    """The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key
    may use."""
    max_completion_tokens: Opt[int]
    """The maximum number of tokens to generate, reasoning included. Default: the limit of the model. The
    whole number counts against the tokens-per-minute limit before generation starts, so a large value can be
    rejected with a 413."""
    max_tokens: Opt[int]
    """Deprecated: use ``max_completion_tokens``."""
    temperature: Opt[float]
    """The sampling temperature, 0 to 2; default 1. Lower is more deterministic, higher more random; the
    service turns 0 into 1e-8."""
    top_p: Opt[float]
    """Nucleus sampling, 0 to 1; default 1: sample only from the most likely tokens with this total
    probability. Change either this or ``temperature``, not both."""
    n: Opt[int]
    """The number of choices. Only 1, the default, is supported; the service rejects other values (400)."""
    stop: Opt[Union[str, Sequence[str]]]
    """Up to 4 strings at which the model stops generating. The response does not contain them."""
    seed: Opt[int]
    """A seed for repeatable sampling, on a best-effort basis. A different
    `ChatCompletion.system_fingerprint` means that the backend has changed."""
    stream_options: Opt[Union[StreamOptions, Mapping[str, object]]]
    """``{"include_usage": True}`` adds an event with only the usage. It is not needed, as the last event
    contains the usage anyway, and the service's specification does not list it."""
    tool_choice: Opt[Union[ChatCompletionToolChoiceOptionParam, Mapping[str, object]]]
    """Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.
    ``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function."""
    parallel_tool_calls: Opt[bool]
    """Whether one message may contain several tool calls; default True."""
    disable_tool_validation: Opt[bool]
    """If True, the service returns calls of functions that are not in ``tools`` instead of failing; default
    False."""
    reasoning_format: Opt[Literal["hidden", "raw", "parsed"]]
    """Where the reasoning is returned: ``parsed`` (in ``message.reasoning``), ``raw`` (as ``<think>`` in the
    content, default) or ``hidden``. With JSON mode or tools the default is ``parsed``, and ``raw`` is
    rejected. Excludes ``include_reasoning``."""
    include_reasoning: Opt[bool]
    """Whether the response contains ``message.reasoning``. For the gpt-oss models; excludes
    ``reasoning_format``."""
    reasoning_effort: Opt[Literal["none", "default", "low", "medium", "high"]]
    """How much the model reasons: ``low``, ``medium`` (default) or ``high`` for the gpt-oss models; the qwen
    models also accept ``none`` and ``default``."""
    service_tier: Opt[Literal["auto", "on_demand", "flex", "performance"]]
    """The service tier: ``on_demand`` (default), ``flex`` (about 10 times the rate limits, but a 498 if it
    has no capacity), ``performance`` (for enterprises) or ``auto`` (the highest tier within your rate
    limits)."""
    user: Opt[str]
    """An identifier of your end user, for abuse detection."""
    documents: Opt[Iterable[Union[Document, Mapping[str, object]]]]
    """Documents that the model uses as context and can cite."""
    citation_options: Opt[Literal["enabled", "disabled"]]
    """Whether the response cites documents and searches: ``enabled`` (default) or ``disabled``."""
    search_settings: Opt[Union[SearchSettings, Mapping[str, object]]]
    """Settings of the web search, for models that search."""
    include_domains: Opt[Sequence[str]]
    """Deprecated: use ``search_settings["include_domains"]``."""
    exclude_domains: Opt[Sequence[str]]
    """Deprecated: use ``search_settings["exclude_domains"]``."""
    compound_custom: Opt[Union[CompoundCustom, Mapping[str, object]]]
    """Models and tools of a Compound system. The service shut Compound down on 2026-09-21."""
    frequency_penalty: Opt[float]
    """A penalty, -2 to 2, default 0: above 0, a token becomes less likely with each occurrence. No model
    supports it yet."""
    presence_penalty: Opt[float]
    """A penalty, -2 to 2, default 0: above 0, a token that has occurred becomes less likely. No model
    supports it yet."""
    logit_bias: Opt[Mapping[str, int]]
    """A map from token id to a change of its likelihood. No model supports it yet: the service rejects it
    (400)."""
    logprobs: Opt[bool]
    """Whether to return log probabilities of the tokens; default False. No model supports it yet: the
    service rejects it (400)."""
    top_logprobs: Opt[int]
    """The number of most likely tokens to return at each position, 0 to 20; requires ``logprobs``. No model
    supports it yet: the service rejects it (400)."""
    metadata: Opt[Mapping[str, str]]
    """Names and values to store with the completion. The service does not support it yet."""
    store: Opt[bool]
    """Whether to store the completion. The service does not support it yet."""
    debug: Opt[bool]
    """Whether to return the input and output tokens in ``x_groq.debug``. Not in the service's specification."""
    functions: Opt[Iterable[Union[Function, Mapping[str, object]]]]
    """Deprecated: use ``tools``."""
    function_call: Opt[Union[FunctionCall, Mapping[str, object]]]
    """Deprecated: use ``tool_choice``."""


class ChatParams(BaseChatParams, total=False):
    """Parameters of a chat completion, all but ``stream``."""

    tools: Opt[Iterable[Union[ChatCompletionToolParam, Mapping[str, object]]]]
    """Up to 128 tools: functions of yours, built-in tools (``{"type": "browser_search"}``) and MCP servers."""
    response_format: Opt[Union[ResponseFormat, Mapping[str, object]]]
    """The format of the content: ``{"type": "text"}`` (default), ``json_object``, or ``json_schema`` with a
    schema. A schema cannot be combined with tools or streaming."""


class CompletionCreateParams(ChatParams, total=False):
    """All parameters of a chat completion, under the name of the official package."""

    stream: Opt[bool]
    """Whether to stream the response as events; default False."""
