"""The pins that the wheel has are those of uv.lock."""

from __future__ import annotations

import re
import tomllib

from aerofleet.toolchain.requirements import locked_requirements
from tests.fleet.project import ROOT
from tools.derive.requirements import exported


def test_the_wheel_pins_the_packages_of_the_lock() -> None:
    assert locked_requirements() == exported(), "write it anew: make lock"


def test_every_package_of_the_product_is_pinned_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w-]", name)[0].lower() for name in project["dependencies"]}
    pins = dict(re.findall(r"^(\S+?)==.*?((?:\n    --hash=sha256:\w{64}.*)+)$", locked_requirements(), re.MULTILINE))
    assert needed <= pins.keys()
    assert "pytest" not in pins
