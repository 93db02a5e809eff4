"""Prepare the Pulumi engine and its plugins, and the folder with them that has to come first on PATH."""

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
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from aerofleet.toolchain.download import TIMEOUT_SECONDS, DownloadError, download, reason
from aerofleet.toolchain.go_build import build_environment, go_build, last_lines
from aerofleet.toolchain.recipes import MACHINE, SOURCES, SYSTEM, Recipe, ToolchainError, pulumi, stand_in
from aerofleet.toolchain.store import cache_home, locked, print_progress, stored

LANGUAGE_HOST = "pulumi-language-python"
KUBERNETES_PLUGIN = "pulumi-resource-kubernetes"
PLUGIN_INSTALL_SECONDS = 600
BIN_FOLDER = Path(".aerofleet/bin")
LOCK = "bin.lock"
STAND_IN_HOME = "pulumi"
"""Name of a Pulumi home beside the bin folder, whose only plugin is the stand-in."""


def bin_folder(root: Path) -> Path:
    """Return the clone's own folder for PATH: two clones may pin different versions."""
    return root / BIN_FOLDER


def prepare_engine(root: Path) -> Path:
    """Make `pulumi` and its plugins callable; return the folder that has to come first on PATH.

    The folder is below the project's folder ``root``. The stand-in is not on PATH but in a Pulumi home, see
    :func:`stand_in_home`. An installed engine that is new enough stays where it is. Raises ToolchainError.
    """
    folder = bin_folder(root)
    foreign = foreign_path()
    recipe = pulumi()
    programs: dict[str, Path | str] = {}
    engine = installed_engine(recipe.version, foreign)
    if engine is None:
        entry = stored(recipe, make_engine)
        programs |= {file.name: file for file in entry.iterdir()}
        engine = entry / "pulumi"
    if LANGUAGE_HOST not in programs and not has_language_host(engine, foreign):
        scripts = stored(recipe, make_engine)
        programs |= {file.name: file for file in scripts.iterdir() if file.name != "pulumi"}
        programs[LANGUAGE_HOST] = language_host_script()
    if uv := installed_uv(foreign):
        programs["uv"] = uv
    plugins: dict[str, Path | str] = {}
    if kubernetes_provider(engine, foreign, used_before=stand_in_home(folder) is not None) == "stand-in":
        plugins = {file.name: file for file in stored(stand_in(), go_build).iterdir()}
    with locked(folder.parent / LOCK, "another run is preparing the toolchain; waiting"):
        publish(programs, folder)
        publish(plugins, stand_in_folder(folder))
    return folder


