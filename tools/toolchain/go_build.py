"""Builds from Go modules. The go.mod and go.sum of a recipe pin and hash everything that is fetched.

Go's own build cache makes an interrupted build resume: what was compiled is not compiled again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tools.toolchain.recipes import MACHINE, SYSTEM, Recipe, ToolchainError
from tools.toolchain.store import Say, say

REPORT_SECONDS = 20


def go_build(recipe: Recipe, folder: Path) -> None:
    """Build the recipe's programs into ``folder``; raises ToolchainError with the compiler's last words."""
    go = shutil.which("go")
    if go is None:
        raise ToolchainError(
            f"{recipe.name} {recipe.version} has to be built here, and there is no Go. Install Go 1.26 or newer "
            "(Debian: apt-get install golang-go, or your site's package) and run this again"
        )
    environment = build_environment()
    say(f"{recipe.name} {recipe.version}: fetching Go modules")
    progress = Progress(recipe, *packages_to_compile(go, recipe, environment))
    progress.begin()
    flags = " ".join(f"-X {name}={value}" for name, value in recipe.variables.items())
    for program, package in recipe.packages.items():
        command = [go, "build", "-v", "-ldflags", f"-s -w {flags}".strip(), "-o", str(folder / program), package]
        run(command, recipe, environment, progress)
    progress.end()


def build_environment() -> dict[str, str]:
    """The caller's environment, for their proxies and caches, but none of their settings may change what is built.

    The cache's key does not know of these settings: what they make would be everybody's.
    """
    ours = {"GOFLAGS": "-mod=readonly -trimpath -buildvcs=false", "GOWORK": "off", "GOOS": SYSTEM, "GOARCH": MACHINE}
    return {**os.environ, **ours}


def packages_to_compile(go: str, recipe: Recipe, environment: dict[str, str]) -> tuple[int, int]:
    """How many packages Go has not compiled yet, and how many there are; fetches the modules as it goes."""
    command = [go, "list", "-deps", "-f", "{{.Stale}}", *recipe.packages.values()]
    done = subprocess.run(command, cwd=recipe.source, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolchainError(f"{recipe.name}: Go cannot resolve its modules:\n{last_lines(done.stderr)}")
    stale = done.stdout.split()
    return stale.count("true"), len(stale)


def run(command: list[str], recipe: Recipe, environment: dict[str, str], progress: Progress) -> None:
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
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-count:])


class Progress:
    """Says how far a build is: packages compiled of those to compile, and what the pace so far makes of the rest."""

    def __init__(self, recipe: Recipe, total: int, of: int, report: Say = say) -> None:
        self.label = f"{recipe.name} {recipe.version}"
        self.minutes = recipe.build_minutes * total / max(of, 1)
        self.total = total
        self.report = report
        self.count = 0

    def begin(self) -> None:
        self.started = self.reported = time.monotonic()
        # A program whose packages are all compiled still has to be linked, which takes seconds.
        much = f"about {self.minutes:.1f} min on two cores" if self.minutes > 0.5 else "less than a minute"
        self.report(f"{self.label}: building from source, {self.total} packages to compile: {much}")

    def step(self) -> None:
        self.count += 1
        now = time.monotonic()
        if now - self.reported < REPORT_SECONDS or not self.total:
            return
        self.reported = now
        share = min(self.count / self.total, 1)
        left = (now - self.started) * (1 - share) / share
        self.report(f"{self.label}: {share:.0%} compiled, at this pace {left / 60:.1f} min left, then linking")

    def end(self) -> None:
        self.report(f"{self.label}: built in {time.monotonic() - self.started:.0f} s")
