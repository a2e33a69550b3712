"""What the filters of a DCGAN's networks stand for (Radford et al. 2016, sections 5.2 and 6.3)."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np

from arithmetic import Judge
from claim import Data, Figure, claim
from models import GAN
from generative import Dataset, evaluate, faces, latents


def drawn_faces(data: Data) -> Dataset:
    return faces(1500 if data.short else 20_000, seed=1)


def faces_dcgan(data: Data, drawn: Dataset, seed: int) -> Any:
    """The DCGAN of these claims: 10 latents, 24 base channels, batch norm, noise of 0.2 on D's input, 8 epochs of
    20,000 drawn faces, Adam 1e-3 with a linear schedule, batch 64. The average covers about 100 of an epoch's 312 steps."""
    return data.fitted("faces-dcgan", GAN(
        10, architecture="convolutional", base_channels=24, input_noise=0.2, average_decay=0.99,
        epochs=data.epochs(8), batch_size=64, learning_rate=1e-3, schedule="linear", seed=seed,
    ), drawn)  # fmt: skip


def spread(values: np.ndarray) -> float:
    """The mean over walks of the largest step divided by the mean step."""
    steps = np.linalg.norm(np.diff(values, axis=1), axis=2)
    return float((steps.max(1) / steps.mean(1)).mean())


@claim(
    "walks", "Walks between a DCGAN's latents are smooth and stay realistic", on_pictures=False,
    pictures={"walks": "One walk per row; below, the same ends blended pixel by pixel"},
)  # fmt: skip
def walks(data: Data, seed: int):
    """500 walks between pairs of latents, ten faces each, by a DCGAN with 10 latents and 24 base channels that was
    fitted to 20,000 drawn faces for 8 epochs (batch norm, noise 0.2, Adam 1e-3). Measured are the longest of the nine
    steps of a walk relative to its mean step, in pixels (1: all equally long; a generator that has memorized faces
    jumps from one to the next), and the squared Frechet distance of the faces halfway, in the latents of a VAE that saw
    only drawn faces, divided by that of the walks' ends. The last column is the same for ends that are blended pixel by
    pixel, whose steps are equal, but whose middles are not faces."""
    drawn = drawn_faces(data)
    gan, judge = faces_dcgan(data, drawn, seed), Judge(drawn, data)
    ends = gan.latents(1000, seed=4).reshape(500, 2, -1)
    walked = gan.generate(np.concatenate([latents.interpolate(a, b, 10) for a, b in ends]))
    walked = walked.reshape(500, 10, *walked.shape[1:])
    share = np.linspace(0, 1, 10, dtype=np.float32)[:, None, None, None]
    blended = walked[:, :1] * (1 - share) + walked[:, -1:] * share
    flat = [rows.reshape(500, 10, -1) for rows in (walked, blended)]
    steps, blended_steps = map(spread, flat)
    yield Figure("longest step / mean step", steps, "" if data.short else "<= 2", "", {"blended": blended_steps})
    real = judge.vae.transform(faces(2000, seed=2))

    def distance(rows: np.ndarray) -> float:
        return evaluate.frechet(real, judge.vae.transform(rows)).distance

    middles = [distance(np.concatenate([rows[:, 4], rows[:, 5]])) for rows in (walked, blended)]
    at_ends = distance(np.concatenate([walked[:, 0], walked[:, -1]]))
    beside = {"blended": middles[1] / at_ends}
    yield Figure("distance halfway / at the ends", middles[0] / at_ends, "" if data.short else "<= 1.5", "", beside)
    data.picture("walks", seed, np.concatenate([walked[:6].reshape(-1, *walked.shape[2:]), *blended[:6]]), 10, 2)


class Taps:
    """The hidden layers of a generator. Maps of the second highest convolutional layer can be dropped."""

    def __init__(self, gan: Any) -> None:
        self.module = gan.to_torch("generator").eval()
        # Linear, ReLU, then a convolution and ReLU for each level; the last level makes the image.
        self.module.layers[3].register_forward_hook(self._tap)
        self.keep: Any = None

    def _tap(self, layer: Any, inputs: Any, maps: Any) -> Any:
        self.maps = maps.numpy()
        return maps if self.keep is None else maps * self.keep

    def __call__(self, Z: np.ndarray, dropped: Optional[np.ndarray] = None) -> np.ndarray:
        """Images from latents, without the dropped maps, a boolean for each."""
        import torch

        self.keep = None if dropped is None else torch.from_numpy((~dropped).astype(np.float32))
        with torch.no_grad():
            return self.module(torch.from_numpy(Z)).numpy()


