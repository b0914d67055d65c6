"""What the simulation has in common with the tests: virtual time, the simulated service, and the script of the store in Lua.

They stand in `tests/`, which is beside this package and never installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[2] / "tests"
for _folder in (_TESTS, _TESTS / "limits"):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))

import simulated_service as simulated_service  # noqa: E402
import virtual_time as virtual_time  # noqa: E402
from lua_runtime import LuaScopes as LuaScopes  # noqa: E402
