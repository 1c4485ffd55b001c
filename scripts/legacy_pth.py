"""Reads the tensors of a .pth file as PyTorch wrote it before version 1.6 (not a zip), with numpy alone."""

import collections
import pickle
import struct

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {"FloatStorage": ("<f4", 4), "LongStorage": ("<i8", 8), "HalfStorage": ("<f2", 2)}


def load(path):
    """Name -> array. Only what a state dict needs is unpickled; anything else is an error."""
    storages = {}

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "_rebuild_tensor_v2":
                return lambda key, offset, size, stride, *_: (key, offset, tuple(size), tuple(stride))
            if name == "_rebuild_parameter":
                return lambda tensor, *_: tensor
            if name == "OrderedDict":
                return collections.OrderedDict
            if name in TYPES:
                return name
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in a state dict")

        def persistent_load(self, saved):
            kind, key = saved[1], saved[2]
            storages.setdefault(key, kind)
            return key

    with open(path, "rb") as file:
        if pickle.load(file) != MAGIC:
            raise ValueError(f"{path} is not a .pth from before PyTorch 1.6")
        pickle.load(file)  # the protocol's version
        pickle.load(file)  # type sizes of the writing machine
        tensors = Reader(file).load()
        data = {}
        for key in pickle.load(file):
            count = struct.unpack("<q", file.read(8))[0]
            kind, size = TYPES[storages[key]]
            data[key] = np.frombuffer(file.read(count * size), kind)
    return {name: array(data[tensor[0]], *tensor[1:]) for name, tensor in tensors.items()}


def array(values, offset, size, stride):
    if not size:
        return values[offset : offset + 1].reshape(())
    steps = [step * values.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(values[offset:], size, steps).copy()
