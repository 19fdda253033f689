"""The moves on sums: each keeps the value, and does what its name says and no more."""

import sympy as sp

from course_lib import symbolic as sym
from course_lib.symbolic import notation as nt
from course_lib.symbolic import sums
from course_lib.symbolic.outputs import name_output

I1, J1, J2 = nt.prime(nt.i), nt.prime(nt.j), nt.prime(nt.j, 2)


def over(term, index):
    return sums.sum_over(term, index)


def test_a_delta_picks_its_term_and_other_sums_are_left_alone():
    delta = sp.KroneckerDelta(nt.i, I1)
    picked = over(nt.x[I1] * delta, I1) + over(sp.Integer(1), I1)
    assert sums.collapse(picked, I1) == nt.x[nt.i] + over(sp.Integer(1), I1)


def test_a_delta_of_another_index_is_left_alone():
    waiting = over(nt.y[J1] * sp.KroneckerDelta(nt.j, J1), J1)
    assert sums.collapse(waiting, I1) == waiting


def test_constants_and_a_common_minus_come_before_the_sum():
    total = over(-nt.x[nt.i] * nt.y[J1] - nt.x[nt.i] * nt.z[J1], J1)
    assert sums.pull_out(total) == -nt.x[nt.i] * over(nt.y[J1] + nt.z[J1], J1)


def test_factors_read_one_minus_y_and_squares_keep_their_value():
    y, x = nt.y[nt.j], nt.x[nt.i]
    turned = sums.pull_out((y - 1) * x * nt.m)
    assert turned.args == sp.Mul(-1, 1 - y, x, nt.m).args
    square = (y - 1) ** 2 * x
    assert sp.expand(sums.pull_out(square) - square) == 0
    assert sp.simplify(sums.pull_out(x / (y - 1)) + x / (1 - y)) == 0


def test_bound_indices_take_the_plain_name_only_where_it_is_free():
    assert sums.unprime(over(nt.y[J1], J1)) == over(nt.y[nt.j], nt.j)
    beside = nt.z[nt.j] * over(nt.y[J2], J2)
    assert sums.unprime(beside) == nt.z[nt.j] * over(nt.y[J1], J1)
    nested = over(nt.y[J1] * over(nt.z[J2], J2), J1)
    assert sums.unprime(nested) == over(nt.y[nt.j] * over(nt.z[J1], J1), nt.j)


def test_sums_over_one_range_merge_whatever_their_indices():
    merged = sums.merge(over(nt.y[J1], J1) - nt.m * over(nt.z[J2], J2))
    assert merged == over(nt.y[nt.j] - nt.m * nt.z[nt.j], nt.j)
    for unlike in (over(nt.y[J1], J1), over(nt.y[J1], J1) + nt.z[nt.j]):
        assert sums.merge(unlike) == unlike


def test_to_tidy_shortens_or_leaves_as_it_is():
    y, target = nt.y[nt.j], nt.target[nt.j]
    assert sums.tidy(target * (1 - y) - (1 - target) * y) == target - y
    for good in ((target - y) * y * (1 - y), 1 - y**2, (target - y) / nt.m):
        assert sums.tidy(good) == good


def test_a_free_index_takes_its_value_and_a_bound_one_stays():
    """The article's formula has j in both roles."""
    claim = sym.OneLayer().claimed("b").rhs + nt.z[nt.j]
    one = sums.write_out(claim, {nt.j: sp.Integer(1)})
    assert one == sym.OneLayer().claimed("b").rhs + nt.z[1]


def test_only_the_values_of_one_activation_at_its_own_sums_get_a_name():
    mixed = sym.sigmoid(nt.z[nt.j]) + sym.tanh(nt.z[nt.j]) + sym.sigmoid(nt.z1[nt.k])
    expected = nt.y[nt.j] + sym.tanh(nt.z[nt.j]) + sym.sigmoid(nt.z1[nt.k])
    assert name_output(mixed, sym.sigmoid) == expected
