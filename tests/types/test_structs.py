"""Recorded bodies are decoded by the typed decoder: no unknown field, no type mismatch.

Sources: recordings in vercel/ai and pydantic-ai, Groq's cookbook and guides, shortened where they repeat themselves.
"""

from __future__ import annotations

import ast
import copy
import importlib
import pickle
from pathlib import Path
from typing import Any

import msgspec
import pytest

import aiogroq.types
import aiogroq.types.chat
from aiogroq.types import (
    REQUEST_FIELDS,
    Batch,
    BatchListResponse,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatParams,
    CompletionUsage,
    CreateEmbeddingArrayResponse,
    CreateEmbeddingResponse,
    ErrorObject,
    FileCreateResponse,
    FileDeleteResponse,
    FileInfoResponse,
    FileListResponse,
    Model,
    ModelDeleted,
    ModelListResponse,
    SpeechParams,
    Transcription,
    TranscriptionParams,
    TranscriptionText,
    Translation,
    TranslationParams,
)

TOOL_CALL = b"""{"id":"chatcmpl-1fd017fc","object":"chat.completion","created":1770770815,"model":"llama-3.3-70b-versatile",
"choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"id":"ax9fskhev","type":"function",
"function":{"name":"weather","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],
"usage":{"queue_time":0.179481775,"prompt_tokens":218,"prompt_time":0.01182836,"completion_tokens":15,
"completion_time":0.044602289,"total_tokens":233,"total_time":0.056430649},
"usage_breakdown":null,"system_fingerprint":"fp_f8b414701e",
"x_groq":{"id":"req_01kh52madzem68scv0bcz3vm00","seed":1790130236},"service_tier":"on_demand"}"""

REASONING = b"""{"id":"chatcmpl-a","object":"chat.completion","created":1770770816,"model":"openai/gpt-oss-120b",
"choices":[{"index":0,"message":{"role":"assistant","content":"4","reasoning":"Two and two."},"logprobs":null,
"finish_reason":"stop"}],"usage":{"queue_time":0.05,"prompt_tokens":80,"prompt_time":0.003,"completion_tokens":600,
"completion_time":1.2,"total_tokens":680,"total_time":1.203,"completion_tokens_details":{"reasoning_tokens":570},
"prompt_tokens_details":{"cached_tokens":64}},"usage_breakdown":null,"system_fingerprint":"fp_1","x_groq":{"id":"req_1",
"usage":{"sram_cached_tokens":0,"dram_cached_tokens":64},"debug":{"input_token_ids":[1],"input_tokens":["a"],
"output_token_ids":[2],"output_tokens":["b"]}},"service_tier":"on_demand"}"""

COMPOUND = b"""{"id":"stub","object":"chat.completion","created":1758000000,"model":"groq/compound","choices":[{"index":0,
"message":{"role":"assistant","content":"Sunny.","reasoning":"Search.","executed_tools":[
{"index":0,"type":"search","arguments":"{\\"query\\": \\"weather\\"}","output":"Title: ...","search_results":{"results":
[{"title":"Weather","url":"https://example.org","content":"...","score":0.9842}],"images":[]}},
{"index":1,"type":"python","arguments":"print(1)","output":null,"search_results":{"results":null},"code_results":[
{"text":"1","png":"iVBORw0=","chart":{"type":"bar","title":"T","x_label":"x","y_label":"y","x_unit":null,"y_unit":null,
"x_ticks":[1,2.5],"elements":[{"label":"a","group":"g","value":3},{"label":"b","points":[[1,2]]}]},"charts":[]}]},
{"index":2,"type":"function","name":"browser.open","arguments":"{}","browser_results":[{"url":"https://example.org",
"title":"Page","live_view_url":"https://example.org/live","content":"..."}]}],
"annotations":[{"type":"document_citation","document_citation":{"start_index":0,"end_index":5,"document_id":"d1"}},
{"type":"function_citation","function_citation":{"start_index":0,"end_index":5,"tool_call_id":"t1"}}]},
"logprobs":{"content":[{"token":"S","logprob":-0.1,"bytes":[83],"top_logprobs":[{"token":"S","logprob":-0.1,"bytes":null}]}]},
"finish_reason":"stop"}],"usage_breakdown":{"models":[{"model":"openai/gpt-oss-120b","usage":{"queue_time":0.1,
"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}},{"model":"openai/gpt-oss-120b","usage":{"prompt_tokens":1,
"completion_tokens":1,"total_tokens":2}}]},"mcp_list_tools":[{"id":"mcpl_1","type":"mcp_list_tools","server_label":"hf",
"tools":[{"name":"find","description":"d","input_schema":{"type":"object"},"annotations":{"readOnlyHint":true}}]}],
"system_fingerprint":null,"x_groq":{"id":"stub"}}"""

