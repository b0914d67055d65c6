# Written by python tools/sync_facade.py from the TypedDicts in aiogroq/types. Do not edit.
"""The keywords that endpoints take as a TypedDict: the type and the documentation of each."""

from __future__ import annotations

KEYWORDS: dict[str, dict[str, tuple[str, str]]] = {
    "BaseChatParams": {
        "messages": (
            "Iterable[MessageTypes]",
            "The messages of the conversation so far, at least one. Messages of earlier responses can be passed\nunchanged.",
        ),
        "model": (
            "str",
            "The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key\nmay use.",
        ),
        "max_completion_tokens": (
            "int | Omit | None",
            "The maximum number of tokens to generate, reasoning included. Default: the limit of the model. The\nwhole number counts against the tokens-per-minute limit before generation starts, so a large value can be\nrejected with a 413.",
        ),
        "max_tokens": ("int | Omit | None", "Deprecated: use ``max_completion_tokens``."),
        "temperature": (
            "float | Omit | None",
            "The sampling temperature, 0 to 2; default 1. Lower is more deterministic, higher more random; the\nservice turns 0 into 1e-8.",
        ),
        "top_p": (
            "float | Omit | None",
            "Nucleus sampling, 0 to 1; default 1: sample only from the most likely tokens with this total\nprobability. Change either this or ``temperature``, not both.",
        ),
        "n": (
            "int | Omit | None",
            "The number of choices. Only 1, the default, is supported; the service rejects other values (400).",
        ),
        "stop": (
            "Union[str, Sequence[str]] | Omit | None",
            "Up to 4 strings at which the model stops generating. The response does not contain them.",
        ),
        "seed": (
            "int | Omit | None",
            "A seed for repeatable sampling, on a best-effort basis. A different\n`ChatCompletion.system_fingerprint` means that the backend has changed.",
        ),
        "stream_options": (
            "Union[StreamOptions, Mapping[str, object]] | Omit | None",
            '``{"include_usage": True}`` adds an event with only the usage. It is not needed, as the last event\ncontains the usage anyway, and the service\'s specification does not list it.',
        ),
        "tool_choice": (
            "Union[ChatCompletionToolChoiceOptionParam, Mapping[str, object]] | Omit | None",
            'Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.\n``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function.',
        ),
        "parallel_tool_calls": (
            "bool | Omit | None",
            "Whether one message may contain several tool calls; default True.",
        ),
        "disable_tool_validation": (
            "bool | Omit | None",
            "If True, the service returns calls of functions that are not in ``tools`` instead of failing; default\nFalse.",
        ),
        "reasoning_format": (
            "Literal['hidden', 'raw', 'parsed'] | Omit | None",
            "Where the reasoning is returned: ``parsed`` (in ``message.reasoning``), ``raw`` (as ``<think>`` in the\ncontent, default) or ``hidden``. With JSON mode or tools the default is ``parsed``, and ``raw`` is\nrejected. Excludes ``include_reasoning``.",
        ),
        "include_reasoning": (
            "bool | Omit | None",
            "Whether the response contains ``message.reasoning``. For the gpt-oss models; excludes\n``reasoning_format``.",
        ),
        "reasoning_effort": (
            "Literal['none', 'default', 'low', 'medium', 'high'] | Omit | None",
            "How much the model reasons: ``low``, ``medium`` (default) or ``high`` for the gpt-oss models; the qwen\nmodels also accept ``none`` and ``default``.",
        ),
        "service_tier": (
            "Literal['auto', 'on_demand', 'flex', 'performance'] | Omit | None",
            "The service tier: ``on_demand`` (default), ``flex`` (about 10 times the rate limits, but a 498 if it\nhas no capacity), ``performance`` (for enterprises) or ``auto`` (the highest tier within your rate\nlimits).",
        ),
        "user": ("str | Omit | None", "An identifier of your end user, for abuse detection."),
        "documents": (
            "Iterable[Union[Document, Mapping[str, object]]] | Omit | None",
            "Documents that the model uses as context and can cite.",
        ),
        "citation_options": (
            "Literal['enabled', 'disabled'] | Omit | None",
            "Whether the response cites documents and searches: ``enabled`` (default) or ``disabled``.",
        ),
        "search_settings": (
            "Union[SearchSettings, Mapping[str, object]] | Omit | None",
            "Settings of the web search, for models that search.",
        ),
        "include_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["include_domains"]``.',
        ),
        "exclude_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["exclude_domains"]``.',
        ),
        "compound_custom": (
            "Union[CompoundCustom, Mapping[str, object]] | Omit | None",
            "Models and tools of a Compound system. The service shut Compound down on 2026-09-21.",
        ),
        "frequency_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token becomes less likely with each occurrence. No model\nsupports it yet.",
        ),
        "presence_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token that has occurred becomes less likely. No model\nsupports it yet.",
        ),
        "logit_bias": (
            "Mapping[str, int] | Omit | None",
            "A map from token id to a change of its likelihood. No model supports it yet: the service rejects it\n(400).",
        ),
        "logprobs": (
            "bool | Omit | None",
            "Whether to return log probabilities of the tokens; default False. No model supports it yet: the\nservice rejects it (400).",
        ),
        "top_logprobs": (
            "int | Omit | None",
            "The number of most likely tokens to return at each position, 0 to 20; requires ``logprobs``. No model\nsupports it yet: the service rejects it (400).",
        ),
        "metadata": (
            "Mapping[str, str] | Omit | None",
            "Names and values to store with the completion. The service does not support it yet.",
        ),
        "store": (
            "bool | Omit | None",
            "Whether to store the completion. The service does not support it yet.",
        ),
        "debug": (
            "bool | Omit | None",
            "Whether to return the input and output tokens in ``x_groq.debug``. Not in the service's specification.",
        ),
        "functions": (
            "Iterable[Union[Function, Mapping[str, object]]] | Omit | None",
            "Deprecated: use ``tools``.",
        ),
        "function_call": (
            "Union[FunctionCall, Mapping[str, object]] | Omit | None",
            "Deprecated: use ``tool_choice``.",
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "CallOptions": {
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "ChatParams": {
        "messages": (
            "Iterable[MessageTypes]",
            "The messages of the conversation so far, at least one. Messages of earlier responses can be passed\nunchanged.",
        ),
        "model": (
            "str",
            "The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key\nmay use.",
        ),
        "max_completion_tokens": (
            "int | Omit | None",
            "The maximum number of tokens to generate, reasoning included. Default: the limit of the model. The\nwhole number counts against the tokens-per-minute limit before generation starts, so a large value can be\nrejected with a 413.",
        ),
        "max_tokens": ("int | Omit | None", "Deprecated: use ``max_completion_tokens``."),
        "temperature": (
            "float | Omit | None",
            "The sampling temperature, 0 to 2; default 1. Lower is more deterministic, higher more random; the\nservice turns 0 into 1e-8.",
        ),
        "top_p": (
            "float | Omit | None",
            "Nucleus sampling, 0 to 1; default 1: sample only from the most likely tokens with this total\nprobability. Change either this or ``temperature``, not both.",
        ),
        "n": (
            "int | Omit | None",
            "The number of choices. Only 1, the default, is supported; the service rejects other values (400).",
        ),
        "stop": (
            "Union[str, Sequence[str]] | Omit | None",
            "Up to 4 strings at which the model stops generating. The response does not contain them.",
        ),
        "seed": (
            "int | Omit | None",
            "A seed for repeatable sampling, on a best-effort basis. A different\n`ChatCompletion.system_fingerprint` means that the backend has changed.",
        ),
        "stream_options": (
            "Union[StreamOptions, Mapping[str, object]] | Omit | None",
            '``{"include_usage": True}`` adds an event with only the usage. It is not needed, as the last event\ncontains the usage anyway, and the service\'s specification does not list it.',
        ),
        "tool_choice": (
            "Union[ChatCompletionToolChoiceOptionParam, Mapping[str, object]] | Omit | None",
            'Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.\n``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function.',
        ),
        "parallel_tool_calls": (
            "bool | Omit | None",
            "Whether one message may contain several tool calls; default True.",
        ),
        "disable_tool_validation": (
            "bool | Omit | None",
            "If True, the service returns calls of functions that are not in ``tools`` instead of failing; default\nFalse.",
        ),
        "reasoning_format": (
            "Literal['hidden', 'raw', 'parsed'] | Omit | None",
            "Where the reasoning is returned: ``parsed`` (in ``message.reasoning``), ``raw`` (as ``<think>`` in the\ncontent, default) or ``hidden``. With JSON mode or tools the default is ``parsed``, and ``raw`` is\nrejected. Excludes ``include_reasoning``.",
        ),
        "include_reasoning": (
            "bool | Omit | None",
            "Whether the response contains ``message.reasoning``. For the gpt-oss models; excludes\n``reasoning_format``.",
        ),
        "reasoning_effort": (
            "Literal['none', 'default', 'low', 'medium', 'high'] | Omit | None",
            "How much the model reasons: ``low``, ``medium`` (default) or ``high`` for the gpt-oss models; the qwen\nmodels also accept ``none`` and ``default``.",
        ),
        "service_tier": (
            "Literal['auto', 'on_demand', 'flex', 'performance'] | Omit | None",
            "The service tier: ``on_demand`` (default), ``flex`` (about 10 times the rate limits, but a 498 if it\nhas no capacity), ``performance`` (for enterprises) or ``auto`` (the highest tier within your rate\nlimits).",
        ),
        "user": ("str | Omit | None", "An identifier of your end user, for abuse detection."),
        "documents": (
            "Iterable[Union[Document, Mapping[str, object]]] | Omit | None",
            "Documents that the model uses as context and can cite.",
        ),
        "citation_options": (
            "Literal['enabled', 'disabled'] | Omit | None",
            "Whether the response cites documents and searches: ``enabled`` (default) or ``disabled``.",
        ),
        "search_settings": (
            "Union[SearchSettings, Mapping[str, object]] | Omit | None",
            "Settings of the web search, for models that search.",
        ),
        "include_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["include_domains"]``.',
        ),
        "exclude_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["exclude_domains"]``.',
        ),
        "compound_custom": (
            "Union[CompoundCustom, Mapping[str, object]] | Omit | None",
            "Models and tools of a Compound system. The service shut Compound down on 2026-09-21.",
        ),
        "frequency_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token becomes less likely with each occurrence. No model\nsupports it yet.",
        ),
        "presence_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token that has occurred becomes less likely. No model\nsupports it yet.",
        ),
        "logit_bias": (
            "Mapping[str, int] | Omit | None",
            "A map from token id to a change of its likelihood. No model supports it yet: the service rejects it\n(400).",
        ),
        "logprobs": (
            "bool | Omit | None",
            "Whether to return log probabilities of the tokens; default False. No model supports it yet: the\nservice rejects it (400).",
        ),
        "top_logprobs": (
            "int | Omit | None",
            "The number of most likely tokens to return at each position, 0 to 20; requires ``logprobs``. No model\nsupports it yet: the service rejects it (400).",
        ),
        "metadata": (
            "Mapping[str, str] | Omit | None",
            "Names and values to store with the completion. The service does not support it yet.",
        ),
        "store": (
            "bool | Omit | None",
            "Whether to store the completion. The service does not support it yet.",
        ),
        "debug": (
            "bool | Omit | None",
            "Whether to return the input and output tokens in ``x_groq.debug``. Not in the service's specification.",
        ),
        "functions": (
            "Iterable[Union[Function, Mapping[str, object]]] | Omit | None",
            "Deprecated: use ``tools``.",
        ),
        "function_call": (
            "Union[FunctionCall, Mapping[str, object]] | Omit | None",
            "Deprecated: use ``tool_choice``.",
        ),
        "tools": (
            "Iterable[Union[ChatCompletionToolParam, Mapping[str, object]]] | Omit | None",
            'Up to 128 tools: functions of yours, built-in tools (``{"type": "browser_search"}``) and MCP servers.',
        ),
        "response_format": (
            "Union[ResponseFormat, Mapping[str, object]] | Omit | None",
            'The format of the content: ``{"type": "text"}`` (default), ``json_object``, or ``json_schema`` with a\nschema. A schema cannot be combined with tools or streaming.',
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "ResponseParams": {
        "model": (
            "str",
            "The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key\nmay use.",
        ),
        "input": (
            "Union[str, Iterable[ResponseInputTypes]]",
            "A text, or the items of the conversation so far: messages, function calls and their outputs. Items of\nan earlier ``output`` can be passed unchanged.",
        ),
        "instructions": ("str | Omit | None", "A system message before the input."),
        "max_output_tokens": (
            "int | Omit | None",
            "The maximum number of tokens to generate, reasoning included. Default: the limit of the model.",
        ),
        "temperature": ("float | Omit | None", "The sampling temperature, 0 to 2; default 1."),
        "top_p": (
            "float | Omit | None",
            "Nucleus sampling, 0 to 1; default 1. Change either this or ``temperature``, not both.",
        ),
        "text": (
            "Union[ResponseTextConfigParam, Mapping[str, object]] | Omit | None",
            'The format of the text: ``{"format": {"type": "json_schema", "name": ..., "schema": ...}}``.',
        ),
        "reasoning": (
            "Union[ResponseReasoningParam, Mapping[str, object]] | Omit | None",
            'How much the model reasons: ``{"effort": "low"}``.',
        ),
        "tools": (
            "Iterable[Union[ResponseToolParam, Mapping[str, object]]] | Omit | None",
            'Up to 128 tools: functions of yours, built-in tools (``{"type": "browser_search"}``) and MCP servers.',
        ),
        "tool_choice": (
            "Union[ResponseToolChoiceParam, Mapping[str, object]] | Omit | None",
            'Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.\n``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function.',
        ),
        "parallel_tool_calls": (
            "bool | Omit | None",
            "Whether one response may have several function calls; default True.",
        ),
        "metadata": (
            "Mapping[str, str] | Omit | None",
            "Up to 16 names and values that the response repeats.",
        ),
        "user": ("str | Omit | None", "An identifier of your end user, for abuse detection."),
        "service_tier": (
            "Literal['auto', 'default', 'flex'] | Omit | None",
            "The service tier: ``auto`` (default), ``default`` or ``flex``.",
        ),
        "store": (
            "Literal[False] | Omit | None",
            "Whether to store the response: only False, the default, is supported.",
        ),
        "truncation": (
            "Literal['auto', 'disabled'] | Omit | None",
            "How a long input is truncated: ``disabled``, the default, raises a 400. The documentation calls it\nunsupported.",
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "SpeechParams": {
        "input": (
            "str",
            "The text to speak. The Orpheus models accept at most 200 characters; the English one follows\n``[directions]`` in the text.",
        ),
        "model": (
            "str",
            "The model id: ``canopylabs/orpheus-v1-english`` or ``canopylabs/orpheus-arabic-saudi``. An\nadministrator of the organization must accept the terms of a model first (else 400\n``model_terms_required``).",
        ),
        "voice": (
            "str",
            "The voice: autumn, diana, hannah, austin, daniel or troy (English); abdullah, fahad, sultan, lulwa,\nnoura or aisha (Arabic).",
        ),
        "response_format": (
            "Literal['flac', 'mp3', 'mulaw', 'ogg', 'wav'] | Omit | None",
            "The audio format; the specification's default is ``mp3``. The Orpheus models support only ``wav``.",
        ),
        "sample_rate": (
            "Literal[8000, 16000, 22050, 24000, 32000, 44100, 48000] | Omit | None",
            "The sample rate in Hz; default 48000.",
        ),
        "speed": ("float | Omit | None", "The speed of the speech as a factor, 0.5 to 5; default 1."),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "ToolRunnerParams": {
        "messages": (
            "Iterable[MessageTypes]",
            "The messages of the conversation so far, at least one. Messages of earlier responses can be passed\nunchanged.",
        ),
        "model": (
            "str",
            "The model id, such as ``openai/gpt-oss-120b``. `client.models.list` returns the models that your key\nmay use.",
        ),
        "max_completion_tokens": (
            "int | Omit | None",
            "The maximum number of tokens to generate, reasoning included. Default: the limit of the model. The\nwhole number counts against the tokens-per-minute limit before generation starts, so a large value can be\nrejected with a 413.",
        ),
        "max_tokens": ("int | Omit | None", "Deprecated: use ``max_completion_tokens``."),
        "temperature": (
            "float | Omit | None",
            "The sampling temperature, 0 to 2; default 1. Lower is more deterministic, higher more random; the\nservice turns 0 into 1e-8.",
        ),
        "top_p": (
            "float | Omit | None",
            "Nucleus sampling, 0 to 1; default 1: sample only from the most likely tokens with this total\nprobability. Change either this or ``temperature``, not both.",
        ),
        "n": (
            "int | Omit | None",
            "The number of choices. Only 1, the default, is supported; the service rejects other values (400).",
        ),
        "stop": (
            "Union[str, Sequence[str]] | Omit | None",
            "Up to 4 strings at which the model stops generating. The response does not contain them.",
        ),
        "seed": (
            "int | Omit | None",
            "A seed for repeatable sampling, on a best-effort basis. A different\n`ChatCompletion.system_fingerprint` means that the backend has changed.",
        ),
        "stream_options": (
            "Union[StreamOptions, Mapping[str, object]] | Omit | None",
            '``{"include_usage": True}`` adds an event with only the usage. It is not needed, as the last event\ncontains the usage anyway, and the service\'s specification does not list it.',
        ),
        "tool_choice": (
            "Union[ChatCompletionToolChoiceOptionParam, Mapping[str, object]] | Omit | None",
            'Whether the model calls tools: ``none``, ``auto`` (default if there are tools) or ``required``.\n``{"type": "function", "function": {"name": "my_function"}}`` forces a call of that function.',
        ),
        "parallel_tool_calls": (
            "bool | Omit | None",
            "Whether one message may contain several tool calls; default True.",
        ),
        "disable_tool_validation": (
            "bool | Omit | None",
            "If True, the service returns calls of functions that are not in ``tools`` instead of failing; default\nFalse.",
        ),
        "reasoning_format": (
            "Literal['hidden', 'raw', 'parsed'] | Omit | None",
            "Where the reasoning is returned: ``parsed`` (in ``message.reasoning``), ``raw`` (as ``<think>`` in the\ncontent, default) or ``hidden``. With JSON mode or tools the default is ``parsed``, and ``raw`` is\nrejected. Excludes ``include_reasoning``.",
        ),
        "include_reasoning": (
            "bool | Omit | None",
            "Whether the response contains ``message.reasoning``. For the gpt-oss models; excludes\n``reasoning_format``.",
        ),
        "reasoning_effort": (
            "Literal['none', 'default', 'low', 'medium', 'high'] | Omit | None",
            "How much the model reasons: ``low``, ``medium`` (default) or ``high`` for the gpt-oss models; the qwen\nmodels also accept ``none`` and ``default``.",
        ),
        "service_tier": (
            "Literal['auto', 'on_demand', 'flex', 'performance'] | Omit | None",
            "The service tier: ``on_demand`` (default), ``flex`` (about 10 times the rate limits, but a 498 if it\nhas no capacity), ``performance`` (for enterprises) or ``auto`` (the highest tier within your rate\nlimits).",
        ),
        "user": ("str | Omit | None", "An identifier of your end user, for abuse detection."),
        "documents": (
            "Iterable[Union[Document, Mapping[str, object]]] | Omit | None",
            "Documents that the model uses as context and can cite.",
        ),
        "citation_options": (
            "Literal['enabled', 'disabled'] | Omit | None",
            "Whether the response cites documents and searches: ``enabled`` (default) or ``disabled``.",
        ),
        "search_settings": (
            "Union[SearchSettings, Mapping[str, object]] | Omit | None",
            "Settings of the web search, for models that search.",
        ),
        "include_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["include_domains"]``.',
        ),
        "exclude_domains": (
            "Sequence[str] | Omit | None",
            'Deprecated: use ``search_settings["exclude_domains"]``.',
        ),
        "compound_custom": (
            "Union[CompoundCustom, Mapping[str, object]] | Omit | None",
            "Models and tools of a Compound system. The service shut Compound down on 2026-09-21.",
        ),
        "frequency_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token becomes less likely with each occurrence. No model\nsupports it yet.",
        ),
        "presence_penalty": (
            "float | Omit | None",
            "A penalty, -2 to 2, default 0: above 0, a token that has occurred becomes less likely. No model\nsupports it yet.",
        ),
        "logit_bias": (
            "Mapping[str, int] | Omit | None",
            "A map from token id to a change of its likelihood. No model supports it yet: the service rejects it\n(400).",
        ),
        "logprobs": (
            "bool | Omit | None",
            "Whether to return log probabilities of the tokens; default False. No model supports it yet: the\nservice rejects it (400).",
        ),
        "top_logprobs": (
            "int | Omit | None",
            "The number of most likely tokens to return at each position, 0 to 20; requires ``logprobs``. No model\nsupports it yet: the service rejects it (400).",
        ),
        "metadata": (
            "Mapping[str, str] | Omit | None",
            "Names and values to store with the completion. The service does not support it yet.",
        ),
        "store": (
            "bool | Omit | None",
            "Whether to store the completion. The service does not support it yet.",
        ),
        "debug": (
            "bool | Omit | None",
            "Whether to return the input and output tokens in ``x_groq.debug``. Not in the service's specification.",
        ),
        "functions": (
            "Iterable[Union[Function, Mapping[str, object]]] | Omit | None",
            "Deprecated: use ``tools``.",
        ),
        "function_call": (
            "Union[FunctionCall, Mapping[str, object]] | Omit | None",
            "Deprecated: use ``tool_choice``.",
        ),
        "tools": (
            "Iterable[ToolTypes]",
            'The tools: functions with annotated parameters, `Tool` objects, MCP sessions, and tools of the service as\ndicts, such as ``{"type": "browser_search"}``.',
        ),
        "max_iterations": (
            "int",
            "The maximum number of requests; default 10. If the model calls tools after that, `MaxIterationsError` is\nraised.",
        ),
        "max_rescues": (
            "int",
            "The maximum number of requests in a row that the service may reject with ``tool_use_failed``; default 2.",
        ),
        "parallel": ("bool", "Whether the calls of one message run at the same time; default True."),
        "tool_timeout_s": (
            "Optional[float]",
            "The seconds that one call may take, then the model is told that it took too long. Default: no timeout. A\nfunction in a thread cannot be stopped: its result is ignored. MCP sessions must list their tools within this time,\nor the run raises `TimeoutError`.",
        ),
        "approve": (
            "Optional[Callable[[ToolCall], Union[Approval, Awaitable[Approval]]]]",
            "A function that is asked before each call, one after another. It returns True, False, or a text that the model\nis told instead of the result. It may be async.",
        ),
        "on_error": (
            "Literal['tell', 'raise']",
            "``tell`` (default): the model is told the class and the text of what a tool raises. ``raise``: the run raises\nit. The text of a `ToolError` is told in both cases.",
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "TranscriptionParams": {
        "model": ("str", "The model id: ``whisper-large-v3`` or ``whisper-large-v3-turbo``."),
        "file": (
            "FileTypes | Omit | None",
            "The audio file: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB and at least 0.01 s\nlong. Less than 10 s is billed as 10 s. The service uses the first audio track only, at 16 kHz mono.",
        ),
        "url": (
            "str | Omit | None",
            "The address of the audio: http(s), or base64url. At most 25 MB on the free tier and 100 MB on the\ndeveloper tier.",
        ),
        "language": (
            "str | Omit | None",
            "The language of the audio as an ISO 639-1 code (``en``), or ``haw`` or ``yue``. It improves accuracy\nand latency.",
        ),
        "prompt": (
            "str | Omit | None",
            "Text that guides the style and spelling, or the end of the previous audio segment: at most 896\ncharacters, in the language of the audio.",
        ),
        "temperature": (
            "float | Omit | None",
            "The sampling temperature, 0 to 1; default 0. With 0 the model raises it by itself until the text meets\nits quality thresholds.",
        ),
        "timestamp_granularities": (
            "Sequence[Literal['word', 'segment']] | Omit | None",
            "The timestamps of ``verbose_json``: ``segment`` (default), ``word``, or both. Word timestamps add\nlatency.",
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
    "TranslationParams": {
        "model": ("str", "The model id: ``whisper-large-v3``. The turbo model does not translate."),
        "file": (
            "FileTypes | Omit | None",
            "The audio file: flac, mp3, mp4, mpeg, mpga, m4a, ogg, wav or webm, at most 25 MB and at least 0.01 s\nlong. Less than 10 s is billed as 10 s. The service uses the first audio track only, at 16 kHz mono.",
        ),
        "url": (
            "str | Omit | None",
            "The address of the audio: http(s), or base64url. At most 25 MB on the free tier and 100 MB on the\ndeveloper tier.",
        ),
        "language": (
            "str | Omit | None",
            "The target language: only ``en``. Documented in the service's guide, but not in its specification.",
        ),
        "prompt": (
            "str | Omit | None",
            "Text that guides the style and spelling, or the end of the previous audio segment: at most 896\ncharacters, in English.",
        ),
        "temperature": (
            "float | Omit | None",
            "The sampling temperature, 0 to 1; default 0. With 0 the model raises it by itself until the text meets\nits quality thresholds.",
        ),
        "timestamp_granularities": (
            "Sequence[Literal['word', 'segment']] | Omit | None",
            "The timestamps of ``verbose_json``: ``segment``, ``word``, or both. Documented for translations in\nbatches only.",
        ),
        "extra_headers": (
            "Optional[Mapping[str, Union[str, Omit]]]",
            "Headers to add to those of the client. `omit` as a value removes a header.",
        ),
        "extra_query": ("Optional[Mapping[str, object]]", "Query parameters to add to those of the client."),
        "extra_body": (
            "Optional[object]",
            "Fields to add to the request body, for parameters that this library does not declare.",
        ),
        "timeout": (
            "TimeoutTypes",
            "The timeout of this call instead of the client's: seconds, an object such as `aiogroq.Timeout`, or\nNone for no timeout.",
        ),
    },
}
