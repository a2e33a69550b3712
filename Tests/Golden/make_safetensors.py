"""Writes safetensors-python.safetensors with the reference implementation (pip: safetensors, numpy).

CheckpointsTests reads it; the values are formulas so that the test can state them independently.
"""

import pathlib

import numpy
from safetensors.numpy import save_file

tensors = {
    "encoder.0.weight": (numpy.arange(15, dtype=numpy.float32) / 8 - 1).reshape(3, 5),
    "encoder.0.bias": numpy.array([1e-38, -3.5, 16777216], dtype=numpy.float32),
    "double": numpy.array([[0.1], [-1e300]], dtype=numpy.float64),
    "long": numpy.array([-(2**63), 2**63 - 1, 0], dtype=numpy.int64),
    "int": numpy.array([[[-(2**31), 2**31 - 1]]], dtype=numpy.int32),
    "bytes": numpy.arange(7, dtype=numpy.uint8) * 40,
    "scalar": numpy.array(2.5, dtype=numpy.float32),
    "empty": numpy.zeros((0, 4), dtype=numpy.float32),
    'na"me\\ \n é 🙂': numpy.array([7], dtype=numpy.uint8),
}
save_file(
    tensors,
    pathlib.Path(__file__).with_name("safetensors-python.safetensors"),
    metadata={"format": "np", "who": 'a "quoted" é 🙂\n'},
)
