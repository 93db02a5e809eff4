"""Official downloads against a server of the test's own: only what its release vouches for is used."""

from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from aerofleet.toolchain.control_plane import make
from aerofleet.toolchain.download import DownloadError, download
from aerofleet.toolchain.recipes import Artifact, Recipe, ToolchainError


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; below ``/broken-off/`` the connection ends before the file does."""

    def log_message(self, *_: object) -> None:
        """Nothing: pytest's output is for the tests."""

    def do_GET(self) -> None:
        if not self.path.startswith("/broken-off/"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", "16")
        self.end_headers()
        self.wfile.write(b"content")


@pytest.fixture
def release(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address it is served at."""
    folder = tmp_path / "release"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def recipe_of(*artifacts: Artifact) -> Recipe:
    return Recipe("program", Path(), "1", {}, {}, 0, artifacts)


def test_a_file_is_used_when_its_hash_is_the_releases(release: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = release
    (folder / "server").write_bytes(b"content")
    (folder / "server.sha256").write_text(hashlib.sha256(b"content").hexdigest())
    download(recipe_of(Artifact(f"{address}/server", f"{address}/server.sha256")), tmp_path)
    assert (tmp_path / "server").read_bytes() == b"content"
    assert (tmp_path / "server").stat().st_mode & 0o111


def test_of_an_archive_only_the_wanted_programs_are_kept_and_no_path_leads_out(
    release: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = release
    with tarfile.open(folder / "all.tar.gz", "w:gz") as archive:
        for name in ("bin/wanted", "bin/other", "../../escaped/wanted-too"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    digest = hashlib.sha256((folder / "all.tar.gz").read_bytes()).hexdigest()
    (folder / "SUMS").write_text(f"{'0' * 64}  another.tar.gz\n{digest}  all.tar.gz\n")
    target = tmp_path / "target"
    target.mkdir()
    wanted = Artifact(f"{address}/all.tar.gz", f"{address}/SUMS", lambda name: name.startswith("wanted"))
    download(recipe_of(wanted), target)
    assert sorted(file.name for file in target.iterdir()) == ["wanted", "wanted-too"]


@pytest.mark.parametrize(
    ("sums", "message"),
    [
        (f"{'0' * 64}  another\n", "no SHA-256 of server"),
        ("<html>\nBlocked\n</html>\n", "no SHA-256 of server"),
        (None, "File not found"),
    ],
    ids=["not named", "a proxy's page", "no checksum file"],
)
def test_what_the_release_does_not_vouch_for_is_not_used(
    sums: str | None, message: str, release: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = release
    (folder / "server").write_bytes(b"content")
    if sums is not None:
        (folder / "server.sha256").write_text(sums)
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(DownloadError) as refused:
        download(recipe_of(Artifact(f"{address}/server", f"{address}/server.sha256")), target)
    assert message in str(refused.value)
    assert list(target.iterdir()) == []


def test_a_file_with_another_hash_ends_the_run_and_nothing_is_built_in_its_place(
    release: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = release
    (folder / "server").write_bytes(b"changed on the way")
    (folder / "server.sha256").write_text(hashlib.sha256(b"content").hexdigest())
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(ToolchainError, match=r"(?s)the release's checksum file has .* is not used"):
        make(recipe_of(Artifact(f"{address}/server", f"{address}/server.sha256")), target)
    assert list(target.iterdir()) == []


def test_a_connection_that_ends_early_is_no_changed_file(release: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = release
    (folder / "server").write_bytes(b"content")
    (folder / "server.sha256").write_text(hashlib.sha256(b"content and more").hexdigest())
    with pytest.raises(DownloadError, match="ended after 7 of 16 bytes"):
        download(recipe_of(Artifact(f"{address}/broken-off/server", f"{address}/server.sha256")), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["release"]
