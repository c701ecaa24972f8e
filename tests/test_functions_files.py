"""Arrays written to files and text, and read again, against NumPy's."""

from __future__ import annotations

import io
import os
import stat

import numpy
import pytest
import tensorflow as tf
from differential import check, raises, same

import tnp_shim as np
from tnp_shim.errors import UnknownValueError

VALUES = (
    numpy.arange(6.0).reshape(2, 3),
    numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
    numpy.array(3, "f2"),
    numpy.array([True, False]),
    numpy.arange(3) * 1j,
    numpy.zeros((0, 2)),
    numpy.array([2.5])[0],
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value.dtype}{value.shape}")
def test_files_of_arrays_are_the_same_byte_by_byte(tmp_path, value):
    theirs, mine = tmp_path / "theirs.npy", tmp_path / "mine.npy"
    numpy.save(theirs, value)
    np.save(str(mine)[:-4], np.asarray(value) if value.shape else np.asarray(value)[()])
    assert mine.read_bytes() == theirs.read_bytes()
    check(numpy.load(theirs).copy("K"), np.load(theirs), memory=bool(value.size))
    stream = io.BytesIO()
    np.save(stream, np.asarray(value))
    stream.seek(0)
    check(value.copy("K") if value.shape else numpy.asarray(value), np.load(stream), memory=bool(value.size))


@pytest.mark.parametrize("name", ["savez", "savez_compressed"])
def test_archives(tmp_path, name):
    path = tmp_path / "arrays"
    getattr(np, name)(path, np.arange(3), weights=np.ones((2, 2)), names=numpy.array(["a", "b"]))
    with np.load(f"{path}.npz") as mine, numpy.load(f"{path}.npz") as theirs:
        assert list(mine) == mine.files == theirs.files and len(mine) == 3 and "weights" in mine
        check(theirs["weights"].copy(), mine["weights"])
        check(theirs["arr_0"].copy(), mine["arr_0"])
        assert type(mine["names"]) is numpy.ndarray
        assert "arr_0" in repr(mine)
        assert {key: value.shape for key, value in mine.items()} == {k: v.shape for k, v in theirs.items()}
    with pytest.raises(AttributeError):  # it is closed
        mine["weights"]


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.npy"
    np.save(path, np.arange(3))
    os.chmod(path, 0o640)
    before = path.read_bytes()
    for write in (
        lambda: np.save(path, numpy.array([object()]), allow_pickle=False),
        lambda: np.savez(path, np.ones(2), numpy.array([object()]), allow_pickle=False),
        lambda: np.savetxt(path, np.ones((2, 2, 2))),
        lambda: np.savetxt(path, np.ones((2, 2)), fmt="%s %s %s"),
    ):
        with pytest.raises(ValueError):
            write()
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["kept.npy"]
    np.save(path, np.arange(4))
    assert np.load(path).tolist() == [0, 1, 2, 3] and stat.S_IMODE(path.stat().st_mode) == 0o640
    stream = io.BytesIO()
    with pytest.raises(ValueError):
        np.save(stream, numpy.array([1, object()]), allow_pickle=False)
    assert stream.getvalue() == b""


def test_files_may_be_links_and_missing_folders_are_an_error(tmp_path):
    target = tmp_path / "target.npy"
    link = tmp_path / "link.npy"
    np.save(target, np.arange(2))
    link.symlink_to(target)
    np.save(link, np.arange(3))
    assert link.is_symlink() and np.load(target).tolist() == [0, 1, 2]
    with pytest.raises(FileNotFoundError):
        np.save(tmp_path / "nowhere" / "a.npy", np.arange(2))


def test_pickles_are_refused_unless_asked_for(tmp_path):
    path = tmp_path / "objects.npy"
    np.save(path, numpy.array([{}, None]))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        np.load(path)
    assert np.load(path, allow_pickle=True)[1] is None
    raises(lambda np: np.load(io.BytesIO(b"no such format")), message=False)


def test_mapped_files_are_numpys(tmp_path):
    path = tmp_path / "mapped.npy"
    np.save(path, np.arange(3.0))
    assert type(np.load(path, mmap_mode="r")) is numpy.memmap is np.memmap


@pytest.mark.parametrize("ending", [".txt", ".txt.gz"])
def test_text(tmp_path, ending):
    for value in (numpy.arange(6).reshape(2, 3) / 7, numpy.arange(3), numpy.arange(3) * 1j):
        theirs, mine = tmp_path / f"theirs{ending}", tmp_path / f"mine{ending}"
        options = {"fmt": "%.18g", "header": "numbers", "delimiter": ","} if value.dtype.kind != "c" else {}
        numpy.savetxt(theirs, value, **options)
        np.savetxt(mine, np.asarray(value), **options)
        if not ending.endswith("gz"):
            assert mine.read_bytes() == theirs.read_bytes()
        if value.dtype.kind != "c":
            check(numpy.loadtxt(theirs, delimiter=","), np.loadtxt(mine, delimiter=","), memory=False)
            check(numpy.genfromtxt(theirs, delimiter=","), np.genfromtxt(mine, delimiter=","), memory=False)


def test_text_to_numbers():
    lines = ["1,2", "3,", "5,6"]
    same(lambda np: np.genfromtxt(lines, delimiter=","), memory=False)
    same(lambda np: np.genfromtxt(lines, delimiter=",", filling_values=np.float64(7)), memory=False)
    same(lambda np: np.loadtxt(["1 2", "3 4"], dtype=np.float32, unpack=True), memory=False)
    same(lambda np: list(np.loadtxt(["1 2", "3 4"], dtype=int, unpack=True)), memory=False)
    same(lambda np: np.loadtxt(["1 2", "3 4"], usecols=np.array([1])), memory=False)
    same(lambda np: np.fromstring("1, 2, 3", sep=","), memory=False)
    same(lambda np: np.fromstring("1 2 3", np.int8, 2, sep=" "), memory=False)
    raises(lambda np: np.fromstring(b"12", sep=""), message=False)
    raises(lambda np: np.loadtxt(["1 2", "3"]))
    for read in (np.loadtxt, np.genfromtxt):
        assert type(read(["a 1", "b 2"], dtype="U1,i4")) is numpy.ndarray
    rows = np.fromregex(io.StringIO("1 a\n2 b"), r"(\d) (\w)", [("number", np.int64), ("name", "U1")])
    assert rows["number"].tolist() == [1, 2]


def test_bytes(tmp_path):
    path = tmp_path / "bytes"
    numpy.arange(5, dtype=">i2").tofile(path)
    assert np.fromfile(path, ">i2", 3, offset=2).tolist() == [1, 2, 3]
    assert np.fromfile(path, ">i2").dtype == numpy.int16
    np.arange(3.0).tofile(path)
    same(lambda np: np.fromfile(path), memory=False)
    same(lambda np: np.frombuffer(b"\x01\x02\x03\x04", np.uint8, 2, 1).tolist())


def test_values_must_be_known(tmp_path):
    with pytest.raises(UnknownValueError, match="np.save"):
        tf.function(lambda x: np.save(tmp_path / "a", np.asarray(x)), autograph=False)(tf.ones(2))
    assert os.listdir(tmp_path) == []
