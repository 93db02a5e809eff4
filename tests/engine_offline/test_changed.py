"""Two renderings of the same cells, compared object by object within their stacks."""

from __future__ import annotations

from typing import Any

from aerofleet.engine.changed import StackChange, changes


def entry(stack: str, name: str, **content: Any) -> tuple[str, dict[str, Any]]:
    return stack, {"kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}, **content}


def test_objects_are_compared_within_their_stack() -> None:
    before = [entry("a", "same", x=1), entry("a", "edited", x=1), entry("a", "other"), entry("b", "kept")]
    after = [entry("b", "kept"), entry("b", "other"), entry("a", "edited", x=2), entry("a", "same", x=1)]
    assert changes(before, after) == {
        "a": StackChange(changed=("ConfigMap n/edited",), deleted=("ConfigMap n/other",)),
        "b": StackChange(created=("ConfigMap n/other",)),
    }


def test_what_goes_to_another_stack_of_its_cell_is_neither_deleted_nor_made() -> None:
    before = [entry("c.blue", "cart", x=1), entry("c.blue", "ledger", x=1)]
    after = [entry("c.green", "cart", x=1), entry("c.green", "ledger", x=2)]
    assert changes(before, after) == {
        "c.blue": StackChange(left=("ConfigMap n/cart to c.green", "ConfigMap n/ledger to c.green")),
        "c.green": StackChange(
            changed=("ConfigMap n/ledger",), arrived=("ConfigMap n/cart from c.blue", "ConfigMap n/ledger from c.blue")
        ),
    }


def test_the_same_name_under_another_version_is_another_resource() -> None:
    before, after = entry("a", "x", apiVersion="v1beta1"), entry("a", "x", apiVersion="v1")
    assert changes([before], [after]) == {"a": StackChange(created=("ConfigMap n/x",), deleted=("ConfigMap n/x",))}
