"""Finds an arithmetic expression in a text and evaluates it."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any, cast

_WORDS = (
    (re.compile(r"\bplus\b", re.I), "+"),
    (re.compile(r"\bminus\b", re.I), "-"),
    (re.compile(r"\b(?:times|multiplied by)\b|×", re.I), "*"),
    (re.compile(r"\bdivided by\b|÷", re.I), "/"),
    (re.compile(r"\bto the power of\b|\^", re.I), "**"),
    (re.compile(r"(?<=\d)\s{1,9}x\s{1,9}(?=\d)", re.I), "*"),
)
# All repetitions are bounded, so that the time of a search is linear in the length of the text.
_OPERAND = r"\({0,9}-?\d{1,12}(?:\.\d{1,6})?\){0,9}"
_EXPRESSION = re.compile(
    rf"(?<![\w.]){_OPERAND}(?:\s{{0,9}}(?:\*\*|[-+*/%])\s{{0,9}}{_OPERAND}){{1,20}}(?![\w.]{{0,20}}\w)"
)
_MAX_TEXT = 2_000
"""Only this many characters are searched: a question has its expression near the start."""
# Dates and phone numbers look like subtractions.
_NOT_AN_EXPRESSION = re.compile(r"\d{4}-\d\d-\d\d|\d{3}-\d{3,4}(?:-\d{4})?|\d{1,4}/\d{1,4}/\d{1,4}")
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
    ast.Mod: operator.mod,
    ast.Pow: lambda left, right: left**right,
}


def find_expression(text: str) -> str | None:
    """Return the first expression in *text* in Python's notation, such as `2+2` for "What is 2 plus 2?"."""
    text = text[:_MAX_TEXT]
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    found = _EXPRESSION.search(_NOT_AN_EXPRESSION.sub(" ", text))
    return found[0] if found and found[0].count("(") == found[0].count(")") else None


def evaluate(expression: str) -> float | int | None:
    """Return the value of an expression of plain numbers, or `None` if it is undefined or too large to print."""
    try:
        value = _value(ast.parse(expression, mode="eval").body)
    except (ArithmeticError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return round(value, 10) if isinstance(value, float) else value


def solve(text: str) -> str | None:
    """Return `2+2 = 4.` for a text that contains an expression."""
    expression = find_expression(text)
    if expression is None:
        return None
    value = evaluate(expression)
    return None if value is None else f"{expression} = {value}."


def _value(node: ast.AST) -> float | int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and (abs(left) > 1e6 or abs(right) > 64):
            raise OverflowError("too large")
        result = _OPERATORS[type(node.op)](left, right)
        if isinstance(cast(Any, result), complex) or abs(result) > 1e300:
            raise OverflowError("too large")
        return result
    raise ValueError("not an expression")
