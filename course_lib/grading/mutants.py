"""Single-edit mutants of a function: the small mistakes of many learners, made by machine.

A sign, a factor dropped or doubled, + for -, > for >=, a mean for a sum, an axis swapped or
forgotten, a transpose missing or added, off by one, another constant, a line dropped.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_OTHER_OPERATOR: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
}
_OTHER_COMPARISON: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_OTHER_NAME = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "zeros": "ones",
    "ones": "zeros",
}


@dataclass(frozen=True)
class Mutant:
    """A function with one edit: the statement before and after, and the function's new code."""

    before: str
    after: str
    code: str

    @property
    def edit(self) -> str:
        """The edit on one line, as a spec names it: "before -> after"."""
        return f"{self.before} -> {self.after}"


def mutants(source: str, name: str) -> list[Mutant]:
    """Return every single-edit mutant of the function `name` in a source, each code once.

    Raises
    ------
    ValueError
        If the source does not define the function.
    """
    tree = ast.parse(source)
    function = next(
        (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name), None
    )
    if function is None:
        raise ValueError(f"the source does not define {name}")
    found: dict[str, Mutant] = {}
    for statement in list(_statements(function)):
        for mutant in _of_statement(function, statement):
            found.setdefault(mutant.code, mutant)
    found.pop(ast.unparse(function), None)
    return list(found.values())


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Yield every statement of the body but the docstring; what an error says is not graded."""
    documented = ast.get_docstring(function) is not None
    for node in ast.walk(function):
        own = node is not function and not (documented and node is function.body[0])
        if own and isinstance(node, ast.stmt):
            yield node


def _of_statement(function: ast.FunctionDef, statement: ast.stmt) -> Iterator[Mutant]:
    yield _edited(function, statement, statement, ast.Pass())
    if isinstance(statement, ast.Raise):
        return
    for node in list(_own_nodes(statement)):
        for change in _CHANGES:
            for replacement in list(change(node)):
                yield _edited(function, statement, node, replacement)


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes of a statement but not those of the statements inside it."""
    yield statement
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt):
            yield from ast.walk(child)


def _edited(
    function: ast.FunctionDef, statement: ast.stmt, node: ast.AST, replacement: ast.AST
) -> Mutant:
    """Write the function with another node in the place of one; then put that one back."""
    before = _first_line(statement)
    put = _place(function, node)
    put(replacement)
    code = ast.unparse(ast.fix_missing_locations(function))
    if isinstance(replacement, ast.Pass):
        after = "(dropped)"
    else:
        after = _first_line(replacement if statement is node else statement)
    put(node)
    return Mutant(before, after, code)


def _place(function: ast.FunctionDef, node: ast.AST) -> Callable[[ast.AST], None]:
    """Return what puts another node where this one stands."""
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if value is node:
                return functools.partial(setattr, parent, field)
            if isinstance(value, list):
                for place, item in enumerate(value):
                    if item is node:
                        return functools.partial(value.__setitem__, place)
    raise ValueError("the node is not in the function")


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]


# Each change takes a node and yields what may stand in its place.


def _operator(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        for other in _OTHER_OPERATOR.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)


def _dropped_factor(node: ast.AST) -> Iterator[ast.AST]:
    """Drop one side of a product, a quotient, a sum or a power."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        yield node.left
        if not isinstance(node.op, (ast.Div, ast.Pow)):
            yield node.right


def _sign(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    if isinstance(node, ast.Return) and isinstance(node.value, (ast.BinOp, ast.Name, ast.Call)):
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        yield ast.Assign(node.targets, ast.UnaryOp(ast.USub(), node.value))


def _doubled(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.Return, ast.Assign)) and isinstance(node.value, ast.BinOp):
        twice = ast.BinOp(ast.Constant(2), ast.Mult(), node.value)
        yield ast.Return(twice) if isinstance(node, ast.Return) else ast.Assign(node.targets, twice)


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _OTHER_COMPARISON.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other()], node.comparators)


def _called_name(node: ast.AST) -> Iterator[ast.AST]:
    """Yield np.mean(x) for np.sum(x), and x.mean() for x.sum()."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        other = _OTHER_NAME.get(node.func.attr)
        if other:
            func = ast.Attribute(node.func.value, other, node.func.ctx)
            yield ast.Call(func, node.args, node.keywords)


def _axis(node: ast.AST) -> Iterator[ast.AST]:
    """Swap the axis of a call, and forget it."""
    if not isinstance(node, ast.Call):
        return
    for word in node.keywords:
        if word.arg == "axis" and isinstance(word.value, ast.Constant):
            others = [other for other in node.keywords if other is not word]
            swapped = ast.keyword("axis", ast.Constant(0 if word.value.value else 1))
            yield ast.Call(node.func, node.args, [*others, swapped])
            yield ast.Call(node.func, node.args, others)


def _transpose(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not (isinstance(operand, ast.Attribute) and operand.attr == "T"):
                turned = ast.Attribute(operand, "T", ast.Load())
                yield ast.BinOp(
                    turned if side == "left" else node.left,
                    node.op,
                    turned if side == "right" else node.right,
                )
        yield ast.BinOp(node.right, node.op, node.left)


def _constant(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the constant off by one, and half and double of it."""
    number: Any = node.value if isinstance(node, ast.Constant) else None
    if type(number) in (int, float):
        for other in dict.fromkeys((number + 1, number - 1, 2 * number)):
            if other != number:
                yield ast.Constant(other)


def _off_by_one(node: ast.AST) -> Iterator[ast.AST]:
    """Yield len(x) - 1 for len(x), and range(n - 1) for range(n)."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
        return
    if node.func.id == "len":
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))
    if node.func.id == "range":
        less = ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))
        yield ast.Call(node.func, [*node.args[:-1], less], [])


def _dropped_call(node: ast.AST) -> Iterator[ast.AST]:
    """Yield x for abs(x), np.sqrt(x), x.copy(): a call of one thing forgotten."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield node.args[0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value


_CHANGES: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    *(_operator, _dropped_factor, _sign, _doubled, _comparison, _called_name, _axis),
    *(_transpose, _constant, _off_by_one, _dropped_call),
)
