"""What callers send to the chat endpoint.

Objects and lists of objects have two types: the TypedDict, which editors complete from and literals are read as, and
`Mapping`, which a dict that was built somewhere else has. The service checks; a dict is not copied to please a checker.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Union

from ._params import CallOptions, Opt
from ._roles import REQUEST_FIELDS as REQUEST_FIELDS
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
"""A message: a dict such as ``{"role": "user", "content": "Hello"}``, or the message of an answer."""


class ChatParams(CallOptions, total=False):
    """Parameters of a chat completion, all but ``stream``."""

    messages: Required[Iterable[MessageTypes]]
    """The conversation so far, at least one message. Messages of earlier answers can be put in as they are."""
    model: Required[str]
    """Which model answers, such as ``openai/gpt-oss-120b``. `client.models.list` has those that you may use."""
    max_completion_tokens: Opt[int]
    """Most tokens to generate, reasoning included. Default: only the model's own limits.

    The whole number counts against the tokens-per-minute limit before the answer begins, so a large one can be
    refused at once (413).
    """
    max_tokens: Opt[int]
    """Deprecated: the old name of ``max_completion_tokens``."""
    temperature: Opt[float]
    """Sampling temperature, 0 to 2, default 1. Low is focused, high is varied; the service makes 0 into 1e-8."""
    top_p: Opt[float]
    """Nucleus sampling, 0 to 1, default 1: only the likeliest tokens with this mass. Change this or temperature."""
    n: Opt[int]
    """How many answers: only 1, other values are refused (400)."""
    stop: Opt[Union[str, Sequence[str]]]
    """Up to 4 texts that end the answer when they come. They are not part of it."""
    seed: Opt[int]
    """For repeatable sampling, as far as the service can; `ChatCompletion.system_fingerprint` tells of changes."""
    stream_options: Opt[Union[StreamOptions, Mapping[str, object]]]
    """``{"include_usage": True}`` adds an event with usage only. Not needed: the last event has usage anyway.

    Not in the service's specification, so it may be refused one day.
    """
    tools: Opt[Iterable[Union[ChatCompletionToolParam, Mapping[str, object]]]]
    """Up to 128 tools: functions of yours, built-in ones (``{"type": "browser_search"}``), MCP servers."""
    tool_choice: Opt[Union[ChatCompletionToolChoiceOptionParam, Mapping[str, object]]]
    """Whether tools are called: ``none``, ``auto`` (the default when there are tools) or ``required``.

    ``{"type": "function", "function": {"name": "my_function"}}`` makes the model call that function.
    """
    parallel_tool_calls: Opt[bool]
    """Whether one message may hold several tool calls; default True."""
    disable_tool_validation: Opt[bool]
    """True: calls of functions that are not in ``tools`` are handed over instead of refused; default False."""
    response_format: Opt[Union[ResponseFormat, Mapping[str, object]]]
    """The form of the answer: ``{"type": "text"}`` (default), ``json_object``, or ``json_schema`` with a schema.

    A schema goes with neither tools nor streaming.
    """
    reasoning_format: Opt[Literal["hidden", "raw", "parsed"]]
    """Where reasoning goes: ``parsed`` (``message.reasoning``), ``raw`` (``<think>`` in the content), ``hidden``.

    Default ``raw``; with JSON mode or tools it is ``parsed``, and ``raw`` is refused. Not with ``include_reasoning``.
    """
    include_reasoning: Opt[bool]
    """Whether the answer has ``message.reasoning``. For gpt-oss models. Not with ``reasoning_format``."""
    reasoning_effort: Opt[Literal["none", "default", "low", "medium", "high"]]
    """How much to think. gpt-oss: ``low``, ``medium`` (default), ``high``. qwen: also ``none`` and ``default``."""
    service_tier: Opt[Literal["auto", "on_demand", "flex", "performance"]]
    """Which tier serves; default ``on_demand``.

    ``flex`` has about 10 times the limits, but answers 498 when it is full; ``performance`` is for enterprises;
    ``auto`` is the highest tier that your limits allow.
    """
    user: Opt[str]
    """Who your end user is, for abuse reports."""
    documents: Opt[Iterable[Union[Document, Mapping[str, object]]]]
    """Documents that the answer can rest on and cite."""
    citation_options: Opt[Literal["enabled", "disabled"]]
    """Whether the answer cites documents and searches; default ``enabled``."""
    search_settings: Opt[Union[SearchSettings, Mapping[str, object]]]
    """How the web is searched, for models that search."""
    include_domains: Opt[Sequence[str]]
    """Deprecated: ``search_settings["include_domains"]``."""
    exclude_domains: Opt[Sequence[str]]
    """Deprecated: ``search_settings["exclude_domains"]``."""
    compound_custom: Opt[Union[CompoundCustom, Mapping[str, object]]]
    """Models and tools of a Compound system. The service shut Compound down on 2026-09-21."""
    frequency_penalty: Opt[float]
    """-2 to 2, default 0: above 0 a token gets unlikelier each time it comes. No model supports it yet."""
    presence_penalty: Opt[float]
    """-2 to 2, default 0: above 0 a token gets unlikelier once it came. No model supports it yet."""
    logit_bias: Opt[Mapping[str, int]]
    """Token id to a change of its likelihood. Not supported: refused (400)."""
    logprobs: Opt[bool]
    """Whether to give log probabilities of tokens. Not supported: refused (400)."""
    top_logprobs: Opt[int]
    """How many rivals of each token to give, 0 to 20, with ``logprobs``. Not supported: refused (400)."""
    metadata: Opt[Mapping[str, str]]
    """Names and values to keep with the answer. Not supported yet."""
    store: Opt[bool]
    """Whether to keep the answer. Not supported yet."""
    debug: Opt[bool]
    """Whether to give the tokens in and out (``x_groq.debug``). The service's specification lacks it."""
    functions: Opt[Iterable[Union[Function, Mapping[str, object]]]]
    """Deprecated: see ``tools``."""
    function_call: Opt[Union[FunctionCall, Mapping[str, object]]]
    """Deprecated: see ``tool_choice``."""


class CompletionCreateParams(ChatParams, total=False):
    """All parameters of a chat completion, under the official name."""

    stream: Opt[bool]
    """Whether the answer comes as a stream of events; default False."""
