# Draws faces, fits a VAE and saves its samples. R passes its own objects to C: call.c, compiled, unwraps them.
dyn.load("call.so")
call <- function(name, ...) {
  made <- .External("call_named", paste0("gen_", name), ...)
  if (is.character(made)) stop(made, call. = FALSE) else invisible(made)
}
told <- function(code) tryCatch(code, error = function(e) writeLines(conditionMessage(e)))
follow <- function(kind, epoch) if (stopping) stop("enough") else if (kind == 1) writeLines(paste("epoch", epoch))
vae_of <- function(text) call("model_create", "vae", paste("height=32 width=32 channels=3", text), NULL)
faces <- call("dataset_create_faces", call("struct_create", "faces", "n_rows=10000"))
told(vae_of("latnet_size=10"))
vae <- vae_of("latent_size=10 architecture=convolutional")
fit <- call("struct_create", "fit", "epochs=5 batch_size=32")
run <- call("struct_create", "run", NULL)
call("struct_set_pointer", run, "event", getNativeSymbolInfo("follow")$address)
call("struct_set_pointer", run, "user_data", follow)
stopping <- FALSE
call("model_fit", vae, faces, fit, run)
call("vae_sample", vae, NULL, 16, 1, pixels <- raw(16 * 32 * 32 * 3 * 4))
call("image_save", call("image_create_grid", pixels, 16, 32, 32, 3, NULL), "faces.png", NULL)
stopping <- TRUE
told(call("model_fit", vae, faces, fit, run))
