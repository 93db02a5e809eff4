"""A small Pulumi language host for Python, for machines that cannot download the official one.

The engine starts it as `pulumi-language-python`, reads the port from the first line of its output, and calls it over
gRPC to run programs and policy packs. Everything runs on the interpreter that runs the host: the project's own.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import IO

SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])


def leave_out_the_sdk() -> None:
    """Make `pulumi.runtime.proto` importable without running `pulumi/__init__.py`.

    The engine starts a host twice in each run. A host needs only a few gRPC stubs; to import the rest of the SDK takes
    half of the host's start.
    """
    for name in ("pulumi", "pulumi.runtime"):
        package = ModuleType(name)
        package.__path__ = [str(SITE_PACKAGES.joinpath(*name.split(".")))]
        sys.modules[name] = package


if __name__ == "__main__":
    leave_out_the_sdk()

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as lang
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer, add_LanguageRuntimeServicer_to_server

ERROR_ALREADY_SHOWN = 32
"""The SDK's start script exits with this code when it has shown the user the error already."""


class LanguageHost(LanguageRuntimeServicer):
    """Answers the engine's calls. ``engine``: the address to which programs and packs report."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def Handshake(
        self, request: lang.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> lang.LanguageHandshakeResponse:
        self.engine = request.engine_address
        return lang.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(
        self, request: lang.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> lang.GetRequiredPackagesResponse:
        packages = [
            plugin_pb2.PackageDependency(
                name=plugin["name"], kind="resource", version=plugin["version"], server=plugin.get("server", "")
            )
            for plugin in required_plugins()
        ]
        return lang.GetRequiredPackagesResponse(packages=packages)

    def GetRequiredPlugins(
        self, request: lang.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> lang.GetRequiredPluginsResponse:
        plugins = [
            plugin_pb2.PluginDependency(
                name=plugin["name"], kind="resource", version=plugin["version"], server=plugin.get("server", "")
            )
            for plugin in required_plugins()
        ]
        return lang.GetRequiredPluginsResponse(plugins=plugins)

    def About(self, request: lang.AboutRequest, context: grpc.ServicerContext) -> lang.AboutResponse:
        return lang.AboutResponse(
            executable=sys.executable, version=platform.python_version(), metadata={"host": "aerofleet"}
        )

    def InstallDependencies(
        self, request: lang.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[lang.InstallDependenciesResponse]:
        folder = request.info.program_directory or request.directory
        if not (Path(folder) / "uv.lock").exists():
            return
        child = subprocess.Popen(
            ["uv", "sync", "--frozen"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for stream, chunk in output_of(child):
            yield lang.InstallDependenciesResponse(**{stream: chunk})
        if child.wait():
            context.abort(grpc.StatusCode.UNKNOWN, f"uv sync --frozen in {folder} ended with {child.returncode}")

    def Run(self, request: lang.RunRequest, context: grpc.ServicerContext) -> lang.RunResponse:
        """Run a program to its end. Its output goes to the host's own output, where the engine reads it."""
        environment = {
            **os.environ,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        folder = request.info.program_directory
        child = subprocess.Popen(
            self.command(request), cwd=folder or request.pwd or None, env=environment, stdin=subprocess.DEVNULL
        )
        context.add_callback(lambda: stop(child))
        code = child.wait()
        if code == 0:
            return lang.RunResponse()
        if code == ERROR_ALREADY_SHOWN:
            return lang.RunResponse(bail=True)
        return lang.RunResponse(error=f"the program ended with exit code {code}")

    def command(self, request: lang.RunRequest) -> list[str]:
        """Return the command that runs the program of the request through the SDK's start script."""
        script = shutil.which("pulumi-language-python-exec")
        if script is None:
            raise FileNotFoundError("pulumi-language-python-exec is not on PATH: run `make up`, or `aerofleet env`")
        options = {
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        arguments = [argument for name, value in options.items() if value for argument in (f"--{name}", value)]
        program = Path(request.info.program_directory or request.pwd) / (request.info.entry_point or request.program)
        return [sys.executable, "-u", script, *arguments, str(program), *request.args]

    def RunPlugin(
        self, request: lang.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[lang.RunPluginResponse]:
        """Run a policy pack or a provider that is a Python program; stream its output."""
        program = Path(request.info.program_directory) / (request.info.entry_point or ".")
        environment = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        child = subprocess.Popen(
            [sys.executable, "-u", str(program), *request.args],
            cwd=request.pwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        # The engine ends a pack by cancelling the call.
        context.add_callback(lambda: stop(child))
        for stream, chunk in output_of(child):
            yield lang.RunPluginResponse(stdout=chunk) if stream == "stdout" else lang.RunPluginResponse(stderr=chunk)
        yield lang.RunPluginResponse(exitcode=child.wait())


def required_plugins() -> list[dict[str, str]]:
    """Return the resource plugins that the installed Python packages name: `name`, `version` and `server` of each."""
    plugins = [json.loads(path.read_text()) for path in sorted(SITE_PACKAGES.glob("*/pulumi-plugin.json"))]
    return [plugin for plugin in plugins if plugin.get("resource")]


def output_of(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield a program's output while it runs: (``stdout`` or ``stderr``, chunk)."""
    chunks: SimpleQueue[tuple[str, bytes]] = SimpleQueue()

    def read_stream(name: str, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 1 << 16):
            chunks.put((name, chunk))
        chunks.put((name, b""))

    pipes = {"stdout": child.stdout, "stderr": child.stderr}
    for name, pipe in pipes.items():
        if pipe is not None:
            threading.Thread(target=read_stream, args=(name, pipe), daemon=True).start()
    open_pipes = len(pipes)
    while open_pipes:
        name, chunk = chunks.get()
        if chunk:
            yield name, chunk
        else:
            open_pipes -= 1


def stop(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        child.terminate()


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    add_LanguageRuntimeServicer_to_server(LanguageHost(engine=sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # The engine interrupts a host that it no longer needs. It also keeps the other end of the host's standard input
    # open: when that closes, the engine was killed, and no interrupt will come.
    with suppress(KeyboardInterrupt):
        sys.stdin.buffer.read()
    server.stop(grace=None).wait()


if __name__ == "__main__":
    main()
