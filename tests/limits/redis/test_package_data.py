"""The script that Redis runs is in what is installed, and in what is published."""

from __future__ import annotations

import tarfile
import zipfile
from importlib import resources
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
SCRIPT = "aiogroq/limits/redis/limits.lua"


def test_the_installed_package_has_the_script_of_this_checkout() -> None:
    installed = resources.files("aiogroq.limits.redis").joinpath("limits.lua")
    assert installed.read_bytes() == (CHECKOUT / SCRIPT).read_bytes()


@pytest.mark.slow
def test_the_wheel_and_the_sdist_have_the_script(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path), versions=["standard"])
    assert SCRIPT in zipfile.ZipFile(wheel).namelist()
    (sdist,) = SdistBuilder(str(CHECKOUT)).build(directory=str(tmp_path))
    with tarfile.open(sdist) as archive:
        assert any(name.endswith(f"/{SCRIPT}") for name in archive.getnames())
