"""Training steps in the caller's hands: flat gradients out, sums of them in."""

from __future__ import annotations

import ctypes
from typing import Optional, Union

import numpy as np
import numpy.typing as npt

from ._classes import as_labels
from ._constants import AUTO
from ._errors import check
from ._handle import Owner, made
from ._library import lib
from ._progress import FitEvent
from ._rows import Floats, address, as_rows, check_channels_last, shape_of_rows, size_of
from ._structs import Event
from .autoencoder import Autoencoder
from .gan import GAN
from .vae import VAE


class Trainer(Owner):
    """Run a fit step by step, for programs that sum gradients in their own way.

    A model that is not fitted must have a shape. batch_size is the maximum number of rows per step. The
    optimizer and its options, learning_rate, clip_norm and seed apply; other options of fits do not.
    Between calls the model may be used, but not fitted. Models that start identical and apply the same sums
    stay bit-identical.

    Parameters
    ----------
    model : Autoencoder, VAE or GAN
        Model to train.

    Examples
    --------
    >>> trainer = Trainer(VAE(latent_size=16, shape=(784,), batch_size=64))
    >>> more = trainer.begin(rows, first_row=rank * 64)
    >>> while more:
    ...     for gradient in trainer.gradients():
    ...         if gradient is not None:
    ...             comm.Allreduce(MPI.IN_PLACE, gradient)
    ...     more = trainer.apply(n_rows=64 * size)
    """

    _noun = "trainer"

    def __init__(self, model: Union[Autoencoder, VAE, GAN]) -> None:
        if model._handle is None:
            if model.shape is None:
                raise ValueError("shape must be given to a model that was not fitted")
            model._own(model._created(*shape_of_rows(model.shape)))
        self._model = model
        fit = model._options_of_fit(None)
        self._own(made(lib.gen_trainer_create, model._handle, fit.pointer))
        self.sizes = [self._size(network) for network in range(self._size(0)[0])]

    def _size(self, network: int) -> tuple[int, int, int]:
        networks, parameters, statistics = ctypes.c_int32(), ctypes.c_int64(), ctypes.c_int64()
        outputs = (ctypes.byref(networks), ctypes.byref(parameters), ctypes.byref(statistics))
        check(lib.gen_trainer_size(self._handle, network, *outputs))
        return networks.value, parameters.value, statistics.value

    def begin(
        self,
        X: npt.ArrayLike,
        y: Optional[npt.ArrayLike] = None,
        *,
        first_row: int = 0,
        epoch: float = 0.0,
        learning_rate: Optional[float] = None,
    ) -> bool:
        """Begin a step: compute the gradients of its first turn.

        Parameters
        ----------
        X : array-like
            Rows, at most batch_size.
        y : array-like of int, optional
            Class of each row, for a conditional model.
        first_row : int, default=0
            Position of the first row in the batch of all hosts, which determines its random numbers.
        epoch : float, default=0.0
            Number of epochs done, for the KL annealing of a VAE.
        learning_rate : float, optional
            Rate of this step (default: that of the model).

        Returns
        -------
        bool
            True: the gradients are ready.
        """
        rows = as_rows(X, size_of(self._model.shape_))
        check_channels_last(np.shape(X)[1:], self._model.shape_)
        labels = None if y is None else as_labels(y, len(rows), self._model.info.n_classes or None, "y")
        check(
            lib.gen_trainer_begin(
                self._handle,
                address(rows),
                None if labels is None else address(labels),
                len(rows),
                first_row,
                epoch,
                AUTO if learning_rate is None else learning_rate,
            )
        )
        return True

    def gradients(self) -> list[Optional[Floats]]:
        """Return the gradient of each network, a sum over the rows, to be changed in place before `apply`.

        An entry is None if its network does not learn in this turn: a GAN's discriminator (1) and generator
        (0) take turns. The arrays are the trainer's memory and must not outlive it.

        Returns
        -------
        list of ndarray or None
            Gradients, float32.
        """
        return [self._gradient(network, size[1]) for network, size in enumerate(self.sizes)]

    def _gradient(self, network: int, count: int) -> Optional[Floats]:
        pointer = ctypes.POINTER(ctypes.c_float)()
        check(lib.gen_trainer_gradient(self._handle, network, ctypes.byref(pointer)))
        return np.ctypeslib.as_array(pointer, (count,)) if pointer else None

    def apply(self, n_rows: float) -> bool:
        """Divide the gradients by the number of rows and apply them.

        Parameters
        ----------
        n_rows : float
            Number of rows that the gradients sum over.

        Returns
        -------
        bool
            Whether the step has another turn, whose gradients are then ready.
        """
        more = ctypes.c_int32()
        check(lib.gen_trainer_apply(self._handle, n_rows, ctypes.byref(more)))
        return bool(more.value)

    @property
    def figures(self) -> FitEvent:
        """Losses, scores and norms of the step for the trainer's own rows."""
        event = Event()
        check(lib.gen_trainer_figures(self._handle, ctypes.byref(event)))
        return FitEvent.of(event)

    def parameters(self, network: int) -> Floats:
        """Return a network's parameters, then its statistics, as one array.

        Parameters
        ----------
        network : int
            Index of the network.

        Returns
        -------
        ndarray
            Values, float32.
        """
        values = np.empty(sum(self.sizes[network][1:]), np.float32)
        check(lib.gen_trainer_parameters(self._handle, network, address(values)))
        return values

    def set_parameters(self, network: int, values: npt.ArrayLike) -> None:
        """Set a network's parameters and statistics.

        Parameters
        ----------
        network : int
            Index of the network.
        values : array-like
            Values as `parameters` returns them.

        Raises
        ------
        ValueError
            `values` has another shape.
        """
        array = np.ascontiguousarray(values, np.float32)
        if array.shape != (sum(self.sizes[network][1:]),):
            raise ValueError(f"values must have the shape of parameters({network}), not {array.shape}")
        check(lib.gen_trainer_set_parameters(self._handle, network, address(array)))
