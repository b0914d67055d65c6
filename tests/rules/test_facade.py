"""The generated files: fresh, complete, and refused rather than wrong. See ``aiogroq/sync/generate.py``."""

from __future__ import annotations

import importlib
import inspect
import re
import shutil
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest

from aiogroq.resources import views as async_views
from aiogroq.resources._cached import cached_property
from aiogroq.resources.client_resources import AsyncResources
from aiogroq.sync import facade
from aiogroq.sync import views as blocking_views
from aiogroq.sync.generate import PYTHON, main

ROOT = Path(__file__).parents[2]
WRITTEN = ("aiogroq/resources/views.py", "aiogroq/sync/views.py", "aiogroq/sync/facade.py")

# Written out here once more, so that a mistake in the generator's table is seen.
BLOCKING_NAMES = {
    "AsyncStream": "Stream",
    "AsyncStreamT": "StreamT",
    "AsyncBinaryAPIResponse": "BinaryAPIResponse",
    "AsyncStreamedBinaryAPIResponse": "StreamedBinaryAPIResponse",
    "AsyncAPIResponse": "APIResponse",
    "AsyncResponseContextManager": "ResponseContextManager",
}

needs_the_writing_python = pytest.mark.skipif(
    sys.version_info[:2] != PYTHON, reason="only one version of Python writes the files"
)


