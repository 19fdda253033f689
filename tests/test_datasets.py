"""Data sets: the digits are the real ones; the drawn ones have the shapes they are named after."""

import hashlib
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from course_lib import datasets
from course_lib.datasets import Dataset, blobs, digits, moons, spirals, split, xor, xor_clouds

DRAWN = [moons, spirals, blobs]
# Facts of the source: class counts and the checksum of its file `optdigits.tes`.
COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


def _name(function):
    return function.__name__


drawn = pytest.mark.parametrize("draw", DRAWN, ids=_name)


def test_the_digits_written_back_as_text_are_the_file_of_the_source():
    X, Y, _ = digits()
    rows = np.column_stack([X * 16, Y.argmax(axis=1)]).astype(int).tolist()
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    assert hashlib.sha256(text.encode()).hexdigest() == SHA256


def test_the_digits_have_the_counts_and_the_range_that_the_source_states():
    X, Y, name = digits()
    assert (X.shape, Y.shape, name) == ((1797, 64), (1797, 10), "digits")
    assert X.dtype == Y.dtype == np.float64
    assert (X.min(), X.max()) == (0.0, 1.0)
    assert Y.sum(axis=0).tolist() == COUNTS
    assert (Y.sum(axis=1) == 1).all()


def test_the_first_digit_looks_like_a_zero():
    """Ink around, none in the middle, for whoever shuffles rows, columns or labels."""
    X, Y, _ = digits()
    image = X[0].reshape(8, 8)
    assert Y[0].argmax() == 0
    assert image[3:5, 3:5].sum() < 0.3 < image[3:5, [2, 5]].sum()
    assert image[1, 2:5].min() > 0.5


def test_a_nearest_neighbour_reads_the_digits():
    """Pixels and labels belong together: 98.8 % are next to one of their own kind."""
    X, Y, _ = digits()
    squares = (X**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * X @ X.T
    np.fill_diagonal(distance, np.inf)
    labels = Y.argmax(axis=1)
    assert np.mean(labels[distance.argmin(axis=1)] == labels) > 0.98


def test_each_call_gives_digits_of_its_own():
    first = digits()
    first.X[:] = 0.0
    assert digits().X.max() == 1.0


def test_the_licence_and_the_source_are_beside_the_digits():
    readme = datasets.resources.files("course_lib").joinpath("data", "README.md").read_text("utf-8")
    for fact in ("E. Alpaydin and C. Kaynak", "CC BY 4.0", "10.24432/C50P49", SHA256):
        assert fact in readme


def test_xor_is_the_exclusive_or():
    X, Y, name = xor()
    assert name == "xor"
    assert sorted(X.tolist()) == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [bool(y) for y in Y[:, 0]] == [bool(a) ^ bool(b) for a, b in X]
    assert Y.shape == (4, 1)


def test_moons_without_noise_are_two_half_circles():
    X, Y, _ = moons(400, noise=0.0, rng=np.random.default_rng(0))
    upper, lower = X[Y[:, 0] == 0], X[Y[:, 0] == 1]
    assert_allclose(np.hypot(*upper.T), 1)
    assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    assert_allclose(np.ptp(upper, axis=0), [2, 1], atol=0.05)
    assert_allclose(np.ptp(lower, axis=0), [2, 1], atol=0.05)


@pytest.mark.parametrize(("classes", "turns"), [(2, 1.0), (3, 0.5), (5, 2.0)])
def test_an_arm_of_a_spiral_turns_with_its_radius(classes, turns):
    X, Y, _ = spirals(300, noise=0.0, rng=np.random.default_rng(1), classes=classes, turns=turns)
    label = Y[:, 0] if classes == 2 else Y.argmax(axis=1)
    radius = np.hypot(*X.T)
    assert 0.1 <= radius.min() < 0.13
    assert 0.97 < radius.max() <= 1
    turned = np.arctan2(X[:, 1], X[:, 0]) / (2 * math.pi) - turns * radius - label / classes
    assert_allclose(turned, np.round(turned), atol=1e-12)  # equal up to whole turns


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_blobs_without_noise_are_their_centres(classes):
    X, Y, _ = blobs(3 * classes, noise=0.0, rng=np.random.default_rng(2), classes=classes)
    assert_allclose(np.hypot(*X.T), 1)
    assert_allclose(X[0], [1, 0])
    assert len(np.unique(np.round(X, 9), axis=0)) == classes
    assert_allclose(X[:classes].sum(axis=0), 0, atol=1e-12)
    assert np.array_equal(X[:classes], X[classes : 2 * classes])
    assert Y.shape == (3 * classes, 1 if classes == 2 else classes)


def test_two_blobs_overlap_by_a_few_per_cent():
    """The line x = 0 is two standard deviations from both centres: 2.28 % are beyond it."""
    X, Y, _ = blobs(40_000, noise=0.5, rng=np.random.default_rng(3))
    assert np.mean((X[:, 0] < 0) != (Y[:, 0] == 1)) == pytest.approx(0.0228, abs=0.003)


@drawn
def test_noise_is_a_standard_deviation_in_each_coordinate(draw):
    """The generator draws the shape before the noise, so the same seed gives the same shape."""
    quiet = draw(20_000, noise=0.0, rng=np.random.default_rng(4)).X
    loud = draw(20_000, noise=0.3, rng=np.random.default_rng(4)).X
    assert_allclose((loud - quiet).std(axis=0), 0.3, rtol=0.03)
    assert_allclose((loud - quiet).mean(axis=0), 0, atol=0.01)
    assert abs(np.corrcoef((loud - quiet).T)[0, 1]) < 0.03  # each coordinate has its own


@drawn
@pytest.mark.parametrize("samples", [2, 7, 100])
def test_the_classes_take_turns(draw, samples):
    X, Y, name = draw(samples, noise=0.1, rng=np.random.default_rng(5))
    assert X.shape == (samples, 2)
    assert Y.dtype == np.float64
    assert name == draw.__name__
    assert Y[:, 0].tolist() == [float(n % 2) for n in range(samples)]


@pytest.mark.parametrize("draw", [spirals, blobs], ids=_name)
def test_three_classes_are_one_hot(draw):
    Y = draw(8, noise=0.1, rng=np.random.default_rng(6), classes=3).Y
    assert np.array_equal(Y, np.eye(3)[[0, 1, 2, 0, 1, 2, 0, 1]])


@drawn
def test_the_seed_decides_the_draw(draw):
    X = draw(10, noise=0.1, rng=np.random.default_rng(7)).X
    assert np.array_equal(X, draw(10, noise=0.1, rng=np.random.default_rng(7)).X)
    assert not np.array_equal(X, draw(10, noise=0.1, rng=np.random.default_rng(8)).X)


@drawn
@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"samples": 0}, ValueError, "samples must be 2 or more, got 0; each class needs a sample"),
        ({"samples": -5}, ValueError, "samples must be 2 or more"),
        ({"samples": 2.5}, TypeError, "samples must be a whole number"),
        ({"noise": -0.1}, ValueError, "noise must be 0 or more.*standard deviation"),
        ({"noise": math.nan}, ValueError, "noise must be 0 or more"),
        ({"noise": "much"}, TypeError, "noise must hold real numbers"),
        ({"rng": 3}, TypeError, r"try rng=np\.random\.default_rng\(3\)"),
    ],
)
def test_a_bad_setting_is_named(draw, settings, error, message):
    settings = {"samples": 10, "noise": 0.1, "rng": np.random.default_rng(0)} | settings
    with pytest.raises(error, match=message):
        draw(settings.pop("samples"), **settings)


