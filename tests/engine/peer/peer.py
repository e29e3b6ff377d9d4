# Computes in PyTorch what torch_peer_test computes in the engine, through the exported code.
#
# peer.py FOLDER NAME...: for each network FOLDER/NAME.py reads FOLDER/NAME.batch.safetensors (images, labels) and writes
# FOLDER/NAME.theirs.safetensors. With "NAME:forward" only the output.
import importlib.util
import inspect
import pathlib
import sys

import torch
import torch.nn.functional as F


def load_module(path):
    specification = importlib.util.spec_from_file_location("network", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def scores_of(model, x):
    """The scores of the first output."""
    logits = "logits" in inspect.signature(model.forward).parameters
    scores = model(x, logits=True) if logits else model(x)
    return scores[0] if isinstance(scores, tuple) else scores


def gradients(model, x, y):
    loss = F.cross_entropy(scores_of(model, x), y)
    loss.backward()
    return loss, {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


def state(model):
    return {name: t.clone() for name, t in model.state_dict().items() if t.is_floating_point()}


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.001),
}


def run(folder, name, forward_only):
    network = load_module(folder / (name + ".py"))
    batch = network.read_safetensors(folder / (name + ".batch.safetensors"))
    x, y = batch["images"], batch["labels"].long()
    out = {}
    with torch.no_grad():
        out["output"] = scores_of(network.load().eval(), x)
    if not forward_only:
        with torch.no_grad():
            out["loss/eval"] = F.cross_entropy(scores_of(network.load().eval(), x), y)
        loss, found = gradients(network.load().train(), x, y)
        out["loss/train"] = loss
        for key, value in found.items():
            out["gradient/" + key] = value
        # In double precision: which parameters have no gradient but rounding.
        _, exact = gradients(network.load().double().train(), x.double(), y)
        for key, value in exact.items():
            out["exact gradient/" + key] = value
        for optimizer_name, make in OPTIMIZERS.items():
            model = network.load().train()
            optimizer = make([p for p in model.parameters() if p.requires_grad])
            for _ in range(3):
                optimizer.zero_grad()
                F.cross_entropy(scores_of(model, x), y).backward()
                optimizer.step()
            for key, value in state(model).items():
                out[optimizer_name + "/" + key] = value
    network.write_safetensors(out, folder / (name + ".theirs.safetensors"))


if __name__ == "__main__":
    for argument in sys.argv[2:]:
        name, _, mode = argument.partition(":")
        run(pathlib.Path(sys.argv[1]), name, mode == "forward")
        print("done", name, flush=True)
