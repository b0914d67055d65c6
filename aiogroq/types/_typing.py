"""Typing constructs, from the module that has them in full.

Below Python 3.13 that is `typing_extensions`: 3.10 has no `Required`, and below 3.12 pydantic rejects the
TypedDicts of `typing`, although users put message types into their models.
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