def remove_programs(root: Path) -> None:
    """Remove what `prepare_engine` wrote below a project; files of a person beside it stay."""
    folder = bin_folder(root)
    for name in (folder, folder.parent / STAND_IN_HOME):
        shutil.rmtree(name, ignore_errors=True)
    (folder.parent / LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.parent.rmdir()


def stand_in_folder(folder: Path) -> Path:
    """Return where the engine looks for its Kubernetes plugin in the Pulumi home beside the bin folder ``folder``."""
    return folder.parent / STAND_IN_HOME / f"plugins/resource-kubernetes-v{version('pulumi-kubernetes')}"


def stand_in_home(folder: Path) -> Path | None:
    """Return the Pulumi home with the stand-in beside the bin folder ``folder``; None if the official plugin is used.

    If the stand-in were in the person's own Pulumi home, every other project would take it for the official plugin; if
    it were on PATH, the engine would warn of it in every run.
    """
    return folder.parent / STAND_IN_HOME if (stand_in_folder(folder) / KUBERNETES_PLUGIN).exists() else None


def installed_uv(path: str) -> Path | None:
    """Return the newest `uv` that tools/bootstrap installed; None if PATH has a `uv`, or nothing was installed.

    The official language host calls `uv` to list a program's packages (`toolchain: uv` in Pulumi.yaml), and fails
    without it.
    """
    if shutil.which("uv", path=path):
        return None
    installed = (path for path in cache_home().glob("uv-*/bin/uv") if os.access(path, os.X_OK))
    return max(installed, key=lambda path: version_numbers(path.parts[-3]), default=None)


def foreign_path() -> str:
    """Return PATH without the bin folders of this project's clones: their stand-in is not an installed plugin."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if folder and Path(folder).parts[-2:] != BIN_FOLDER.parts)


def installed_engine(least: str, path: str) -> Path | None:
    """Return the `pulumi` on PATH, or None if there is none or its version is below ``least``."""
    program = shutil.which("pulumi", path=path)
    if program is None:
        return None
    # Without a network, the engine's look-up of a newer version would take long.
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run([program, "version"], env=environment, capture_output=True, text=True, check=False)
    installed = done.stdout.strip().removeprefix("v")
    if version_numbers(installed) >= version_numbers(least):
        return Path(program)
    reason_not_used = f"is {installed}, older than {least}" if installed else "prints no version"
    print_progress(f"pulumi: {program} {reason_not_used}; it is not used")
    return None


def version_numbers(release: str) -> tuple[int, ...]:
    """Return major, minor and patch number; fewer where the text has fewer numbers."""
    return tuple(int(number) for number in re.findall(r"\d+", release)[:3])


def has_language_host(engine: Path, path: str) -> bool:
    """Return whether a Python language host is on PATH or beside the engine."""
    return bool(shutil.which(LANGUAGE_HOST, path=path)) or (engine.resolve().parent / LANGUAGE_HOST).exists()


def make_engine(recipe: Recipe, folder: Path) -> None:
    """Download the engine and its Python language host, or build the engine and copy the SDK's start scripts."""
    try:
        print_progress(f"{recipe.name} {recipe.version}: trying the official download")
        download(recipe, folder)
    except DownloadError as error:
        print_progress(f"{recipe.name} {recipe.version}: the official download failed ({error})")
        go_build(recipe, folder)
        copy_python_scripts(recipe, folder)


def copy_python_scripts(recipe: Recipe, folder: Path) -> None:
    """Copy the scripts with which a language host starts Python from the Go module of the Pulumi SDK."""
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
    """Return a script that runs the project's language host with this interpreter, which has the project's packages.

    With -P the modules beside the host, such as `engine`, are no top-level modules for what it imports.
    """
    host = SOURCES / "language_host.py"
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P {shlex.quote(str(host))} "$@"\n'


def kubernetes_provider(engine: Path, path: str, *, used_before: bool = False) -> str:
    """Return ``official`` if the Kubernetes plugin is or can be installed, else ``stand-in``.

    The variable AEROFLEET_PROVIDER forces one of them. Prints why it is the stand-in, unless this clone used it before
    (``used_before``): the stand-in itself warns in every run. Raises ToolchainError.
    """
    forced = os.environ.get("AEROFLEET_PROVIDER", "")
    if forced not in ("", "official", "stand-in"):
        raise ToolchainError(f"AEROFLEET_PROVIDER is '{forced}'; it can be official or stand-in")
    if forced == "stand-in" or shutil.which(KUBERNETES_PLUGIN, path=path):
        return forced or "official"
    failure = install_kubernetes_plugin(engine)
    if not failure:
        return "official"
    if forced:
        raise ToolchainError(f"the official Kubernetes plugin is not installed, and its installation fails: {failure}")
    if not used_before:
        print_progress(
            f"{KUBERNETES_PLUGIN}: not installed, and the official download failed ({failure}); "
            "the project's stand-in is used instead"
        )
    return "stand-in"


def install_kubernetes_plugin(engine: Path) -> str:
    """Install the plugin's release that belongs to the Python package; return why that fails, or an empty text."""
    release = version("pulumi-kubernetes")
    if (own_home() / f"plugins/resource-kubernetes-v{release}").is_dir():
        return ""
    archive = f"pulumi-resource-kubernetes-v{release}-{SYSTEM}-{MACHINE}.tar.gz"
    probe = urllib.request.Request(f"https://get.pulumi.com/releases/plugins/{archive}", method="HEAD")
    try:
        # This request comes first, because the engine keeps trying for minutes where nothing answers.
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
    """Return the person's own Pulumi home, also where PULUMI_HOME is a home that a clone of this project made."""
    home = Path(os.environ.get("PULUMI_HOME") or "")
    is_of_a_clone = home.parts[-2:] == (BIN_FOLDER.parts[0], STAND_IN_HOME)
    return Path.home() / ".pulumi" if is_of_a_clone or home == Path() else home


def new_pulumi_home(home: Path, folder: Path) -> Path:
    """Make and return a Pulumi home whose only content is the plugins: those that the person installed, or the stand-in
    if the bin folder ``folder`` uses it.
    """
    home.mkdir(parents=True)
    plugins = (stand_in_home(folder) or own_home()) / "plugins"
    if plugins.is_dir():
        (home / "plugins").symlink_to(plugins)
    return home


def publish(programs: Mapping[str, Path | str], folder: Path) -> None:
    """Fill ``folder`` with exactly these programs (a text is a script). A running program keeps its old file."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name not in programs:
            stale.unlink()
    for name, program in programs.items():
        target, new = folder / name, folder / f".{name}.new"
        if target.exists() and is_same(program, target):
            continue
        if isinstance(program, str):
            new.write_text(program)
            new.chmod(0o755)
        else:
            link_or_copy(program, new)
        new.replace(target)


def link_or_copy(program: Path, target: Path) -> None:
    """Make a hard link, or a copy on another file system.

    A symbolic link does not work: the engine looks for its language host beside the file that the link points to.
    """
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(program)
    except OSError:
        shutil.copy2(program, target)


def is_same(program: Path | str, target: Path) -> bool:
    """Return whether ``target`` is this script, or a file of the program's size and time."""
    if isinstance(program, str):
        return target.read_text(errors="replace") == program
    wanted, present = program.stat(), target.stat()
    return wanted.st_size == present.st_size and wanted.st_mtime_ns == present.st_mtime_ns