def test_too_few_classes_or_a_backward_turn_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="classes must be 2 or more, got 1"):
        blobs(10, noise=0.1, rng=rng, classes=1)
    with pytest.raises(ValueError, match="samples must be 5 or more, got 4"):
        spirals(4, noise=0.1, rng=rng, classes=5)
    with pytest.raises(ValueError, match="turns must be 0 or more"):
        spirals(10, noise=0.1, rng=rng, turns=-1)


def test_a_split_deals_out_every_sample_once_with_its_target():
    data = Dataset(np.arange(50.0)[:, None], np.arange(50.0)[:, None] * 2, "count")
    train, test = split(data, test_share=0.3, rng=np.random.default_rng(8))
    assert (len(train.X), len(test.X)) == (35, 15)
    assert (train.name, test.name) == ("count, train", "count, test")
    for part in (train, test):
        assert np.array_equal(part.Y, 2 * part.X)
    assert sorted(np.concatenate([train.X, test.X]).ravel()) == list(range(50))
    assert test.X.ravel().tolist() != list(range(15))
    assert np.array_equal(data.X.ravel(), np.arange(50))


def test_each_sample_is_tested_equally_often():
    data = Dataset(np.arange(6.0)[:, None], np.zeros((6, 1)), "count")
    rng = np.random.default_rng(9)
    tested = [split(data, test_share=1 / 3, rng=rng)[1].X.ravel() for _ in range(3000)]
    share = np.bincount(np.concatenate(tested).astype(int), minlength=6) / 3000
    assert_allclose(share, 1 / 3, atol=0.035)  # four standard errors


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.2, 1.2, 0.05, 0.95, math.nan])
def test_a_split_that_leaves_one_side_empty_is_refused(bad):
    with pytest.raises(ValueError, match=r"test_share must be .* of 4 samples; try"):
        split(xor(), test_share=bad, rng=np.random.default_rng(0))


def test_a_split_refuses_unequal_lengths_and_a_seed():
    data = Dataset(np.zeros((4, 2)), np.zeros((3, 1)), "odd")
    with pytest.raises(ValueError, match="X has 4 samples but Y has 3"):
        split(data, test_share=0.5, rng=np.random.default_rng(0))
    with pytest.raises(TypeError, match="must be a numpy Generator"):
        split(xor(), test_share=0.5, rng=0)


def test_the_xor_clouds_lie_around_the_four_points_and_have_their_classes():
    X, Y, name = xor_clouds(4000, noise=0.1, rng=np.random.default_rng(3))
    assert (name, X.shape, Y.shape) == ("xor clouds", (4000, 2), (4000, 1))
    corners = np.rint(X)
    np.testing.assert_array_equal(Y[:, 0], corners[:, 0] != corners[:, 1])
    assert np.unique(corners[:8], axis=0).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert_allclose((X - corners).std(axis=0), 0.1, rtol=0.05)
    assert_allclose((X - corners).mean(axis=0), 0.0, atol=0.01)


def test_xor_clouds_without_noise_are_the_four_points_in_turn():
    X, Y, _ = xor_clouds(10, noise=0.0, rng=np.random.default_rng(3))
    corners, classes, _ = xor()
    np.testing.assert_array_equal(X, np.concatenate([corners, corners, corners[:2]]))
    np.testing.assert_array_equal(Y, np.concatenate([classes, classes, classes[:2]]))


def test_fewer_than_four_samples_are_no_xor():
    with pytest.raises(ValueError, match="samples must be 4 or more"):
        xor_clouds(3, noise=0.0, rng=np.random.default_rng(3))
