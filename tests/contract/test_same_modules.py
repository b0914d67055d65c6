"""With `install_as_groq` every module and every public name of the official package can be imported."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from types import ModuleType

import groq

NOT_OURS = {
    "groq": "DEFAULT_CONNECTION_LIMITS DefaultAsyncHttpxClient DefaultHttpxClient NoneType ProxiesTypes Transport "
    "file_from_path",
    "groq._client": "ProxiesTypes Transport",
}
"""Public names of which `tests/rules/test_exports.py` has the reasons."""
INNER = {
    "_base_client": "APIConnectionError APIStatusError APITimeoutError Timeout",
    "_compat": "",
    "_files": "",
    "_models": "BaseModel",
    "_qs": "",
    "_resource": "",
    "_response": "APIResponse AsyncAPIResponse BinaryAPIResponse StreamedBinaryAPIResponse",
    "_streaming": "AsyncStream Stream",
    "_types": "NOT_GIVEN FileContent FileTypes NotGiven Omit RequestOptions not_given omit",
    "_utils": "",
}
"""Private modules of which not every name has to be here: frameworks import the public names from them."""
IMPORT_ALL = """
import json, sys, importlib
import aiogroq
aiogroq.install_as_groq()
missing = {}
for module, names in json.load(sys.stdin).items():
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        missing[module] = ["the module"]
    else:
        missing[module] = [name for name in names if not hasattr(found, name)]
print(json.dumps(missing))
"""


def public_names(module: ModuleType) -> list[str]:
    """The names that a module offers: its ``__all__``, or the public names of what it defines."""
    names: list[str] | None = getattr(module, "__all__", None)
    if names is not None:
        return sorted(names)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and str(getattr(value, "__module__", "")).startswith("groq.")
    )


def official_modules() -> dict[str, list[str]]:
    """Every module of the official package with its public names."""
    names = [found.name for found in pkgutil.walk_packages(groq.__path__, "groq.")]
    modules = {name: public_names(importlib.import_module(name)) for name in ["groq", *names]}
    for name in modules:
        inner = name.partition(".")[2]
        if inner.partition(".")[0] in INNER:
            modules[name] = INNER.get(inner, "").split()
    return modules


def missing(modules: dict[str, list[str]]) -> dict[str, list[str]]:
    """What cannot be imported in a new process after `install_as_groq`, by module."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL],
        input=json.dumps(modules), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return {name: names for name, names in json.loads(done.stdout).items() if names}


def test_every_module_and_public_name_of_the_official_package_can_be_imported() -> None:
    modules = official_modules()
    assert len(modules) > 80
    assert sum(map(len, modules.values())) > 300
    # A module that the official package may have in future: its class is looked up in the package above.
    modules["groq.types.chat.chat_completion_developer_message_param"] = [
        "ChatCompletionDeveloperMessageParam"
    ]
    modules["groq.types.embedding_usage"] = ["EmbeddingUsage"]
    modules["groq.types.chat.chat_completion_nothing_param"] = []
    expected = {module: sorted(names.split()) for module, names in NOT_OURS.items()}
    assert missing(modules) == {**expected, "groq.types.chat.chat_completion_nothing_param": ["the module"]}
