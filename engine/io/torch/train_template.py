# -*- coding: utf-8 -*-
@HEAD@#
# One computer:       python3 @SCRIPT@ --data FOLDER
# Two processes:      torchrun --nproc_per_node 2 @SCRIPT@ --data FOLDER
# Several computers:  the same with torchrun's --nnodes, --node_rank and --master_addr.
# (The torchrun of Debian 12 fails under its own Python unless --redirects 9:1 --tee 9:1 stand before the script.)
# FOLDER holds IDX files with the usual names of MNIST, plain or as .gz.
import argparse
#if copies
import copy
#end
import gzip
import importlib.util
import math
import os
import pathlib
import sys
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE / @MODEL@

# The settings this network has in Convarium. Those of the first block can be given on the command line too.
EPOCHS = @EPOCHS@
STEPS = @STEPS@  # more than 0: so many steps instead of epochs
BATCH = @BATCH@  # of all processes together
RATE = @RATE@
SEED = @SEED@
LIMIT = @LIMIT@  # only the first training images; 0: all

#if validation
VALIDATION = @VALIDATION@  # share of the training images that only check the training
#end
#if early_stopping
EARLY_STOPPING = @EARLY_STOPPING@  # epochs without a lower validation loss that are put up with
#end
WEIGHT_DECAY = @WEIGHT_DECAY@
#if l1
L1 = @L1@  # its sign joins the gradient
#end
#if clip_value
CLIP_VALUE = @CLIP_VALUE@
#end
#if clip_norm
CLIP_NORM = @CLIP_NORM@
#end
#if average
AVERAGE_DECAY = @AVERAGE_DECAY@  # of the moving average of the weights, which is what is tested
#end
#if plateau
PATIENCE = @PATIENCE@  # epochs without a better loss before the rate is cut
#end
#if augment
# Convarium also changes the training images at random: @AUGMENT@
# PyTorch itself has no such transforms; torchvision.transforms.v2 does. They would go into to_input().
#end

INPUT = @INPUT@  # the shape of one image as the network reads it
# Weight decay works on these, not on biases and normalisation.
DECAYED = @DECAYED@


def to_input(pixels):
    """Bytes as the numbers the network reads."""
    return @SCALE@


def make_optimizer(groups, rate):
    return @OPTIMIZER@


def rate_at(rate, step, steps_per_epoch, total_steps, cuts):
    """Learning rate of a step, counted from 0. cuts: how often a plateau was met."""
@SCHEDULE@

@LOSS@

def forward(model, images):
    """The scores of one output or several, as a tuple."""
    scores = model(to_input(images)@LOGITS@)
    return scores if isinstance(scores, tuple) else (scores,)


def read_idx(folder, names):
    """The numbers of an IDX file as a tensor of bytes."""
    for path in [pathlib.Path(folder) / (name + end) for name in names for end in ("", ".gz")]:
        if path.is_file():
            data = path.read_bytes()
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            if len(data) < 4 or data[:3] != b"\0\0\x08":
                sys.exit(f"{path} is no IDX file of bytes.")
            sizes = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
            start = 4 + 4 * len(sizes)
            if len(data) != start + math.prod(sizes):
                sys.exit(f"{path} has {len(data)} bytes, but its header announces {start + math.prod(sizes)}.")
            return torch.frombuffer(bytearray(data[start:]), dtype=torch.uint8).reshape(sizes)
    sys.exit(f"There is no file {names[0]} in {folder}; it holds the images or labels to read.")


def read_part(folder, part):
    """Images as N x C x H x W bytes, and labels."""
    images = read_idx(folder, [part + "-images-idx3-ubyte", part + "-images.idx3-ubyte"])
    labels = read_idx(folder, [part + "-labels-idx1-ubyte", part + "-labels.idx1-ubyte"])
    if len(images) != len(labels) or math.prod(images.shape[1:]) != math.prod(INPUT):
        sys.exit(f"{folder} has {len(images)} images of {tuple(images.shape[1:])} and {len(labels)} labels; "
                 f"the network reads images of {INPUT}. Change read_part() for other data.")
    return images.reshape(-1, *INPUT), labels.long()


#if average
def follow(average, model, share):
    """Moves weights and statistics of the average by this share towards those of the model."""
    with torch.no_grad():
        for a, b in zip(average.state_dict().values(), model.state_dict().values()):
            if a.is_floating_point():
                a.lerp_(b, share)


#end
class Cluster:
    """The processes that train together; one process alone is a cluster of one."""

    def __init__(self):
        gpus = torch.cuda.is_available()
        self.parallel = "RANK" in os.environ
        if self.parallel:
            dist.init_process_group("nccl" if gpus else "gloo")
        self.rank = dist.get_rank() if self.parallel else 0
        self.size = dist.get_world_size() if self.parallel else 1
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if gpus else torch.device("cpu")

    def say(self, text):
        if self.rank == 0:
            print(text, flush=True)

    def sum(self, values):
        """The sum over all processes, number by number."""
        # Kept, because a thread of gloo must never be the last one that lets go of it: PyTorch could not end then.
        self.total = torch.tensor(values, dtype=torch.float64 if self.device.type == "cpu" else torch.float32,
                                  device=self.device)
        if self.parallel:
            dist.all_reduce(self.total)
        return self.total.tolist()

    def share(self, order):
        """Batches of this process. Each step's images are dealt out to all; the first ones fill up the last step."""
        missing = -len(order) % self.size
        return torch.cat((order, order[:missing]))[self.rank::self.size]


