"""Write a project of a platform team, or one more cell of it, from the templates that the product ships."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from aerofleet.authoring.generated import PROJECT_TEMPLATE, Texts, text_at, write_files, write_with_following
from aerofleet.authoring.product_pin import PINS, ProductPin, is_of_this_release, pins_text
from aerofleet.findings.stop import MistakeError
from aerofleet.load import read
from aerofleet.load.product_files import product_folder
from aerofleet.settings.source import STACKS

CELL = "templates/cell"
PROGRAM = Path("Pulumi.yaml")
"""The file that makes a folder a project. It is written last: without it a run that was cut off starts again."""
DESCRIPTION = "Aerospike clusters as a shared service"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""The names of projects that Pulumi allows."""
CELL_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
LEFT_BY_PROGRAMS = {"__pycache__", ".venv", ".aerofleet"}
"""Folders that Python and our own verbs leave in a template of a clone, or of an installed product."""


def is_project(root: Path) -> bool:
    return (root / PROGRAM).is_file()


def project_texts(name: str, description: str, pin: ProductPin | None) -> dict[Path, str]:
    """Return every file of a new project, below its folder; Pulumi.yaml is the last. Raises MistakeError.

    ``name``, ``description``: of the project. ``pin``: the product itself; None where it can't be known.
    """
    if not NAME.fullmatch(name):
        raise MistakeError(f"'{name}' is not a valid project name (letters, digits, _ . -): write one with --name")
    texts = filled(PROJECT_TEMPLATE.as_posix(), {"PROJECT": name, "DESCRIPTION": description})
    texts[PINS] = pins_text(pin)
    texts[PROGRAM] = texts.pop(PROGRAM)
    return texts


def refuse_cell_name(cell: str) -> None:
    """Raise MistakeError for what can't be the name of a cell."""
    if not CELL_NAME.fullmatch(cell):
        raise MistakeError(f"'{cell}' is not a valid cell name: a small letter, then small letters, digits, -")


def cell_texts(cell: str) -> dict[Path, str]:
    """Return the definitions of a new cell, below the project folder, without what follows from them."""
    return {STACKS / cell / path: text for path, text in filled(CELL, {"CELL": cell}).items()}


def filled(template: str, values: Mapping[str, str]) -> dict[Path, str]:
    """Return path → text of a template of the product, with the values in the place of their ``${KEY}``.

    `pulumi new` fills PROJECT and DESCRIPTION in the same way.
    """
    placeholder = re.compile(rf"\$\{{({'|'.join(values)})\}}")
    return {
        path: placeholder.sub(lambda match: values[match[1]], text)
        for path, text in template_files(product_folder(template))
    }


def template_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield (path below the folder, text) of each file of a template."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not LEFT_BY_PROGRAMS.intersection(path.parts):
            yield path, file.read_text(encoding="utf-8")


def new_project(root: Path, name: str | None, pin: ProductPin | None) -> list[Path]:
    """Write a project into ``root`` and return the new files. Files that are there already have to have the same text,
    so that a run that was cut off can be repeated. Raises MistakeError and LoadError; then nothing was written.

    ``name``: None for that of the folder. A Pulumi.yaml that is there, such as one of `pulumi new`, stays and names the
    project.
    """
    program = read(root / PROGRAM).data if is_project(root) else {}
    texts = project_texts(name or program.get("name") or root.name, program.get("description") or DESCRIPTION, pin)
    if program:
        del texts[PROGRAM]
    pinned = text_at(root / PINS) or ""
    if pin is None and is_of_this_release(pinned):
        del texts[PINS]
    refuse_others(root, {path: text for path, text in texts.items() if path != PINS or pinned != pins_text(None)})
    return written(root, texts, pin)


def new_cell(root: Path, cell: str) -> list[Path]:
    """Add a cell to the project in ``root``; return the new and changed files. Raises MistakeError; then nothing was
    written.
    """
    refuse_cell_name(cell)
    texts = cell_texts(cell)
    refuse_others(root, texts)
    return write_with_following(root, {path.as_posix(): text for path, text in texts.items()})


def refuse_others(root: Path, texts: Texts) -> None:
    """Raise MistakeError if a file is there with another text: nothing that a person wrote is ever replaced."""
    there = (path for path in texts if (root / path).exists() or (root / path).is_symlink())
    others = [path for path in there if not (root / path).is_file() or text_at(root / path) != texts[path]]
    if others:
        lines = "".join(f"\n  {path}" for path in others)
        raise MistakeError(f"nothing was written, because these files of {root} exist already and differ:{lines}")


def written(root: Path, texts: Texts, pin: ProductPin | None) -> list[Path]:
    """Write the files that are not there yet, in their order, after the wheel that they name."""
    copied = pin.copy_wheel(root) if pin else []
    return [*copied, *write_files(root, texts)]