CHUNKS = (
    b"""{"id":"chatcmpl-b610","object":"chat.completion.chunk","created":1770770843,"model":"llama-3.3-70b-versatile",
    "system_fingerprint":"fp_f8b414701e","choices":[{"index":0,"delta":{"role":"assistant","content":null},"logprobs":null,
    "finish_reason":null}],"x_groq":{"id":"req_01kh52nj5yfcat8hrmvrk2j2hj","seed":689520654}}""",
    b"""{"id":"chatcmpl-b610","object":"chat.completion.chunk","created":1770770843,"model":"llama-3.3-70b-versatile",
    "system_fingerprint":"fp_f8b414701e","choices":[{"index":0,"delta":{"tool_calls":[{"id":"tk85n1k4m","type":"function",
    "function":{"name":"weather","arguments":"{}"},"index":0}]},"logprobs":null,"finish_reason":null}]}""",
    b"""{"id":"chatcmpl-b610","object":"chat.completion.chunk","created":1770770843,"model":"openai/gpt-oss-120b",
    "system_fingerprint":null,"choices":[{"index":0,"delta":{"reasoning":"We","channel":"analysis"},"logprobs":null,
    "finish_reason":null}],"service_tier":"on_demand"}""",
    b"""{"id":"stub","object":"chat.completion.chunk","created":1770770843,"model":"groq/compound","choices":[{"index":0,
    "delta":{},"logprobs":null,"finish_reason":"tool_calls"}],"x_groq":{"id":"req_1","error":null,"usage_breakdown":
    {"models":null},"usage":{"queue_time":0.0415,"prompt_tokens":210,"completion_tokens":15,"total_tokens":225}},
    "usage":{"queue_time":0.0415,"prompt_tokens":210,"completion_tokens":15,"total_tokens":225},"usage_breakdown":null}""",
)

VERBOSE = b"""{"task":"transcribe","language":"English","duration":2.5,"text":"Hello world!",
"segments":[{"id":0,"seek":0,"start":0,"end":2.48,"text":"Hello world!","tokens":[50365,2425,490,264],
"temperature":0,"avg_logprob":-0.29010406,"compression_ratio":0.7777778,"no_speech_prob":0.032802984}],
"words":[{"word":"Hello","start":0.0,"end":0.5}],"x_groq":{"id":"req_01jrh9nn61f24rydqq1r4b3yg5"}}"""

MODEL = b"""{"id":"openai/gpt-oss-120b","object":"model","created":1754408224,"owned_by":"OpenAI","active":true,
"context_window":131072,"public_apps":null,"max_completion_tokens":65536,"name":"GPT OSS 120B","input_modalities":["text"],
"output_modalities":["text"],"supported_features":["tools","json_mode","structured_outputs","reasoning"],
"supported_sampling_parameters":["temperature","seed"],"pricing":{"prompt":"0.00000015","completion":"0.0000006",
"request":"0"}}"""

FILE = b"""{"id":"file_01jh6x76wtemjr74t1fh0faj5t","object":"file","bytes":966,"created_at":1736472501,
"filename":"batch_file.jsonl","purpose":"batch"}"""

BATCH = b"""{"id":"batch_01jh6xa7reempvjyh6n3yst2zw","object":"batch","endpoint":"/v1/chat/completions","errors":null,
"input_file_id":"file_01jh6x76wtemjr74t1fh0faj5t","completion_window":"24h","status":"validating",
"output_file_id":null,"error_file_id":null,"finalizing_at":null,"failed_at":null,"expired_at":null,"cancelled_at":null,
"request_counts":{"total":0,"completed":0,"failed":0},"metadata":null,"created_at":1736472600,
"expires_at":1736559000,"cancelling_at":null,"completed_at":null,"in_progress_at":null}"""

EMBEDDING = b"""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,1]}],
"model":"nomic-embed-text-v1_5","usage":{"prompt_tokens":8,"total_tokens":8}}"""

TOOL_ERROR = b"""{"message":"Tool call validation failed","type":"invalid_request_error","code":"tool_use_failed",
"failed_generation":"{}","status_code":400}"""

