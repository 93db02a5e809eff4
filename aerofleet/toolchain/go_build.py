"""Build programs from Go modules. The go.mod and go.sum of a recipe pin and hash everything that is fetched.

An interrupted build resumes: packages that are in Go's own build cache are not compiled again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from aerofleet.toolchain.recipes import MACHINE, SYSTEM, Recipe, ToolchainError
from aerofleet.toolchain.store import print_progress

REPORT_SECONDS = 20


def go_build(recipe: Recipe, folder: Path) -> None:
    """Build the recipe's programs into ``folder``. Raises ToolchainError with the last lines of the compiler."""
    go = shutil.which("go")
    if go is None:
        raise ToolchainError(
            f"{recipe.name} {recipe.version} has to be built from source, and `go` is not on PATH. Install Go 1.26 or "
            "newer (Debian: apt-get install golang-go, or your site's package) and run this again"
        )
    environment = build_environment()
    print_progress(f"{recipe.name} {recipe.version}: fetching Go modules")
    progress = Progress(recipe, *packages_to_compile(go, recipe, environment))
    progress.begin()
    flags = " ".join(f"-X {name}={value}" for name, value in recipe.variables.items())
    for program, package in recipe.packages.items():
        command = [go, "build", "-v", "-ldflags", f"-s -w {flags}".strip(), "-o", str(folder / program), package]
        run(command, recipe, environment, progress)
    progress.end()


def build_environment() -> dict[str, str]:
    """Return the caller's environment, with their proxies and caches, and fixed values for what changes a build.

    The key of the cache does not include the caller's settings: a program that they change would be used by everybody.
    """
    fixed = {"GOFLAGS": "-mod=readonly -trimpath -buildvcs=false", "GOWORK": "off", "GOOS": SYSTEM, "GOARCH": MACHINE}
    return {**os.environ, **fixed}


def packages_to_compile(go: str, recipe: Recipe, environment: dict[str, str]) -> tuple[int, int]:
    """Return how many packages Go has not compiled yet, and how many there are in all. Fetches the modules."""
    command = [go, "list", "-deps", "-f", "{{.Stale}}", *recipe.packages.values()]
    done = subprocess.run(command, cwd=recipe.source, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolchainError(f"{recipe.name}: Go cannot resolve its modules:\n{last_lines(done.stderr)}")
    stale = done.stdout.split()
    return stale.count("true"), len(stale)


def run(command: list[str], recipe: Recipe, environment: dict[str, str], progress: Progress) -> None:
    """Run a Go build to its end. Raises ToolchainError."""
    with subprocess.Popen(
        command, cwd=recipe.source, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as build:
        lines: list[str] = []
        for line in build.stderr or ():
            lines.append(line)
            progress.step()
    if build.returncode:
        raise ToolchainError(f"{recipe.name}: the Go build failed:\n{last_lines(''.join(lines))}")


def last_lines(text: str, count: int = 15) -> str:
    """Return the last lines of the text, indented."""
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-count:])


class Progress:
    """Prints how far a build is: the share of packages that are compiled, and the minutes left at the pace so far."""

    def __init__(self, recipe: Recipe, to_compile: int, packages: int) -> None:
        self.label = f"{recipe.name} {recipe.version}"
        self.expected_minutes = recipe.build_minutes * to_compile / max(packages, 1)
        self.to_compile = to_compile
        self.compiled = 0

    def begin(self) -> None:
        self.started = self.reported = time.monotonic()
        # A program whose packages are all compiled still has to be linked, which takes seconds.
        minutes = self.expected_minutes
        duration = f"about {minutes:.1f} min on two cores" if minutes > 0.5 else "less than a minute"
        print_progress(f"{self.label}: building from source, {self.to_compile} packages to compile: {duration}")

    def step(self) -> None:
        self.compiled += 1
        now = time.monotonic()
        if now - self.reported < REPORT_SECONDS or not self.to_compile:
            return
        self.reported = now
        share = min(self.compiled / self.to_compile, 1)
        seconds_left = (now - self.started) * (1 - share) / share
        print_progress(
            f"{self.label}: {share:.0%} compiled, at this pace {seconds_left / 60:.1f} min left, then linking"
        )

    def end(self) -> None:
        print_progress(f"{self.label}: built in {time.monotonic() - self.started:.0f} s")
