"""Draws faces, fits a VAE and saves its samples, with ctypes only."""
from ctypes import CDLL, CFUNCTYPE, byref, c_char_p, c_double, c_float, c_int32, c_int64, c_void_p
lib = CDLL("libgenerative.so.2")
lib.gen_last_error_message.restype = c_char_p
is_stopping = False


def check(status):
    if status:
        raise RuntimeError(lib.gen_last_error_message().decode())
def new(function, *arguments):  # Calls a function that creates an object, and returns the object.
    check(function(*arguments, byref(made := c_void_p())))
    return made
def number(event, name):
    check(lib.gen_struct_value(b"event", c_void_p(event), name, byref(value := c_double())))
    return value.value
@CFUNCTYPE(c_int32, c_void_p, c_void_p)
def follow(event, _):
    try:  # ctypes prints an exception and returns an arbitrary answer: it must not leave a callback.
        if is_stopping:
            raise InterruptedError
        if number(event, b"kind") == 1:  # GEN_EVENT_EPOCH
            print(f"epoch {number(event, b'epoch'):.0f}")
        return 0  # GEN_GO_ON
    except BaseException:
        return 2  # GEN_STOP_NOW

faces = new(lib.gen_dataset_create_faces, new(lib.gen_struct_create, b"faces", b"n_rows=10000"))
try:
    new(lib.gen_model_create, b"vae", b"height=32 width=32 channels=3 latnet_size=10", None)
except RuntimeError as error:
    print(error)
options = b"height=32 width=32 channels=3 latent_size=10 architecture=convolutional"
vae = new(lib.gen_model_create, b"vae", options, None)
fit = new(lib.gen_struct_create, b"fit", b"epochs=5 batch_size=32")
run = new(lib.gen_struct_create, b"run", None)
check(lib.gen_struct_set_pointer(run, b"event", follow))
check(lib.gen_model_fit(vae, faces, fit, run))
check(lib.gen_vae_sample(vae, None, c_int64(16), c_int64(1), pixels := (c_float * (16 * 32 * 32 * 3))()))
grid = new(lib.gen_image_create_grid, pixels, *map(c_int64, (16, 32, 32, 3)), None)
check(lib.gen_image_save(grid, b"faces.png", None))
is_stopping = True
if lib.gen_model_fit(vae, faces, fit, run):
    print(lib.gen_last_error_message().decode())
