"""The pin of an installation: an index is asked through pip or uv, an address is taken as it is."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aerofleet import __version__
from aerofleet.authoring import product_pin
from aerofleet.authoring.product_pin import PinError, index_pin, installed_pin
from aerofleet.toolchain.engine import installed_uv
from tests.fleet.project import ROOT
from tests.wheel.built import built

RELEASE = f"aerofleet=={__version__}"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("index") / "files")


@pytest.fixture
def index(wheel: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A local index with the wheel, which is all that pip and uv know."""
    page = wheel.parent.parent / "simple" / "aerofleet"
    page.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (page / "index.html").write_text(f'<a href="../../files/{wheel.name}#sha256={digest}">{wheel.name}</a>')
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(wheel.parent.parent))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}/simple/"
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_FIND_LINKS"):
            monkeypatch.delenv(name, raising=False)
        for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("UV_NO_CONFIG", "1")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        yield address
        server.shutdown()
        thread.join()


@pytest.fixture(params=["pip", "uv"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """pip of the Python below this environment, or uv alone, as in an environment that uv has made."""
    if request.param == "uv":
        uv = shutil.which("uv") or installed_uv("")
        if not uv:
            pytest.skip("no uv: tools/bootstrap installs one where none is on PATH")
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        monkeypatch.setattr(shutil, "which", lambda name: str(uv))
    else:
        python = Path(sys.base_prefix) / "bin" / "python3"
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
            pytest.skip(f"{python} has no pip")
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
        monkeypatch.setattr(sys, "executable", str(python))
    return str(request.param)


@pytest.mark.usefixtures("index", "installer")
def test_the_index_is_asked(wheel: Path) -> None:
    pin = index_pin()
    assert (pin.requirement, pin.hashes) == (RELEASE, (hashlib.sha256(wheel.read_bytes()).hexdigest(),))


@pytest.mark.usefixtures("index")
def test_an_index_without_the_release(installer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pin, "RELEASE", "aerofleet==99.0")
    with pytest.raises(PinError) as refusal:
        index_pin()
    message = str(refusal.value)
    assert message.startswith("aerofleet==99.0 is not pinned: its hash can't be had from the index: ")
    assert {
        "pip": ": ERROR: No matching distribution found for aerofleet==99.0. `aerofleet init",
        "uv": "we can conclude that your requirements are unsatisfiable. `aerofleet init",
    }[installer] in message


class Installed:
    """The record of an installation. ``origin``: content of its direct_url.json."""

    def __init__(self, origin: dict[str, Any]) -> None:
        self.origin = origin

    def read_text(self, _: str) -> str:
        return json.dumps(self.origin)


URL = f"https://example.org/w/aerofleet-{__version__}-py3-none-any.whl"


@pytest.mark.parametrize("archive", [{"hashes": {"sha256": "ab" * 32}}, {"hash": f"sha256={'ab' * 32}"}])
def test_an_installation_from_an_address_is_pinned_to_it(
    archive: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pip and uv write it; only old ones have `hash`."""
    monkeypatch.setattr(product_pin, "distribution", lambda _: Installed({"url": URL, "archive_info": archive}))
    pin = installed_pin()
    assert pin.text == f"aerofleet @ {URL} \\\n    --hash=sha256:{'ab' * 32}\n"


def test_an_address_without_a_hash_is_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_pin, "distribution", lambda _: Installed({"url": URL, "archive_info": {}}))
    with pytest.raises(PinError, match=f"it was installed from {URL}, without a hash"):
        installed_pin()
