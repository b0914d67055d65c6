"""The generated files: current, complete, and rejected rather than wrong. See ``tools/sync_facade.py``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import shutil
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.resources._base import child
from aiogroq.resources.audio import AsyncSpeech
from aiogroq.resources.chat import AsyncChat, AsyncCompletions
from aiogroq.resources.client_resources import AsyncResources
from aiogroq.sync.responses import ResponsesWithRawResponse

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "tools" / "sync_facade.py"


def generator() -> ModuleType:
    """The generator, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("sync_facade", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sync_facade"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


PYTHON, main = (generator_module := generator()).PYTHON, generator_module.main
WRITTEN = sorted(generator_module.written(ROOT))
OF_MODELS = ["aiogroq/resources/_views/models.py", "aiogroq/sync/models.py"]

# Written out here once more, so that a mistake in the generator's table is seen.
SYNC_NAMES = {
    "AsyncStream": "Stream",
    "AsyncStreamT": "StreamT",
    "AsyncBinaryAPIResponse": "BinaryAPIResponse",
    "AsyncStreamedBinaryAPIResponse": "StreamedBinaryAPIResponse",
    "AsyncAPIResponse": "APIResponse",
    "AsyncResponseContextManager": "ResponseContextManager",
    "AsyncChatCompletionStreamManager": "ChatCompletionStreamManager",
    "AsyncToolRunner": "ToolRunner",
    "AsyncStreamingToolRunner": "StreamingToolRunner",
    "AsyncResponseStreamManager": "ResponseStreamManager",
}

needs_the_writing_python = pytest.mark.skipif(
    sys.version_info[:2] != PYTHON, reason="only one version of Python writes the files"
)


def declared() -> Iterator[type[Any]]:
    """Every class of endpoints in resources/, found by importing them."""
    for path in sorted((ROOT / "aiogroq" / "resources").glob("[!_]*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, cls in vars(module).items():
            is_own = inspect.isclass(cls) and cls.__module__ == module.__name__
            if is_own and name.startswith("Async"):
                yield cls


DECLARED = list(declared())
WITH_VIEWS = [cls for cls in DECLARED if hasattr(cls, "with_raw_response")]


def endpoints(cls: type[Any]) -> dict[str, FunctionType]:
    """The public methods that the class itself has."""
    return {n: m for n, m in vars(cls).items() if isinstance(m, FunctionType) and not n.startswith("_")}


def is_composed(method: FunctionType) -> bool:
    """Whether a method of an async resource sends nothing itself: it has a sync version, and no views."""
    return "_transport" not in method.__code__.co_names


def is_paged(method: FunctionType) -> bool:
    """Whether a method of an async resource returns pages, which are awaited or iterated over."""
    return "AsyncPaginator" in str(method.__annotations__["return"])


def sync_class_of(cls: type[Any]) -> type[Any]:
    """The sync class of an async resource."""
    module = importlib.import_module(cls.__module__.replace("aiogroq.resources.", "aiogroq.sync."))
    return typing.cast("type[Any]", getattr(module, cls.__name__.removeprefix("Async")))


def view_of(cls: type[Any], ending: str, *, is_sync: bool) -> type[Any]:
    """The class of a view, as the generated module has it."""
    package, name = (
        ("aiogroq.sync.", sync_class_of(cls).__name__)
        if is_sync
        else ("aiogroq.resources._views.", cls.__name__)
    )
    module = importlib.import_module(cls.__module__.replace("aiogroq.resources.", package))
    return typing.cast("type[Any]", getattr(module, name + ending))


def children(cls: type[Any]) -> dict[str, str]:
    """The attributes of a class that hold another resource or a view, and the names of their classes."""
    return {name: member._cls.__name__ for name, member in vars(cls).items() if isinstance(member, child)}


def in_sync(annotation: Any) -> Any:
    """An annotation of async code in sync code."""
    if not isinstance(annotation, str):
        return annotation
    annotation = annotation.replace("transport.AsyncStream", "AsyncStream")
    annotation = re.sub(r"\bAsyncPaginator\[\w+, (\w+)\]", r"\1", annotation)
    return re.sub(r"\bAsync\w+", lambda match: SYNC_NAMES[match[0]], annotation)


def parameters(method: FunctionType, *, as_sync: bool) -> list[tuple[Any, ...]]:
    return [
        (p.name, p.kind, p.default, in_sync(p.annotation) if as_sync else p.annotation)
        for p in inspect.signature(method).parameters.values()
    ]


def returns(method: FunctionType) -> str:
    return str(inspect.signature(method).return_annotation)


def overloads(method: FunctionType) -> list[FunctionType]:
    if sys.version_info < (3, 11):
        return []
    return typing.cast("list[FunctionType]", list(typing.get_overloads(method)))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout with what the generator reads and writes."""
    for folder in ("resources", "sync", "types"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "aiogroq" / folder, tmp_path / "aiogroq" / folder, ignore=ignore)
    for name in ("pyproject.toml", "aiogroq/client.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit(root: Path, path: str, old: str, new: str) -> int:
    """Replace the first ``old`` in a file; return the line that it stood on."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def check(root: Path) -> int:
    return main(["--check", "--root", str(root)])


# ---------------------------------------------------------------------------------------------------- freshness


def test_the_checked_in_files_follow_from_the_declarations() -> None:
    done = subprocess.run([sys.executable, GENERATOR, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unchanged_copy_is_fresh(copy: Path) -> None:
    assert check(copy) == 0


def test_a_new_parameter_makes_the_files_of_its_resource_stale(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy, "aiogroq/resources/models.py", "(self, model: str,", "(self, model: str, revision: str,")
    assert check(copy) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path} is stale: run python tools/sync_facade.py" for path in OF_MODELS
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-> ModelDeleted:", "-> Model:"),
        ("async def retrieve(self, model: str", "async def retrieve(self, model: str | None"),
        ("Return a model.", "Get a model."),
        ("async def retrieve(", "async def fetch("),
    ],
    ids=["type of the response", "type of a parameter", "docstring", "name"],
)
def test_a_changed_declaration_is_stale(copy: Path, old: str, new: str) -> None:
    edit(copy, "aiogroq/resources/models.py", old, new)
    assert check(copy) == 1


@pytest.mark.parametrize(
    "path", [path if path in OF_MODELS else pytest.param(path, marks=pytest.mark.slow) for path in WRITTEN]
)
def test_a_file_edited_by_hand_is_stale(copy: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy, path, '."""\n', '. Edited."""\n')
    assert check(copy) == 1
    assert capsys.readouterr().err.startswith(f"{path} is stale")


def test_a_missing_file_is_stale(copy: Path) -> None:
    (copy / OF_MODELS[1]).unlink()
    assert check(copy) == 1


@needs_the_writing_python
def test_writing_makes_a_changed_copy_fresh_and_twice_gives_the_same(copy: Path) -> None:
    edit(copy, "aiogroq/resources/models.py", "(self, model: str,", "(self, model: str, revision: str,")
    assert main(["--root", str(copy)]) == 0
    first = [(copy / path).read_bytes() for path in OF_MODELS]
    assert "revision: str" in first[0].decode()
    assert check(copy) == 0
    assert main(["--root", str(copy)]) == 0
    assert [(copy / path).read_bytes() for path in OF_MODELS] == first


def test_a_file_whose_source_is_gone_is_stale(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(copy / OF_MODELS[1], copy / "aiogroq/sync/tunings.py")
    assert check(copy) == 1
    assert capsys.readouterr().err.startswith("aiogroq/sync/tunings.py is stale")


@needs_the_writing_python
def test_writing_removes_a_file_whose_source_is_gone(copy: Path) -> None:
    shutil.copy(copy / OF_MODELS[1], copy / "aiogroq/sync/tunings.py")
    assert main(["--root", str(copy)]) == 0
    assert not (copy / "aiogroq/sync/tunings.py").exists()


def test_a_file_written_by_hand_is_not_overwritten(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = (copy / MODELS).read_text(encoding="utf-8").replace("AsyncModels", "AsyncPortal")
    (copy / "aiogroq/resources/portal.py").write_text(new, encoding="utf-8")
    assert check(copy) == 2
    assert "aiogroq/sync/portal.py:1: written by hand" in capsys.readouterr().err
    assert (copy / "aiogroq/sync/portal.py").read_bytes() == (ROOT / "aiogroq/sync/portal.py").read_bytes()


@pytest.mark.skipif(sys.version_info[:2] == PYTHON, reason="this is the version of Python that writes")
def test_another_python_cannot_write(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(copy)]) == 2
    assert "Python 3.11 writes these files" in capsys.readouterr().err


@needs_the_writing_python
def test_a_child_given_as_a_text_is_imported_at_the_first_access(copy: Path) -> None:
    path = "aiogroq/resources/client_resources.py"
    edit(copy, path, "child(AsyncModels)", 'child(".models.AsyncModels")')
    edit(copy, path, "from .models import AsyncModels\n", "")
    edit(copy, path, "if TYPE_CHECKING:\n", "if TYPE_CHECKING:\n    from .models import AsyncModels\n")
    assert main(["--root", str(copy)]) == 0
    text = (copy / "aiogroq/sync/client_resources.py").read_text(encoding="utf-8")
    assert 'models: child[Models] = child(".models.Models")' in text
    assert "from .models" not in text.partition("if TYPE_CHECKING:")[0]
    assert "    from .models import Models," in text
    assert isinstance(Groq(api_key="k").with_raw_response.responses, ResponsesWithRawResponse)


@needs_the_writing_python
def test_a_new_resource_file_is_picked_up_by_itself(copy: Path) -> None:
    new = (
        (ROOT / "aiogroq/resources/models.py")
        .read_text(encoding="utf-8")
        .replace("AsyncModels", "AsyncTunings")
    )
    (copy / "aiogroq/resources/tunings.py").write_text(new, encoding="utf-8")
    assert check(copy) == 1
    assert main(["--root", str(copy)]) == 0
    texts = [(copy / path.replace("models", "tunings")).read_text(encoding="utf-8") for path in OF_MODELS]
    assert "class AsyncTuningsWithRawResponse(View):" in texts[0]
    assert "class TuningsWithStreamingResponse(View):" in texts[1]
    assert "class Tunings(SyncResource):" in texts[1]
    assert all("aiogroq/resources/tunings.py" in text for text in texts)


# ----------------------------------------------------------------------------------------------------- rejections

ENDPOINT = "    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:\n"
CHILD = "    part: child[{0}] = child({0})\n\n"
COMPOSED = '    async def part(self) -> int:\n        """Text."""\n        return {}\n\n' + ENDPOINT
MODELS = "aiogroq/resources/models.py"


class Rejected(NamedTuple):
    """An edit of the models' declarations, and what is said of it."""

    old: str
    new: str
    reason: str
    lines_below: int = 0
    is_of_the_class: bool = False


REJECTED = {
    "a list of pages with overloads": Rejected(
        ENDPOINT,
        "    @overload\n    def part(self) -> AsyncPaginator[int, Model]: ...\n"
        "    def part(self) -> AsyncPaginator[int, Model]:\n"
        '        """Text."""\n        return self._transport\n\n' + ENDPOINT,
        "part: a list of pages cannot have overloads",
        2,
    ),
    "a plain def that sends a request": Rejected(
        "    async def retrieve", "    def retrieve", "retrieve: a plain def cannot use self._transport"
    ),
    "a composed method that uses nothing": Rejected(
        ENDPOINT, COMPOSED.format("1"), "part uses nothing of self"
    ),
    "a composed method that uses what is not its resource's": Rejected(
        ENDPOINT, COMPOSED.format("self.create(self._options)"), "part uses self._options"
    ),
    "a composed method that awaits what has no sync version": Rejected(
        ENDPOINT, COMPOSED.format("await wait_for(self.list)"), "part: wait_for is not in PAIRS", 2
    ),
    "a composed method that uses a class without a sync version": Rejected(
        ENDPOINT, COMPOSED.format("AsyncThing(self.list)"), "part: AsyncThing is not in PAIRS"
    ),
    "a composed method with a loop": Rejected(
        ENDPOINT,
        COMPOSED.format("[each async for each in self.list()]"),
        "part: not understood: async for",
    ),
    "a composed method that is a coroutine, with overloads that are not": Rejected(
        ENDPOINT,
        "    @overload\n    def part(self) -> int: ...\n" + COMPOSED.format("self.list"),
        "part: its overloads must be of its own kind",
        2,
    ),
    "an import of values under TYPE_CHECKING": Rejected(
        "class AsyncModels",
        "if TYPE_CHECKING:\n    PATH = 1\nclass AsyncModels",
        "only imports are understood",
    ),
    "an unknown decorator": Rejected(ENDPOINT, "    @cache\n" + ENDPOINT, "not understood in a class", 1),
    "a property": Rejected(
        ENDPOINT,
        "    @property\n    def part(self) -> int:\n        return 1\n\n" + ENDPOINT,
        "not understood in a class",
        1,
    ),
    "a child that is no resource": Rejected(ENDPOINT, CHILD.format("int") + ENDPOINT, "neither a child"),
    "a child made by something else": Rejected(
        ENDPOINT, CHILD.replace("= child", "= made").format("AsyncModels") + ENDPOINT, "neither a child"
    ),
    "a child that is not declared": Rejected(
        ENDPOINT, CHILD.format("AsyncNo") + ENDPOINT, "AsyncNo", is_of_the_class=True
    ),
    "a class attribute": Rejected(
        ENDPOINT, "    path = '/m'\n\n" + ENDPOINT, "neither a child nor a view of AsyncModels: path = '/m'"
    ),
    "a private method": Rejected("async def retrieve", "async def _retrieve", "cannot have private methods"),
    "a positional-only parameter": Rejected("model: str, **", "model: str, /, **", "is understood"),
    "a variadic parameter": Rejected("model: str, **", "*model: str, **", "is understood"),
    "no self": Rejected("retrieve(self, ", "retrieve(", "is understood"),
    "a parameter without a type": Rejected("(self, model: str,", "(self, model,", "not fully annotated"),
    "no type of the response": Rejected(") -> Model:", "):", "not fully annotated"),
    "a computed default": Rejected("model: str,", "model: str = str(1),", "a constant or a name"),
    "a parameter that hides the generated code": Rejected(
        "self, model:", "self, run:", "generated code uses the name run"
    ),
    "a generator": Rejected(ENDPOINT, ENDPOINT + '        """Text."""\n        yield 1\n', "is a generator"),
    "no docstring": Rejected(ENDPOINT, ENDPOINT + "        pass\n", "no docstring"),
    "a type from nowhere": Rejected("model: str,", "model: Odd,", "Odd is neither imported nor defined"),
    "a response without a sync version": Rejected(
        ") -> Model:", ") -> AsyncIterator[Model]:", "has no sync version"
    ),
    "an overload alone": Rejected(
        ENDPOINT,
        "    @overload\n    async def other(self) -> Model: ...\n" + ENDPOINT,
        "must follow its overloads",
        2,
    ),
    "an overload with a body": Rejected(ENDPOINT, "    @overload\n" + ENDPOINT, "the body of an overload", 1),
    "an unknown base": Rejected("(AsyncResource)", "(Elsewhere)", "Elsewhere is not declared"),
    "two bases": Rejected("(AsyncResource)", "(AsyncResource, Other)", "must have one base"),
    "another name": Rejected("class AsyncModels", "class Models", "must begin with Async"),
    "a class in a branch": Rejected(
        "class AsyncModels", "if 1:\n  class AsyncHidden: ...\nclass AsyncModels", "at the top of a module"
    ),
    "a view of another class": Rejected(
        "view(AsyncModelsWithRaw", "view(AsyncFilesWithRaw", "nor a view of AsyncModels"
    ),
    "a forgotten view": Rejected(
        "    with_raw_response: view[AsyncModelsWithRawResponse] = view(AsyncModelsWithRawResponse)\n",
        "",
        "lacks one of",
        is_of_the_class=True,
    ),
    "a broken file": Rejected(ENDPOINT, ENDPOINT.replace(":\n", "\n"), "expected ':'"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_declaration_that_is_not_understood_is_rejected_with_its_place(
    copy: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, reason, lines_below, is_of_the_class = REJECTED[case]
    line = edit(copy, MODELS, old, new) + lines_below
    if is_of_the_class:
        line = edit(copy, MODELS, "class AsyncModels", "class AsyncModels")
    assert check(copy) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"rejected: {MODELS}:{line}: ")
    assert reason in error
    assert main(["--root", str(copy)]) == 2
    for path in WRITTEN:
        assert (copy / path).read_bytes() == (ROOT / path).read_bytes(), "a rejection writes nothing"


def test_two_resources_of_one_name_are_rejected(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(copy / MODELS, copy / "aiogroq/resources/models2.py")
    assert check(copy) == 2
    assert "AsyncModels is also declared in aiogroq/resources/models.py" in capsys.readouterr().err


@needs_the_writing_python
def test_an_import_under_another_name_is_carried_over(copy: Path) -> None:
    edit(copy, MODELS, "import Model,", "import Model as TheModel, Model,")
    edit(copy, MODELS, "-> Model:", "-> TheModel:")
    assert main(["--root", str(copy)]) == 0
    assert "Model as TheModel" in (copy / OF_MODELS[1]).read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------- composed methods

MANAGER = "from ..streaming.manager import AsyncChatCompletionStreamManager"
STREAMED = f'''    @overload
    def watch(self, kind: T) -> AsyncChatCompletionStreamManager[T]: ...
    @overload
    def watch(self) -> AsyncChatCompletionStreamManager[None]: ...
    def watch(self, kind: object = None) -> AsyncChatCompletionStreamManager[Any]:
        """Stream with ``async with``, as `AsyncChatCompletionStreamManager` says."""
        {MANAGER}
        return AsyncChatCompletionStreamManager(self.list, kind)

    async def newest(self) -> Model:
        """Return what is newest."""
        from ._base import child
        return child((await self.list()).data[0])

'''


@needs_the_writing_python
def test_a_method_that_calls_others_is_copied_as_sync_code_with_its_overloads_and_without_views(
    copy: Path,
) -> None:
    edit(copy, MODELS, ENDPOINT, STREAMED + ENDPOINT)
    top = f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {MANAGER}\nT = TypeVar('T')\n\n"
    edit(
        copy,
        MODELS,
        "class AsyncModels",
        f"from typing import Any, TypeVar, overload\n{top}class AsyncModels",
    )
    assert main(["--root", str(copy)]) == 0
    views, sync = ((copy / path).read_text(encoding="utf-8") for path in OF_MODELS)
    assert "def watch" not in views
    assert sync.count("def watch") == 3
    assert sync.count("@overload") == 2
    for line in [
        "    from .event_stream import ChatCompletionStreamManager\nT = TypeVar",
        "    def watch(self, kind: T) -> ChatCompletionStreamManager[T]: ...",
        '"""Stream with ``with``, as `ChatCompletionStreamManager` says."""',
        "        return ChatCompletionStreamManager(self.list, kind)",
        '    def newest(self) -> Model:\n        """Return what is newest."""',
        "        from ..resources._base import child\n\n        return child(self.list().data[0])",
    ]:
        assert line.replace("\nT = ", "\n\nT = ") in sync


@pytest.mark.parametrize("pair", generator_module.PAIRS.items(), ids=lambda pair: pair[1])
def test_what_composed_methods_import_exists_in_both_kinds(pair: tuple[str, str]) -> None:
    for package, path in zip(("aiogroq.resources", "aiogroq.sync"), pair, strict=True):
        module, name = path.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module, package), name))


# -------------------------------------------------------------------------------------------------- completeness


def test_there_are_declarations_to_compare() -> None:
    assert AsyncResources in DECLARED
    assert len(DECLARED) >= 12
    assert len(WITH_VIEWS) == len(DECLARED) - 1  # all but the HTTP methods
    found = {name for cls in DECLARED for name in children(cls)}
    assert found >= {"chat", "audio", "models", "completions", "transcriptions"}


def test_groq_has_every_public_member_of_the_async_client_with_the_same_signature() -> None:
    for name, member in inspect.getmembers(AsyncGroq):
        if not name.startswith("_") and name not in generator_module.BY_HAND:
            sync = getattr(Groq, name)
            assert type(sync) is type(member)
            if isinstance(member, property):
                assert inspect.signature(sync.fget) == inspect.signature(member.fget)
            elif inspect.isfunction(member) and not inspect.iscoroutinefunction(member):
                assert inspect.signature(sync) == inspect.signature(member)
    assert inspect.signature(Groq) == inspect.signature(AsyncGroq)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        timeout: TimeoutTypes = not_given,", "        timeout: TimeoutTypes = None,"),
        ("    def is_closed(self) -> bool:", "    def was_closed(self) -> bool:"),
        ("    def retry_read_timeouts(self) -> bool:", "    def retry_read_timeouts(self) -> object:"),
    ],
    ids=["default", "name", "type"],
)
def test_a_changed_client_makes_the_sync_client_stale(
    copy: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy, "aiogroq/client.py", old, new)
    assert check(copy) == 1
    assert capsys.readouterr().err.startswith("aiogroq/sync/client.py is stale")


def test_a_member_of_the_client_that_is_not_understood_is_rejected(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(copy, "aiogroq/client.py", "    async def close(self)", "    async def drain(self)")
    assert check(copy) == 2
    assert "not understood in AsyncGroq: async def drain" in capsys.readouterr().err


def check_methods(cls: type[Any], sync: type[Any]) -> None:
    """Raise where the sync class lacks a method of the async one, or has another signature or overload."""
    assert list(endpoints(sync)) == list(endpoints(cls))
    for name, method in endpoints(cls).items():
        of_sync = endpoints(sync)[name]
        assert inspect.iscoroutinefunction(method) or is_composed(method) or is_paged(method)
        assert not inspect.iscoroutinefunction(of_sync)
        assert len(overloads(of_sync)) == len(overloads(method))
        pairs = zip([method, *overloads(method)], [of_sync, *overloads(of_sync)], strict=True)
        for ours, theirs in pairs:
            assert parameters(theirs, as_sync=False) == parameters(ours, as_sync=True)
            assert returns(theirs) == in_sync(returns(ours))


def check_children(cls: type[Any], sync: type[Any]) -> None:
    """Raise where the sync class lacks a child resource or a view of the async one, or has it of another class."""
    assert children(sync) == {name: child.removeprefix("Async") for name, child in children(cls).items()}


def check_view(cls: type[Any], view: type[Any], ending: str, *, is_sync: bool) -> None:
    """Raise where a view lacks a method or a child of its resource, or has another signature."""
    viewed = {name: method for name, method in endpoints(cls).items() if not is_composed(method)}
    assert list(endpoints(view)) == list(viewed)
    for method_name, method in viewed.items():
        of_view = endpoints(view)[method_name]
        is_awaited = not is_sync and ending == "WithRawResponse"
        assert inspect.iscoroutinefunction(of_view) == is_awaited
        assert parameters(of_view, as_sync=False) == parameters(method, as_sync=is_sync)
        assert len(overloads(of_view)) == len(overloads(method))
        assert "Response" in returns(of_view)
        assert returns(of_view).startswith(("AsyncResponseContextManager", "ResponseContextManager")) == (
            ending == "WithStreamingResponse"
        )
    prefix = "" if is_sync else "Async"
    assert children(view) == {
        name: prefix + declared_as.removeprefix("Async") + ending
        for name, declared_as in children(cls).items()
        if not name.startswith("with_")
    }


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_every_async_method_has_a_sync_version_with_the_same_signature(cls: type[Any]) -> None:
    check_methods(cls, sync_class_of(cls))


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_every_child_resource_and_view_has_its_sync_version(cls: type[Any]) -> None:
    check_children(cls, sync_class_of(cls))


@pytest.mark.parametrize("ending", ["WithRawResponse", "WithStreamingResponse"])
@pytest.mark.parametrize("is_sync", [False, True], ids=["async", "sync"])
@pytest.mark.parametrize("cls", WITH_VIEWS, ids=lambda cls: cls.__name__)
def test_every_view_has_every_method_and_child(cls: type[Any], is_sync: bool, ending: str) -> None:
    check_view(cls, view_of(cls, ending, is_sync=is_sync), ending, is_sync=is_sync)


# ------------------------------------------------------------------------------------- each check is shown to fail


def changed(cls: type[Any], **members: Any) -> type[Any]:
    """A copy of a class with some members replaced, or taken away where they are None."""
    copied = {name: member for name, member in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    copied |= members
    return type(
        cls.__name__, cls.__bases__, {n: m for n, m in copied.items() if m is not None or n not in members}
    )


Completions, Chat, ChatView = (
    sync_class_of(AsyncCompletions),
    sync_class_of(AsyncChat),
    view_of(AsyncChat, "WithRawResponse", is_sync=True),
)


async def awaited_create(self: Any, **params: Any) -> Any: ...


def create_without_parameters(self: Any) -> Any: ...


@pytest.mark.parametrize(
    "sabotaged",
    [
        lambda: check_methods(AsyncCompletions, changed(Completions, create=None)),
        lambda: check_methods(AsyncCompletions, changed(Completions, create=awaited_create)),
        lambda: check_methods(AsyncCompletions, changed(Completions, create=create_without_parameters)),
        lambda: check_methods(AsyncCompletions, changed(Completions, more=create_without_parameters)),
        lambda: check_children(AsyncChat, changed(Chat, completions=None)),
        lambda: check_children(AsyncChat, changed(Chat, completions=child(Chat))),
        lambda: check_children(AsyncChat, changed(Chat, with_raw_response=None)),
        lambda: check_children(AsyncChat, changed(Chat, more=child(Completions))),
        lambda: check_view(AsyncChat, changed(ChatView, completions=None), "WithRawResponse", is_sync=True),
        lambda: check_view(
            AsyncChat, changed(ChatView, completions=child(Chat)), "WithRawResponse", is_sync=True
        ),
        lambda: check_view(AsyncChat, ChatView, "WithStreamingResponse", is_sync=True),
        lambda: check_view(AsyncCompletions, changed(Completions), "WithRawResponse", is_sync=True),
    ],
    ids=[
        "a method is missing",
        "a sync method is a coroutine",
        "a method has other parameters",
        "a method is too many",
        "a child is missing",
        "a child is of another class",
        "a view is missing",
        "a child is too many",
        "a child of a view is missing",
        "a child of a view is of another class",
        "a view is of the other kind",
        "a view returns plain values",
    ],
)
def test_each_check_fails_on_a_sabotaged_copy(sabotaged: Callable[[], None]) -> None:
    with pytest.raises(AssertionError):
        sabotaged()


@pytest.mark.parametrize("path", [path for path in WRITTEN if "/sync/" in path])
def test_no_sync_docstring_mentions_await_or_async_names(path: str) -> None:
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    for cls in vars(module).values():
        if inspect.isclass(cls) and cls.__module__ == module.__name__:
            for member in [cls, *endpoints(cls).values()]:
                assert not re.search(r"\bawait|\basync (with|for)\b|\bAsync[A-Z]", member.__doc__ or "")


def test_a_view_of_an_overloaded_method_has_the_type_of_each_overload() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("Python 3.10 keeps no overloads")
    view = view_of(AsyncCompletions, "WithRawResponse", is_sync=False)
    assert [returns(each) for each in overloads(endpoints(view)["create"])] == [
        "AsyncAPIResponse[ChatCompletion]",
        "AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]",
        "AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[transport.AsyncStream[ChatCompletionChunk]]",
    ]


def test_a_view_of_a_binary_method_returns_the_binary_response() -> None:
    raw, streaming = (
        view_of(AsyncSpeech, f"With{kind}Response", is_sync=True) for kind in ("Raw", "Streaming")
    )
    assert returns(endpoints(raw)["create"]) == "BinaryAPIResponse"
    assert returns(endpoints(streaming)["create"]) == "ResponseContextManager[StreamedBinaryAPIResponse]"


def test_importing_the_generated_modules_imports_no_aiohttp() -> None:
    modules = ", ".join(path.removesuffix(".py").replace("/", ".") for path in WRITTEN)
    code = f"import sys, {modules}; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
