"""Rate limits kept: a `Pacer` holds requests back until the account has room for them.

It decides when a request is sent, on numbers that a `LimitStore` compares. It knows no HTTP client: the transport and jobs
ask it before they send, and tell it what came back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .kinds import KINDS as KINDS
from .kinds import LimitKind as LimitKind
from .kinds import Limits as Limits
from .memory import MemoryStore as MemoryStore
from .need import Need as Need
from .need import need_of as need_of
from .pacer import Grant as Grant
from .pacer import Pacer as Pacer
from .pacer import PacerState as PacerState
from .pacing import Pacing as Pacing
from .registry import pacer_for as pacer_for
from .store import Ask as Ask
from .store import Granted as Granted
from .store import Level as Level
from .store import LimitStore as LimitStore
from .store import Never as Never
from .store import Seen as Seen
from .store import Wait as Wait

if TYPE_CHECKING:
    from .redis import RedisStore as RedisStore
else:
    # At its first use: most processes have no Redis.
    def __getattr__(name: str) -> object:
        if name != "RedisStore":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .redis import RedisStore

        globals()[name] = RedisStore
        return RedisStore