def declared() -> Iterator[type[Any]]:
    """Every class of endpoints in resources/, found by importing them."""
    for path in sorted((ROOT / "aiogroq" / "resources").rglob("[!_]*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, cls in vars(module).items():
            is_own = inspect.isclass(cls) and cls.__module__ == module.__name__
            if is_own and name.startswith("Async") and module is not async_views:
                yield cls


DECLARED = list(declared())
WITH_VIEWS = [cls for cls in DECLARED if hasattr(cls, "with_raw_response")]


def endpoints(cls: type[Any]) -> dict[str, FunctionType]:
    """The public methods that the class itself has."""
    return {n: m for n, m in vars(cls).items() if isinstance(m, FunctionType) and not n.startswith("_")}


def children(cls: type[Any]) -> dict[str, str]:
    """The properties of a class that give another resource or view, and the names of the classes they give."""
    return {
        name: str(inspect.signature(member._compute).return_annotation)
        for name, member in vars(cls).items()
        if isinstance(member, cached_property) and not name.startswith("with_")
    }


def blocking(annotation: Any) -> Any:
    """An annotation of the async colour in the blocking one."""
    if not isinstance(annotation, str):
        return annotation
    return re.sub(r"\bAsync\w+", lambda match: BLOCKING_NAMES[match[0]], annotation)


def parameters(method: FunctionType, *, as_blocking: bool) -> list[tuple[Any, ...]]:
    return [
        (p.name, p.kind, p.default, blocking(p.annotation) if as_blocking else p.annotation)
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
    for folder in ("resources", "sync"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "aiogroq" / folder, tmp_path / "aiogroq" / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
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
    done = subprocess.run(
        [sys.executable, "-m", "aiogroq.sync.generate", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unchanged_copy_is_fresh(copy: Path) -> None:
    assert check(copy) == 0


def test_a_new_parameter_makes_all_three_files_stale(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy, "aiogroq/resources/models.py", "(self, model: str,", "(self, model: str, revision: str,")
    assert check(copy) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path} is stale: run python -m aiogroq.sync.generate" for path in WRITTEN
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-> ModelDeleted:", "-> Model:"),
        ("async def retrieve(self, model: str", "async def retrieve(self, model: str | None"),
        ("One model.", "A model."),
        ("async def retrieve(", "async def fetch("),
    ],
    ids=["type of the answer", "type of a parameter", "docstring", "name"],
)
def test_a_changed_declaration_is_stale(copy: Path, old: str, new: str) -> None:
    edit(copy, "aiogroq/resources/models.py", old, new)
    assert check(copy) == 1


@pytest.mark.parametrize("path", WRITTEN)
def test_a_file_edited_by_hand_is_stale(copy: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy, path, "def retrieve(", "def obtain(")
    assert check(copy) == 1
    assert capsys.readouterr().err.startswith(f"{path} is stale")


def test_a_missing_file_is_stale(copy: Path) -> None:
    (copy / WRITTEN[2]).unlink()
    assert check(copy) == 1


@needs_the_writing_python
def test_writing_makes_a_changed_copy_fresh_and_twice_gives_the_same(copy: Path) -> None:
    edit(copy, "aiogroq/resources/models.py", "(self, model: str,", "(self, model: str, revision: str,")
    assert main(["--root", str(copy)]) == 0
    first = [(copy / path).read_bytes() for path in WRITTEN]
    assert check(copy) == 0
    assert main(["--root", str(copy)]) == 0
    assert [(copy / path).read_bytes() for path in WRITTEN] == first


@pytest.mark.skipif(sys.version_info[:2] == PYTHON, reason="this is the version of Python that writes")
def test_another_python_refuses_to_write(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(copy)]) == 2
    assert "Python 3.11 writes these files" in capsys.readouterr().err


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
    texts = [(copy / path).read_text(encoding="utf-8") for path in WRITTEN]
    assert "class AsyncTuningsWithRawResponse:" in texts[0]
    assert "class TuningsWithStreamingResponse:" in texts[1]
    assert "class Tunings(SyncResource):" in texts[2]
    assert all("aiogroq/resources/tunings.py" in text for text in texts)


# ------------------------------------------------------------------------------------------------------ refusals

ENDPOINT = "    async def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:\n"
CHILD = '    @{}\n    def child(self) -> {}:\n        """A child."""\n        return 1\n\n'
MODELS = "aiogroq/resources/models.py"


class Refused(NamedTuple):
    """An edit of the models' declarations, and what is said of it."""

    old: str
    new: str
    reason: str
    lines_below: int = 0
    is_of_the_class: bool = False


REFUSED = {
    "a plain def": Refused("    async def retrieve", "    def retrieve", "retrieve is a plain def"),
    "an unknown decorator": Refused(ENDPOINT, "    @cache\n" + ENDPOINT, "unknown decorator @cache", 1),
    "a property that is not cached": Refused(
        ENDPOINT, CHILD.format("property", "AsyncModels") + ENDPOINT, "@property", 1
    ),
    "a property that is no child": Refused(
        ENDPOINT, CHILD.format("cached_property", "int") + ENDPOINT, "neither a child", 1
    ),
    "a child that is nowhere": Refused(
        ENDPOINT, CHILD.format("cached_property", "AsyncNo") + ENDPOINT, "AsyncNo", is_of_the_class=True
    ),
    "a class attribute": Refused(
        ENDPOINT, "    path = '/m'\n\n" + ENDPOINT, "nothing like this: path = '/m'"
    ),
    "a private method": Refused("async def retrieve", "async def _retrieve", "no private methods"),
    "a positional-only parameter": Refused("model: str, **", "model: str, /, **", "is understood"),
    "a variadic parameter": Refused("model: str, **", "*model: str, **", "is understood"),
    "no self": Refused("retrieve(self, ", "retrieve(", "is understood"),
    "a parameter without a type": Refused("(self, model: str,", "(self, model,", "not annotated throughout"),
    "no type of the answer": Refused(") -> Model:", "):", "not annotated throughout"),
    "a computed default": Refused("model: str,", "model: str = str(1),", "a constant or a name"),
    "a parameter that hides the generated code": Refused("self, model:", "self, run:", "run is taken"),
    "a generator": Refused(ENDPOINT, ENDPOINT + '        """Text."""\n        yield 1\n', "is a generator"),
    "no docstring": Refused(ENDPOINT, ENDPOINT + "        pass\n", "no docstring"),
    "a type from nowhere": Refused("model: str,", "model: Odd,", "Odd is neither imported nor defined"),
    "an answer without a twin": Refused(") -> Model:", ") -> AsyncIterator[Model]:", "no blocking twin"),
    "an overload alone": Refused(
        ENDPOINT, "    @overload\n    async def other(self) -> Model: ...\n" + ENDPOINT, "followed by it", 2
    ),
    "an overload with a body": Refused(ENDPOINT, "    @overload\n" + ENDPOINT, "the body of an overload", 1),
    "an unknown base": Refused("(AsyncResource)", "(Elsewhere)", "the base Elsewhere"),
    "two bases": Refused("(AsyncResource)", "(AsyncResource, Other)", "must have one base"),
    "another name": Refused("class AsyncModels", "class Models", "must begin with Async"),
    "a class in a branch": Refused(
        "class AsyncModels", "if 1:\n  class AsyncHidden: ...\nclass AsyncModels", "at the top", 1
    ),
    "a view of another class": Refused("-> AsyncModelsWithRaw", "-> AsyncFilesWithRaw", "AsyncModelsWithRaw"),
    "a forgotten view": Refused(
        "def with_raw_response(self) -> AsyncModelsWithRawResponse",
        "def raw(self) -> AsyncModels",
        "has not both",
        is_of_the_class=True,
    ),
    "a broken file": Refused(ENDPOINT, ENDPOINT.replace(":\n", "\n"), "expected ':'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_declaration_that_is_not_understood_is_refused_with_its_place(
    copy: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, reason, lines_below, is_of_the_class = REFUSED[case]
    line = edit(copy, MODELS, old, new) + lines_below
    if is_of_the_class:
        line = edit(copy, MODELS, "class AsyncModels", "class AsyncModels")
    assert check(copy) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"refused: {MODELS}:{line}: ")
    assert reason in error
    assert main(["--root", str(copy)]) == 2
    for path in WRITTEN:
        assert (copy / path).read_bytes() == (ROOT / path).read_bytes(), "a refusal writes nothing"


def test_two_resources_of_one_name_are_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(copy / MODELS, copy / "aiogroq/resources/models2.py")
    assert check(copy) == 2
    assert "AsyncModels is declared twice" in capsys.readouterr().err


def test_one_name_for_two_types_is_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(copy, MODELS, "import Model,", "import Model as FileInfoResponse, Model,")
    edit(copy, MODELS, "-> Model:", "-> FileInfoResponse:")
    assert check(copy) == 2
    assert (
        "FileInfoResponse would come from both aiogroq.types.files and aiogroq.types.models"
        in capsys.readouterr().err
    )


# -------------------------------------------------------------------------------------------------- completeness


def test_there_are_declarations_to_compare() -> None:
    assert AsyncResources in DECLARED
    assert len(DECLARED) >= 12
    assert len(WITH_VIEWS) == len(DECLARED) - 1  # all but the HTTP methods
    found = {name for cls in DECLARED for name in children(cls)}
    assert found >= {"chat", "audio", "models", "completions", "transcriptions"}


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_every_async_method_has_a_blocking_twin_with_the_same_signature(cls: type[Any]) -> None:
    twin = getattr(facade, cls.__name__.removeprefix("Async"))
    assert list(endpoints(twin)) == list(endpoints(cls))
    for name, method in endpoints(cls).items():
        of_twin = endpoints(twin)[name]
        assert inspect.iscoroutinefunction(method)
        assert not inspect.iscoroutinefunction(of_twin)
        assert len(overloads(of_twin)) == len(overloads(method))
        pairs = zip([method, *overloads(method)], [of_twin, *overloads(of_twin)], strict=True)
        for ours, theirs in pairs:
            assert parameters(theirs, as_blocking=False) == parameters(ours, as_blocking=True)
            assert returns(theirs) == blocking(returns(ours))


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_every_child_resource_and_view_has_its_blocking_twin(cls: type[Any]) -> None:
    twin = getattr(facade, cls.__name__.removeprefix("Async"))
    assert children(twin) == {name: child.removeprefix("Async") for name, child in children(cls).items()}
    for view in ("with_raw_response", "with_streaming_response"):
        assert hasattr(twin, view) == hasattr(cls, view)


@pytest.mark.parametrize("ending", ["WithRawResponse", "WithStreamingResponse"])
@pytest.mark.parametrize("is_blocking", [False, True], ids=["async", "blocking"])
@pytest.mark.parametrize("cls", WITH_VIEWS, ids=lambda cls: cls.__name__)
def test_every_view_has_every_method_and_child(cls: type[Any], is_blocking: bool, ending: str) -> None:
    name = cls.__name__.removeprefix("Async") if is_blocking else cls.__name__
    view = getattr(blocking_views if is_blocking else async_views, name + ending)
    assert list(endpoints(view)) == list(endpoints(cls))
    for method_name, method in endpoints(cls).items():
        of_view = endpoints(view)[method_name]
        is_awaited = not is_blocking and ending == "WithRawResponse"
        assert inspect.iscoroutinefunction(of_view) == is_awaited
        assert parameters(of_view, as_blocking=False) == parameters(method, as_blocking=is_blocking)
        assert len(overloads(of_view)) == len(overloads(method))
        assert "Response" in returns(of_view)
        assert returns(of_view).startswith(("AsyncResponseContextManager", "ResponseContextManager")) == (
            ending == "WithStreamingResponse"
        )
    prefix = "" if is_blocking else "Async"
    assert children(view) == {
        child: prefix + declared_as.removeprefix("Async") + ending
        for child, declared_as in children(cls).items()
    }


@pytest.mark.parametrize("module", [facade, blocking_views], ids=lambda module: module.__name__)
def test_no_blocking_docstring_speaks_of_awaiting(module: ModuleType) -> None:
    for cls in vars(module).values():
        if inspect.isclass(cls) and cls.__module__ == module.__name__:
            for member in [cls, *endpoints(cls).values()]:
                assert not re.search(r"\bawait|\basync (with|for)\b|\bAsync[A-Z]", member.__doc__ or "")


def test_a_view_of_an_overloaded_method_says_what_each_overload_gives() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("Python 3.10 keeps no overloads")
    view = async_views.AsyncCompletionsWithRawResponse
    assert [returns(each) for each in overloads(endpoints(view)["create"])] == [
        "AsyncAPIResponse[ChatCompletion]",
        "AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]",
        "AsyncAPIResponse[ChatCompletion] | AsyncAPIResponse[AsyncStream[ChatCompletionChunk]]",
    ]


def test_a_view_of_a_binary_method_gives_the_binary_response() -> None:
    raw, streaming = blocking_views.SpeechWithRawResponse, blocking_views.SpeechWithStreamingResponse
    assert returns(endpoints(raw)["create"]) == "BinaryAPIResponse"
    assert returns(endpoints(streaming)["create"]) == "ResponseContextManager[StreamedBinaryAPIResponse]"


def test_importing_the_blocking_modules_imports_no_aiohttp() -> None:
    # The async views name the async stream in their annotations; who loads them has a client, and aiohttp with it.
    blocking = [path for path in WRITTEN if "/sync/" in path]
    assert len(blocking) == 2
    modules = ", ".join(path.removesuffix(".py").replace("/", ".") for path in blocking)
    code = f"import sys, {modules}; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
