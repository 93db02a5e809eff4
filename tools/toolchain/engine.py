"""The Pulumi engine and its plugins: what is installed, what is fetched, and the folder that goes first on PATH."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tools.toolchain.download import TIMEOUT_SECONDS, DownloadError, download, reason
from tools.toolchain.go_build import build_environment, go_build, last_lines
from tools.toolchain.recipes import MACHINE, SYSTEM, TOOLS, Recipe, ToolchainError, project_folder, pulumi, stand_in
from tools.toolchain.store import cache_home, locked, say, stored

LANGUAGE_HOST = "pulumi-language-python"
KUBERNETES_PLUGIN = "pulumi-resource-kubernetes"
PLUGIN_INSTALL_SECONDS = 600
BIN_FOLDER = Path(".aerofleet/bin")
STAND_IN_HOME = "pulumi"
"""Beside the bin folder: a Pulumi home whose only plugin is the stand-in."""


def bin_folder(root: Path) -> Path:
    """The clone's own folder for PATH: two clones may pin different versions."""
    return root / BIN_FOLDER


def prepare_engine(root: Path | None = None) -> Path:
    """Make `pulumi` and its plugins callable; returns the folder that has to come first on PATH, which is below the
    project's own folder ``root``. The stand-in is not on PATH but in a Pulumi home, see :func:`stand_in_home`.

    An installed engine that is new enough is left where it is. Raises ToolchainError.
    """
    folder = bin_folder(root or project_folder())
    elsewhere = foreign_path()
    recipe = pulumi()
    programs: dict[str, Path | str] = {}
    engine = installed_engine(recipe.version, elsewhere)
    if engine is None:
        entry = stored(recipe, make_engine)
        programs |= {file.name: file for file in entry.iterdir()}
        engine = entry / "pulumi"
    if LANGUAGE_HOST not in programs and not has_language_host(engine, elsewhere):
        scripts = stored(recipe, make_engine)
        programs |= {file.name: file for file in scripts.iterdir() if file.name != "pulumi"}
        programs[LANGUAGE_HOST] = language_host_script()
    if uv := installed_uv(elsewhere):
        programs["uv"] = uv
    plugins: dict[str, Path | str] = {}
    if kubernetes_provider(engine, elsewhere, known=stand_in_home(folder) is not None) == "stand-in":
        plugins = {file.name: file for file in stored(stand_in(), go_build).iterdir()}
    with locked(folder.parent / "bin.lock", "another run is preparing the toolchain; waiting"):
        publish(programs, folder)
        publish(plugins, stand_in_folder(folder))
    return folder


def stand_in_folder(folder: Path) -> Path:
    """Where an engine looks for its Kubernetes plugin in the Pulumi home beside bin folder ``folder``."""
    return folder.parent / STAND_IN_HOME / f"plugins/resource-kubernetes-v{version('pulumi-kubernetes')}"


def stand_in_home(folder: Path) -> Path | None:
    """The Pulumi home with the stand-in, of bin folder ``folder``; None where the official plugin is used.

    In the person's own home every other project would take the stand-in for the official plugin, and on PATH the engine
    warns of it in each run.
    """
    return folder.parent / STAND_IN_HOME if (stand_in_folder(folder) / KUBERNETES_PLUGIN).exists() else None


def installed_uv(path: str) -> Path | None:
    """The `uv` that tools/bootstrap installed for itself; None where there is one on PATH anyway.

    The official language host reads a program's packages by it (`toolchain: uv` in Pulumi.yaml) and ends without it.
    """
    if shutil.which("uv", path=path):
        return None
    pinned = re.search(r"^uv==(\S+)", (TOOLS / "uv-requirements.txt").read_text(), re.MULTILINE)
    found = cache_home() / f"uv-{pinned[1]}/bin/uv" if pinned else None
    return found if found and found.exists() else None


def foreign_path() -> str:
    """PATH without the folders that clones of this project make: a stand-in of theirs is no installed plugin."""
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(part for part in parts if part and Path(part).parts[-2:] != BIN_FOLDER.parts)


def installed_engine(wanted: str, path: str) -> Path | None:
    """The `pulumi` on PATH, if it is at least version ``wanted``."""
    found = shutil.which("pulumi", path=path)
    if found is None:
        return None
    # Where no network is, looking for a newer version would take long.
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run([found, "version"], env=environment, capture_output=True, text=True, check=False)
    there = done.stdout.strip().removeprefix("v")
    if numbers(there) >= numbers(wanted):
        return Path(found)
    say(f"pulumi: {found} is {there or 'unreadable'}, older than {wanted}; not used")
    return None


def numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release)[:3])


def has_language_host(engine: Path, path: str) -> bool:
    return bool(shutil.which(LANGUAGE_HOST, path=path)) or (engine.resolve().parent / LANGUAGE_HOST).exists()