RECORDED: list[tuple[type, bytes]] = [
    (ChatCompletion, TOOL_CALL),
    (ChatCompletion, REASONING),
    (ChatCompletion, COMPOUND),
    *((ChatCompletionChunk, chunk) for chunk in CHUNKS),
    (Transcription, VERBOSE),
    (Transcription, b'{"text":" Hello","x_groq":{"id":"req_unique_id"}}'),
    (Translation, VERBOSE),
    (Model, MODEL),
    (ModelListResponse, b'{"object":"list","data":[' + MODEL + b"]}"),
    (ModelDeleted, b'{"id":"ft:1","object":"model","deleted":true}'),
    (FileCreateResponse, FILE),
    (FileInfoResponse, FILE),
    (FileListResponse, b'{"object":"list","data":[' + FILE + b"]}"),
    (FileDeleteResponse, b'{"id":"file_1","object":"file","deleted":true}'),
    (Batch, BATCH),
    (BatchListResponse, b'{"object":"list","data":[' + BATCH + b'],"paging":{"next_cursor":"c2"}}'),
    (CreateEmbeddingResponse, EMBEDDING),
    (CreateEmbeddingResponse, EMBEDDING.replace(b"[0.1,1]", b'"zczMPQ=="')),
    (CreateEmbeddingArrayResponse, EMBEDDING.replace(b"0.1", b"0.5")),
    (ErrorObject, TOOL_ERROR),
]


def decode(body: bytes, cls: Any = ChatCompletion) -> Any:
    return msgspec.json.decode(body, type=cls)


@pytest.mark.parametrize(("cls", "body"), RECORDED)
def test_a_recorded_body_is_decoded_by_the_typed_decoder(cls: type, body: bytes) -> None:
    assert isinstance(decode(body, cls), cls)


@pytest.mark.parametrize(("cls", "body"), RECORDED)
def test_no_value_of_a_recorded_body_is_lost(cls: Any, body: bytes) -> None:
    assert cls.model_validate_json(body).to_dict() == msgspec.json.decode(body)


def test_an_unknown_field_is_rejected_by_the_typed_decoder() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `brand_new`"):
        decode(b'{"brand_new": 1}')


@pytest.mark.parametrize("cls", list(dict.fromkeys(cls for cls, _ in RECORDED)), ids=lambda cls: cls.__name__)
def test_an_empty_object_is_a_value_of_every_type(cls: Any) -> None:
    assert decode(b"{}", cls) == cls()


@pytest.mark.parametrize(
    "values",
    [
        ChatCompletion().choices,
        ChatCompletionChunk().choices,
        ModelListResponse().data,
        FileListResponse().data,
        BatchListResponse().data,
        CreateEmbeddingResponse().data,
        CreateEmbeddingArrayResponse().data,
        Transcription().segments,
        Transcription().words,
    ],
)
def test_a_missing_list_is_empty_and_not_none(values: list[Any]) -> None:
    assert values == []


def test_a_choice_always_has_a_message_and_a_delta() -> None:
    assert decode(b'{"choices":[{}]}').choices[0].message.content is None
    assert decode(b'{"choices":[{}]}', ChatCompletionChunk).choices[0].delta.content is None


def test_tokens_per_second_is_generated_tokens_divided_by_generation_time() -> None:
    assert decode(REASONING).usage.tokens_per_second == pytest.approx(500.0)


@pytest.mark.parametrize("seconds", [None, 0, 0.0])
def test_tokens_per_second_is_none_without_a_time(seconds: float | None) -> None:
    assert CompletionUsage(completion_tokens=5, completion_time=seconds).tokens_per_second is None


def test_to_param_has_only_the_keys_that_the_service_accepts() -> None:
    assert decode(COMPOUND).choices[0].message.to_param() == {
        "role": "assistant",
        "content": "Sunny.",
        "reasoning": "Search.",
    }


