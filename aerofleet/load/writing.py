"""Write data as YAML text, in the order of its keys."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.CSafeDumper):
    """Writes a value in full where it is used again: a reader of a manifest expects no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(data: Any, *, width: int = 80) -> str:
    """Return the text of one document. ``width``: columns after which a long text is folded."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=width)
    return text


def yaml_line(data: Any) -> str:
    """Return a value as YAML in one line, for a place inside another document."""
    text: str = yaml.safe_dump([data], default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.strip()[1:-1]
