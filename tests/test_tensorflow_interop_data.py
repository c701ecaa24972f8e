"""Arrays in tf.data, Keras, optimizers and tf.distribute; uses public names only."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import ArraySpec

X = numpy.arange(1.0, 7).reshape(2, 3)


def matrix(dtype: str = "float64"):
    return np.array(X.astype(dtype))


def random(*shape: int):
    return np.array(numpy.random.default_rng(0).random(shape, "float32"))


# tf.data


def test_slices_of_arrays_are_arrays() -> None:
    dataset = tf.data.Dataset.from_tensor_slices({"x": matrix(), "label": np.array([0, 1])})
    assert dataset.element_spec == {"x": ArraySpec([3], "float64"), "label": ArraySpec([], "int64")}
    rows = list(dataset)
    for i, row in enumerate(rows):
        assert isinstance(row["x"], np.ndarray)
        numpy.testing.assert_array_equal(row["x"], X[i])
        assert int(row["label"]) == i


def test_map_batch_unbatch_filter_zip() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(matrix()).map(lambda row: np.sin(row) * 2)
    (batch,) = dataset.batch(2)
    assert isinstance(batch, np.ndarray)
    numpy.testing.assert_allclose(batch, numpy.sin(X) * 2)
    rows = list(dataset.batch(2).unbatch().filter(lambda row: row[0] > 0))
    assert len(rows) == 1
    pairs = list(tf.data.Dataset.zip((dataset, tf.data.Dataset.range(2))))
    assert isinstance(pairs[1][0], np.ndarray) and isinstance(pairs[1][1], tf.Tensor)


def test_datasets_of_tensors_may_be_mapped_to_arrays() -> None:
    dataset = tf.data.Dataset.range(5).map(lambda i: np.asarray(i) * 2).batch(5, drop_remainder=True)
    assert dataset.element_spec == ArraySpec([5], "int64")
    numpy.testing.assert_array_equal(next(iter(dataset)), numpy.arange(5) * 2)


def test_repeat_shuffle_prefetch_window_and_interleave() -> None:
    dataset = tf.data.Dataset.from_tensors(matrix()).repeat(3).shuffle(3).prefetch(1)
    assert [batch.shape for batch in dataset.batch(2)] == [(2, 2, 3), (1, 2, 3)]
    slices = tf.data.Dataset.from_tensor_slices(matrix())
    windows = [list(window) for window in slices.window(1)]
    numpy.testing.assert_array_equal(windows[1][0], X[1])
    interleaved = slices.interleave(lambda row: tf.data.Dataset.from_tensors(row))
    assert len(list(interleaved)) == 2


def test_generators() -> None:
    spec = ArraySpec([2, 3], "float64")
    dataset = tf.data.Dataset.from_generator(lambda: iter([matrix(), matrix() * 2]), output_signature=spec)
    numpy.testing.assert_array_equal(list(dataset)[1], X * 2)


def test_reduce_and_scan() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(matrix())
    total = dataset.reduce(np.array([0.0, 0, 0]), lambda state, row: state + row)
    assert isinstance(total, np.ndarray)
    numpy.testing.assert_array_equal(total, X.sum(0))
    assert float(dataset.reduce(np.array(0.0), lambda state, row: state + row[0])) == 5.0
    running = list(dataset.scan(np.array([0.0, 0, 0]), lambda state, row: (state + row, state + row)))
    numpy.testing.assert_array_equal(running[1], X.sum(0))


def test_a_state_that_grows_is_refused() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(matrix())
    with pytest.raises(TypeError, match="must match the initial state"):
        dataset.reduce(np.array([0.0]), lambda state, row: np.asarray(tf.concat([state, row], 0)))


def test_loop_over_a_dataset_in_a_function() -> None:
    @tf.function
    def f(dataset, start):
        total = start
        for row in dataset:
            total = total + row
        return total

    total = f(tf.data.Dataset.from_tensor_slices(matrix()), np.array([1.0, 1, 1]))
    assert isinstance(total, np.ndarray)
    numpy.testing.assert_array_equal(total, X.sum(0) + 1)


def test_what_tf_data_does_for_tensors_only_says_so() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(matrix())
    with pytest.raises(TypeError, match="not supported for datasets that produce values of type"):
        dataset.as_numpy_iterator()
    with pytest.raises(TypeError, match="only supported for datasets that produce tensor elements"):
        dataset.padded_batch(2)
    numpy.testing.assert_array_equal(next(dataset.map(tf.convert_to_tensor).as_numpy_iterator()), X[0])


# Keras


def test_layers_and_losses() -> None:
    x = random(4, 3)
    layer = tf.keras.layers.Dense(2)
    numpy.testing.assert_allclose(layer(x), x.numpy() @ layer.kernel.numpy(), rtol=1e-5)
    assert float(tf.keras.losses.MeanSquaredError()(x, x + 1)) == pytest.approx(1.0)
    assert float(tf.keras.losses.MeanAbsoluteError()(x, x - 2)) == pytest.approx(2.0)
    normalize = tf.keras.layers.Normalization()
    normalize.adapt(x)
    assert abs(float(tf.reduce_mean(normalize(x)))) < 1e-5


def test_arrays_as_gradients_of_optimizers() -> None:
    variable = tf.Variable(X)
    tf.keras.optimizers.SGD(0.5).apply_gradients([(matrix() * 2, variable)])
    numpy.testing.assert_allclose(variable, X - X)
    adam = tf.keras.optimizers.Adam(0.1)
    adam.apply([matrix()], [variable])
    numpy.testing.assert_allclose(variable, -0.1 * numpy.ones((2, 3)), rtol=1e-4)
    step = tf.function(lambda g: adam.apply([g], [variable]))
    step(matrix())
    numpy.testing.assert_allclose(variable, -0.2 * numpy.ones((2, 3)), rtol=1e-4)


def test_a_training_step_of_ones_own() -> None:
    weights = tf.Variable(numpy.zeros((3, 1), "float32"))
    x = random(16, 3)
    y = x @ np.array([[1.0], [2.0], [3.0]], dtype="float32")
    optimizer = tf.keras.optimizers.SGD(0.5)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            error = x @ weights - y
            loss = tf.reduce_mean(error**2)
        optimizer.apply_gradients([(np.asarray(tape.gradient(loss, weights)), weights)])
        return loss

    losses = [float(step(x, y)) for _ in range(20)]
    assert losses[-1] < losses[0] / 10


def test_fit_evaluate_and_predict() -> None:
    x, y = random(16, 3), random(16, 1)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("sgd", loss=lambda truth, guess: np.square(np.asarray(truth) - guess), metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, validation_data=(x, y))
    assert history.history["loss"][1] < history.history["loss"][0]
    assert model.predict(x, verbose=0).shape == (16, 1)
    model.evaluate(x, y, verbose=0)
    model.train_on_batch(x, y)
    numpy.testing.assert_allclose(model(x), model.predict(x, verbose=0), rtol=1e-5)


def test_fit_on_a_dataset_of_arrays() -> None:
    dataset = tf.data.Dataset.from_tensor_slices((random(16, 3), random(16, 1))).batch(4)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(dataset, epochs=1, verbose=0, shuffle=False)


def test_a_layer_of_ones_own_computes_with_arrays() -> None:
    class Wave(tf.keras.layers.Layer):
        def call(self, x):
            return tf.convert_to_tensor(np.sin(np.asarray(x)) * 2)

    model = tf.keras.Sequential([Wave(), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(random(16, 3), random(16, 1), epochs=1, verbose=0)
    x = random(4, 3)
    numpy.testing.assert_allclose(Wave()(x), numpy.sin(x) * 2, rtol=1e-6)


# tf.distribute


@pytest.fixture(scope="module", params=["one device", "mirrored"])
def strategy(request):
    if request.param == "mirrored":
        return tf.distribute.MirroredStrategy(["/cpu:0"])
    return tf.distribute.OneDeviceStrategy("/cpu:0")


def test_strategy_run_and_reduce(strategy) -> None:
    doubled = strategy.run(lambda x: x * 2, args=(matrix(),))
    assert isinstance(doubled, np.ndarray)
    numpy.testing.assert_array_equal(doubled, X * 2)
    assert strategy.experimental_local_results(doubled)[0] is doubled
    numpy.testing.assert_array_equal(strategy.reduce("SUM", doubled, axis=None), X * 2)
    numpy.testing.assert_array_equal(strategy.reduce("SUM", doubled * 0, axis=None), X * 0)
    numpy.testing.assert_array_equal(strategy.reduce("MEAN", doubled, axis=0), (X * 2).mean(0))
    staged = strategy.run(tf.function(lambda x: x + 1), args=(matrix(),))
    numpy.testing.assert_array_equal(staged, X + 1)


def test_strategy_with_datasets_and_variables(strategy) -> None:
    with strategy.scope():
        variable = tf.Variable(matrix())
    numpy.testing.assert_array_equal(matrix() + variable, X * 2)
    numpy.testing.assert_array_equal(variable + matrix(), X * 2)
    dataset = strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices(matrix()).batch(2))
    for batch in dataset:
        numpy.testing.assert_array_equal(strategy.run(lambda x: x - 1, args=(batch,)), X - 1)


def test_strategy_step_that_trains(strategy) -> None:
    with strategy.scope():
        variable = tf.Variable(X)
        optimizer = tf.keras.optimizers.SGD(0.25)

    @tf.function
    def step(x):
        def replica(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((variable - x) ** 2)
            optimizer.apply_gradients([(tape.gradient(loss, variable), variable)])
            return loss

        return strategy.reduce("SUM", strategy.run(replica, args=(x,)), axis=None)

    assert float(step(matrix() * 0)) == (X**2).sum()
    numpy.testing.assert_allclose(variable, X / 2)
