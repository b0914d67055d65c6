"""Rate limits kept: a `Pacer` holds requests back until the account has room for them.

It decides when a request is sent, on numbers that a `LimitStore` compares. It knows no HTTP client: the transport and jobs
ask it before they send, and tell it what came back.
"""

from __future__ import annotations

from .kinds import KINDS as KINDS
from .kinds import LimitKind as LimitKind
from .kinds import Limits as Limits
from .store import Ask as Ask
from .store import Granted as Granted
from .store import Level as Level
from .store import LimitStore as LimitStore
from .store import Never as Never
from .store import Seen as Seen
from .store import Wait as Wait
