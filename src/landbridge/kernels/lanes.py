"""Eight numbers that go through the same operations at once: one for each of eight states of the network.

Arrays of lanes have eight columns of doubles, one a lane, and are read and written by rows (:func:`take`,
:func:`put`). Whatever vector unit the machine has is used; the operations and their order are the same on
all (a product and a sum are rounded once where one operation does both, and that is said here), so are the
results. A lane that holds no number (NaN) falls to the second choice of every comparison.
"""

import math
import operator
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import extending
from numba.core import cgutils, types
from numba.core.datamodel import models

WIDTH = 8
"""Lanes of a row."""

_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_WHOLE = ir.VectorType(ir.IntType(64), WIDTH)
_PLACE = ir.IntType(32)

_LEAST_EXPONENT, _GREATEST_EXPONENT = -700.0, 700.0
_EXP_TERMS = 12
"""Taylor terms of e^r for |r| <= ln 2 / 2: the next one is below 1e-16 of the sum."""
_LOG_TERMS = 11
"""Terms of ln m = 2 (s + s^3 / 3 + ...), s = (m - 1) / (m + 1), for m from sqrt(1/2) to sqrt(2)."""
_ROUND = 1.5 * 2.0**52
"""Added to a number and taken off again, it rounds; in between the lowest bits hold the whole number."""
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts, the first short enough that its whole multiples are exact."""
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD


intrinsic: Any = extending.intrinsic


class _LanesType(types.Type):
    """The type of a row of lanes inside kernels."""


LANES = _LanesType(name=f"Lanes{WIDTH}")


@extending.register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):
    """A row of lanes is one vector register, or several of a smaller machine."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)  # type: ignore[no-untyped-call]


def _same(value: float) -> Any:
    return ir.Constant(_VECTOR, [value] * WIDTH)


def _same_whole(value: int) -> Any:
    return ir.Constant(_WHOLE, [value] * WIDTH)


def _fuse(builder: Any, x: Any, y: Any, z: Any) -> Any:
    """``x * y + z``, rounded once."""
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
    name = f"llvm.fma.v{WIDTH}f64"
    operation = cgutils.get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]
    return builder.call(operation, [x, y, z])


def _find_row(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    start = builder.mul(row, ir.Constant(row.type, WIDTH))
    return builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())


@intrinsic
def take(typing_context, array, row):  # type: ignore[no-untyped-def]
    """Row ``row`` of an array of shape (n, 8), C order."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        found = builder.load(_find_row(context, builder, signature.args[0], *args))
        found.align = 8
        return found

    return LANES(array, types.intp), write


@intrinsic
def put(typing_context, array, row, value):  # type: ignore[no-untyped-def]
    """Write row ``row`` of an array of shape (n, 8), C order."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        stored = builder.store(args[2], _find_row(context, builder, signature.args[0], *args[:2]))
        stored.align = 8
        return context.get_dummy_value()

    return types.none(array, types.intp, LANES), write


@intrinsic
def spread(typing_context, value):  # type: ignore[no-untyped-def]
    """The same number in every lane."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        nothing = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(nothing, args[0], ir.Constant(_PLACE, 0))
        everywhere = ir.Constant(ir.VectorType(_PLACE, WIDTH), [0] * WIDTH)
        return builder.shuffle_vector(first, nothing, everywhere)

    return LANES(types.float64), write


@intrinsic
def lowest(typing_context, x):  # type: ignore[no-untyped-def]
    """The least number of all lanes."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        found = builder.extract_element(args[0], ir.Constant(_PLACE, 0))
        for lane in range(1, WIDTH):
            value = builder.extract_element(args[0], ir.Constant(_PLACE, lane))
            found = builder.select(builder.fcmp_ordered("<", value, found), value, found)
        return found

    return types.float64(LANES), write


def _pair(function: Any) -> Any:
    """An operation on two rows from what it writes."""

    @intrinsic
    def operation(typing_context, a, b):  # type: ignore[no-untyped-def]
        def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
            return function(builder, *args)

        return LANES(LANES, LANES), write

    return operation


least = _pair(lambda b, x, y: b.select(b.fcmp_ordered("<", x, y), x, y))
"""The lesser of two numbers in each lane."""
greatest = _pair(lambda b, x, y: b.select(b.fcmp_ordered(">", x, y), x, y))
"""The greater of two numbers in each lane."""


@intrinsic
def where_above(typing_context, x, bound, value, other):  # type: ignore[no-untyped-def]
    """``value`` in the lanes where ``x > bound``, ``other`` in the rest."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[2], args[3])

    return LANES(LANES, LANES, LANES, LANES), write


@intrinsic
def exp(typing_context, x):  # type: ignore[no-untyped-def]
    """e^x to the last bit or two; exponents beyond 700 either way, and none (NaN), count as -700 or 700."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        b = builder
        low, high = _same(_LEAST_EXPONENT), _same(_GREATEST_EXPONENT)
        x = b.select(b.fcmp_ordered(">", args[0], low), args[0], low)
        x = b.select(b.fcmp_ordered("<", x, high), x, high)
        shifted = _fuse(b, x, _same(1.0 / math.log(2.0)), _same(_ROUND))
        n = b.fsub(shifted, _same(_ROUND))
        rest = _fuse(b, n, _same(-_LN2_LOW), _fuse(b, n, _same(-_LN2_HIGH), x))
        total = _same(1.0 / math.factorial(_EXP_TERMS))
        for k in range(_EXP_TERMS - 1, -1, -1):
            total = _fuse(b, total, rest, _same(1.0 / math.factorial(k)))
        power = b.shl(b.bitcast(shifted, _WHOLE), _same_whole(52))
        return b.bitcast(b.add(b.bitcast(total, _WHOLE), power), _VECTOR)

    return LANES(LANES), write


@intrinsic
def log(typing_context, x):  # type: ignore[no-untyped-def]
    """ln x to the last bit or two for normal numbers above 0; some number for others."""

    def write(context, builder, signature, args):  # type: ignore[no-untyped-def]
        b = builder
        bits = b.bitcast(args[0], _WHOLE)
        power = b.ashr(b.sub(bits, _same_whole(_SQRT_HALF_BITS)), _same_whole(52))
        m = b.bitcast(b.sub(bits, b.shl(power, _same_whole(52))), _VECTOR)
        s = b.fdiv(b.fsub(m, _same(1.0)), b.fadd(m, _same(1.0)))
        square = b.fmul(s, s)
        total = _same(2.0 / (2 * _LOG_TERMS - 1))
        for k in range(2 * _LOG_TERMS - 3, 0, -2):
            total = _fuse(b, total, square, _same(2.0 / k))
        return _fuse(b, b.sitofp(power, _VECTOR), _same(math.log(2.0)), b.fmul(total, s))

    return LANES(LANES), write


def _write_operator(symbol: Any, function: Any) -> None:
    operation = _pair(function)

    @extending.overload(symbol)
    def choose(a, b):  # type: ignore[no-untyped-def]
        if a == LANES and b == LANES:
            return lambda a, b: operation(a, b)  # noqa: PLW0108 (Numba compiles this function)
        return None


_write_operator(operator.add, lambda b, x, y: b.fadd(x, y))
_write_operator(operator.sub, lambda b, x, y: b.fsub(x, y))
_write_operator(operator.mul, lambda b, x, y: b.fmul(x, y))
_write_operator(operator.truediv, lambda b, x, y: b.fdiv(x, y))