@claim(
    "filters", "Dropping a feature's filters removes the feature", on_pictures=False, needs="torch",
    pictures={"dropped-filters": "Faces, the same without the filters of a smile, and without those of long hair"},
)  # fmt: skip
def filters(data: Data, seed: int):
    """The DCGAN of the claim walks, without those filters of its second highest convolutional layer that a
    logistic regression found to stand for a feature (Radford et al. 2016, section 6.3.1): the quarter of the 48
    filters with the largest weights. The regression tells the third of 5,000 samples with the widest smiles, or the
    longest hair, from the third with the least, by the mean of each filter's map. The last columns are how far the
    feature then moves, on average over the former third, towards the latter, in percent (100: they are alike), and the
    same for as many filters at random, the mean of 20 draws. Measured is how many times farther the feature's own
    filters move it."""
    drawn = drawn_faces(data)
    gan, names = faces_dcgan(data, drawn, seed), ["smile", "hair_length"]
    judge, taps, Z = Judge(drawn, data, names), Taps(gan), gan.latents(5000, seed=6)
    images, random = taps(Z), np.random.default_rng(seed)
    values, shown = judge(images), [images[:100]]
    means = taps.maps.mean((1, 2))
    means = (means - means.mean(0)) / (means.std(0) + 1e-6)
    for place, (name, value) in enumerate(zip(names, values)):
        order = np.argsort(value)
        few, many = order[: len(order) // 3], order[-len(order) // 3 :]
        known = np.concatenate([few, many])
        labels = np.repeat([0, 1], [len(few), len(many)])
        weights = evaluate.linear(means[known], labels, means[:1], C=0.01).weights
        ranks = np.argsort(weights[1] - weights[0])
        count = len(ranks) // 4

        def drop(chosen: np.ndarray) -> np.ndarray:
            return np.isin(np.arange(len(ranks)), chosen)

        def moved(dropped: np.ndarray) -> float:
            after = judge(taps(Z[many], dropped))[place]
            return 100 * float((value[many].mean() - after.mean()) / (value[many].mean() - value[few].mean()))

        others = float(np.mean([moved(drop(random.choice(len(ranks), count, replace=False))) for _ in range(20)]))
        own = moved(drop(ranks[-count:]))
        beside = {"its filters %": own, "at random %": others}
        yield Figure(f"{name}: its filters / at random", own / others, "" if data.short else ">= 2", "", beside, 1)
        shown.append(taps(Z[:100], drop(ranks[-count:])))
    best = np.argsort(-(values[0] + values[1])[:100])[:10]
    data.picture("dropped-filters", seed, np.concatenate([rows[best] for rows in shown]), 10, 2)


def rectifiers(discriminator: Any) -> list[Any]:
    import torch

    return [layer for layer in discriminator.layers if isinstance(layer, torch.nn.LeakyReLU)]


def highest_maps(discriminator: Any, rows: Any) -> Any:
    """The maps of D's highest convolutional layer, n x height x width x filters."""
    seen: list[Any] = []
    hook = rectifiers(discriminator)[-1].register_forward_hook(lambda _, __, maps: seen.append(maps))
    discriminator(rows)
    hook.remove()
    return seen[0]


def guided(discriminator: Any, rows: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Guided backpropagation (Springenberg et al. 2015): the gradient of the largest activation of each row's filter of
    D's highest convolutional layer with respect to the row. Only what is positive passes a rectifier, in either
    direction; D is changed so."""
    import torch

    for layer in rectifiers(discriminator):
        layer.negative_slope = 0.0
        layer.register_full_backward_hook(lambda _, back, __: (back[0].clamp(min=0),))
    x = torch.from_numpy(rows).requires_grad_()
    chosen = highest_maps(discriminator, x)[torch.arange(len(rows)), :, :, torch.from_numpy(filters)]
    chosen.flatten(1).max(1).values.sum().backward()
    return x.grad.numpy()


def responses(gan: Any, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ten rows to which each of the eight filters that vary most responds most, and the guided gradients of these
    responses, both (80, height, width, channels)."""
    import torch

    discriminator = gan.to_torch("discriminator").eval()
    with torch.no_grad():
        largest = highest_maps(discriminator, torch.from_numpy(rows)).amax((1, 2)).numpy()
    chosen = np.argsort(-largest.std(0))[:8]
    best = rows[np.argsort(-largest[:, chosen], 0)[:10].T.ravel()]
    return best, guided(discriminator, best, np.repeat(chosen, 10))


def concentration(gradients: np.ndarray) -> float:
    """The mean percentage of a gradient's energy in the strongest tenth of its pixels."""
    energy = np.sort(np.square(gradients).sum(3).reshape(len(gradients), -1), 1)[:, ::-1]
    return 100 * float((energy[:, : energy.shape[1] // 10].sum(1) / energy.sum(1)).mean())


@claim(
    "guided", "A discriminator's filters respond to parts of faces", on_pictures=False, needs="torch",
    pictures={"guided": "Two rows for each filter: faces it responds to most, and their guided gradients"},
)  # fmt: skip
def guided_gradients(data: Data, seed: int):
    """What the filters of the DCGAN's discriminator respond to (Radford et al. 2016, section 5.2, figure 5): for the
    eight of the 96 filters of its highest convolutional layer that vary most over 2,000 unseen faces, the ten faces
    with the largest responses, and the gradients of these responses by guided backpropagation. Measured is the
    percentage of the gradients' squared length in the strongest tenth of the pixels. The last column is a
    discriminator that has made one step."""
    drawn, unseen = drawn_faces(data), faces(2000, seed=2).read()
    trained = faces_dcgan(data, drawn, seed)
    # The same network with a rate that moves no weight.
    options = {**trained.get_params(), "epochs": 1, "learning_rate": 1e-12}
    fresh = GAN(**options).fit(drawn.slice(0, 64))
    best, gradients = responses(trained, unseen)
    beside = {"one step": concentration(responses(fresh, unseen)[1])}
    yield Figure("energy in the strongest tenth of the pixels", concentration(gradients), "", "%", beside, 1)
    shown = []
    for first in range(0, len(best), 10):
        each = gradients[first : first + 10]
        shown += [best[first : first + 10], 0.5 + 0.5 * each / (np.abs(each).max() + 1e-12)]
    data.picture("guided", seed, np.concatenate(shown), 10, 2)
