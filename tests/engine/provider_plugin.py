"""A Kubernetes provider plugin as the engine meets it: a process that prints its port and serves gRPC."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import yaml
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from google.rpc import status_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto.provider_pb2 import PropertyDiff

Values = dict[str, Any]

MARK, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's own marks for values on the wire."""

DIFF_KINDS = {number: name.lower().replace("_", "-") for name, number in PropertyDiff.Kind.items()}


class CaseLoader(yaml.SafeLoader):
    """YAML with ``!secret value`` and ``!unknown``."""


def _secret(loader: CaseLoader, node: yaml.Node) -> Values:
    if isinstance(node, yaml.ScalarNode):
        return {MARK: SECRET, "value": loader.construct_scalar(node)}
    return {MARK: SECRET, "value": loader.construct_mapping(node, deep=True)}


CaseLoader.add_constructor("!secret", _secret)
CaseLoader.add_constructor("!unknown", lambda _loader, _node: UNKNOWN)


def struct(values: Values | None) -> Struct:
    return json_format.ParseDict(values or {}, Struct())


def values(message: Struct) -> Values:
    read: Values = json_format.MessageToDict(message)
    return read


@dataclass
class Refusal(Exception):
    """The plugin's error. ``state`` is what it hands back of a resource that is there but not done."""

    message: str
    state: Values | None = None
    id: str = ""


@dataclass
class Engine(engine_pb2_grpc.EngineServicer):
    """The engine's side, as far as a plugin calls it: it keeps what is logged."""

    lines: list[str] = field(default_factory=list)

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> Empty:
        self.lines.append(request.message)
        return Empty()


@dataclass
class Plugin:
    """Calls in plain values; raises Refusal."""

    stub: provider_pb2_grpc.ResourceProviderStub
    engine: Engine
    version: str = ""

    @property
    def is_stand_in(self) -> bool:
        return "stand-in" in self.version

    def call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=120)
        except grpc.RpcError as error:
            raise _refusal(error) from None

    def configure(self, **options: str) -> None:
        variables = {f"kubernetes:config:{name}": value for name, value in options.items()}
        request = provider_pb2.ConfigureRequest(
            variables=variables, acceptSecrets=True, sends_old_inputs=True, sends_old_inputs_to_delete=True
        )
        self.call("Configure", request)

    def check(self, urn: str, olds: Values | None, news: Values) -> tuple[Values, list[str]]:
        answer = self.call("Check", provider_pb2.CheckRequest(urn=urn, olds=struct(olds), news=struct(news)))
        return values(answer.inputs), [failure.reason for failure in answer.failures]

    def diff(self, urn: str, id: str, state: Values, old_inputs: Values, news: Values) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            urn=urn, id=id, olds=struct(state), old_inputs=struct(old_inputs), news=struct(news)
        )
        answer: provider_pb2.DiffResponse = self.call("Diff", request)
        return answer

    def create(self, urn: str, inputs: Values, preview: bool = False) -> tuple[str, Values]:
        request = provider_pb2.CreateRequest(urn=urn, properties=struct(inputs), preview=preview)
        answer = self.call("Create", request)
        return answer.id, values(answer.properties)

    def update(
        self, urn: str, id: str, state: Values, old_inputs: Values, news: Values, preview: bool = False
    ) -> Values:
        request = provider_pb2.UpdateRequest(
            urn=urn, id=id, olds=struct(state), old_inputs=struct(old_inputs), news=struct(news), preview=preview
        )
        return values(self.call("Update", request).properties)

    def read(self, urn: str, id: str, state: Values | None, inputs: Values | None) -> tuple[str, Values, Values]:
        request = provider_pb2.ReadRequest(urn=urn, id=id, properties=struct(state), inputs=struct(inputs))
        answer = self.call("Read", request)
        return answer.id, values(answer.properties), values(answer.inputs)

    def delete(self, urn: str, id: str, state: Values, old_inputs: Values) -> None:
        request = provider_pb2.DeleteRequest(urn=urn, id=id, properties=struct(state), old_inputs=struct(old_inputs))
        self.call("Delete", request)


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::contract::{token}::{name}"


def _refusal(error: grpc.RpcError) -> Refusal:
    refusal = Refusal(str(error.details()))
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                failed = provider_pb2.ErrorResourceInitFailed()
                if detail.Unpack(failed):
                    refusal.state, refusal.id = values(failed.properties), failed.id
    return refusal


@contextmanager
def running(program: Path, env: Mapping[str, str]) -> Iterator[Plugin]:
    """Start the plugin beside an engine of its own; ends both."""
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    with subprocess.Popen([str(program), address], env=dict(env), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            assert port, f"{program} did not start"
            limit = 400 << 20
            options = [("grpc.max_receive_message_length", limit), ("grpc.max_send_message_length", limit)]
            with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
                plugin = Plugin(provider_pb2_grpc.ResourceProviderStub(channel), engine)
                plugin.version = plugin.call("GetPluginInfo", Empty()).version
                yield plugin
        finally:
            process.kill()
            server.stop(None)
