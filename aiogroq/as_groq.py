"""`install_as_groq`: ``import groq`` and every ``groq.*`` module is aiogroq from then on, for frameworks that import
the official package. ``python -m aiogroq.as_groq app.py`` starts a program that way without a change to it.

The modules of the official package are found by rule, not by a list, so that those it will have in future are found
too. Each is a `GroqModule`, which looks its names up in modules of aiogroq; the classes are the same objects. Nothing of
aiogroq is imported before a name is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .errors import GroqError

_ORIGIN = "aiogroq"
"""The origin in the specs of our modules, by which they are told from those of the official package."""
_PRIVATE = frozenset({
    "_base_client", "_client", "_compat", "_constants", "_exceptions", "_files", "_legacy_response", "_models", "_qs",
    "_resource", "_response", "_streaming", "_types", "_utils",
})  # fmt: skip
"""The private modules of the official package. Which names are in which of them changes: all find the public names and
the types of parameters."""
_PRIVATE_PLACES = (
    "aiogroq",
    "aiogroq.types._omit",
    "aiogroq.types._params",
    "aiogroq.types",
    "aiogroq.resources",
)
_GROUPS = ("chat", "embeddings", "audio", "models", "batches", "files")
"""The modules of the official ``groq.resources``."""
_SPECIAL = ("__all__", "__title__", "__version__")
"""The special names that are those of aiogroq. Others, such as ``__file__``, would be of the wrong module."""
_HTTPX_HEADERS = frozenset({"accept", "accept-encoding", "connection", "user-agent"})
"""The headers of every httpx client."""
_MISSING = object()
_USAGE = "usage: python -m aiogroq.as_groq (script.py | -m module) [argument ...]"


class GroqModule(ModuleType):
    """A module of the name of one of the official package, with the names of modules of aiogroq."""

    def __init__(self, name: str, places: Sequence[str]) -> None:
        super().__init__(name, f"`{name}` of aiogroq: see `aiogroq.install_as_groq`.")
        self.__dict__["_places"] = tuple(places)

    def _modules(self) -> Iterator[ModuleType]:
        return map(importlib.import_module, self.__dict__["_places"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _SPECIAL:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        for module in self._modules():
            value = getattr(module, name, _MISSING)
            if value is not _MISSING:
                return value
        if self.__name__ == "groq":
            return getattr(importlib.import_module("aiogroq"), name)  # its error says what to use instead
        places = " or ".join(self.__dict__["_places"])
        raise AttributeError(
            f"{self.__name__} is aiogroq here (install_as_groq), with no {name!r} in {places}"
        )

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for module in self._modules() for name in dir(module))})

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} of aiogroq>"


class GroqFinder(MetaPathFinder, Loader):
    """Finds ``groq`` and its modules before the official package is looked for. It stands first in `sys.meta_path`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of ``groq`` or of one of its modules, None for other packages and for a module of which aiogroq
        has nothing: `importlib.util.find_spec` gives None then, and an import raises `ModuleNotFoundError`."""
        name = fullname
        if name != "groq" and not name.startswith("groq."):
            return None
        places = _places(name.removeprefix("groq"))
        if not places:
            return None
        # Every module may have others below it, such as groq.resources.chat.completions.
        spec = ModuleSpec(name, self, origin=_ORIGIN, is_package=True)
        spec.loader_state = places
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module for a spec of `find_spec`."""
        return GroqModule(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the names are looked up when they are used."""


def _places(below: str) -> tuple[str, ...]:
    """Return the modules of aiogroq that have the names of ``groq{below}``; none if it is not known."""
    first, _, rest = below[1:].partition(".")
    if first == "resources":
        group, _, leaf = rest.partition(".")
        groups = _GROUPS if not group else (group,) if _exists(f"aiogroq.sync.{group}") else ()
        # A module below has one class: resources.chat.completions has Completions.
        if groups and leaf and _name_of(importlib.import_module(f"aiogroq.sync.{group}"), leaf) is None:
            return ()
        return tuple(
            f"aiogroq.{package}.{group}"
            for group in groups
            for package in ("resources", "sync", "resources._views")
        )
    if first in _PRIVATE:
        # Only _utils is a package, and its modules are private too, such as _utils._transform.
        has_module = not rest or (first == "_utils" and rest.startswith("_") and "." not in rest)
        return _PRIVATE_PLACES if has_module else ()
    if _exists(f"aiogroq{below}"):
        return (f"aiogroq{below}",)
    # A module of one class, such as types.chat.chat_completion_role: we may have the class elsewhere.
    parent, _, leaf = f"aiogroq{below}".rpartition(".")
    if not _exists(parent):
        return ()
    package = importlib.import_module(parent)
    name = _name_of(package, leaf)
    if name is None:
        return ()
    home = getattr(getattr(package, name), "__module__", parent)
    return (parent, home) if home.startswith("aiogroq.") and home != parent else (parent,)


def _name_of(module: ModuleType, leaf: str) -> str | None:
    """Return the name of the class in ``module`` for which the official package has a module ``leaf``."""
    return next(
        (name for name in dir(module) if name.lower() == leaf.replace("_", "") and name != leaf), None
    )


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # below a module that is no package
        return False


_finder = GroqFinder()


def is_installed() -> bool:
    """Return whether `install_as_groq` was called."""
    return _finder in sys.meta_path


def install_as_groq() -> None:
    """Make ``import groq``, and of every ``groq.*`` module, an import of aiogroq, for the whole process.

    Call it before the first import of a framework that uses the official package: pydantic-ai, instructor,
    langchain-groq and so on then run on aiogroq. Calling it again does nothing. The official package does not need to be
    installed; its version in `importlib.metadata`, where it is installed, stays as it is.

    Raises `GroqError` if the official package was imported before.
    """
    if is_installed():
        return
    official = sys.modules.get("groq")
    if official is not None:
        users = [name for name, each in list(sys.modules.items()) if _uses_groq(name, each)]
        raise GroqError(
            "install_as_groq() comes too late: groq was imported already, from "
            f"{getattr(official, '__file__', None) or 'an unknown place'}"
            f"{', by ' + ' and '.join(users[:3]) if users else ''}. Call it before the first import of a framework that "
            "uses the official package, or start the program with: python -m aiogroq.as_groq app.py"
        )
    sys.meta_path.insert(0, _finder)


def replaces_httpx(http_client: object) -> bool:
    """Return whether ``http_client`` is one that a framework made for the official package: an ``httpx`` client with
    transports of httpx, in whose place a pool of aiohttp is used. False without `install_as_groq`.

    Raises `TypeError` for a client with settings that the pool would not have.
    """
    transport: object = getattr(http_client, "_transport", None)
    if not (
        is_installed() and _is_of_httpx(http_client) and type(transport).__module__.split(".")[0] == "httpx"
    ):
        return False
    lost = list(_lost_settings(http_client, transport))
    if lost:
        raise TypeError(
            f"http_client has {', '.join(lost)}: groq is aiogroq here (install_as_groq), which does not use httpx and would "
            "leave this out. Pass aiogroq.DefaultAioHttpClient(proxy=..., ssl=..., local_address=...) as http_client, "
            "default_headers= and default_query= to the client, and aiogroq.local.LocalGroq in place of a mock"
        )
    return True


def _lost_settings(http_client: Any, transport: Any) -> Iterator[str]:
    """Yield what an httpx client does beyond that of a framework, which sets timeouts, limits and a User-Agent."""
    if type(transport).__name__ not in ("HTTPTransport", "AsyncHTTPTransport"):
        yield f"transport=httpx.{type(transport).__name__}"
    # httpx has a pool of another class for a proxy.
    elif type(getattr(transport, "_pool", None)).__name__ not in ("ConnectionPool", "AsyncConnectionPool"):
        yield "a transport with a proxy"
    from urllib.request import getproxies

    # The pool of aiohttp follows the variables of the environment too.
    of_environment = {f"{scheme}://" for scheme in getproxies()} if http_client.trust_env else set[str]()
    mounts = {key.pattern for key, value in http_client._mounts.items() if value is not None}
    if mounts - of_environment:
        yield "proxy= or mounts="
    # Every client that pydantic-ai makes has a hook that shortens timeouts. Those of its providers set the key.
    hooks = [type(hook).__module__ for hooks in http_client.event_hooks.values() for hook in hooks]
    if not all(home.startswith("pydantic_ai.") and ".providers." not in home for home in hooks):
        yield "event_hooks="
    headers = sorted({*http_client.headers} - _HTTPX_HEADERS)
    if headers:
        yield f"headers= ({', '.join(headers)})"
    if http_client.auth is not None:
        yield "auth="
    if http_client.params:
        yield "params="


def _is_of_httpx(value: object) -> bool:
    return any(each.__module__.split(".")[0] == "httpx" for each in type(value).__mro__)


def _uses_groq(name: str, module: object) -> bool:
    """Return whether a module has the official package, or one of its classes, among its names."""
    if name.split(".")[0] in (
        "groq",
        "aiogroq",
        "httpx",
    ):  # the official package says that httpx's classes are its own
        return False
    for value in list(getattr(module, "__dict__", {}).values()):
        home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(home, str) and home.split(".")[0] == "groq":
            return True
    return False


def main(arguments: Sequence[str]) -> None:
    """Run a script or a module, as Python does, after `install_as_groq`. ``arguments`` are those of the command line.

    Raises `SystemExit` with status 2 for wrong arguments.
    """
    if arguments[:1] in (["-h"], ["--help"]):
        print(_USAGE)
        return
    is_module = arguments[:1] == ["-m"]
    program = list(arguments[1:] if is_module else arguments)
    if not program or program[0].startswith("-"):
        raise _usage_error()
    if not is_module and not os.path.exists(program[0]):
        raise _usage_error(f"cannot open {program[0]!r}: it does not exist")
    if not is_module and os.path.isdir(program[0]) and not os.path.exists(f"{program[0]}/__main__.py"):
        raise _usage_error(f"cannot run {program[0]!r}: this directory has no __main__.py")
    import runpy

    install_as_groq()
    sys.argv = program
    if is_module:
        if not _is_runnable(program[0]):
            raise _usage_error(f"cannot run {program[0]!r}: there is no module of this name that can be run")
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
        return
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.abspath(program[0]))
    runpy.run_path(program[0], run_name="__main__")


def _is_runnable(module: str) -> bool:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError as error:  # a package above it; not what that package imports
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return False
        raise
    if spec is None or spec.submodule_search_locations is None:
        return spec is not None
    return _exists(f"{module}.__main__")


def _usage_error(*reasons: str) -> SystemExit:
    print(_USAGE, *reasons, sep="\n", file=sys.stderr)
    return SystemExit(2)


if __name__ == "__main__":
    # This file runs as `__main__` here: the finder must be that of the module which others import.
    importlib.import_module("aiogroq.as_groq").main(sys.argv[1:])
