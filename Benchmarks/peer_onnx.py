"""ONNX Runtime's side: inference with models that PyTorch exports."""

import os
import tempfile

import onnxruntime
import torch

import peer_torch
from bursts import repeat
from workload import Workload


def _session(module, x, name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ["BENCH_THREADS"])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        axes = {name: {0: "n"}}
        torch.onnx.export(module, x, path, input_names=[name], dynamic_axes=axes, dynamo=False)
        return onnxruntime.InferenceSession(path, options)


def _inference(module, x, name, warm_up):
    session = _session(module.eval().requires_grad_(False), x, name)
    inputs = {name: x.numpy()}

    def error():
        with torch.inference_mode():
            exact = module.double()(x.double())
        pairs = zip(session.run(None, inputs), exact if isinstance(exact, tuple) else [exact])
        return max(float((torch.from_numpy(y) - e).abs().max() / e.abs().max()) for y, e in pairs)

    return Workload(repeat(lambda: session.run(None, inputs), warm_up), error)


def vae_encode(batch=1):
    return _inference(peer_torch.VAE(), torch.rand(batch, 784), "x", 50)


def dcgan_sample(batch=64):
    return _inference(peer_torch.dcgan_players()[0], torch.randn(batch, 100, 1, 1), "z", 3)