def test_to_param_of_a_message_with_tool_calls_has_no_content() -> None:
    assert decode(TOOL_CALL).choices[0].message.to_param() == {
        "role": "assistant",
        "tool_calls": [
            {"id": "ax9fskhev", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
        ],
    }


@pytest.mark.parametrize("role", ["", "assistant", "some_new_role"])
def test_to_param_leaves_out_unknown_fields_and_empty_lists(role: str) -> None:
    message = ChatCompletionMessage.model_validate(
        {"role": role, "content": "", "tool_calls": [], "executed_tools": [], "brand_new": 1}
    )
    assert message.to_param() == {"role": role or "assistant", "content": ""}


def test_to_param_has_a_deprecated_function_call() -> None:
    body = b'{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}'
    param = decode(body, ChatCompletionMessage).to_param()
    assert param == {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}


def test_only_the_role_function_may_have_a_name() -> None:
    assert [role for role, keys in REQUEST_FIELDS.items() if "name" in keys] == ["function"]
    assert all({"role", "content"} <= keys for keys in REQUEST_FIELDS.values())


def test_plain_text_is_a_string_with_the_attributes_of_a_transcription() -> None:
    text = TranscriptionText(" Hello")
    assert text == text.text == " Hello"
    assert type(text.text) is str
    assert text.to_dict() == {"text": " Hello"}
    assert text.language is text.duration is text.segments is text.words is text.x_groq is None


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_plain_text_can_be_copied_and_pickled(copied: Any) -> None:
    other = copied(TranscriptionText("Hello"))
    assert other == "Hello"
    assert type(other) is TranscriptionText


def test_a_segment_has_items_and_attributes() -> None:
    segment = decode(VERBOSE, Transcription).segments[0]
    assert segment["end"] == segment.end == 2.48


@pytest.mark.parametrize("shape", [b'{"object":"list","data":[%s]}', b"[%s]"])
def test_batch_errors_are_decoded_in_both_documented_shapes(shape: bytes) -> None:
    body = b'{"errors":%s}' % (shape % b'{"code":"invalid","message":"bad line","param":null,"line":3}')
    assert [error.line for error in decode(body, Batch).error_list] == [3]


def test_a_batch_without_errors_has_an_empty_error_list() -> None:
    assert Batch().error_list == decode(b'{"errors":{"data":null}}', Batch).error_list == []


@pytest.mark.parametrize(
    ("paging", "cursor"), [(b"null", None), (b"{}", None), (b'{"next_cursor":"c2"}', "c2")]
)
def test_the_cursor_of_the_next_page_is_none_on_the_last_one(paging: bytes, cursor: str | None) -> None:
    assert decode(b'{"data":[],"paging":%s}' % paging, BatchListResponse).next_cursor == cursor


def test_a_file_has_a_status_although_the_service_sends_none() -> None:
    assert decode(FILE, FileInfoResponse).status is None


@pytest.mark.parametrize(
    ("params", "required"),
    [
        (ChatParams, {"messages", "model"}),
        (TranscriptionParams, {"model"}),
        (TranslationParams, {"model"}),
        (SpeechParams, {"input", "model", "voice"}),
    ],
)
def test_required_parameters_are_known_at_run_time(params: Any, required: set[str]) -> None:
    assert params.__required_keys__ == required
    assert params.__optional_keys__ >= {"extra_headers", "extra_query", "extra_body", "timeout"}


def test_parameters_that_decide_the_response_type_are_declared_by_the_method() -> None:
    assert "stream" not in ChatParams.__annotations__
    assert "response_format" not in {
        **TranscriptionParams.__annotations__,
        **TranslationParams.__annotations__,
    }


@pytest.mark.parametrize("package", [aiogroq.types, aiogroq.types.chat], ids=["types", "types.chat"])
def test_every_public_name_exists(package: Any) -> None:
    assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydantic, which groq imports, on Python 3.14
@pytest.mark.parametrize("package", ["", ".chat", ".audio", ".shared", ".shared_params"])
def test_every_official_name_is_at_its_official_address(package: str) -> None:
    official = importlib.import_module(f"groq.types{package}")
    ours = importlib.import_module(f"aiogroq.types{package}")
    assert [n for n in vars(official) if n[0].isupper() and not hasattr(ours, n)] == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "module",
    ["chat_completion", "chat_completion_chunk", "chat_completion_message", "completion_create_params"],
)
def test_official_submodules_have_the_official_names(module: str) -> None:
    official = importlib.import_module(f"groq.types.chat.{module}")
    ours = importlib.import_module(f"aiogroq.types.chat.{module}")
    assert [name for name in official.__all__ if not hasattr(ours, name)] == []


MODULES = sorted(Path(aiogroq.types.__file__).parent.rglob("*.py"))


def undocumented(source: str) -> list[str]:
    """Return the fields and parameters without a docstring, as ``Class.name``."""
    return [
        f"{cls.name}.{ast.unparse(field.target)}"
        for cls in ast.walk(ast.parse(source))
        if isinstance(cls, ast.ClassDef)
        for field, following in zip(cls.body, [*cls.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and "ClassVar" not in ast.unparse(field.annotation)
        if not (isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant))
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_field_and_every_parameter_has_a_docstring(module: Path) -> None:
    assert undocumented(module.read_text("utf-8")) == []


def test_a_field_without_a_docstring_is_found() -> None:
    assert undocumented("class A:\n    b: int = 0\n    c: int = 0\n    'What it is.'") == ["A.b"]
