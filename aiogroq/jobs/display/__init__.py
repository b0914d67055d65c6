"""Displays of a job: a live panel in a terminal, a view in a notebook, a line every ten seconds elsewhere."""

from __future__ import annotations

from .choose import Display as Display
from .choose import DisplayKind as DisplayKind
from .choose import make_display as make_display
from .report import report_text as report_text
