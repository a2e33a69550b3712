"""Draws faces, fits a VAE and saves its samples, with ctypes only."""

import ctypes

lib = ctypes.CDLL("libgenerative.so.2")
lib.gen_last_error_message.restype = ctypes.c_char_p
lib.gen_model_destroy.argtypes = lib.gen_dataset_destroy.argtypes = lib.gen_image_destroy.argtypes = [ctypes.c_void_p]
lib.gen_struct_destroy.argtypes = [ctypes.c_void_p]


def new(function, *arguments):
    """Calls a function that creates an object, and returns the object."""
    made = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(made)))
    return made


def check(status):
    if status:
        raise RuntimeError(lib.gen_last_error_message().decode())


drawn = new(lib.gen_struct_create, b"faces", b"n_rows=10000")
faces = new(lib.gen_dataset_create_faces, drawn)
try:
    new(lib.gen_model_create, b"vae", b"height=32 width=32 channels=3 latnet_size=10", None)
except RuntimeError as error:
    print(error)
options = b"height=32 width=32 channels=3 latent_size=10 architecture=convolutional"
vae = new(lib.gen_model_create, b"vae", options, None)
fit = new(lib.gen_struct_create, b"fit", b"epochs=5 batch_size=32")
check(lib.gen_model_fit(vae, faces, fit, None))
pixels = (ctypes.c_float * (16 * 32 * 32 * 3))()
check(lib.gen_vae_sample(vae, None, ctypes.c_int64(16), ctypes.c_uint64(1), pixels))
size = [ctypes.c_int64(n) for n in (16, 32, 32, 3)]
grid = new(lib.gen_image_create_grid, pixels, *size, None)
check(lib.gen_image_save(grid, b"faces.png", None))
for options in (drawn, fit):
    lib.gen_struct_destroy(options)
lib.gen_image_destroy(grid), lib.gen_model_destroy(vae), lib.gen_dataset_destroy(faces)