def make_engine(recipe: Recipe, folder: Path) -> None:
    try:
        say(f"{recipe.name} {recipe.version}: trying the official download")
        download(recipe, folder)
    except DownloadError as error:
        say(f"{recipe.name} {recipe.version}: no official download here ({error})")
        go_build(recipe, folder)
        copy_python_scripts(recipe, folder)


def copy_python_scripts(recipe: Recipe, folder: Path) -> None:
    """The scripts with which a language host starts Python; the engine's own module carries them as plain files."""
    command = ["go", "mod", "download", "-json", "github.com/pulumi/pulumi/sdk/v3"]
    done = subprocess.run(
        command, cwd=recipe.source, env=build_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolchainError(f"{recipe.name}: Go cannot fetch the SDK's module:\n{last_lines(done.stderr)}")
    module = Path(json.loads(done.stdout)["Dir"])
    for script in ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python"):
        target = folder / Path(script).name
        shutil.copyfile(module / script, target)
        target.chmod(0o755)


def language_host_script() -> str:
    """Runs the project's own host with the interpreter that has the project's packages: this one."""
    host = TOOLS / "language_host.py"
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(host))} "$@"\n'


def kubernetes_provider(engine: Path, path: str, *, known: bool = False) -> str:
    """``official`` where the Kubernetes plugin is or can be installed, else ``stand-in``. AEROFLEET_PROVIDER forces.

    Says why it is the stand-in, unless that is ``known``: it says itself what it is on every start.
    """
    forced = os.environ.get("AEROFLEET_PROVIDER", "")
    if forced not in ("", "official", "stand-in"):
        raise ToolchainError(f"AEROFLEET_PROVIDER is '{forced}'; it can be official or stand-in")
    if forced == "stand-in" or shutil.which(KUBERNETES_PLUGIN, path=path):
        return forced or "official"
    why = install_kubernetes_plugin(engine)
    if not why:
        return "official"
    if forced:
        raise ToolchainError(f"the official Kubernetes plugin is not installed and cannot be: {why}")
    if not known:
        say(f"{KUBERNETES_PLUGIN}: not installed, no official download here ({why}); the stand-in takes its place")
    return "stand-in"


def install_kubernetes_plugin(engine: Path) -> str:
    """Have the engine install the plugin that goes with the Python package; returns why it cannot, or nothing."""
    release = version("pulumi-kubernetes")
    if (own_home() / f"plugins/resource-kubernetes-v{release}").is_dir():
        return ""
    archive = f"pulumi-resource-kubernetes-v{release}-{SYSTEM}-{MACHINE}.tar.gz"
    probe = urllib.request.Request(f"https://get.pulumi.com/releases/plugins/{archive}", method="HEAD")
    try:
        # Asked first, because the engine keeps trying for minutes where nothing answers.
        urllib.request.urlopen(probe, timeout=TIMEOUT_SECONDS).close()  # noqa: S310
        command = [str(engine), "plugin", "install", "resource", "kubernetes", release]
        environment = {**os.environ, "PULUMI_HOME": str(own_home())}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=PLUGIN_INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return reason(error)
    return last_lines(done.stderr) if done.returncode else ""


def own_home() -> Path:
    """The person's own Pulumi home; not one that a clone of this project made, whose stand-in is not installed."""
    home = Path(os.environ.get("PULUMI_HOME") or "")
    ours = home.parts[-2:] == (BIN_FOLDER.parts[0], STAND_IN_HOME)
    return Path.home() / ".pulumi" if ours or home == Path() else home


def new_pulumi_home(home: Path, folder: Path) -> Path:
    """Make a Pulumi home that holds nothing of the person's own but the plugins that they installed, or the stand-in
    where bin folder ``folder`` goes with it.
    """
    home.mkdir(parents=True)
    plugins = (stand_in_home(folder) or own_home()) / "plugins"
    if plugins.is_dir():
        (home / "plugins").symlink_to(plugins)
    return home


def publish(programs: Mapping[str, Path | str], folder: Path) -> None:
    """Make ``folder`` hold exactly these programs; a text is a script. Running programs keep the file they have."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name not in programs:
            stale.unlink()
    for name, program in programs.items():
        target, fresh = folder / name, folder / f".{name}.new"
        if target.exists() and same(program, target):
            continue
        if isinstance(program, str):
            fresh.write_text(program)
            fresh.chmod(0o755)
        else:
            place(program, fresh)
        fresh.replace(target)


def place(program: Path, target: Path) -> None:
    """A hard link and not a symbolic one: the engine looks for its language host beside the file it really runs."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(program)
    except OSError:
        shutil.copy2(program, target)


def same(program: Path | str, target: Path) -> bool:
    if isinstance(program, str):
        return target.read_text(errors="replace") == program
    mine, theirs = program.stat(), target.stat()
    return mine.st_size == theirs.st_size and mine.st_mtime_ns == theirs.st_mtime_ns
