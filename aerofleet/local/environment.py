"""The environment variables with which plain `pulumi` works in the project folder."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from aerofleet.engine.file_backend import WITHOUT_ATTRIBUTES
from aerofleet.local.state import State


def path_with(folders: Iterable[Path], path: str) -> str:
    """Return PATH with ``folders`` first, without duplicates however often it is extended."""
    first = [str(folder) for folder in folders]
    return os.pathsep.join([*first, *(part for part in path.split(os.pathsep) if part and part not in first)])


def tool_variables(bin_folder: Path) -> dict[str, str]:
    """Return the variables for the engine, its plugins and this project's commands; none depends on a cluster."""
    return {
        "PATH": path_with((bin_folder, Path(sys.executable).parent), os.environ.get("PATH", os.defpath)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def embedded_variables(state: State, pulumi_home: Path | None = None) -> dict[str, str]:
    """Return the variables for the embedded control plane, with a file backend of its own for its stacks.

    Only these stacks get a backend from us: for every real cell `pulumi login` or the person's own variables choose it.
    ``pulumi_home``: the home with the stand-in plugin, which works only with the embedded control plane.
    """
    return {
        **({"PULUMI_HOME": str(pulumi_home)} if pulumi_home else {}),
        "KUBECONFIG": str(state.kubeconfig),
        "PULUMI_BACKEND_URL": f"{state.backend.as_uri()}?{WITHOUT_ATTRIBUTES}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(state.passphrase),
    }


OVERRULING = ("PULUMI_CONFIG_PASSPHRASE",)
"""Variables to remove beside :func:`embedded_variables`: the engine would prefer a person's own passphrase to the
file, and nobody else could open the stack again."""


def shell_exports(bin_folder: Path, state: State | None, pulumi_home: Path | None) -> str:
    """Return the lines with which a shell sets all variables, those of an embedded control plane only if there is one.

    ``bin_folder``: the folder of the engine. ``pulumi_home``: see :func:`embedded_variables`.
    """
    variables = tool_variables(bin_folder)
    if state is None:
        return exports(variables)
    lines = exports(variables | embedded_variables(state, pulumi_home))
    return lines + "".join(f"unset {name}\n" for name in OVERRULING)


def exports(variables: Mapping[str, str]) -> str:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
