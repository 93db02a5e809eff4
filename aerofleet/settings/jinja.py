"""Render the template of a tier.

The template is a scalar that was already parsed as YAML, so it can add no keys; its result is parsed by the type of the
field that it fills. It runs in Jinja's sandbox, unknown names are mistakes, and both the template and its result have
a size limit. Calls, loops and macros are refused: a tier computes a value, it is no program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment

from aerofleet.settings.template import TemplateMistakeError, UnknownInputError

MAX_TEMPLATE_CHARACTERS = 500
MAX_RESULT_CHARACTERS = 1000
TOO_DEEP = (RecursionError, SyntaxError, MemoryError)
"""Errors of Jinja's parser, and of Python's parser for the code from Jinja, on hundreds of brackets."""
FILTERS = ("int", "float", "round", "abs", "max", "min", "default", "lower", "upper")
REFUSED = (
    nodes.Call,
    nodes.For,
    nodes.Macro,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.CallBlock,
)


@lru_cache(maxsize=1)
def environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals = {}
    # `2 ** 99999`, `"x" * 10**9` and `"%999999999d" % 1`: the ways in which an expression without loops can still run
    # away.
    made.intercepted_binops = frozenset({"**", "*", "%"})
    of_numbers = {sign: _numbers_only(made.binop_table[sign]) for sign in ("*", "%")}
    made.binop_table = {**made.binop_table, "**": _no_power, **of_numbers}
    return made


def _no_power(left: Any, right: Any) -> Any:
    raise TemplateMistakeError("powers are not allowed in a template")


def _numbers_only(operator: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def checked(left: Any, right: Any) -> Any:
        for side in (left, right):
            if isinstance(side, Undefined):
                str(side)  # raises, and names the unknown name
            if not isinstance(side, (int, float)):
                raise TemplateMistakeError("only numbers can be multiplied or divided in a template")
        return operator(left, right)

    return checked


@lru_cache(maxsize=512)
def compiled(text: str) -> Template:
    """Return the compiled template. Raises TemplateMistakeError if it is too long, no Jinja, or more than an
    expression.
    """
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateMistakeError(f"a template has at most {MAX_TEMPLATE_CHARACTERS} characters")
    try:
        tree = environment().parse(text)
        refused = next(tree.find_all(REFUSED), None)
        if refused is not None:
            raise TemplateMistakeError(f"a template computes one value: no {type(refused).__name__.lower()} in it")
        return environment().from_string(text)
    except TemplateError as error:
        raise TemplateMistakeError(str(error)) from None
    except TOO_DEEP:
        raise TemplateMistakeError("it is nested too deeply") from None


def names_in(text: str) -> tuple[str, ...]:
    """Implement ``template.inputs_of``."""
    try:
        tree = environment().parse(text)
    except (TemplateError, *TOO_DEEP):
        return ()
    inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    chains = [node for node in tree.find_all((nodes.Getattr, nodes.Name)) if id(node) not in inner]
    return tuple(sorted({_dotted(chain) for chain in chains}))


def _dotted(node: Any) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def render_template(text: str, inputs: Mapping[str, Any]) -> str:
    """Implement ``template.render``."""
    try:
        result = compiled(text).render(inputs)
    except TemplateMistakeError:
        raise
    except UndefinedError as error:
        raise UnknownInputError(str(error).replace("'dict object'", "workload")) from None
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateMistakeError(str(error)) from None
    except TOO_DEEP:
        raise TemplateMistakeError("it is nested too deeply") from None
    if len(result) > MAX_RESULT_CHARACTERS:
        raise TemplateMistakeError(f"the result has more than {MAX_RESULT_CHARACTERS} characters")
    return result.strip()