def evaluate(cluster, model, images, labels):
    """Mean loss and share of right answers."""
    model.eval()
    loss = right = count = 0
    with torch.no_grad():
        for at in range(256 * cluster.rank, len(images), 256 * cluster.size):
            x = images[at:at + 256].to(cluster.device)
            y = labels[at:at + 256].to(cluster.device)
            scores, targets = forward(model, x), targets_of(x, y)
            batch_right, batch_count = judged(scores, targets)
            loss += loss_of(scores, targets).item() * len(x)
            right += batch_right
            count += batch_count
    loss, right, count = cluster.sum([loss, right, count])
    return loss / max(1, len(images)), right / max(1, count)


def load_model():
    specification = importlib.util.spec_from_file_location("network", MODEL)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def train(cluster, options):
    network = load_model()
    model = network.load().to(cluster.device)
    torch.manual_seed((options.seed + cluster.rank) % 2**63)  # Dropout differs between the processes
    images, labels = read_part(options.data, "train")
    test_images, test_labels = read_part(options.data, "t10k")
    order = torch.arange(min(options.limit, len(images)) if options.limit else len(images))
#if validation
    held = round(VALIDATION * len(order))
    split = torch.randperm(len(order), generator=torch.Generator().manual_seed(options.seed % 2**63))
    validation, order = order[split[:held]], order[split[held:].sort().values]
#end

    batch = max(1, options.batch // cluster.size)  # per process
    if batch * cluster.size != options.batch:
        cluster.say(f"{cluster.size} processes share a batch of {batch * cluster.size} images, not {options.batch}.")
    steps_per_epoch = math.ceil(math.ceil(len(order) / cluster.size) / batch)
    total_steps = options.steps or options.epochs * steps_per_epoch

    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    decayed = [p for name, p in named if name in DECAYED]
    others = [p for name, p in named if name not in DECAYED]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    optimizer = make_optimizer([g for g in groups if g["params"]], options.lr)
    # Batch statistics are those of each process's own share of the batch.
    worker = DistributedDataParallel(model, find_unused_parameters=@UNUSED@) if cluster.parallel else model
#if average
    average = copy.deepcopy(model)
#end
#if validation
    best_loss, best_epoch, best = math.inf, 0, None
#end
    cuts = 0
#if plateau
    lowest, bad = math.inf, 0
#end
    step = epoch = 0
    while step < total_steps:
        start = time.perf_counter()
        worker.train()
#if shuffle
        numbers = torch.Generator().manual_seed((1_000_003 * options.seed + epoch) % 2**63)
        mine = cluster.share(order[torch.randperm(len(order), generator=numbers)])
#end
#if no_shuffle
        mine = cluster.share(order)
#end
        sums = [0.0, 0, 0, 0]  # loss, right answers, answers, images
        for at in range(0, len(mine), batch):
            if step == total_steps:
                break
            chosen = mine[at:at + batch]
            x, y = images[chosen].to(cluster.device), labels[chosen].to(cluster.device)
            for group in optimizer.param_groups:
                group["lr"] = rate_at(options.lr, step, steps_per_epoch, total_steps, cuts)
            optimizer.zero_grad()
            scores, targets = forward(worker, x), targets_of(x, y)
            loss = loss_of(scores, targets)
            loss.backward()
#if clip_value
            torch.nn.utils.clip_grad_value_([p for _, p in named], CLIP_VALUE)
#end
#if clip_norm
            torch.nn.utils.clip_grad_norm_([p for _, p in named], CLIP_NORM)
#end
#if l1
            for p in decayed:
                p.grad.add_(p.detach().sign(), alpha=L1)
#end
            optimizer.step()
            step += 1
#if average
            follow(average, model, 1 - min(AVERAGE_DECAY, (1 + step) / (10 + step)))
#end
            right, count = judged(scores, targets)
            sums = [a + b for a, b in zip(sums, (loss.item() * len(x), right, count, len(x)))]
        epoch += 1
        loss, right, count, seen = cluster.sum(sums)
        loss, accuracy = loss / seen, right / max(1, count)
        text = f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.4f}"
#if validation
        tested = @TESTED@
        if held:
            loss, accuracy = evaluate(cluster, tested, images[validation], labels[validation])
            text += f", validation loss {loss:.4f}, accuracy {accuracy:.4f}"
#end
        cluster.say(f"{text}, {seen / (time.perf_counter() - start):.0f} images/s")
#if plateau
        if loss < lowest * (1 - 1e-4):
            lowest, bad = loss, 0
        else:
            bad += 1
            if bad > PATIENCE:
                cuts, bad = cuts + 1, 0
#end
#if validation
        if loss < best_loss:
            best_loss, best_epoch = loss, epoch
#if restore_best
            best = copy.deepcopy(tested.state_dict())
#end
#if early_stopping
        if epoch - best_epoch >= EARLY_STOPPING:
            cluster.say(f"The loss was lowest in epoch {best_epoch}.")
            break
#end
#end
#if average
    model.load_state_dict(average.state_dict())
#end
#if restore_best
    if best is not None:
        model.load_state_dict(best)
#end
    loss, accuracy = evaluate(cluster, model, test_images, test_labels)
    cluster.say(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
    if options.output and cluster.rank == 0:
        state = {name: t for name, t in model.state_dict().items() if not name.endswith("num_batches_tracked")}
        network.write_safetensors(state, options.output)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Trains the network in " + MODEL.name)
    parser.add_argument("--data", required=True, help="folder with the IDX files")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--lr", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit", type=int, default=LIMIT, help="only the first training images")
    parser.add_argument("--output", help="safetensors file for the trained weights")
    options = parser.parse_args()
    cluster = Cluster()  # outlives what train() leaves to be destroyed
    train(cluster, options)
    if cluster.parallel:
        dist.destroy_process_group()
