"""Which requirements of a side are installed: those that run no code of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.toolchain.requirements import locked_requirements
from aerofleet.trees.code import Code, pins_of
from aerofleet.trees.environments import python_of, unpinned
from aerofleet.trees.own_code import OwnCodeError

HASH = "--hash=sha256:0123abcd"


def test_the_pins_of_a_release_are_installed() -> None:
    assert list(unpinned(f"aerofleet==0.1.0 \\\n    {HASH}\n{locked_requirements()}")) == []


@pytest.mark.parametrize(
    "line",
    [
        "jinja2==3.1.6",
        f"jinja2[i18n] == 3.1.6 {HASH} {HASH}",
        f"colorama==0.4.6 ; sys_platform == 'win32' and python_version < \"4\" \\\n    {HASH}",
        "# a comment",
        "a-b_c.d==1!2.0.post1+local  # a comment",
        f"aerofleet @ https://example.org/w/aerofleet-0.1.1-py3-none-any.whl \\\n    {HASH}",
    ],
)
def test_a_pinned_version_is_installed(line: str) -> None:
    assert list(unpinned(f"{line}\n")) == []


@pytest.mark.parametrize(
    "line",
    [
        "git+https://example.org/evil.git",
        "evil @ git+https://example.org/evil.git",
        "evil @ https://example.org/evil.tar.gz",
        "https://example.org/evil-1.tar.gz",
        "evil @ http://example.org/evil-1-py3-none-any.whl",
        "evil @ https://example.org/evil-1-py3-none-any.whl.tar.gz",
        "evil @ https://example.org/evil-1-py3-none-any.whl --global-option=x",
        "evil @ file:///tmp/evil-1-py3-none-any.whl",
        "evil @ git+https://example.org/evil-1-py3-none-any.whl",
        "./evil",
        "/tmp/evil.tar.gz",
        "-e .",
        "--editable .",
        "-r other.txt",
        "--index-url https://example.org/simple",
        "--no-binary :all:",
        "jinja2",
        "jinja2>=3",
        "jinja2==3.1.6 --config-settings x=y",
        "jinja2==3.1.6 ; python_version > '3' --global-option=x",
        "jinja2==3.1.6 @ file:///tmp/evil",
    ],
)
def test_what_could_run_code_is_refused(line: str, tmp_path: Path) -> None:
    text = f"aerofleet==0.1.0 {HASH}\n{line}\n".encode()
    with pytest.raises(OwnCodeError, match="only NAME==VERSION, or NAME @ the https address of a wheel") as refusal:
        python_of(Code(pins={"aerofleet": "0.1.0"}), {"requirements.txt": text}, tmp_path)
    assert repr(line) in str(refusal.value)
    assert not (tmp_path / "environment").exists()


def test_the_address_of_a_wheel_is_a_pin() -> None:
    """As `aerofleet init` of an installation from an address writes it."""
    address = "aerofleet @ https://example.org/w/aerofleet-0.1.1-py3-none-any.whl"
    pins = pins_of({"requirements.txt": f"{address} \\\n    {HASH}\nrich==15.0.0 {HASH}\n".encode()})
    assert pins == {"aerofleet": "0.1.1", "aerofleet wheel": "sha256:0123abcd", "rich": "15.0.0"}
