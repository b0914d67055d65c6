"""Typing constructs from whichever module has them in full.

Below Python 3.13 that is `typing_extensions`: 3.10 lacks `Required`, and pydantic refuses the TypedDicts of `typing`
below 3.12, although users put message types into their models.
"""

import sys

if sys.version_info >= (3, 13):
    from typing import Never as Never
    from typing import NotRequired as NotRequired
    from typing import Required as Required
    from typing import Self as Self
    from typing import TypeAlias as TypeAlias
    from typing import TypedDict as TypedDict
    from typing import Unpack as Unpack
else:
    from typing import TypeAlias as TypeAlias

    from typing_extensions import Never as Never
    from typing_extensions import NotRequired as NotRequired
    from typing_extensions import Required as Required
    from typing_extensions import Self as Self
    from typing_extensions import TypedDict as TypedDict
    from typing_extensions import Unpack as Unpack
