"""Small faults that a programmer could have made, one at a time, in a module's syntax tree.

A mutant is named by the node it changes, in the order of `ast.walk`, and what becomes of it; the
same source always gives the same mutants. Types, decorators, docstrings and sentences for people
(any text with a space in it, and so SQL too) are left as they are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
RECKONED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
FOR_TYPES_ONLY = ("cast", "TypeVar")


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, and what it does."""

    line: int
    last_line: int
    node: int
    change: int
    what: str


def _negated(test):
    return ast.UnaryOp(ast.Not(), test)


def _set(node, name, value):
    return lambda: setattr(node, name, value)


def _changes_of_value(node):  # noqa: C901, PLR0911 - one a kind of expression
    match node:
        case ast.Compare():
            return [
                (
                    f"{type(op).__name__} becomes {COMPARED[type(op)].__name__}",
                    lambda place=place, op=op: node.ops.__setitem__(place, COMPARED[type(op)]()),
                )
                for place, op in enumerate(node.ops)
            ]
        case ast.BoolOp(op=ast.And()):
            return [("and becomes or", _set(node, "op", ast.Or()))]
        case ast.BoolOp():
            return [("or becomes and", _set(node, "op", ast.And()))]
        case ast.BinOp() | ast.AugAssign() if type(node.op) in RECKONED:
            other = RECKONED[type(node.op)]
            what = f"{type(node.op).__name__} becomes {other.__name__}"
            return [(what, _set(node, "op", other()))]
        case ast.UnaryOp(op=ast.Not()):
            return [("a not is dropped", _set(node, "operand", _negated(node.operand)))]
        case ast.UnaryOp(op=ast.USub()):
            return [("a minus is dropped", _set(node, "op", ast.UAdd()))]
        case ast.IfExp():
            return [("a choice is turned round", _set(node, "test", _negated(node.test)))]
        case ast.comprehension() if node.ifs:
            turned = [_negated(node.ifs[0]), *node.ifs[1:]]
            return [("a filter is turned round", _set(node, "ifs", turned))]
        case ast.Constant(value=bool()):
            return [(f"{node.value} becomes {not node.value}", _set(node, "value", not node.value))]
        case ast.Constant(value=int()):
            return [(f"{node.value} becomes {node.value + 1}", _set(node, "value", node.value + 1))]
        case ast.Constant(value=str()) if " " not in node.value:
            return [(f"{node.value!r} is altered", _set(node, "value", node.value + "X"))]
        case ast.Constant(value=bytes()):
            return [(f"{node.value!r} is altered", _set(node, "value", node.value + b"X"))]
    return []


def _is_worth_dropping(statement):
    match statement:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            return True
        case ast.AugAssign() | ast.Raise() | ast.Delete():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return False


def _changes_of_statement(node):
    match node:
        case ast.If():
            changes = [("a condition is turned round", _set(node, "test", _negated(node.test)))]
        case ast.While():
            changes = [("a loop never runs", _set(node, "test", ast.Constant(value=False)))]
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            changes = [("None is returned", _set(node, "value", ast.Constant(value=None)))]
        case ast.Break():
            changes = [("break becomes continue", None)]
        case ast.Continue():
            changes = [("continue becomes break", None)]
        case _:
            changes = []
    if _is_worth_dropping(node):
        changes.append(("a statement is dropped", None))
    return changes


def _is_for_types(node):
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Assert() | ast.Import() | ast.ImportFrom():
            return True
    return False


def _kept(tree):
    """The nodes that stay as they are, with all below them."""
    kept = set()

    def keep(*nodes):
        kept.update(id(below) for node in nodes if node is not None for below in ast.walk(node))

    for node in ast.walk(tree):
        if _is_for_types(node):
            keep(node)
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                keep(*node.decorator_list, getattr(node, "returns", None))
            case ast.arg() | ast.AnnAssign():
                keep(node.annotation)
            case ast.Call(func=ast.Name(id=name)) if name in FOR_TYPES_ONLY:
                keep(node.args[0])
            case ast.Expr(value=ast.Constant()):
                keep(node)
            case ast.JoinedStr() if any(" " in str(getattr(v, "value", "")) for v in node.values):
                keep(node)
    return kept


def _replace(tree, old, new):
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and old in block:
                block[block.index(old)] = ast.copy_location(new, old)


def mutants(source):
    """All of a module's mutants."""
    tree = ast.parse(source)
    kept = _kept(tree)
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in kept:
            continue
        changes = [*_changes_of_value(node), *_changes_of_statement(node)]
        for change, (what, _) in enumerate(changes):
            line = node.target.lineno if isinstance(node, ast.comprehension) else node.lineno
            last = line if isinstance(node, ast.stmt) else getattr(node, "end_lineno", line)
            found.append(Mutant(line, last, number, change, what))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.node, mutant.change))


def mutated(source, mutant):
    """The module's tree with that fault in it."""
    tree = ast.parse(source)
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == mutant.node)
    changes = [*_changes_of_value(node), *_changes_of_statement(node)]
    _, act = changes[mutant.change]
    if act is not None:
        act()
    else:
        other = {ast.Break: ast.Continue, ast.Continue: ast.Break}.get(type(node), ast.Pass)
        _replace(tree, node, other())
    return ast.fix_missing_locations(tree)
