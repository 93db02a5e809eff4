"""Calculate a written formula exactly, so that texts with figures can be compared with the figures."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil

OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
}
FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "ceil": lambda a: Fraction(ceil(a)),
    "min": min,
    "max": max,
    "round": lambda a: Fraction(round(float(a))),
    "power": lambda base, exponent: base ** int(exponent),
    "round_up": lambda a, unit: Fraction(ceil(a / unit)) * unit,
    "power_of_two": lambda a: Fraction(1 << max(0, ceil(a) - 1).bit_length()),
}


def reckon(formula: str, inputs: Mapping[str, int | float]) -> Fraction:
    """``formula``: + − × ÷, //, the functions above, and the names in ``inputs``; commas between digits are dropped."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", formula).replace("×", "*").replace("÷", "/")

    def value(node: ast.expr) -> Fraction:
        match node:
            case ast.Constant(value=int(number)):
                return Fraction(number)
            case ast.Name(id=name):
                return Fraction(inputs[name])
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return FUNCTIONS[name](*map(value, args))
        raise AssertionError(f"{formula}: {ast.dump(node)}")

    return value(ast.parse(text, mode="eval").body)
