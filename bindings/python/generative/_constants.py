"""The enumerators of generative.h, and the names the classes here take instead of numbers."""

from __future__ import annotations

OK = 0
E_ARGUMENT = 1
E_HANDLE = 2
E_BUSY = 3
E_NOMEM = 4
E_IO = 5
E_FORMAT = 6
E_TRUNCATED = 7
E_TRAILING = 8
E_NONFINITE = 9
E_VERSION = 10
E_LIMIT = 11
E_STATE = 12
E_CANCELLED = 13
E_MISMATCH = 14
E_UNSUPPORTED = 15
E_INTERNAL = 16
E_COMM = 17
E_NUMERIC = 9
E_MEMORY = 4

EVENT_STEP = 0
EVENT_EPOCH = 1
EVENT_SKIPPED = 2
EVENT_WARNING = 3

LOG_INFO = 0
LOG_WARNING = 1
LOG_ERROR = 2
LOG_NAMES = ("info", "warning", "error")

WARNING_NONE = 0
WARNING_SATURATED_DISCRIMINATOR = 1
WARNING_COLLAPSED_GENERATOR = 2
WARNING_CHECKPOINT_NOT_WRITTEN = 3

GO_ON = 0
STOP_AFTER_EPOCH = 1
STOP_NOW = 2

ABI_VERSION = 1

DTYPE = {"uint8": 0, "float32": 1, "float64": 2}
SOLVER = {"auto": 0, "covariance": 1, "gram": 2, "sketch": 3}
ACTIVATION = {
    None: 0,
    "identity": 1,
    "relu": 2,
    "leaky_relu": 3,
    "silu": 4,
    "elu": 5,
    "tanh": 6,
    "sigmoid": 7,
}
INITIALIZER = {None: 0, "he": 1, "glorot": 2, "fan_in_uniform": 3, "normal_002": 4}
OPTIMIZER = {None: 0, "sgd": 1, "rmsprop": 2, "adam": 3, "adamw": 4}
SCHEDULE = {"constant": 0, "step": 1, "cosine": 2, "linear": 3}
LOSS = {"squared_error": 0, "cross_entropy": 1, "log_squared_error": 2}
CORRUPTION = {None: 0, "gaussian": 1, "masking": 2, "salt_and_pepper": 3}
SPARSITY = {None: 0, "l1": 1, "kl": 2}
LIKELIHOOD = {"bernoulli": 0, "gaussian": 1}
KL_SCHEDULE = {"constant": 0, "linear": 1, "cyclic": 2}
OBJECTIVE = {"non_saturating": 0, "minimax": 1}
LATENT = {"normal": 0, "uniform": 1}
ARCHITECTURE = {"dense": 0, "convolutional": 1}
GENERATOR = {"average": 0, "last": 1}
CURVE = {"linear": 0, "spherical": 1}
DIRECTION = {"regression": 0, "means": 1}
COVARIANCE = {"full": 0, "diagonal": 1}
LINEAR = {"logistic": 0, "squared_hinge": 1}
CONTENT = {"all": 0, "weights": 1}
