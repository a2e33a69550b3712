/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generative.h - libgenerative: generative models on a CPU, behind one C header.
 *
 * The library fits and runs principal component analysis (PCA), autoencoders, variational
 * autoencoders (VAE), generative adversarial networks (GAN) and classifiers. It uses the CPU's SIMD
 * units and needs neither Python nor a framework. A complete program that learns to draw clothes:
 *
 *     #include <generative.h>
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     int main(void) {
 *       gen_dataset *data = NULL;
 *       gen_vae *vae = NULL;
 *       gen_image *picture = NULL;
 *       float *images = malloc(64 * 784 * sizeof *images);
 *       gen_vae_options model;
 *       gen_fit_options fit;
 *       gen_vae_options_init(&model, sizeof model);
 *       gen_fit_options_init(&fit, sizeof fit);
 *       model.network.height = model.network.width = 28;
 *       model.network.architecture = GEN_ARCHITECTURE_CONVOLUTIONAL;
 *       model.network.base_channels = 16;
 *       model.latent_size = 10;
 *       fit.epochs = 2;
 *       fit.batch_size = 32;
 *       if (gen_dataset_open("train-images-idx3-ubyte.gz", NULL, NULL, &data) ||
 *           gen_vae_create(&model, &vae) || gen_model_fit(vae, data, &fit, NULL) ||
 *           gen_vae_sample(vae, NULL, 64, 1, images) ||
 *           gen_image_create_grid(images, 64, 28, 28, 1, NULL, &picture) ||
 *           gen_image_save(picture, "samples.png", NULL))
 *         fprintf(stderr, "%s\n", gen_last_error_message());
 *       gen_image_destroy(picture);
 *       gen_model_destroy(vae);
 *       gen_dataset_destroy(data);
 *       free(images);
 *       return 0;
 *     }
 *
 * CONVENTIONS
 *
 * Rows. One example is called a row: height x width x channels floats, channels last. row_size is
 *   the product of the three. Rows are packed one after another (N x H x W x C, row-major). Image
 *   values lie in [0, 1]. A vector of n features has height 1, width 1 and n channels.
 * Arrays. Unless an entry says otherwise, rows are n_rows x row_size, latents n_rows x latent_size
 *   and labels n_rows; n_rows is 0 ... 2^31 - 1. A pointer to no elements may be NULL. A NaN or an
 *   infinity in an input is GEN_E_NONFINITE.
 * Names. Functions are called gen_<noun>_<verb>. create, open and load make an object and write its
 *   handle, or NULL on failure, to their last parameter. destroy releases it and accepts NULL.
 * Ownership. What you pass is read during the call only and stays yours. A call writes through
 *   `_out` pointers to your memory. Entries name the exceptions.
 * Options. Options are structs; NULL means all defaults. Call gen_<name>_options_init first: it
 *   sets struct_size, initialized and every default. Then change what you want. Every value is
 *   taken literally, 0 too. GEN_AUTO, where a member's comment allows it, lets the library choose.
 *   A prefix such as ADAMW: names the choice that a member belongs to. Setting the member without
 *   that choice is GEN_E_ARGUMENT. So is a struct that was not initialised.
 * Versions. Structs grow at their end only: programs compiled against an older header keep working.
 *   A larger struct than the library knows is accepted if the unknown tail is zero, else it is
 *   GEN_E_VERSION. Set struct_size of a struct before a call fills it.
 * Errors. Every function that can fail returns a gen_status, GEN_OK (0) on success. After an error
 *   gen_last_error_message() names the argument, its value and the limit in one line. A failed call
 *   leaves objects as they were and outputs untouched, unless its entry says otherwise. No input
 *   ends the process. Any function may return GEN_E_ARGUMENT, GEN_E_HANDLE, GEN_E_BUSY, GEN_E_NOMEM
 *   and GEN_E_VERSION. Entries list other errors.
 * Progress. Long calls take a gen_run, which may be NULL, to follow and stop them. A stopped call
 *   leaves objects as they were, but outputs may hold some results. Calls without a gen_run, such
 *   as encode, decode and transform, process each row independently: to follow them, split the rows
 *   over several calls. To split a sample, draw all latents first and decode them in parts.
 * Threads. Calls that take a const handle may run on any number of threads at once. Any other call
 *   needs the object to itself, and returns GEN_E_BUSY when the object is in use, also when a
 *   callback re-enters the object being fitted. Different objects are independent. A thread with
 *   64 KiB of stack can make any call.
 * Forks. The child of a fork() can use all objects. An object that another thread was using at that
 *   moment stays in use in the child. fork() does not wait for running calls.
 * Precision. PCAs and statistics are accurate for values of any magnitude and any number of rows.
 *   Rows of doubles are read, centred and summed as doubles, and the variances of gen_pca_fit are
 *   as accurate as those of a singular value decomposition of the centred rows. For rows of floats
 *   every variance is accurate to float precision: sums of float products are used only if the
 *   result confirms them, else the rows are summed again in double precision. Statistics of one
 *   pass (partial fits, streams, merges, ranks, moments) are accurate to about 1e-15 of the largest
 *   variance; a sketch, to its bound and 1e-12 of the largest variance. docs/accuracy.md has
 *   measured errors. A finite input that overflows a result is GEN_E_NONFINITE; the message names
 *   row, column and value.
 * Reproducibility. The same seed, data and options give bit-identical results on one instruction
 *   set, with any number of threads. With a seed, row i of a result is the same for any n_rows.
 *   Kernels avx512 and avx512bf16 give the same bits.
 * Handles. A handle is a checked ticket, not an address: a stale or foreign handle, or one of the
 *   wrong kind, is GEN_E_HANDLE. gen_pca, gen_autoencoder, gen_vae, gen_gan and gen_classifier are
 *   aliases of gen_model. The functions gen_model_... take any of them, and return
 *   GEN_E_UNSUPPORTED for kinds that lack the feature; the message names the kinds that have it.
 * Labels. A VAE or GAN made with n_classes > 0 is conditional. Its functions take labels, the class
 *   of each row: 0 ... n_classes - 1 (else GEN_E_ARGUMENT). Leaving them out (NULL), or passing
 *   them to an unconditional model, is GEN_E_STATE.
 * Effects. The library prints nothing, installs no signal handlers and changes no global state. It
 *   computes in the default floating-point modes (rounding, traps, flushing to zero), and restores
 *   the host's modes after each call and around callbacks. Its threads block all signals except
 *   SIGPROF and fault signals. A save to a closed pipe or past RLIMIT_FSIZE is GEN_E_IO. Two copies
 *   of the library in one process reject each other's handles. The environment variables read are
 *   GEN_KERNELS (baseline, avx2, avx512, avx512bf16, neon), GEN_THREADS and GEN_WINOGRAD (0: off).
 * Memory. A call returns GEN_E_NOMEM when the system refuses memory for data. Small objects then
 *   come from a reserve of 1 MiB, and the call returns GEN_E_NOMEM when it next allocates memory
 *   for data. If the reserve is used up, or an internal check fails, all contexts log one
 *   GEN_LOG_ERROR message, and the process ends with SIGILL.
 * Costs. Entries give costs in floating-point operations (FLOPs) where they matter. */
#ifndef GENERATIVE_H
#define GENERATIVE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How functions are declared; a program may define it, for parsers that know no attributes. */
#ifndef GEN_API
#if defined(__GNUC__)
#define GEN_API __attribute__((visibility("default")))
#else
#define GEN_API
#endif
#endif

/* ---- Version -------------------------------------------------------------------------------- */

#define GEN_VERSION_STRING "1.0.0"
/* The SONAME's number. It grows when programs compiled against an older header no longer run. */
#define GEN_ABI_VERSION 2

/* Returns the library's version, such as "1.0.0". Static; never NULL. */
GEN_API const char *gen_version(void);
/* Returns the ABI version the library was built with; compare it with GEN_ABI_VERSION. */
GEN_API int32_t gen_abi_version(void);
/* Returns the kernels in use: "baseline", "avx2", "avx512", "avx512bf16" or "neon". Static; never
 * NULL. */
GEN_API const char *gen_kernels_name(void);

/* ---- Status and errors ---------------------------------------------------------------------- */

typedef int32_t gen_status;

enum {
  GEN_OK = 0,
  GEN_E_ARGUMENT = 1,     /* an argument or option is outside its range */
  GEN_E_HANDLE = 2,       /* a handle is NULL, stale, foreign or of another kind */
  GEN_E_BUSY = 3,         /* another call is using the object */
  GEN_E_NOMEM = 4,        /* memory ran out, or the context's limit forbids it */
  GEN_E_IO = 5,           /* the operating system refused a file operation */
  GEN_E_FORMAT = 6,       /* a file does not follow its format */
  GEN_E_TRUNCATED = 7,    /* a file ends before its content does */
  GEN_E_TRAILING = 8,     /* a file continues after its content ends */
  GEN_E_NONFINITE = 9,    /* a number is NaN or infinite */
  GEN_E_VERSION = 10,     /* a struct or a file is newer than this library */
  GEN_E_LIMIT = 11,       /* an input exceeds the library's safety limits */
  GEN_E_STATE = 12,       /* the object is not ready for this call: for example, not fitted yet */
  GEN_E_CANCELLED = 13,   /* a callback or a token stopped the call */
  GEN_E_MISMATCH = 14,    /* two things do not fit together: kinds, shapes, architectures */
  GEN_E_UNSUPPORTED = 15, /* the library, or this kind of object, cannot do this */
  GEN_E_INTERNAL = 16,    /* a bug in the library: please report it */
  GEN_E_COMM = 17         /* the ranks of a job can no longer communicate */
};

/* Returns "GEN_E_ARGUMENT" for 1 and so on, "GEN_E_UNKNOWN" for other numbers. Static. */
GEN_API const char *gen_status_name(gen_status status);
/* Returns one line of UTF-8 that says why the last failed call on this thread failed; "" before any
 * failure. Valid until the next call on this thread. */
GEN_API const char *gen_last_error_message(void);

/* Lets the library choose the value of a member or parameter, of any type, that allows it. */
enum { GEN_AUTO = -1 };

/* Sets every member of an options struct to its default. Each gen_<name>_options_init calls it.
 * name: "vae" for gen_vae_options. struct_size: sizeof the struct. */
GEN_API gen_status gen_struct_init(const char *name, void *structure, uint32_t struct_size);

/* ---- Context --------------------------------------------------------------------------------
 *
 * A context holds what a host program may want to control: threads, memory, log messages and limits
 * on files. Pass it in the options of an object. A NULL context anywhere means a default context
 * that the whole process shares. Objects keep their context alive, so you may destroy it early. */

typedef struct gen_context gen_context;

/* The level of a log message. */
enum {
  GEN_LOG_INFO = 0,    /* a choice made for the host: kernels, threads */
  GEN_LOG_WARNING = 1, /* a problem that fails no call: a skipped file, a collapsing GAN */
  GEN_LOG_ERROR = 2    /* the last message: a bug in the library ends the process with SIGILL */
};

/* Receives one line of UTF-8, valid during the call, on the thread of the library call that logs.
 * It may call any function that does not need an object in use. It must return. */
typedef void (*gen_log_fn)(int32_t level, const char *message, void *user_data);

typedef struct gen_context_options {
  uint32_t struct_size;
  uint32_t initialized;
  /* Threads, the caller's included, 1 ... 64; default: GEN_AUTO (GEN_THREADS, else usable cores) */
  int64_t n_threads;
  /* Bytes for data, models and working memory together, >= 1; default: GEN_AUTO (no limit) */
  int64_t memory_limit;
  /* An allocator: both functions or neither, called on any thread. allocate returns memory aligned
   * to 64 bytes, or NULL. release gets the byte_count that allocate got. Default: NULL (malloc;
   * freed blocks of 1 to 8 MiB are kept for the next call, at most 48 MiB per process) */
  void *(*allocate)(int64_t byte_count, void *user_data);
  void (*release)(void *memory, int64_t byte_count, void *user_data);
  /* The host's parallel-for. It calls body(i, state) once for each i in 0 ... count - 1, on any
   * threads, and returns when all are done. Default: NULL (the library's threads) */
  void (*parallel_for)(int64_t count, void (*body)(int64_t index, void *state), void *state,
                       void *user_data);
  void *user_data; /* passed to the three functions above, and to log */
  /* 1: sum every convolution term by term. 0: 4 x 4 kernels with stride 2 between many channels
   * take up to 2.56 times fewer products (Winograd), unless GEN_WINOGRAD=0. Their errors are then
   * at most 1e-5 of the largest result instead of about 1e-6. With precision bfloat16 they take up
   * to 1.78 times fewer products. Default: 0 */
  int32_t direct_convolutions;
  gen_log_fn log; /* default: NULL (no messages) */
  /* Limits on what a file may request, even a well-formed one; exceeding one is GEN_E_LIMIT. A few
   * bytes can request gigabytes or hours. Raise them for trusted files, lower them for others. */
  int64_t max_image_pixels;    /* 1 ... 2^40; default: 67,108,864 */
  int64_t max_png_chunk_bytes; /* one ancillary chunk, 1 ... 2^31 - 1; default: 8,388,608 */
  int64_t max_model_bytes;     /* all tensors, 1 ... 2^40; default: 4 GiB */
  int64_t max_image_side;      /* pixels, 1 ... 1,000,000; default: 16,384 */
  int64_t max_jpeg_scans;      /* passes over the image, 1 ... 100,000; default: 500 */
  int64_t max_tensors;         /* per model, 1 ... 16,777,216; default: 65,536 */
  int64_t max_tensor_name;     /* bytes, 1 ... 65,535; default: 255 */
} gen_context_options;
static inline gen_status gen_context_options_init(gen_context_options *options,
                                                  uint32_t struct_size) {
  return gen_struct_init("context", options, struct_size);
}

/* Creates a context. Cost: starts n_threads - 1 threads. */
GEN_API gen_status gen_context_create(const gen_context_options *options,
                                      gen_context **context_out);
GEN_API void gen_context_destroy(gen_context *context);
/* Reports the bytes in use now and the peak so far. Either output may be NULL. */
GEN_API gen_status gen_context_memory(const gen_context *context, int64_t *used_out,
                                      int64_t *peak_out);
/* Returns memory that the library keeps for later calls, and free memory of the process's C
 * library, to the system. gen_model_destroy does the latter after the last model. NULL: the default
 * context. Cost: a few milliseconds. */
GEN_API gen_status gen_context_trim(gen_context *context);

/* ---- Runs: following and stopping long calls ------------------------------------------------
 *
 * A gen_run has a callback that receives events, and a token that stops the call from another
 * thread or a signal handler. A call stopped by GEN_STOP_NOW or by its token returns
 * GEN_E_CANCELLED. GEN_STOP_AFTER_EPOCH ends a network's fit, or gen_model_invert, with GEN_OK.
 * Other calls send GEN_EVENT_PROGRESS, and any answer except GEN_GO_ON stops them. */

typedef struct gen_token gen_token;

/* Creates a token. Returns also GEN_E_LIMIT: a process has at most 256 tokens. */
GEN_API gen_status gen_token_create(gen_token **token_out);
GEN_API void gen_token_destroy(gen_token *token);
/* Stops every call that has the token, before its next step; the token stays cancelled. Safe on any
 * thread and in a signal handler. */
GEN_API gen_status gen_token_cancel(gen_token *token);

enum {
  GEN_EVENT_STEP = 0,    /* during an epoch, at most ten times a second */
  GEN_EVENT_EPOCH = 1,   /* after an epoch: averages over it, and the validation losses */
  GEN_EVENT_SKIPPED = 2, /* a file of a folder is skipped: message says which and why */
  GEN_EVENT_WARNING = 3, /* something looks wrong: message says what */
  /* in other calls, at most ten times a second; each stage of a call counts its steps from 0 */
  GEN_EVENT_PROGRESS = 4
};

/* What an event callback returns. Other values stop the fit at once. A callback that raises an
 * exception in Python's ctypes returns an arbitrary value. */
enum { GEN_GO_ON = 0, GEN_STOP_AFTER_EPOCH = 1, GEN_STOP_NOW = 2 };

/* What a GEN_EVENT_WARNING is about. */
enum {
  GEN_WARNING_NONE = 0, /* see message */
  /* GAN, from step 150: D(x) - D(G(z)) > 0.98, averaged over about 50 steps: G hardly learns.
   * HINGE: D's loss < 0.04, averaged alike: D never errs, and has nothing to learn. Not for
   * WASSERSTEIN, whose D is no probability */
  GEN_WARNING_SATURATED_DISCRIMINATOR = 1,
  /* GAN, from step 500: sample_distance < 0.2 real_distance, averaged likewise: G's rows are nearly
   * identical */
  GEN_WARNING_COLLAPSED_GENERATOR = 2,
  /* Message says why. The previous file is kept; the fit continues and tries again when the next
   * checkpoint is due. Return GEN_STOP_NOW to end it. */
  GEN_WARNING_CHECKPOINT_NOT_WRITTEN = 3,
  /* VAE, from step 500: the KL term is below 0.1 nats, averaged over about 50 steps: the latents
   * carry no information */
  GEN_WARNING_DEAD_LATENTS = 4,
  /* Not for a GAN: the loss of an epoch is more than ten times that of the fit's first epoch */
  GEN_WARNING_DIVERGING_LOSS = 5,
  /* The fit has ended, and the model has made fewer than 100 steps in all */
  GEN_WARNING_FEW_STEPS = 6,
  /* GAN: the fit has ended, and the variance of the averaged generator's rows is less than 0.7
   * times that of the last generator's rows: the average lags, and its images look gray */
  GEN_WARNING_LAGGING_AVERAGE = 7,
  /* Conditional VAE or GAN, or classifier: the dataset, other than a stream or a rank's own part,
   * has no row of some class: the model learns nothing about that class */
  GEN_WARNING_ABSENT_CLASS = 8,
  /* All rows of the dataset, other than a stream or a rank's own part, are equal, or it has one */
  GEN_WARNING_EQUAL_ROWS = 9,
  /* Rows are images with a height of 1, 3 or 4, and more than 4 columns and channels: as if
   * channels came first. Rows are height x width x channels */
  GEN_WARNING_CHANNELS_FIRST = 10,
  /* Conditional VAE or GAN: n_classes is 1, so labels tell the model nothing */
  GEN_WARNING_ONE_CLASS = 11
};

/* What an event callback receives; read-only, valid during the callback. Losses are means per row,
 * in nats for VAEs and GANs. Numbers that do not apply to the model are NaN. */
typedef struct gen_event {
  uint32_t struct_size;
  int32_t kind;  /* GEN_EVENT_... */
  int64_t epoch; /* 1 ... n_epochs; 0 with GEN_EVENT_PROGRESS */
  int64_t n_epochs;
  int64_t step;    /* steps done in this epoch, or in this stage of the call */
  int64_t n_steps; /* steps of the epoch or stage; 0 while unknown, as in a stream's first pass */
  double seconds;  /* since the call began */
  double learning_rate;
  /* The minimised loss. VAE: C * reconstruction + beta * kl, or the negative importance-weighted
   * bound. Autoencoder: includes penalties. GAN: the sum of both losses */
  double loss;
  double reconstruction;     /* autoencoder, VAE */
  double kl;                 /* VAE */
  double discriminator_loss; /* GAN: -log D(x) - log(1 - D(G(z))), or as in GEN_OBJECTIVE_... */
  double generator_loss;     /* GAN */
  double real_score;         /* GAN: mean D(x) */
  double fake_score;         /* GAN: mean D(G(z)) */
  double gradient_norm;      /* before clipping; GAN: the generator's */
  double validation_loss;    /* in epoch events, with a validation set */
  double validation_reconstruction;
  double validation_kl;
  const char *message;                /* "" when there is none */
  double discriminator_gradient_norm; /* GAN */
  double sample_distance; /* GAN: root mean square distance of two generated rows in a batch */
  double real_distance;   /* GAN: the same for two real rows */
  int32_t warning;        /* GEN_WARNING_... */
  double penalty;         /* GAN: r1_penalty and gradient_penalty; not part of discriminator_loss */
} gen_event;

/* Returns GEN_GO_ON, GEN_STOP_AFTER_EPOCH or GEN_STOP_NOW. Runs on the calling thread. It may call
 * any function that does not need an object in use. It must return: no longjmp, no exception. */
typedef int32_t (*gen_event_fn)(const gen_event *event, void *user_data);

typedef struct gen_run {
  uint32_t struct_size;
  uint32_t initialized;
  gen_event_fn event; /* default: NULL (no callback) */
  void *user_data;    /* passed to event */
  gen_token *token;   /* default: NULL (no token) */
} gen_run;
static inline gen_status gen_run_init(gen_run *run, uint32_t struct_size) {
  return gen_struct_init("run", run, struct_size);
}

/* ---- Datasets -------------------------------------------------------------------------------
 *
 * A dataset holds the rows that fits read, with or without class labels. Rows come from memory, a
 * file, a folder, a callback (a stream) or the library's generator of drawn faces. */

typedef struct gen_dataset gen_dataset;

/* Element types of arrays. Datasets take the first three. U8 rows are always images, of any height
 * and width: 0 ... 255 become 0 ... 1. A table of small integers must be F32 or F64. PCA and
 * statistics reject U8 rows mixed with floats outside the range of images (GEN_E_ARGUMENT). */
enum { GEN_U8 = 0, GEN_F32 = 1, GEN_F64 = 2, GEN_I32 = 3, GEN_I64 = 4 };
/* Added to a dtype if a function allows it: element (i, j) of n_rows rows is at j * n_rows + i */
enum { GEN_BY_COLUMNS = 64 };

typedef struct gen_memory_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t dtype;          /* U8 (0 ... 255 become 0 ... 1), F32 or F64; default: GEN_F32 */
  int32_t borrow;         /* 1: data must outlive the dataset, unchanged; default: 0 (a copy) */
  int64_t n_rows;         /* 1 ... 2^31 - 1; must be set */
  int64_t height;         /* >= 1; default: 1 */
  int64_t width;          /* >= 1; default: 1 */
  int64_t channels;       /* >= 1; default: 1 */
  int64_t row_stride;     /* bytes from one row to the next, also negative; default: 0 (packed) */
  int64_t element_stride; /* bytes from one element of a row to the next; default: 0 (packed) */
  int32_t unchecked;      /* 1: check for NaN and infinity only on reading; default: 0 */
  const int32_t *labels;  /* n_rows class numbers >= 0, copied; default: NULL (none) */
  const gen_context *context;
} gen_memory_options;
static inline gen_status gen_memory_options_init(gen_memory_options *options,
                                                 uint32_t struct_size) {
  return gen_struct_init("memory", options, struct_size);
}

/* Creates a dataset from rows in memory. data: first element of row 0. f32 and f64 are checked
 * once: GEN_E_NONFINITE names the first row with a NaN or an infinity. unchecked saves this pass
 * for rows that a single call reads, such as a PCA's fit, which then returns GEN_E_NONFINITE. */
GEN_API gen_status gen_dataset_create(const void *data, const gen_memory_options *options,
                                      gen_dataset **dataset_out);

/* How subfolders of a folder of images are read. AUTO: as classes if the folder has no images of
 * its own, else GEN_E_ARGUMENT; splits such as train and val are GEN_E_ARGUMENT, too. CLASSES: each
 * is a class; images outside them are passed over. POOL: as rows without labels. */
enum {
  GEN_SUBFOLDERS_AUTO = 0,
  GEN_SUBFOLDERS_CLASSES = 1,
  GEN_SUBFOLDERS_POOL = 2,
  GEN_SUBFOLDERS_IGNORE = 3
};

typedef struct gen_open_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t height;           /* >= 1; default: GEN_AUTO (that of the data, see below) */
  int64_t width;            /* >= 1; default: GEN_AUTO (that of the data) */
  int64_t channels;         /* of images 1 gray, 3 RGB, 4 RGBA; default: GEN_AUTO (see below) */
  int64_t max_rows;         /* number of rows to read, drawn by seed; default: GEN_AUTO (all) */
  uint64_t seed;            /* seed of the drawn rows, needs max_rows; default: 0 */
  int32_t subfolders;       /* GEN_SUBFOLDERS_...; default: AUTO */
  int32_t lazy;             /* 1: decode images each time they are read; default: 0 (once) */
  const char *labels;       /* file of labels; "": none; default: NULL (found by name) */
  const char *label_column; /* column of the classes; "": none; default: NULL (see below) */
  const char *columns;      /* columns to read, separated by commas; default: NULL (all) */
  const char *omit;         /* columns to leave out; default: NULL (none) */
  const char *const *files; /* the only n_files files of a folder to read; default: NULL (all) */
  int64_t n_files;          /* default: 0 */
  /* Decodes images of other formats, such as WebP, on the calling thread. Returns an image, which
   * the library destroys, or NULL to skip the file. Not with lazy. Default: NULL (none) */
  struct gen_image *(*decode)(const char *path, void *user_data);
  void *user_data; /* passed to decode */
  const gen_context *context;
  int32_t resize; /* this and the next six: see gen_resize_options; default: GEN_RESIZE_COVER */
  int32_t filter; /* default: GEN_FILTER_TRIANGLE */
  int64_t crop_height; /* default: GEN_AUTO (all of the image) */
  int64_t crop_width;  /* default: GEN_AUTO (all of the image) */
  double place_x;      /* default: 0.5 */
  double place_y;      /* default: 0.5 */
  double background;   /* default: 0 */
  int32_t tolerant; /* 1: read images with missing pixels, see gen_load_image_options; default: 0 */
} gen_open_options;
static inline gen_status gen_open_options_init(gen_open_options *options, uint32_t struct_size) {
  return gen_struct_init("open", options, struct_size);
}

/* Opens a file or a folder of rows. The content decides what it is, not the name:
 *   A folder of PNG and JPEG images, sorted by path in byte order. Each subfolder is a class, with
 *     all images below it; classes are sorted by name in byte order. Hidden files are passed over.
 *     Instead, labels may be a CSV file with one line per image, file[, class][, numbers ...],
 *     where the numbers become factors, or an IDX or npy file with one label per image file.
 *   An image file: one row. A list of images: a CSV file as above with paths relative to its own
 *     folder, or a text file with one path per line.
 *   An IDX file, plain or gzipped: n x height x width [x channels]. Labels come from the file whose
 *     name has labels for images and idx1 for idx3, if it exists.
 *   An npy file of 1 to 4 axes, or one array of an npz file: the only one, or x, data, images,
 *     x_train ... with the labels y, labels, target, y_train ..., or those that columns and
 *     label_column name. Unsigned bytes with 3 axes or more, or a height or width, are images.
 *   A table, CSV or TSV, plain or gzipped, with or without a header. A missing value or a word is
 *     GEN_E_FORMAT; the message names line and column. Columns are named by the header or numbered
 *     from 0; -1 is the last. Column label, labels, class or target has the classes: words, or
 *     whole numbers >= 0. With a height or width, whole numbers 0 ... 255 are 8-bit images.
 *   A CIFAR-10 or CIFAR-100 binary file, or a folder of them: only its training files are read.
 *   "faces:" or "faces:<seed>": max_rows (default: 10,000) drawn faces; see
 *     gen_dataset_create_faces.
 * Images are resized to height x width; section Images says how they are read. A JPEG that shrinks
 * to half or less may be decoded at 1/2, 1/4 or 1/8 of its resolution, at least twice the target's
 * (not for GEN_FILTER_NEAREST). This is faster, and differs by a few levels at edges. GEN_AUTO
 * inspects 32 image files, evenly spread. Rows have 1 channel if all are gray, else 3. They have
 * the images' size, after orientation and crop, if it is the same and at most 256 x 256, else
 * 64 x 64. Other rows are only reshaped; a different number of values is GEN_E_MISMATCH. max_rows
 * takes the same share of each class. An option that does not apply to the data is GEN_E_ARGUMENT.
 * Files that are images by name or content but cannot be read are skipped, counted and reported to
 * the callback; other files are passed over and counted (gen_dataset_info, gen_dataset_name).
 * Images that do not fit in memory are decoded as they are read, as with lazy. Returns also
 * GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_TRAILING, GEN_E_LIMIT, GEN_E_UNSUPPORTED,
 * GEN_E_MISMATCH, GEN_E_NONFINITE, GEN_E_CANCELLED. */
GEN_API gen_status gen_dataset_open(const char *path, const gen_open_options *options,
                                    const gen_run *run, gen_dataset **dataset_out);

typedef struct gen_stream_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t height;   /* >= 1; default: 1 */
  int64_t width;    /* >= 1; default: 1 */
  int64_t channels; /* >= 1; default: 1 */
  /* Writes up to max_rows packed rows to rows_out. Returns their number, 0 at the end, or a
   * negative number to fail (GEN_E_CANCELLED) */
  int64_t (*read)(float *rows_out, int64_t max_rows, void *user_data);
  int32_t (*rewind)(void *user_data); /* called before each pass over the data; 0 on success */
  void *user_data;                    /* passed to both */
  int64_t shuffle_rows; /* rows in the shuffle buffer; 0: keep the order; default: 4096 */
  const gen_context *context;
  /* Replaces read for labelled rows: also writes each row's class, >= 0, to labels_out; default:
   * NULL (no labels) */
  int64_t (*read_labelled)(float *rows_out, int32_t *labels_out, int64_t max_rows, void *user_data);
} gen_stream_options;
static inline gen_status gen_stream_options_init(gen_stream_options *options,
                                                 uint32_t struct_size) {
  return gen_struct_init("stream", options, struct_size);
}

/* Creates a dataset that pulls rows from a callback, read or read_labelled, for data that does not
 * fit in memory. Only one call at a time can read a stream. Functions that need row numbers return
 * GEN_E_UNSUPPORTED. */
GEN_API gen_status gen_dataset_create_stream(const gen_stream_options *options,
                                             gen_dataset **dataset_out);

typedef struct gen_faces_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t n_rows;   /* 1 ... 2^31 - 1; default: 10,000 */
  int64_t height;   /* 16 ... 128; default: 32 */
  int64_t width;    /* 16 ... 128; default: 32 */
  int64_t channels; /* 1 or 3; default: 3 */
  uint64_t seed;    /* default: 0 */
  const gen_context *context;
} gen_faces_options;
static inline gen_status gen_faces_options_init(gen_faces_options *options, uint32_t struct_size) {
  return gen_struct_init("faces", options, struct_size);
}

/* Draws faces from known factors (smile, head turn, hair ...). Face i of a seed is always the same.
 * Its label is 1 when it smiles, else 0. */
GEN_API gen_status gen_dataset_create_faces(const gen_faces_options *options,
                                            gen_dataset **dataset_out);
/* Creates a dataset of n_rows >= 1 rows of another, which it keeps alive, from first_row on. */
GEN_API gen_status gen_dataset_create_slice(const gen_dataset *dataset, int64_t first_row,
                                            int64_t n_rows, gen_dataset **dataset_out);
/* Splits a dataset of two or more rows at random into two datasets, which keep it alive. Rows keep
 * their order. held_out_out: share * n_rows of the rows (rounded, halves to even), at least 1 and
 * at most n_rows - 1; rest_out: the others. share: above 0 and below 1. With labels below 4,096 the
 * split is stratified: each class has its share, rounded down or up, and keeps a row in rest_out if
 * the number of rows allows. The same seed, share and labels give the same rows. After an error
 * both outputs are NULL. Returns also GEN_E_UNSUPPORTED (a stream). */
GEN_API gen_status gen_dataset_split(const gen_dataset *dataset, double share, uint64_t seed,
                                     gen_dataset **rest_out, gen_dataset **held_out_out);
GEN_API void gen_dataset_destroy(gen_dataset *dataset);

typedef struct gen_dataset_info_t {
  uint32_t struct_size;
  int64_t n_factors; /* of faces, and of a folder with a CSV file of labels; else 0 */
  int64_t n_rows;    /* -1 for a stream */
  int64_t height;
  int64_t width;
  int64_t channels;
  /* largest label + 1, or number of named classes; 0 without labels; -1 for a stream with labels */
  int64_t n_classes;
  int64_t n_skipped; /* files of a folder that could not be read */
  int64_t n_files;   /* files examined: read, skipped, passed over or beyond max_rows */
  int64_t n_passed;  /* files that are not images, or not requested */
  int32_t dtype;     /* element type of the rows: U8 (0 ... 255), F32 or F64 */
  int64_t n_damaged; /* rows of images with missing pixels, read because of tolerant */
} gen_dataset_info_t;
GEN_API gen_status gen_dataset_info(const gen_dataset *dataset, gen_dataset_info_t *info_out);
/* Reads rows as floats. */
GEN_API gen_status gen_dataset_read(const gen_dataset *dataset, int64_t first_row, int64_t n_rows,
                                    float *rows_out);
/* Reads class numbers. Returns also GEN_E_STATE (no labels). */
GEN_API gen_status gen_dataset_labels(const gen_dataset *dataset, int64_t first_row, int64_t n_rows,
                                      int32_t *labels_out);
/* Reads each row's known factors. factors_out: n_rows x n_factors. Returns also GEN_E_STATE. */
GEN_API gen_status gen_dataset_factors(const gen_dataset *dataset, int64_t first_row,
                                       int64_t n_rows, float *factors_out);

/* Kinds of names for gen_dataset_name. Models keep the names of CLASS and COLUMN. */
enum {
  GEN_NAME_CLASS = 0,   /* name of a class, by its number */
  GEN_NAME_COLUMN = 1,  /* name of a table's column */
  GEN_NAME_FACTOR = 2,  /* name of a factor, such as "smile" */
  GEN_NAME_PATH = 3,    /* path of the file that a row came from */
  GEN_NAME_SKIPPED = 4, /* file that could not be read, and why */
  GEN_NAME_PASSED = 5,  /* file that was passed over, and its type */
  GEN_NAME_ACCOUNT = 6  /* summary of all files examined, one line (index 0) */
};
/* Returns a name, or NULL if there is none: count up from index 0 to list all. The text is valid
 * until the thread's next call of gen_dataset_name or gen_model_name. */
GEN_API const char *gen_dataset_name(const gen_dataset *dataset, int32_t kind, int64_t index);

/* Finds the rows of a dataset nearest to each given row, by Euclidean distance, nearest first;
 * finds copied training data, for example. n_neighbours: 1 ... rows of the dataset. indices_out,
 * distances_out: n_rows x n_neighbours; either may be NULL. Cost: 2 * n_rows * dataset
 * rows * row_size FLOPs. */
GEN_API gen_status gen_dataset_nearest(const gen_dataset *dataset, const float *rows,
                                       int64_t n_rows, int64_t n_neighbours, const gen_run *run,
                                       int64_t *indices_out, float *distances_out);
/* Classifies rows by the majority of their nearest rows in a labelled dataset; the lowest class
 * wins a tie. Returns also GEN_E_STATE (no labels). Cost: as gen_dataset_nearest. */
GEN_API gen_status gen_dataset_classify(const gen_dataset *dataset, const float *rows,
                                        int64_t n_rows, int64_t n_neighbours, const gen_run *run,
                                        int32_t *labels_out);

/* ---- Images ---------------------------------------------------------------------------------
 *
 * An image has 8 bits per channel, and can be read from and written to PNG and JPEG files. It is
 * immutable. Its memory comes from its context, whose limits apply; images made from it share it.
 *
 * Metadata and color formats of a file are handled as follows:
 * - orientation: applied, from Exif in a JPEG or PNG (chunk eXIf); XMP is not read;
 * - gamma and ICC profiles: ignored; pixel values stay as they are in the file;
 * - alpha: kept, not premultiplied; where it is dropped, the image is composited over white;
 * - CMYK: inverted, with or without Adobe's marker, as Adobe and Pillow do, then each ink times
 *   black; the result is RGB without a profile;
 * - 16 bits are rounded to 8; gray is 0.299 R + 0.587 G + 0.114 B.
 *
 * Two kinds of faults differ. If all pixels are present (wrong parameters of a baseline scan, wrong
 * checksums of chunks without pixels, no end marker), the image is read and the context logs a
 * message. If pixels are missing (a truncated file, corrupt data), the file is rejected, or, with
 * tolerant, read as far as possible. */

typedef struct gen_image gen_image;

typedef struct gen_load_image_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t channels; /* 1 gray, 3 RGB, 4 RGBA; default: GEN_AUTO (as in the file) */
  const gen_context *context;
  /* 1: read an image with missing pixels, which become gray (in a progressive JPEG, less detailed);
   * the context logs a message; default: 0 */
  int32_t tolerant;
} gen_load_image_options;
static inline gen_status gen_load_image_options_init(gen_load_image_options *options,
                                                     uint32_t struct_size) {
  return gen_struct_init("load_image", options, struct_size);
}

/* Read a PNG or JPEG file, or its bytes, recognised by content: gray, RGB, RGBA, palette, 16-bit or
 * CMYK. Dropped transparency is composited over white. The context also provides the codecs'
 * working memory: a few rows, or two bytes per channel and pixel for a progressive JPEG. Returns
 * also GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_LIMIT. */
GEN_API gen_status gen_image_load(const char *path, const gen_load_image_options *options,
                                  gen_image **image_out);
GEN_API gen_status gen_image_load_memory(const void *bytes, int64_t byte_count,
                                         const gen_load_image_options *options,
                                         gen_image **image_out);
/* Creates an image from pixels, in the default context. pixels: height x width x channels, clamped
 * to [0, 1]. channels: 1, 3 or 4. Returns also GEN_E_LIMIT. */
GEN_API gen_status gen_image_create(const float *pixels, int64_t height, int64_t width,
                                    int64_t channels, gen_image **image_out);

typedef struct gen_grid_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t n_columns; /* >= 1; default: GEN_AUTO (as square as possible) */
  int64_t padding;   /* pixels between and around cells, 0 ... 1,024; default: 2 */
  int64_t enlarge;   /* each pixel becomes enlarge x enlarge, 1 ... 64; default: 1 */
  double background; /* gray value of the padding, 0 ... 1; default: 1 */
  int32_t stretch;   /* 1: scale each cell to its own range, as for components; default: 0 */
  const gen_context *context;
} gen_grid_options;
static inline gen_status gen_grid_options_init(gen_grid_options *options, uint32_t struct_size) {
  return gen_struct_init("grid", options, struct_size);
}

/* Creates one image from n_rows >= 1 rows, left to right, then down. Returns also GEN_E_LIMIT. */
GEN_API gen_status gen_image_create_grid(const float *rows, int64_t n_rows, int64_t height,
                                         int64_t width, int64_t channels,
                                         const gen_grid_options *options, gen_image **image_out);

enum { GEN_RESIZE_COVER = 0, GEN_RESIZE_CONTAIN = 1, GEN_RESIZE_STRETCH = 2 };
enum { GEN_FILTER_TRIANGLE = 0, GEN_FILTER_LANCZOS = 1, GEN_FILTER_NEAREST = 2 };

typedef struct gen_resize_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t resize;      /* GEN_RESIZE_COVER (fill, then cut), GEN_RESIZE_CONTAIN (fit, then pad with
                          background), GEN_RESIZE_STRETCH (each axis on its own); default: COVER */
  int32_t filter;      /* GEN_FILTER_TRIANGLE or GEN_FILTER_LANCZOS, which use every pixel when
                          shrinking, or GEN_FILTER_NEAREST; default: GEN_FILTER_TRIANGLE */
  int64_t crop_height; /* pixels cut out first, at most the image's; default: GEN_AUTO (all) */
  int64_t crop_width;  /* the same for the width; default: GEN_AUTO (all) */
  double place_x;      /* position of the cut or contained part: 0 left ... 1 right; default: 0.5 */
  double place_y;      /* 0 top ... 1 bottom; a cut of h of H rows begins at row place_y * (H - h),
                          rounded; default: 0.5 */
  double background;   /* gray value around a contained image, 0 ... 1, opaque; default: 0 */
} gen_resize_options;
static inline gen_status gen_resize_options_init(gen_resize_options *options,
                                                 uint32_t struct_size) {
  return gen_struct_init("resize", options, struct_size);
}

/* Creates a copy resized to height x width. Colors are weighted by their alpha. options: NULL for
 * defaults. Returns also GEN_E_LIMIT. */
GEN_API gen_status gen_image_create_resized(const gen_image *image, int64_t height, int64_t width,
                                            const gen_resize_options *options,
                                            gen_image **image_out);
GEN_API void gen_image_destroy(gen_image *image);
/* Reports the size. Each output may be NULL. */
GEN_API gen_status gen_image_size(const gen_image *image, int64_t *height_out, int64_t *width_out,
                                  int64_t *channels_out);
/* Copies the pixels. pixels_out: height x width x channels, in [0, 1]. */
GEN_API gen_status gen_image_pixels(const gen_image *image, float *pixels_out);

typedef struct gen_save_image_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t jpeg_quality; /* 1 ... 100; default: 90 */
} gen_save_image_options;
static inline gen_status gen_save_image_options_init(gen_save_image_options *options,
                                                     uint32_t struct_size) {
  return gen_struct_init("save_image", options, struct_size);
}

/* Writes a PNG (path ends in .png) or JPEG file (.jpg, .jpeg), atomically: after an error an
 * existing file is unchanged. A JPEG is composited over white. Returns also GEN_E_IO,
 * GEN_E_UNSUPPORTED (another extension). */
GEN_API gen_status gen_image_save(const gen_image *image, const char *path,
                                  const gen_save_image_options *options);
/* Writes the same bytes to memory. path: only its extension is used, for example ".png". bytes_out:
 * capacity bytes; NULL: only byte_count_out is written. Too small a capacity is GEN_E_ARGUMENT. */
GEN_API gen_status gen_image_save_memory(const gen_image *image, const char *path,
                                         const gen_save_image_options *options, void *bytes_out,
                                         int64_t capacity, int64_t *byte_count_out);

/* ---- Models: what all kinds do --------------------------------------------------------------
 *
 * The life of a model: gen_<kind>_create, gen_model_fit, the functions of its kind, gen_model_save
 * (Files), gen_model_destroy. Each kind has a section of its own below. */

typedef struct gen_model gen_model;

/* Returns "pca", "autoencoder", "vae", "gan" or "classifier"; NULL for no model. Static. */
GEN_API const char *gen_model_kind(const gen_model *model);
GEN_API void gen_model_destroy(gen_model *model);

typedef struct gen_model_info_t {
  uint32_t struct_size;
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t latent_size;
  int64_t n_parameters;
  int64_t n_epochs; /* fitted so far */
  int64_t n_steps;  /* optimizer steps so far */
  int64_t n_classes;
  int32_t architecture;  /* GEN_ARCHITECTURE_... */
  int64_t n_epochs_left; /* epochs that resume = 1 would run, including the current one; 0: the last
                            fit has ended, or none is recorded */
  int64_t n_features;    /* values per row that gen_model_features writes; 0: none */
} gen_model_info_t;

/* Describes the rows, the latents and the progress of a model. A pca reports its columns as
 * channels, its components as latent_size, and 0 for what only networks have. A classifier reports
 * its n_features as latent_size, too. Returns also GEN_E_STATE (a pca that is not fitted). */
GEN_API gen_status gen_model_info(const gen_model *model, gen_model_info_t *info_out);
/* Returns the name of a class or column (GEN_NAME_CLASS, GEN_NAME_COLUMN) of the last dataset with
 * names that the model was fitted to, or NULL where there is none. Names of more than 256 KiB in
 * total are not kept. Valid as long as that of gen_dataset_name. */
GEN_API const char *gen_model_name(const gen_model *model, int32_t kind, int64_t index);
/* Describes a model as a JSON object: "kind", and "options" by their names, with the values that
 * the library chose. An autoencoder adds "paired": whether its last fit had targets. A vae with a
 * GAUSSIAN likelihood adds "noise_variance": a list of one variance for all values of a row, or one
 * per value, in the units of the rows. text_out, capacity, byte_count_out: as in
 * gen_options_describe. */
GEN_API gen_status gen_model_describe(const gen_model *model, char *text_out, int64_t capacity,
                                      int64_t *byte_count_out);

typedef struct gen_plan {
  uint32_t struct_size;
  int64_t n_parameters; /* trainable parameters */
  int64_t peak_bytes; /* while fitting with Adam, no validation set and no targets, without data */
  int64_t flops_per_row; /* of one training step */
} gen_plan;

/* Computes the cost of a fit: autoencoder, vae, gan, classifier. batch_size: 1 ... 65,536. */
GEN_API gen_status gen_model_plan(const gen_model *model, int64_t batch_size, gen_plan *plan_out);

/* ---- Networks: options that several kinds share ---------------------------------------------
 *
 * The options of every network begin with the member network. DENSE networks are stacks of dense
 * layers. CONVOLUTIONAL ones are the stacks of DCGAN (Radford, Metz & Chintala 2016) for images:
 * depth levels halve the sides by 4 x 4 convolutions of stride 2, or double them by transposed
 * ones. The first level has base_channels channels, each further one twice as many. Dense hidden
 * layers follow the innermost level. height and width must be at least 2^depth. Images whose sides
 * are not multiples of 2^depth are padded with zeros inside the network, evenly on both sides; the
 * padding is cut off the output.
 *
 * A conditional model appends its labels as one-hot vectors to the input of every layer, at every
 * pixel for a convolution: each class has its own biases. Batch norm then has no scale and
 * shift. */

enum { GEN_ARCHITECTURE_DENSE = 0, GEN_ARCHITECTURE_CONVOLUTIONAL = 1 };

enum {
  GEN_ACTIVATION_IDENTITY = 0,
  GEN_ACTIVATION_RELU = 1,
  GEN_ACTIVATION_LEAKY_RELU = 2, /* slope 0.2 */
  GEN_ACTIVATION_SILU = 3,
  GEN_ACTIVATION_ELU = 4,
  GEN_ACTIVATION_TANH = 5,
  GEN_ACTIVATION_SIGMOID = 6,
  GEN_ACTIVATION_SOFTPLUS = 7 /* log(1 + exp(x)) */
};

enum {
  GEN_INITIALIZER_HE = 0,             /* N(0, 2 / inputs) (He et al. 2015) */
  GEN_INITIALIZER_GLOROT = 1,         /* U(+-sqrt(6 / (inputs + outputs))) (Glorot & Bengio 2010) */
  GEN_INITIALIZER_FAN_IN_UNIFORM = 2, /* U(+-1 / sqrt(inputs)), weights and biases, as PyTorch */
  GEN_INITIALIZER_NORMAL_002 = 3,     /* N(0, 0.02^2) (Radford et al. 2016) */
  GEN_INITIALIZER_BY_ACTIVATION = 4   /* GLOROT for IDENTITY, TANH, SIGMOID; HE for the others */
};

/* STANDARDIZE: the model subtracts each column's mean from its input and divides by the column's
 * standard deviation, both of the first fit's rows, and undoes this in its output. Both are saved
 * with the model. Likelihoods refer to the caller's rows; losses, reconstruction errors and anomaly
 * scores of an autoencoder refer to standardized rows. */
enum { GEN_PREPARATION_NONE = 0, GEN_PREPARATION_STANDARDIZE = 1 };

/* BFLOAT16: fits and inference round the operands of matrix products and convolutions to 8
 * significant bits (magnitudes below 2^-56 to 0), which is faster with kernels avx512bf16. Other
 * kernels round alike, and are no faster than in float32. Convolutions by Winograd's algorithm
 * round transformed operands. Weights, sums, batch norm, losses and the optimizer stay float32.
 * docs/guarantees.md has errors and limits. */
enum { GEN_PRECISION_FLOAT32 = 0, GEN_PRECISION_BFLOAT16 = 1 };

typedef struct gen_network_options {
  int64_t height;   /* >= 1; default: 1 */
  int64_t width;    /* >= 1; default: 1 */
  int64_t channels; /* >= 1, for a table its columns; default: 1 */
  /* GEN_ARCHITECTURE_...; default: GEN_AUTO (CONVOLUTIONAL if height and width are at least 16, no
   * widths of hidden layers are given and no other option needs DENSE, or if another option needs
   * CONVOLUTIONAL; else DENSE) */
  int32_t architecture;
  /* GEN_INITIALIZER_...; default: GEN_AUTO (DENSE vae: FAN_IN_UNIFORM; CONVOLUTIONAL gan:
   * NORMAL_002; else BY_ACTIVATION) */
  int32_t initializer;
  /* CONVOLUTIONAL: levels, 1 ... 16; default: GEN_AUTO (halves the smaller side, rounded up, to
   * 4 ... 7) */
  int64_t depth;
  /* CONVOLUTIONAL: channels of the first level, 1 ... 4,096; default: GEN_AUTO (32; GAN: 16). More
   * than 65,536 at the innermost level is GEN_E_LIMIT */
  int64_t base_channels;
  double dropout; /* share of hidden units dropped in training, [0, 1); GAN: in D; default: 0 */
  /* GEN_PREPARATION_...; default: GEN_AUTO (STANDARDIZE if height and width are 1, a value of the
   * first fit is outside [0, 1], and no other option asks for rows in [0, 1]; else NONE) */
  int32_t preparation;
  int32_t precision; /* GEN_PRECISION_...; default: FLOAT32 */
  uint64_t seed;     /* seed of the initial weights; default: 0 */
  const gen_context *context;
} gen_network_options;

/* ---- Ranks ----------------------------------------------------------------------------------
 *
 * Ranks are the processes of a job, on any number of machines, or threads of one process, that fit
 * one model together. The host connects them by the functions of a gen_comm, over MPI
 * (bindings/mpi) or otherwise; the library opens no connection. Every rank makes the same call with
 * its own gen_comm. The functions run on the thread of that call, in the same order on every rank.
 *
 * Each function returns 0 on success. After any other number none is called again, and the call
 * returns GEN_E_COMM. If a rank fails, the functions must fail on all ranks rather than wait
 * forever. An error (option, file, memory) on one rank ends the call on all with its status; on the
 * others the message begins with "rank 2: ". docs/scale.md has recipes, guarantees and costs. */

typedef struct gen_comm {
  uint32_t struct_size;
  int32_t rank; /* number of this rank, 0 ... size - 1 */
  int32_t size; /* ranks, 1 ... 1,048,576. With 1 no function is called */
  /* Sums each value over the ranks, in place, bit-identical on all. dtype: GEN_F32, F64 or I64. */
  int32_t (*all_reduce)(void *values, int64_t count, int32_t dtype, void *user_data);
  /* Copies the bytes of rank root to all ranks. */
  int32_t (*broadcast)(void *bytes, int64_t byte_count, int32_t root, void *user_data);
  /* Copies the bytes of all ranks, byte_count each, to all_out, in the order of the ranks. */
  int32_t (*all_gather)(const void *bytes, int64_t byte_count, void *all_out, void *user_data);
  /* Returns when every rank has called it. */
  int32_t (*barrier)(void *user_data);
  void *user_data; /* passed to the four functions above */
} gen_comm;

/* Sets rank 0, size 1 and no functions. struct_size: sizeof the struct. */
GEN_API gen_status gen_comm_init(gen_comm *comm, uint32_t struct_size);

/* ---- Fitting and using models --------------------------------------------------------------- */

enum {
  GEN_OPTIMIZER_SGD = 0,     /* with momentum beta1 */
  GEN_OPTIMIZER_RMSPROP = 1, /* squared gradients decay with beta2 */
  GEN_OPTIMIZER_ADAM = 2,    /* Kingma & Ba 2015 */
  GEN_OPTIMIZER_ADAMW = 3    /* Loshchilov & Hutter 2019: decoupled weight_decay */
};

enum {
  GEN_SCHEDULE_CONSTANT = 0,
  GEN_SCHEDULE_STEP = 1,   /* multiplies the rate by schedule_factor every schedule_period epochs */
  GEN_SCHEDULE_COSINE = 2, /* falls to schedule_factor of the rate along half a cosine */
  GEN_SCHEDULE_LINEAR = 3, /* falls to schedule_factor of the rate along a line */
  /* multiplies the rate by schedule_factor when the validation loss, without validation the loss,
   * has not fallen by more than min_delta for schedule_period epochs; not for a gan */
  GEN_SCHEDULE_PLATEAU = 4
};

typedef struct gen_fit_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t epochs;     /* passes over the data, 1 ... 1,000,000; default: GEN_AUTO (see below) */
  int64_t batch_size; /* rows per step, 1 ... 65,536; default: GEN_AUTO (see below) */
  uint64_t seed;      /* seed of shuffling, noise, dropout and latents; default: 0 */
  int32_t optimizer;  /* GEN_OPTIMIZER_...; default: ADAM */
  /* GEN_SCHEDULE_...; default: GEN_AUTO (COSINE; gan: CONSTANT, for a narrow table LINEAR) */
  int32_t schedule;
  /* > 0; default: GEN_AUTO (autoencoder, vae: 2e-3, DENSE with rows of n > 4,096 values: 8.192 / n;
   * classifier: 1e-3; gan: 2e-4, DENSE with images 5e-4, for a narrow table 1e-3) */
  double learning_rate;
  double beta1;        /* decay of mean gradients, [0, 1); default: GEN_AUTO (0.9; GAN: 0.5) */
  double beta2;        /* decay of mean squares, [0, 1); default: GEN_AUTO (0.999; RMSPROP: 0.99) */
  double epsilon;      /* added to the denominator for stability, > 0; default: 1e-8 */
  double weight_decay; /* ADAMW: 0 ... 1,000; default: GEN_AUTO (0) */
  /* STEP, COSINE, LINEAR, PLATEAU: 0 ... 1; default: GEN_AUTO (STEP, PLATEAU: 0.1; else 0) */
  double schedule_factor;
  int64_t schedule_period; /* STEP, PLATEAU: epochs, 1 ... 1,000,000; default: GEN_AUTO (10) */
  /* COSINE, LINEAR: epochs over which the rate falls, from the model's first, >= 1; default:
   * GEN_AUTO (the epochs of this fit) */
  int64_t schedule_epochs;
  /* Epochs over which the rate rises from 0, or a fraction of one, 0 ... 1e6; default: 0. In a
   * stream's first pass, of unknown length, an epoch counts as one step */
  double warm_up;
  /* Maximum gradient norm, > 0: larger gradients are scaled down; default: GEN_AUTO (none) */
  double clip_norm;
  /* Epochs without a lower validation loss before the fit stops, >= 1; default: GEN_AUTO (never) */
  int64_t patience;
  double min_delta;  /* smallest decrease that counts as a lower loss, >= 0; default: 0 */
  int32_t keep_best; /* 1: end with the weights of the best validation epoch; default: 0 */
  int32_t resume;    /* 1: continue the interrupted fit; default: 0 */
  const char *checkpoint_path; /* file that the running fit is saved to; default: NULL */
  int64_t checkpoint_steps;    /* steps between checkpoints, >= 0; default: 0 (not by steps) */
  /* Seconds between checkpoints, 0 ... 1e9 (0: not by time); default: GEN_AUTO (60, or 0 with
   * checkpoint_steps) */
  double checkpoint_seconds;
  const gen_dataset *validation; /* evaluated after each epoch; default: NULL (none) */
  const gen_comm *comm;          /* the ranks that fit together; default: NULL (this process) */
  /* With comm: 1: all ranks have the same rows, and each takes its part of every batch; 0: each has
   * rows of its own; default: 0 */
  int32_t shared_rows;
  /* Batches whose gradients a step sums, 1 ... 65,536: steps of accumulate * batch_size rows in the
   * memory of batch_size rows. Results agree to rounding, except with batch norm and KL sparsity,
   * which use one batch. Not for a gan, nor with comm. Default: 1 */
  int64_t accumulate;
  /* autoencoder: the clean version of each row, in the same order; default: NULL (the rows
   * themselves). With validation it needs validation_targets, the clean rows of validation */
  const gen_dataset *targets;
  const gen_dataset *validation_targets;
  /* Augmentation: every step changes its images at random, by seed, step and place in the batch,
   * and their targets likewise. Validation rows are not changed. GEN_E_UNSUPPORTED for rows of one
   * pixel's height or width, and with preparation STANDARDIZE */
  int32_t flip; /* 1: mirror left to right, half of the time; default: 0 */
  /* largest shift in pixels along each axis, edges repeated, 0 ... 4,096; default: 0 */
  int64_t shift;
  double rotation; /* largest rotation in degrees, edges repeated, 0 ... 180; default: 0 */
  /* Brightness, contrast and saturation, in this order, are multiplied by
   * 1 - color_jitter ... 1 + color_jitter and clamped to [0, 1]; 0 ... 1; default: 0 */
  double color_jitter;
} gen_fit_options;
static inline gen_status gen_fit_options_init(gen_fit_options *options, uint32_t struct_size) {
  return gen_struct_init("fit", options, struct_size);
}

/* Fits a model to a dataset, whose row_size must be the model's. options: NULL for a pca, which is
 * fitted as by gen_pca_fit. A classifier's loss is the cross-entropy in nats.
 *
 * What GEN_AUTO chooses in a fit depends on the number of rows n. batch_size: n / 8 rounded down to
 * a multiple of 16, at least 16 and at most 128 (CONVOLUTIONAL: 32). epochs: enough for 2,000 steps
 * (CONVOLUTIONAL: 3,000; dense gan: 5,000, of a narrow table 8,000), at least 10, at most 1,000. A
 * stream, whose n is unknown, gets the largest batch_size and 10 epochs. A narrow table has
 * height = width = 1 and at most 32 channels. docs/defaults.md has the measurements.
 *
 * With targets an autoencoder learns to make the targets of the dataset's rows: to restore clean
 * images from noisy ones of the same scenes, for example. Rows and targets are paired by their
 * number, and drawn together. Only targets need to lie in [0, 1]. If rows are standardized, the
 * means and standard deviations are those of the targets. The model's corruption is applied to the
 * dataset's rows. Neither may be a stream, or a folder with skipped files.
 *
 * All memory is allocated before the first step. A second fit continues where the first ended, with
 * the optimizer's state. A stopped fit leaves a model that can be used and fitted further. If a
 * loss, gradient or weight is not finite, the fit ends with GEN_E_NONFINITE, and the model returns
 * to the last checkpoint or the end of the last epoch, whichever is later.
 *
 * With checkpoint_path the model and the fit's position are written while the fit runs and when it
 * ends. With resume = 1 a fit that was cancelled or killed continues, and its result is
 * bit-identical to an uninterrupted fit. So a program that creates a model and fits it with both
 * may be killed and restarted at any time. docs/training.md has the details. With a comm, a step
 * learns from batch_size rows of each rank, and the ranks' models stay bit-identical; see
 * docs/scale.md.
 *
 * GEN_E_ARGUMENT: a model with classes lacks labels of 0 ... n_classes - 1, in validation too; rows
 * of a BERNOULLI vae, or of an autoencoder or gan with another output than IDENTITY, lie outside
 * [0, 1] (by more than 1e-6); batch_size is 1 with batch norm; keep_best or patience lacks
 * validation; targets without validation_targets. Returns also GEN_E_MISMATCH (row_size; targets
 * and rows that differ in number; resume: other options or data; ranks that differ),
 * GEN_E_UNSUPPORTED (keep_best, patience, PLATEAU or accumulate of a gan; accumulate with a comm;
 * targets of another kind than autoencoder, or with a stream), GEN_E_NONFINITE, GEN_E_CANCELLED,
 * GEN_E_IO (a checkpoint), GEN_E_STATE (resume: no record), GEN_E_COMM, and with resume what
 * gen_model_load does. */
GEN_API gen_status gen_model_fit(gen_model *model, const gen_dataset *dataset,
                                 const gen_fit_options *options, const gen_run *run);
/* Encodes and decodes each row (pca, autoencoder and vae). A vae uses the mean of the row's
 * Gaussian. Returns also GEN_E_STATE (a pca that is not fitted). */
GEN_API gen_status gen_model_reconstruct(const gen_model *model, const float *rows,
                                         const int32_t *labels, int64_t n_rows, float *rows_out);

/* Computes features for classifying or comparing rows (gan and classifier). A classifier gives the
 * output of its last hidden layer. A CONVOLUTIONAL gan gives the output of every convolution of its
 * discriminator: the maximum in each cell of a 4 x 4 grid (Radford et al. 2016, section 5.1).
 * features_out: n_rows x n_features (gen_model_info). Returns also GEN_E_STATE (a DENSE gan). */
GEN_API gen_status gen_model_features(const gen_model *model, const float *rows,
                                      const int32_t *labels, int64_t n_rows, float *features_out);

/* ---- VAE: variational autoencoder -----------------------------------------------------------
 *
 * Kingma & Welling, "Auto-encoding variational Bayes" (2014). An encoder gives each row a Gaussian
 * q(z|x) = N(mean, exp(log_variance)), and a decoder gives p(x|z). The loss, in nats, is
 *
 *     C * reconstruction + beta * KL(q(z|x) || N(0, I)),   reconstruction = -log p(x|z),
 *
 * summed over pixels and averaged over rows. With C = beta = 1 it is the negative of the true bound
 * on log p(x). Gradients pass through z = mean + exp(log_variance / 2) * e with e from N(0, I).
 *
 * With importance_samples K > 1 it is an importance-weighted autoencoder (Burda et al. 2016). The
 * loss is then the negative of a tighter bound, from K latents of each row:
 *
 *     -log 1/K sum exp(-C * reconstruction + beta * (log p(z) - log q(z|x))).
 *
 * Its q(z|x) is trained for that bound, not for a single latent. Events report reconstruction and
 * kl as for a VAE, and inference is the same. */

typedef gen_model gen_vae;

enum {
  GEN_LIKELIHOOD_BERNOULLI = 0, /* cross-entropy of pixels in [0, 1] */
  GEN_LIKELIHOOD_GAUSSIAN = 1   /* N(decoder's mean, variance) */
};

/* How the variance of a GAUSSIAN likelihood is learned. SHARED and PIXEL: as the mean squared error
 * of the last steps, where its gradient is zero (Rybkin et al. 2021), but at least 1e-6. */
enum {
  GEN_VARIANCE_GRADIENT = 0, /* one for all pixels, by the optimizer, initially 1 */
  GEN_VARIANCE_SHARED = 1,   /* one for all pixels */
  GEN_VARIANCE_PIXEL = 2     /* one for every pixel or column */
};

enum {
  GEN_KL_CONSTANT = 0,
  GEN_KL_LINEAR = 1, /* beta rises from 0 over kl_epochs, then stays */
  GEN_KL_CYCLIC = 2  /* every kl_epochs, beta rises in the first half and stays in the second */
};

typedef struct gen_vae_options {
  uint32_t struct_size;
  uint32_t initialized;
  gen_network_options network;
  int64_t latent_size;   /* 1 ... 65,536; default: 20 */
  const int64_t *hidden; /* widths of the encoder's hidden layers, outermost first */
  /* 0 ... 16; default: GEN_AUTO (400; CONVOLUTIONAL: 256; narrow table: 128) */
  int64_t n_hidden;
  const int64_t *decoder_hidden; /* widths of the decoder's hidden layers, innermost first */
  int64_t n_decoder_hidden;      /* 0 ... 16; default: GEN_AUTO (hidden in reverse) */
  int32_t activation; /* GEN_ACTIVATION_...; default: GEN_AUTO (RELU; CONVOLUTIONAL: SILU) */
  /* GEN_LIKELIHOOD_...; default: GEN_AUTO (GAUSSIAN for standardized rows, else BERNOULLI) */
  int32_t likelihood;
  double variance;          /* GAUSSIAN: > 0; default: GEN_AUTO (learned) */
  int32_t learned_variance; /* GAUSSIAN: GEN_VARIANCE_...; default: SHARED */
  /* Applied to the mean. GAUSSIAN: IDENTITY or SIGMOID; BERNOULLI: SIGMOID; default: GEN_AUTO
   * (IDENTITY for a GAUSSIAN likelihood of rows outside [0, 1], else SIGMOID) */
  int32_t output_activation;
  int32_t batch_norm; /* CONVOLUTIONAL: 1: after all convolutions but first and last; default: 0 */
  int32_t pixel_bias; /* 1: one output bias per pixel instead of per channel; default: 0 */
  int32_t binarize;   /* BERNOULLI: 1: binarize rows anew in each step; default: 0 */
  double reconstruction_weight; /* C, weight of the reconstruction term, > 0; default: 1 */
  /* Weight of the KL term, >= 0; default: 1. Only C / beta moves the optimum: beta = b is the same
   * as C = 1 / b with a learning rate b times as large */
  double beta;
  int32_t kl_schedule; /* GEN_KL_...; default: CONSTANT */
  double kl_epochs;    /* LINEAR, CYCLIC: epochs, 1e-6 ... 1e6; default: GEN_AUTO (10) */
  int64_t n_classes;   /* 0 ... 4,096; default: 0 (not conditional) */
  /* K, latents per row, 1 ... 10,000; default: 1. A step costs as batch_size * K rows */
  int64_t importance_samples;
} gen_vae_options;
static inline gen_status gen_vae_options_init(gen_vae_options *options, uint32_t struct_size) {
  return gen_struct_init("vae", options, struct_size);
}

GEN_API gen_status gen_vae_create(const gen_vae_options *options, gen_vae **vae_out);
/* Computes each row's Gaussian. Outputs: n_rows x latent_size; either may be NULL. */
GEN_API gen_status gen_vae_encode(const gen_vae *vae, const float *rows, const int32_t *labels,
                                  int64_t n_rows, float *mean_out, float *log_variance_out);
/* Draws one latent from each row's Gaussian: mean + standard deviation * e. */
GEN_API gen_status gen_vae_encode_sample(const gen_vae *vae, const float *rows,
                                         const int32_t *labels, int64_t n_rows, uint64_t seed,
                                         float *latents_out);
/* Computes the mean of p(x|z) for latents. */
GEN_API gen_status gen_vae_decode(const gen_vae *vae, const float *latents, const int32_t *labels,
                                  int64_t n_rows, float *rows_out);
/* Draws new rows: latents from N(0, I), decoded. labels: NULL for a conditional model draws all
 * classes with equal probability, by the seed. The rows are means of p(x|z), which vary less than
 * data does; gen_vae_add_noise draws rows around them. */
GEN_API gen_status gen_vae_sample(const gen_vae *vae, const int32_t *labels, int64_t n_rows,
                                  uint64_t seed, float *rows_out);

/* Draws rows from p(x|z). rows: the means, from any function that decodes latents. GAUSSIAN: adds
 * noise of the model's variance (noise_variance in gen_model_describe). BERNOULLI: a value v
 * becomes 1 with probability v, else 0; rows outside [0, 1] are GEN_E_ARGUMENT. rows_out: may be
 * rows. */
GEN_API gen_status gen_vae_add_noise(const gen_vae *vae, const float *rows, int64_t n_rows,
                                     uint64_t seed, float *rows_out);

/* Computes the two terms of the bound for each row, in nats: log p(x) >= -(reconstruction + kl).
 * n_samples: latents per row over which the reconstruction is averaged, 1 ... 1,000,000.
 * reconstruction_out, kl_out: n_rows; either may be NULL. */
GEN_API gen_status gen_vae_elbo(const gen_vae *vae, const float *rows, const int32_t *labels,
                                int64_t n_rows, int64_t n_samples, uint64_t seed,
                                const gen_run *run, double *reconstruction_out, double *kl_out);

/* Estimates log p(x) of each row, in nats, by importance sampling (Burda et al. 2016): log 1/K sum
 * p(x|z) p(z) / q(z|x) over K = n_samples latents of q(z|x), 1 ... 1,000,000. K = 1 estimates the
 * bound itself. The mean grows with K towards log p(x): compare results of equal K. For BERNOULLI
 * it is a likelihood only if pixels are 0 or 1, see gen_rows_binarize. likelihood_out: n_rows.
 * Cost: n_rows * n_samples passes of the decoder. */
GEN_API gen_status gen_vae_log_likelihood(const gen_vae *vae, const float *rows,
                                          const int32_t *labels, int64_t n_rows, int64_t n_samples,
                                          uint64_t seed, const gen_run *run,
                                          double *likelihood_out);
/* Binarizes rows in [0, 1] at random: a value v becomes 1 with probability v, else 0. rows_out:
 * n_rows x row_size; may be rows. */
GEN_API gen_status gen_rows_binarize(const float *rows, int64_t n_rows, int64_t row_size,
                                     uint64_t seed, float *rows_out);

/* Decodes a grid of latents (Kingma & Welling, figure 4). latent_x varies along columns and
 * latent_y down rows, over the quantiles 0.5 / n ... 1 - 0.5 / n of N(0, 1); all other latents are
 * 0. latent_x, latent_y: different, below latent_size. n_grid_rows, n_grid_columns: 1 ... 4,096.
 * labels: n_grid_rows * n_grid_columns. images_out: as many rows. */
GEN_API gen_status gen_vae_manifold(const gen_vae *vae, int64_t latent_x, int64_t latent_y,
                                    const int32_t *labels, int64_t n_grid_rows,
                                    int64_t n_grid_columns, float *images_out);

/* ---- GAN: generative adversarial network ----------------------------------------------------
 *
 * Goodfellow et al., "Generative adversarial nets" (2014). A generator G turns latents into rows, a
 * discriminator D distinguishes them from real rows, and they play
 *
 *     min over G, max over D:  E log D(x) + E log(1 - D(G(z))).
 */

typedef gen_model gen_gan;

enum {
  GEN_OBJECTIVE_NON_SATURATING = 0, /* G maximises log D(G(z)) */
  GEN_OBJECTIVE_MINIMAX = 1,        /* G minimises log(1 - D(G(z))), the game as written */
  /* D, before its sigmoid, minimises ((D(x) - 1)^2 + D(G(z))^2) / 2, and G (D(G(z)) - 1)^2 / 2 (Mao
   * et al. 2017) */
  GEN_OBJECTIVE_LEAST_SQUARES = 2,
  /* D, before its sigmoid, minimises max(0, 1 - D(x)) + max(0, 1 + D(G(z))), and G -D(G(z)) (Lim &
   * Ye 2017) */
  GEN_OBJECTIVE_HINGE = 3,
  /* D, before its sigmoid, maximises D(x) - D(G(z)), and G D(G(z)) (Arjovsky, Chintala & Bottou
   * 2017); set gradient_penalty or r1_penalty, too */
  GEN_OBJECTIVE_WASSERSTEIN = 4
};

enum { GEN_LATENT_NORMAL = 0, GEN_LATENT_UNIFORM = 1 /* in [-1, 1) */ };

enum {
  GEN_AUGMENTATION_NONE = 0,
  GEN_AUGMENTATION_FIXED = 1, /* each change to every image */
  /* With a probability that starts at 0 and rises while D calls more than 80 % of real images real
   * (Karras et al. 2020, section 3), else falls; by 1 in 100,000 rows */
  GEN_AUGMENTATION_ADAPTIVE = 2
};

/* Weights of G: the moving average (the last weights if there is none), or the last weights. */
enum { GEN_GENERATOR_AVERAGE = 0, GEN_GENERATOR_LAST = 1 };

typedef struct gen_gan_options {
  uint32_t struct_size;
  uint32_t initialized;
  gen_network_options network;
  /* 1 ... 65,536; default: GEN_AUTO (64; CONVOLUTIONAL: 100; narrow table: its columns) */
  int64_t latent_size;
  const int64_t *generator_hidden; /* widths of dense hidden layers, from the latent on */
  /* 0 ... 16; default: GEN_AUTO (256, 512; CONVOLUTIONAL: none; narrow table: 128, 128) */
  int64_t n_generator_hidden;
  const int64_t *discriminator_hidden; /* widths of dense hidden layers, from the row on */
  /* 0 ... 16; default: GEN_AUTO (512, 256; CONVOLUTIONAL: none; narrow table: 128, 128) */
  int64_t n_discriminator_hidden;
  int32_t generator_activation;     /* GEN_ACTIVATION_...; default: RELU */
  int32_t discriminator_activation; /* GEN_ACTIVATION_...; default: LEAKY_RELU */
  /* SIGMOID: rows in [0, 1]. TANH: the same, computed in [-1, 1]. IDENTITY: any rows. Default:
   * GEN_AUTO (IDENTITY for standardized rows, else SIGMOID; CONVOLUTIONAL: TANH) */
  int32_t output_activation;
  int32_t latent;    /* GEN_LATENT_...; default: NORMAL */
  int32_t objective; /* GEN_OBJECTIVE_...; default: NON_SATURATING */
  /* Steps of D per step of G, each on new latents, 1 ... 100; default: 1. Real rows: fresh_rows */
  int64_t discriminator_steps;
  int32_t batch_norm; /* 1: in G's hidden layers; default: GEN_AUTO (1; narrow table: 0) */
  /* 1: in D's hidden layers except the first; default: GEN_AUTO (1 if CONVOLUTIONAL without
   * spectral norm) */
  int32_t discriminator_batch_norm;
  /* 1: in D, without batch norm there (Miyato et al. 2018); default: GEN_AUTO (1 if CONVOLUTIONAL
   * with a penalty or with discriminator_batch_norm 0) */
  int32_t spectral_norm;
  int32_t mean_start; /* DENSE: 1: G starts at the data's mean row; default: GEN_AUTO (1) */
  /* Real rows count as 1 - label_smoothing for D (Salimans et al. 2016), 0 ... 0.5; default: 0 */
  double label_smoothing;
  /* Standard deviation of noise added to D's input, 0 ... 1e6; default: GEN_AUTO (0; CONVOLUTIONAL:
   * 0.2; narrow table: 0.1) */
  double input_noise;
  double average_decay; /* of G's moving average over its steps, [0, 1); default: 0.999; 0: none */
  int32_t average_ramp; /* 1: after step t the decay is at most (1 + t) / (10 + t); default: 1 */
  int64_t n_classes;    /* 0 ... 4,096; default: 0 (not conditional) */
  /* D's learning rate as a multiple of the fit's (Heusel et al. 2017), (0, 1,000]; default: 1 */
  double discriminator_rate;
  /* Weight of |grad D(x)|^2 / 2 at real rows (R1; Mescheder, Geiger & Nowozin 2018), 0 ... 1e6. D
   * then needs RELU, LEAKY_RELU or IDENTITY and no batch norm: else a fit returns GEN_E_ARGUMENT.
   * gradient_penalty: the same. Default: GEN_AUTO (DENSE with images, NON_SATURATING or
   * MINIMAX, such a D and no gradient_penalty: 1; else 0) */
  double r1_penalty;
  /* Weight of (|grad D| - 1)^2 at points between real and generated rows (Gulrajani et al. 2017:
   * 10, with WASSERSTEIN and discriminator_steps 5), 0 ... 1e6; default: 0 */
  double gradient_penalty;
  /* GEN_AUGMENTATION_...: changes the images that D sees, real and generated ones, with gradients
   * through to G (Zhao et al. 2020): mirror images, shifts by up to an eighth of the sides,
   * brightness, contrast and saturation, a rectangle of half the sides set to 0. For fits of few
   * images. Samples are not changed. GEN_E_ARGUMENT for rows that are no images. Default: NONE */
  int32_t augmentation;
  /* 1: D uses labels only in its last layer, by projection (Miyato & Koyama 2018); default: 0 (in
   * every layer) */
  int32_t projection;
  /* 1: each of the discriminator_steps of a step has a batch of its own, and an epoch so many times
   * fewer steps; where the epoch's rows run out in a step, the last batch serves again. 0: they
   * share one batch, as in a gen_trainer always. Default: 1 (files that lack it: 0) */
  int32_t fresh_rows;
} gen_gan_options;
static inline gen_status gen_gan_options_init(gen_gan_options *options, uint32_t struct_size) {
  return gen_struct_init("gan", options, struct_size);
}

GEN_API gen_status gen_gan_create(const gen_gan_options *options, gen_gan **gan_out);
/* Draws new rows from the averaged generator. labels: NULL for a conditional model draws all
 * classes with equal probability, by the seed. */
GEN_API gen_status gen_gan_sample(const gen_gan *gan, const int32_t *labels, int64_t n_rows,
                                  uint64_t seed, float *rows_out);
/* Draws the latents that gen_gan_sample uses. */
GEN_API gen_status gen_gan_latents(const gen_gan *gan, int64_t n_rows, uint64_t seed,
                                   float *latents_out);
/* Generates rows from latents. generator: GEN_GENERATOR_.... */
GEN_API gen_status gen_gan_generate(const gen_gan *gan, const float *latents, const int32_t *labels,
                                    int64_t n_rows, int32_t generator, float *rows_out);
/* Computes D of each row: how likely the row is real. probability_out: n_rows, in [0, 1]. */
GEN_API gen_status gen_gan_discriminate(const gen_gan *gan, const float *rows,
                                        const int32_t *labels, int64_t n_rows,
                                        float *probability_out);

/* ---- PCA: principal component analysis ------------------------------------------------------
 *
 * PCA puts the most variance into the first coordinates: its components are the eigenvectors of the
 * covariance matrix, largest eigenvalue first (Shlens, "A tutorial on principal component
 * analysis", 2014). Each component's entry of largest magnitude is positive. A PCA is also the
 * Gaussian model of Tipping & Bishop ("Probabilistic principal component analysis", 1999), which
 * gives rows a likelihood and can be sampled. Before a fit its functions return GEN_E_STATE. */

typedef gen_model gen_pca;

enum {
  GEN_PCA_COVARIANCE = 0, /* eigenvectors of the columns x columns covariance matrix */
  GEN_PCA_GRAM = 1,       /* eigenvectors of the rows x rows Gram matrix; all rows in memory */
  /* a Nystrom approximation of the covariance matrix (Tropp, Yurtsever, Udell & Cevher 2017), for
   * more than about 4,000 columns and many rows. No variance exceeds the true one; total_variance
   * and the mean are exact. docs/scale.md has the error bounds. Memory and cost: see Moments */
  GEN_PCA_SKETCH = 2
};

typedef struct gen_pca_options {
  uint32_t struct_size;
  uint32_t initialized;
  /* 0 ... min(rows, columns); default: GEN_AUTO (as many as variance_ratio needs, else all) */
  int64_t n_components;
  /* Instead of n_components: keep the fewest components that explain more than this share, (0, 1);
   * default: GEN_AUTO (no such rule). SKETCH then needs n_directions and chooses among them */
  double variance_ratio;
  int32_t solver; /* GEN_PCA_...; default: GEN_AUTO (GRAM if rows < columns, else COVARIANCE) */
  int32_t center; /* 1: subtract the mean; 0: assume that it is zero; default: 1 */
  int32_t whiten; /* 1: latents have unit variance; default: 0 */
  uint64_t seed;  /* seed of a sketch; changes other solvers only by rounding; default: 0 */
  /* SKETCH: n_components ... columns; default: GEN_AUTO (2 * n_components + 16) */
  int64_t n_directions;
  int64_t n_passes; /* SKETCH: passes of gen_pca_fit, 1 ... 16; default: GEN_AUTO (2) */
  const gen_context *context;
  /* The ranks that gen_pca_fit fits together; default: NULL (this process). The struct is copied;
   * its user_data must outlive the PCA */
  const gen_comm *comm;
} gen_pca_options;
static inline gen_status gen_pca_options_init(gen_pca_options *options, uint32_t struct_size) {
  return gen_struct_init("pca", options, struct_size);
}

GEN_API gen_status gen_pca_create(const gen_pca_options *options, gen_pca **pca_out);

/* Fits to a dataset of at least two rows, exactly (SKETCH: approximately). The fit replaces an
 * earlier one; after an error the earlier one is kept. Sums of u8 data are exact integers. Rows of
 * more than 256 floats that all equal u8 / 255, as from other image readers, are summed as u8, in
 * about half the time. With a comm every rank calls it with at least one row, and all get a
 * bit-identical solution for all rows (docs/scale.md). Returns also GEN_E_CANCELLED; with a comm
 * GEN_E_MISMATCH (different columns or options), GEN_E_UNSUPPORTED (GRAM), GEN_E_COMM. Cost:
 * rows * columns^2 FLOPs and an eigenproblem. */
GEN_API gen_status gen_pca_fit(gen_pca *pca, const gen_dataset *dataset, const gen_run *run);

/* Adds rows to those seen before, in batches of any size. The result is that of one fit to all rows
 * (COVARIANCE, or SKETCH with one pass): bit-identical for u8 data, to rounding for floats. The
 * next call that asks for components solves the eigenproblem, once. Memory: columns^2 doubles;
 * SKETCH: less. Errors are those of gen_moments_update, and GEN_E_STATE (GRAM). */
GEN_API gen_status gen_pca_partial_fit(gen_pca *pca, const gen_dataset *dataset,
                                       const gen_run *run);

/* Adds the rows that another PCA has seen; other is not changed. Fit parts of the data on many
 * machines and merge them: the result is that of one fit to all rows. Returns also GEN_E_MISMATCH
 * (different columns or directions), GEN_E_STATE (a GRAM fit, or other has seen no rows). */
GEN_API gen_status gen_pca_merge(gen_pca *pca, const gen_pca *other);

typedef struct gen_pca_info_t {
  uint32_t struct_size;
  int32_t solver;     /* the solver used: GEN_PCA_... */
  int64_t n_rows;     /* rows seen */
  int64_t n_features; /* columns */
  int64_t n_components;
  double noise_variance; /* mean of the omitted variances: the model's isotropic noise */
  double total_variance; /* sum over all columns, divisor rows - 1 */
  int32_t dtype;         /* of the fitted rows: GEN_U8, F32 or F64 */
} gen_pca_info_t;
GEN_API gen_status gen_pca_info(const gen_pca *pca, gen_pca_info_t *info_out);

/* Copies the solution; each output may be NULL. dtype: of the first two outputs, GEN_F32 or
 * GEN_F64. mean_out: n_features. components_out: n_components x n_features, rows of length 1, in
 * order of decreasing variance. variance_out: n_components, the variance along each. A component's
 * share of the variance is its variance / total_variance. */
GEN_API gen_status gen_pca_solution(const gen_pca *pca, int32_t dtype, void *mean_out,
                                    void *components_out, double *variance_out);

/* Projects rows (n_rows x n_features) to latents (n_rows x n_components), both of dtype GEN_F32 or
 * GEN_F64. dtype + GEN_BY_COLUMNS: rows are stored by columns, latents by rows. The mean is
 * subtracted before the product. If a row has a NaN or an infinity, the call returns
 * GEN_E_NONFINITE and still writes the output, with NaN or infinities in that row. After a fit to
 * U8 data, whose values become 0 ... 1, rows with values such as 0 ... 255 are GEN_E_ARGUMENT. */
GEN_API gen_status gen_pca_transform(const gen_pca *pca, const void *rows, int32_t dtype,
                                     int64_t n_rows, void *latents_out);
/* Maps latents back to rows, both of dtype GEN_F32 or GEN_F64. */
GEN_API gen_status gen_pca_inverse_transform(const gen_pca *pca, const void *latents, int32_t dtype,
                                             int64_t n_rows, void *rows_out);

/* Computes the log-likelihood of each row under the Gaussian model, in nats. dtype: of rows,
 * GEN_F32 or GEN_F64. likelihood_out: n_rows. Returns also GEN_E_STATE if the noise variance is
 * zero, unless there is a component per column, each with variance above zero. */
GEN_API gen_status gen_pca_log_likelihood(const gen_pca *pca, const void *rows, int32_t dtype,
                                          int64_t n_rows, double *likelihood_out);
/* Draws new rows. with_noise: 1: add the isotropic noise; 0: give the mean for the drawn latent.
 * dtype: of rows_out, GEN_F32 or GEN_F64. */
GEN_API gen_status gen_pca_sample(const gen_pca *pca, int64_t n_rows, uint64_t seed,
                                  int32_t with_noise, int32_t dtype, void *rows_out);

/* ---- Autoencoder: denoising, sparse, contractive --------------------------------------------
 *
 * An encoder maps rows to a small latent h and a decoder maps it back, trained to reconstruct
 * (Hinton & Salakhutdinov 2006). With a corruption it learns to restore clean rows from corrupted
 * ones (a denoising autoencoder, Vincent et al. 2008). Penalties added to the loss,
 *
 *     loss + sparsity + contraction * ||dh/dx||^2,
 *
 * allow more latents than a row has values. A sparse autoencoder keeps most latents small. A
 * contractive one (Rifai et al. 2011) keeps their derivatives small, at the encoder's input rows.
 * The loss is summed over pixels; loss and penalties are averaged over rows. */

typedef gen_model gen_autoencoder;

enum {
  GEN_LOSS_SQUARED_ERROR = 0,    /* sum over pixels of (x - y)^2 */
  GEN_LOSS_CROSS_ENTROPY = 1,    /* sum over pixels of -x log y - (1 - x) log(1 - y) */
  GEN_LOSS_LOG_SQUARED_ERROR = 2 /* log of a row's mean squared error: maximises PSNR */
};

enum {
  GEN_CORRUPTION_NONE = 0,
  GEN_CORRUPTION_GAUSSIAN = 1,       /* adds N(0, amount^2), then clamps to [0, 1] */
  GEN_CORRUPTION_MASKING = 2,        /* sets a share `amount` of the pixels to 0 */
  GEN_CORRUPTION_SALT_AND_PEPPER = 3 /* sets a share `amount` to 0 or 1 with equal probability */
};

/* Penalties of the latents h. */
enum {
  GEN_SPARSITY_NONE = 0,
  GEN_SPARSITY_L1 = 1, /* weight * sum of |h|; exact zeros need latent_activation RELU */
  /* weight * sum of KL(target || mean of h), of Bernoulli variables (Ng 2011). Needs
   * latent_activation SIGMOID. The mean is over the batch: use batches of 100 rows or more */
  GEN_SPARSITY_KL = 2
};

typedef struct gen_autoencoder_options {
  uint32_t struct_size;
  uint32_t initialized;
  gen_network_options network;
  int64_t latent_size;   /* 1 ... 65,536; default: 32 */
  const int64_t *hidden; /* widths of the encoder's hidden layers, outermost first */
  /* 0 ... 16; default: GEN_AUTO (512, 256; CONVOLUTIONAL: 256; skips: none; narrow table: 128, 64)
   */
  int64_t n_hidden;
  const int64_t *decoder_hidden; /* widths of the decoder's hidden layers, innermost first */
  int64_t n_decoder_hidden;      /* 0 ... 16; default: GEN_AUTO (hidden in reverse) */
  int32_t activation;            /* hidden layers: GEN_ACTIVATION_...; default: SILU */
  int32_t latent_activation;     /* GEN_ACTIVATION_...; default: IDENTITY */
  /* SIGMOID: rows in [0, 1]. IDENTITY: any rows. Default: GEN_AUTO (IDENTITY for standardized rows,
   * else SIGMOID) */
  int32_t output_activation;
  int32_t bias; /* 0: no biases: a PCA, if without hidden layers and with IDENTITY; default: 1 */
  int32_t loss; /* GEN_LOSS_...; default: SQUARED_ERROR. CROSS_ENTROPY needs a SIGMOID output */
  int32_t corruption; /* GEN_CORRUPTION_...; default: NONE */
  /* GAUSSIAN: standard deviation, (0, 10]; default: GEN_AUTO (0.5). MASKING, SALT_AND_PEPPER:
   * share, (0, 1); default: GEN_AUTO (0.3) */
  double corruption_amount;
  int32_t batch_norm; /* CONVOLUTIONAL: 1: after all convolutions but first and last; default: 0 */
  int32_t pixel_bias; /* 1: one output bias per pixel instead of per channel; default: 0 */
  /* CONVOLUTIONAL: 1: a U-Net (Ronneberger et al. 2015): each level of the encoder feeds the
   * decoder's, around a bottleneck of latent_size. It has no latents: encode and decode return
   * GEN_E_STATE. base_channels is at full size. Excludes hidden layers, latent_activation,
   * bias = 0, dropout, batch_norm, pixel_bias, sparsity, contraction and tied. Default: 0 */
  int32_t skips;
  /* DENSE: 1: the decoder has the encoder's weights, transposed (Vincent et al. 2008), and biases
   * of its own. decoder_hidden must be GEN_AUTO or hidden in reverse. Default: 0 */
  int32_t tied;
  int32_t sparsity;       /* GEN_SPARSITY_...; default: NONE */
  double sparsity_weight; /* L1, KL: > 0; default: GEN_AUTO (0.1) */
  double sparsity_target; /* KL: target mean of each latent, (0, 1); default: GEN_AUTO (0.05) */
  double contraction;     /* DENSE, without dropout: weight of ||dh/dx||^2, >= 0; default: 0 */
} gen_autoencoder_options;
static inline gen_status gen_autoencoder_options_init(gen_autoencoder_options *options,
                                                      uint32_t struct_size) {
  return gen_struct_init("autoencoder", options, struct_size);
}

GEN_API gen_status gen_autoencoder_create(const gen_autoencoder_options *options,
                                          gen_autoencoder **autoencoder_out);
/* Map rows to latents, and latents to rows. */
GEN_API gen_status gen_autoencoder_encode(const gen_autoencoder *autoencoder, const float *rows,
                                          int64_t n_rows, float *latents_out);
GEN_API gen_status gen_autoencoder_decode(const gen_autoencoder *autoencoder, const float *latents,
                                          int64_t n_rows, float *rows_out);

/* Computes ||dh/dx||^2 at each row: the squared Frobenius norm that contraction weighs, exactly,
 * for any autoencoder with latents. norms_out: n_rows. Cost: n_rows * latent_size backward passes
 * of the encoder; one pass for a single dense layer. */
GEN_API gen_status gen_autoencoder_jacobian_norm(const gen_autoencoder *autoencoder,
                                                 const float *rows, int64_t n_rows,
                                                 double *norms_out);
/* Denoises images at least as large as the model's rows, n_images x height x width x the channels
 * of the model, tile by tile: tiles of the rows' size overlap by half or more, and are blended by a
 * raised cosine whose weights add up to 1 at every pixel. For images of the rows' size the result
 * is that of gen_model_reconstruct. images_out: as images; may be images. Returns also
 * GEN_E_MISMATCH (smaller images) and GEN_E_CANCELLED. Cost: about 4 forward passes per row-sized
 * area. */
GEN_API gen_status gen_autoencoder_denoise_images(const gen_autoencoder *autoencoder,
                                                  const float *images, int64_t n_images,
                                                  int64_t height, int64_t width, const gen_run *run,
                                                  float *images_out);
/* Corrupts rows as a denoising autoencoder does in training. corruption, amount: as in options. */
GEN_API gen_status gen_rows_corrupt(const float *rows, int64_t n_rows, int64_t row_size,
                                    int32_t corruption, double amount, uint64_t seed,
                                    float *rows_out);

/* ---- Classifier -----------------------------------------------------------------------------
 *
 * A classifier is a network that learns the classes of rows by the cross-entropy. Use it to
 * evaluate generated rows when no external network is available: the features of its last hidden
 * layer compare them with real rows, and its classes say what was generated. On images of clothes
 * or digits a CONVOLUTIONAL one serves as LeNet-5 (LeCun et al. 1998). */

typedef gen_model gen_classifier;

typedef struct gen_classifier_options {
  uint32_t struct_size;
  uint32_t initialized;
  gen_network_options network;
  int64_t n_classes;     /* 2 ... 4,096; must be set */
  const int64_t *hidden; /* widths of hidden layers; the outputs of the last are the features */
  int64_t n_hidden;      /* 1 ... 16; default: GEN_AUTO (256, 84; CONVOLUTIONAL: 84) */
  int32_t activation;    /* hidden layers: GEN_ACTIVATION_...; default: RELU */
  int32_t batch_norm; /* CONVOLUTIONAL: 1: after every convolution except the first; default: 0 */
} gen_classifier_options;
static inline gen_status gen_classifier_options_init(gen_classifier_options *options,
                                                     uint32_t struct_size) {
  return gen_struct_init("classifier", options, struct_size);
}

GEN_API gen_status gen_classifier_create(const gen_classifier_options *options,
                                         gen_classifier **classifier_out);
/* Predicts the most likely class of each row and the probabilities of all classes. labels_out:
 * n_rows. probabilities_out: n_rows x n_classes. Either may be NULL. */
GEN_API gen_status gen_classifier_predict(const gen_classifier *classifier, const float *rows,
                                          int64_t n_rows, int32_t *labels_out,
                                          float *probabilities_out);

/* ---- Latents: walks, arithmetic, directions, inversion --------------------------------------
 *
 * Tools for the latents of VAEs, GANs and autoencoders: arrays of n x latent_size floats.
 * gen_vae_decode, gen_gan_generate or gen_autoencoder_decode turns results into rows. To change an
 * attribute, such as a smile: gen_latents_direction, gen_latents_move, decode. latent_size:
 * 1 ... 65,536. n_steps: at most 1,000,000. */

enum {
  GEN_CURVE_LINEAR = 0,   /* straight */
  GEN_CURVE_SPHERICAL = 1 /* on the sphere, where N(0, I) has its mass (White 2016) */
};

/* Interpolates between two latents in n_steps >= 2 steps, with both ends exact. SPHERICAL turns the
 * direction evenly along the great circle and changes the length evenly. It joins latents of the
 * same direction, or of length zero, by a straight line, and opposite ones by a half circle.
 * latents_out: n_steps x latent_size. */
GEN_API gen_status gen_latents_interpolate(const float *first, const float *last,
                                           int64_t latent_size, int64_t n_steps, int32_t curve,
                                           float *latents_out);

/* Interpolates along a smooth closed path through n_latents >= 2 latents: a closed Catmull-Rom
 * spline. SPHERICAL scales each point to the length that the spline of the latents' lengths has
 * there. n_steps: from one latent to the next, 1 or more. latents_out:
 * n_latents * n_steps x latent_size; row k * n_steps is latent k, row 0 follows the last. */
GEN_API gen_status gen_latents_loop(const float *latents, int64_t n_latents, int64_t latent_size,
                                    int64_t n_steps, int32_t curve, float *latents_out);

/* Varies one latent after another from -range to range in n_steps >= 2 steps; the others stay at
 * the base. base: latent_size floats; NULL: zero. axes: indices of the n_axes latents that vary;
 * NULL with n_axes 0: all. range: 0 ... 1e6, in units of deviations: latent_size standard
 * deviations; NULL: 1. latents_out: n_axes * n_steps x latent_size, axis by axis. */
GEN_API gen_status gen_latents_traverse(const float *base, int64_t latent_size, const int64_t *axes,
                                        int64_t n_axes, const float *deviations, double range,
                                        int64_t n_steps, float *latents_out);

/* Moves each latent along a direction until its projection, latent . direction / |direction|, runs
 * from low to high in n_steps >= 2 steps. The part orthogonal to the direction is kept. direction:
 * latent_size, not of length zero. low, high: within +-1e6. latents_out:
 * n_rows * n_steps x latent_size, latent by latent. */
GEN_API gen_status gen_latents_move(const float *latents, int64_t n_rows, int64_t latent_size,
                                    const float *direction, double low, double high,
                                    int64_t n_steps, float *latents_out);

enum {
  GEN_DIRECTION_REGRESSION = 0, /* slopes of the least-squares line; latent_size at most 4,096 */
  GEN_DIRECTION_MEANS = 1       /* from the mean of rows without to the mean of rows with */
};

typedef struct gen_direction_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t method;      /* GEN_DIRECTION_...; default: REGRESSION */
  const float *others; /* n_others x latent_size directions that the result is orthogonal to */
  int64_t n_others;    /* 0 ... 4,096; default: 0 */
  /* Regression adds this share of the mean variance to each latent's variance, which keeps unused
   * latents out; 0 ... 1e6; default: 1e-3 */
  double ridge;
} gen_direction_options;
static inline gen_status gen_direction_options_init(gen_direction_options *options,
                                                    uint32_t struct_size) {
  return gen_struct_init("direction", options, struct_size);
}

typedef struct gen_direction_info_t {
  uint32_t struct_size;
  double correlation; /* between the rows' projections and the attribute, -1 ... 1 */
  double low;         /* projection at the minimum of the attribute, on a least-squares line */
  double high;        /* the same at its maximum; of a label of 0 and 1, the two class means */
  double mean;        /* of the projections */
  double deviation;   /* standard deviation of the projections */
} gen_direction_info_t;

/* Finds the direction in which an attribute grows, from latents whose attribute is known: a label
 * of 0 and 1, or any factor. For MEANS, rows above the middle of the attribute's range count as
 * having it. n_rows: 2 or more. attribute: n_rows. direction_out: latent_size floats, of length 1.
 * info_out: low and high for gen_latents_move; may be NULL. GEN_E_ARGUMENT if the attribute is the
 * same in all rows, or if others leave no direction. Cost: REGRESSION:
 * n_rows * latent_size^2 + latent_size^3 / 3 FLOPs. */
GEN_API gen_status gen_latents_direction(const float *latents, int64_t n_rows, int64_t latent_size,
                                         const float *attribute,
                                         const gen_direction_options *options, float *direction_out,
                                         gen_direction_info_t *info_out);
/* Computes mean of A - mean of B + mean of C (Radford et al. 2016): smiling women - women + men.
 * Sets: n x latent_size, n >= 1 each. latent_out: latent_size. */
GEN_API gen_status gen_latents_combine(const float *a, int64_t n_a, const float *b, int64_t n_b,
                                       const float *c, int64_t n_c, int64_t latent_size,
                                       float *latent_out);

/* Draws latents from N(0, I): those that gen_vae_sample with the same seed decodes. truncation:
 * elements of larger magnitude are drawn again (Brock et al. 2019), for more typical and more
 * similar rows; >= 0.01, or GEN_AUTO (none). */
GEN_API gen_status gen_latents_sample(int64_t n_rows, int64_t latent_size, double truncation,
                                      uint64_t seed, float *latents_out);

typedef struct gen_invert_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t generator;    /* GAN: GEN_GENERATOR_...; default: AVERAGE */
  int64_t n_steps;      /* Adam steps per start, 1 ... 1,000,000; default: 200 */
  int64_t n_starts;     /* starts per row, the best is kept, 1 ... 10,000; default: 1 */
  uint64_t seed;        /* seed of later starts, drawn as the model's latents; default: 0 */
  double learning_rate; /* initial, > 0; falls to 0 along half a cosine; default: 0.05 */
  /* Weight of |latent|^2 / 2 added to the squared error, >= 0; default: GEN_AUTO (0; masked rows:
   * GAUSSIAN vae: twice its variance; BERNOULLI vae and gan: 0.05) */
  double prior_weight;
  /* The first start, n_rows x latent_size; default: NULL (GAN: 0; else the encoder's output) */
  const float *start;
  /* Conditional model: the class of each row, n_rows; others: NULL. Default: NULL */
  const int32_t *labels;
  /* n_masks x row_size: 1 for a known value, else 0; default: NULL (all are known). Unknown values
   * are not read and may be NaN */
  const uint8_t *mask;
  int64_t n_masks; /* 1 (one mask for all rows) or n_rows; 0 without a mask; default: 0 */
} gen_invert_options;
static inline gen_status gen_invert_options_init(gen_invert_options *options,
                                                 uint32_t struct_size) {
  return gen_struct_init("invert", options, struct_size);
}

/* Finds the latents whose rows are nearest to given rows, by gradient descent through the fixed
 * model (autoencoder, vae and gan):
 *
 *     minimise over z:  |G(z) - x|^2 + prior_weight |z|^2 / 2,
 *
 * or G(z, label) for a conditional model, with the labels of the options. For masked rows only
 * known values count; the encoder's input takes its unknown values from ten reconstructions, one
 * after another. latents_out: for each row the best latent that any step found. error_out: n_rows,
 * |G(z) - x|^2 summed over the row. Either may be NULL. Uniform latents stay in [-1, 1]. An
 * autoencoder, whose latents have no distribution, uses one start. In events an epoch is a start,
 * and reconstruction is the mean squared error. GEN_STOP_AFTER_EPOCH, returned for an epoch, ends
 * with the starts so far. Returns also GEN_E_CANCELLED (outputs untouched), GEN_E_NONFINITE (a
 * learning_rate too large), GEN_E_STATE (skips). Cost: n_rows * n_starts * n_steps forward and
 * backward passes. */
GEN_API gen_status gen_model_invert(const gen_model *model, const float *rows, int64_t n_rows,
                                    const gen_invert_options *options, const gen_run *run,
                                    float *latents_out, float *error_out);
/* Fills in the values that a mask marks as unknown, by a pca, autoencoder, vae or gan: missing
 * values of tables (imputation), hidden parts of images (inpainting). A pca gives the exact mean of
 * its Gaussian model given the known values, and uses only the mask of options. The others decode
 * the latents that gen_model_invert finds for the known values. rows: n_rows x row_size of dtype
 * GEN_F32 or GEN_F64. options: as for gen_model_invert; mask must be set. rows_out: rows with known
 * values unchanged; may be rows. Errors and cost are those of gen_model_invert; pca: GEN_E_STATE
 * (not fitted), and n_rows * n_components^2 * (row_size + n_components) FLOPs at most. */
GEN_API gen_status gen_model_impute(const gen_model *model, const void *rows, int32_t dtype,
                                    int64_t n_rows, const gen_invert_options *options,
                                    const gen_run *run, void *rows_out);

/* ---- Mixtures and anomaly thresholds --------------------------------------------------------
 *
 * A mixture is a density, sum over k of w_k N(x; mean_k, covariance_k), fitted in double precision
 * by expectation maximisation (Dempster, Laird & Rubin 1977) from k-means clusters. Fitted to a
 * model's latents it serves to sample new rows (Ghosh et al. 2020): for an autoencoder, which has
 * no density, and for a VAE or PCA whose latents are not quite N(0, I).
 *
 * A threshold finds anomalies: rows that a model reconstructs badly. A row's score is the squared
 * error of its reconstruction, summed over the row. For a VAE it is the negative bound in nats, at
 * the mean of the row's Gaussian. A score depends on its row only.
 *
 * A model and its files keep its mixture and threshold until a further fit of the model. The
 * gen_model_... functions below serve pca, autoencoder and vae. They return also GEN_E_MISMATCH
 * (rows of another size; a dataset whose classes or columns have other names than those of the fit)
 * and GEN_E_STATE (a pca that is not fitted). Latents and scores of a conditional VAE are those
 * given the rows' labels, which a dataset must then have (else GEN_E_ARGUMENT). */

typedef struct gen_mixture gen_mixture;

enum { GEN_COVARIANCE_FULL = 0, GEN_COVARIANCE_DIAGONAL = 1 };

typedef struct gen_mixture_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t covariance;     /* GEN_COVARIANCE_...; default: FULL */
  int64_t n_components;   /* 1 ... 4,096; default: 10 */
  int64_t n_starts;       /* fits, the most likely is kept, 1 ... 1,000; default: 1 */
  int64_t max_iterations; /* per fit, 1 ... 1,000,000; default: 200 */
  double tolerance;       /* stop when mean log p rises by less, > 0 nats; default: 1e-3 */
  double regularization;  /* added to each variance, >= 0; default: 1e-6 */
  uint64_t seed;          /* seed of starts, and of latents drawn for a VAE; default: 0 */
} gen_mixture_options;
static inline gen_status gen_mixture_options_init(gen_mixture_options *options,
                                                  uint32_t struct_size) {
  return gen_struct_init("mixture", options, struct_size);
}

/* Fits a mixture to a dataset of at least n_components rows. A mixture is immutable. Returns also
 * GEN_E_NONFINITE: a covariance is singular, as its rows are too few or lie in a subspace. Cost:
 * 4 * rows * n_components * row_size^2 FLOPs per iteration; DIAGONAL: row_size. */
GEN_API gen_status gen_mixture_fit(const gen_dataset *dataset, const gen_mixture_options *options,
                                   const gen_context *context, const gen_run *run,
                                   gen_mixture **mixture_out);
GEN_API void gen_mixture_destroy(gen_mixture *mixture);

typedef struct gen_mixture_info_t {
  uint32_t struct_size;
  int32_t covariance; /* GEN_COVARIANCE_... */
  int64_t n_components;
  int64_t n_features;
  int64_t n_rows; /* fitted to */
  int64_t n_iterations;
  double log_likelihood; /* mean over those rows, in nats */
  int32_t converged;     /* 1: within the tolerance; 0: stopped by max_iterations */
} gen_mixture_info_t;
GEN_API gen_status gen_mixture_info(const gen_mixture *mixture, gen_mixture_info_t *info_out);

/* Copies the parameters; each output may be NULL. weights_out: n_components, their sum is 1.
 * means_out: n_components x n_features. covariances_out: n_components x n_features x n_features;
 * DIAGONAL: n_components x n_features variances. */
GEN_API gen_status gen_mixture_parameters(const gen_mixture *mixture, double *weights_out,
                                          double *means_out, double *covariances_out);
/* Computes log p of each row, in nats. rows: n_rows x n_features. likelihood_out: n_rows. */
GEN_API gen_status gen_mixture_log_likelihood(const gen_mixture *mixture, const float *rows,
                                              int64_t n_rows, double *likelihood_out);
/* Predicts the most likely component of each row, and the probabilities of all given the row.
 * labels_out: n_rows. probabilities_out: n_rows x n_components. Either may be NULL. */
GEN_API gen_status gen_mixture_predict(const gen_mixture *mixture, const float *rows,
                                       int64_t n_rows, int32_t *labels_out,
                                       double *probabilities_out);
/* Draws new rows. rows_out: n_rows x n_features. */
GEN_API gen_status gen_mixture_sample(const gen_mixture *mixture, int64_t n_rows, uint64_t seed,
                                      float *rows_out);
/* Fits a mixture to a model's latents of a dataset's rows; for a VAE, to one latent drawn from each
 * row's Gaussian. Returns also what gen_mixture_fit does, and GEN_E_STATE (skips: no latents). */
GEN_API gen_status gen_model_fit_mixture(gen_model *model, const gen_dataset *dataset,
                                         const gen_mixture_options *options, const gen_run *run);
/* Draws new rows: latents from the model's mixture, decoded. labels: NULL for a conditional model
 * draws all classes with equal probability, by the seed. Returns also GEN_E_STATE (no mixture). */
GEN_API gen_status gen_model_sample_mixture(const gen_model *model, const int32_t *labels,
                                            int64_t n_rows, uint64_t seed, float *rows_out);
/* Creates a handle to the model's mixture; destroy it. Returns also GEN_E_STATE (no mixture). */
GEN_API gen_status gen_model_mixture(const gen_model *model, gen_mixture **mixture_out);

/* Sets a model's threshold to a quantile of the scores of normal rows that it was not fitted to:
 * this share of normal rows will be classified as normal. quantile: (0, 1], or GEN_AUTO (0.95).
 * threshold_out: may be NULL. Returns also GEN_E_NONFINITE (a score). */
GEN_API gen_status gen_model_fit_threshold(gen_model *model, const gen_dataset *dataset,
                                           double quantile, const gen_run *run,
                                           double *threshold_out);
/* Reports the threshold. Returns also GEN_E_STATE (no threshold). */
GEN_API gen_status gen_model_threshold(const gen_model *model, double *threshold_out);

/* Computes the score of each row, and 1 if it is above the threshold, else 0. dtype: of rows,
 * GEN_F32 or GEN_F64. scores_out, anomalies_out: n_rows; either may be NULL. Returns also
 * GEN_E_STATE (no threshold for anomalies_out). */
GEN_API gen_status gen_model_detect(const gen_model *model, const void *rows, int32_t dtype,
                                    const int32_t *labels, int64_t n_rows, double *scores_out,
                                    int32_t *anomalies_out);

/* ---- Evaluation -----------------------------------------------------------------------------
 *
 * Metrics of reconstructions, of latents, and of generated rows against real ones. Rows may be any
 * features: pixels, latents of a PCA or an encoder, features of a discriminator, a classifier or an
 * external network. Metrics of two sets depend on the numbers of rows: compare results of equal
 * numbers, and report real rows against others as a floor. A set has at least one row. */

/* Computes the log-likelihood of rows under a Gaussian Parzen window around samples, in nats, as
 * Goodfellow et al. (2014) did for their GAN. The width is the best of ten from 0.1 to 1, evenly
 * spaced in logarithm, on the validation rows; mean and standard error are over the test rows. It
 * rewards smooth samples: report it for real rows too (Theis et al. 2016). Each output may be NULL.
 * Cost: 2 * n_samples * (n_validation + n_test) * row_size FLOPs. */
GEN_API gen_status gen_evaluate_parzen(const float *samples, int64_t n_samples,
                                       const float *validation, int64_t n_validation,
                                       const float *test, int64_t n_test, int64_t row_size,
                                       const gen_context *context, const gen_run *run,
                                       double *width_out, double *mean_out,
                                       double *standard_error_out);

/* Means over rows, and their standard errors (_se; 0 for one row). */
typedef struct gen_reconstruction_t {
  uint32_t struct_size;
  int64_t n_rows;
  double squared_error; /* summed over a row */
  double squared_error_se;
  double mean_squared_error; /* squared_error / row_size */
  double psnr;               /* 10 log10(1 / mean squared error of the row), in decibels */
  double psnr_se;
  double ssim; /* structural similarity; 1 for equal images */
  double ssim_se;
} gen_reconstruction_t;

/* Compares rows in [0, 1] with clean ones. rows, clean: n_rows x height x width x channels.
 * Structural similarity (Wang et al. 2004): a Gaussian window of 11 x 11 with standard deviation
 * 1.5, averaged over all positions where it fits and over channels. Shorter sides use the largest
 * odd window. */
GEN_API gen_status gen_evaluate_reconstruction(const float *rows, const float *clean,
                                               int64_t n_rows, int64_t height, int64_t width,
                                               int64_t channels, const gen_context *context,
                                               const gen_run *run,
                                               gen_reconstruction_t *quality_out);

/* Counts the latents that a VAE uses: those whose mean varies over rows by more than threshold
 * (Burda et al. 2016). means: n_rows x latent_size, from gen_vae_encode. threshold: a variance,
 * >= 0, or GEN_AUTO (0.01). variances_out: latent_size; may be NULL. */
GEN_API gen_status gen_evaluate_active_units(const float *means, int64_t n_rows,
                                             int64_t latent_size, double threshold,
                                             int64_t *count_out, double *variances_out);

/* Computes the squared Frechet distance between the Gaussians of two sets (Heusel et al. 2017):
 * |m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2)). Each set needs two rows. The result is biased
 * upwards unless there are many more rows than row_size. With at most row_size rows the covariances
 * are singular, and the context logs a warning. Cost: (n_real + n_generated) * row_size^2 FLOPs and
 * two eigenproblems of row_size. If n_real * n_generated <= row_size^2 / 2:
 * 2 * n_real * n_generated * row_size FLOPs and one eigenproblem of the smaller number of rows. */
GEN_API gen_status gen_evaluate_frechet(const float *real, int64_t n_real, const float *generated,
                                        int64_t n_generated, int64_t row_size,
                                        const gen_context *context, const gen_run *run,
                                        double *distance_out);

/* Computes the kernel distance (Binkowski et al. 2018): the unbiased squared maximum mean
 * discrepancy under (x . y / row_size + 1)^3, averaged over random subsets of each set. For equal
 * distributions it is about 0, of either sign. n_subsets: 1 ... 1,000,000, or GEN_AUTO (100).
 * subset_size: 2 ... rows of the smaller set, or GEN_AUTO (1,000 or all). deviation_out: standard
 * deviation over the subsets; may be NULL. Cost: 6 * n_subsets * subset_size^2 * row_size FLOPs. */
GEN_API gen_status gen_evaluate_kernel_distance(const float *real, int64_t n_real,
                                                const float *generated, int64_t n_generated,
                                                int64_t row_size, int64_t n_subsets,
                                                int64_t subset_size, uint64_t seed,
                                                const gen_context *context, const gen_run *run,
                                                double *mean_out, double *deviation_out);

/* Computes four metrics of balls around each row, which reach its n_neighbours-th nearest row in
 * its own set. Each output may be NULL. n_neighbours: 1 ... rows of the smaller set - 1.
 * precision_out: share of generated rows in a real ball; recall_out: share of real rows in a
 * generated ball (Kynkaanniemi et al. 2019; n_neighbours 3). density_out: mean number of real balls
 * around a generated row, over n_neighbours; coverage_out: share of real balls with a generated row
 * inside (Naeem et al. 2020; n_neighbours 5). Cost:
 * 2 * (n_real^2 + n_generated^2 + n_real * n_generated) * row_size FLOPs. */
GEN_API gen_status gen_evaluate_precision_recall(const float *real, int64_t n_real,
                                                 const float *generated, int64_t n_generated,
                                                 int64_t row_size, int64_t n_neighbours,
                                                 const gen_context *context, const gen_run *run,
                                                 double *precision_out, double *recall_out,
                                                 double *density_out, double *coverage_out);

/* Runs the 1-nearest-neighbour two-sample test, leave-one-out (Lopez-Paz & Oquab 2017): the share
 * of rows whose nearest other row belongs to their own set. For sets of equal size, 0.5 means that
 * they cannot be distinguished, 1 that they always can; values below 0.5 mean copies. accuracy_out:
 * over all rows. real_accuracy_out, generated_accuracy_out: over one set; may be NULL. Cost:
 * 2 * (n_real + n_generated)^2 * row_size FLOPs. */
GEN_API gen_status gen_evaluate_two_sample(const float *real, int64_t n_real,
                                           const float *generated, int64_t n_generated,
                                           int64_t row_size, const gen_context *context,
                                           const gen_run *run, double *accuracy_out,
                                           double *real_accuracy_out,
                                           double *generated_accuracy_out);

/* Measures whether a model copies its training data: the median distance of generated rows to their
 * nearest training row, over that of held-out rows. It is about 1 for a model that does not copy,
 * and near 0 for copies. The medians may be NULL. Returns also GEN_E_UNSUPPORTED (a stream). Cost:
 * as gen_dataset_nearest. */
GEN_API gen_status gen_evaluate_memorization(const gen_dataset *training, const float *generated,
                                             int64_t n_generated, const float *held_out,
                                             int64_t n_held_out, const gen_run *run,
                                             double *ratio_out, double *generated_distance_out,
                                             double *held_out_distance_out);

enum {
  GEN_LINEAR_LOGISTIC = 0,     /* multinomial logistic regression */
  GEN_LINEAR_SQUARED_HINGE = 1 /* support vector machine, one-vs-rest */
};

typedef struct gen_linear_options {
  uint32_t struct_size;
  uint32_t initialized;
  int32_t loss;           /* GEN_LINEAR_...; default: LOGISTIC */
  double c;               /* weight of the losses, as scikit-learn's C, > 0; default: 1 */
  double tolerance;       /* stop at this share of the first gradient, 1e-12 ... 1; default: 1e-6 */
  int64_t max_iterations; /* >= 1; default: 1,000 */
} gen_linear_options;
static inline gen_status gen_linear_options_init(gen_linear_options *options,
                                                 uint32_t struct_size) {
  return gen_struct_init("linear", options, struct_size);
}

typedef struct gen_linear_info_t {
  uint32_t struct_size;
  int32_t converged; /* 1: within the tolerance; 0: as near as floats or max_iterations allow */
  int64_t n_rows;    /* rows of training */
  int64_t n_classes;
  int64_t n_iterations;
  double objective; /* |W|^2 / 2 + c * sum of losses */
  double gradient;  /* its norm, relative to the first */
} gen_linear_info_t;

/* Fits a linear classifier to a labelled dataset and predicts the classes of rows: a test of
 * features (Radford et al. 2016). It minimises |W|^2 / 2 + c * sum over rows of loss(W x + b,
 * class); the biases b are not penalised, and the solution is unique. training: wrap features by
 * gen_dataset_create; 2 ... 4,096 classes. labels_out: n_rows. weights_out: n_classes x row_size;
 * biases_out: n_classes, the largest label + 1; these and info_out may be NULL. Returns also
 * GEN_E_STATE (no labels), GEN_E_UNSUPPORTED (a stream). Cost: 4 * rows * row_size * n_classes
 * FLOPs per iteration, tens to hundreds of iterations. */
GEN_API gen_status gen_evaluate_linear(const gen_dataset *training, const float *rows,
                                       int64_t n_rows, const gen_linear_options *options,
                                       const gen_run *run, int32_t *labels_out, float *weights_out,
                                       float *biases_out, gen_linear_info_t *info_out);

/* ---- Files ----------------------------------------------------------------------------------
 *
 * Models are safetensors files with a checksum, which any safetensors reader can load. Tensors are
 * named by their layer; the metadata has kind and options (docs/checkpoints.md).
 *
 * save writes the whole file, or leaves the old one as it was. content: GEN_SAVE_.... Returns also
 *   GEN_E_IO.
 * save_memory writes the same bytes to bytes_out (capacity bytes), and their number to
 *   byte_count_out; bytes_out NULL: only the number. Too small a capacity is GEN_E_ARGUMENT.
 * load makes a model of the kind that the file names, and validates all of it. Returns also
 *   GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_TRAILING, GEN_E_LIMIT, GEN_E_NONFINITE,
 *   GEN_E_MISMATCH (moments, a reservoir, tensors that do not fit the options), GEN_E_VERSION (a
 *   newer library's file), GEN_E_UNSUPPORTED (a number type that no model has). */

enum {
  GEN_SAVE_ALL = 0, /* weights, and the state that a fit needs to continue as if never stopped */
  GEN_SAVE_WEIGHTS = 1, /* weights only: a third of the size */
  /* The same with 16-bit numbers, in half the size: the weights of layers are rounded to nearest,
   * other numbers stay as they are. Loading makes floats of them, also in a gen_checkpoint. Returns
   * GEN_E_UNSUPPORTED for a PCA, and GEN_E_NONFINITE for a weight above 65,504 with FLOAT16. */
  GEN_SAVE_BFLOAT16 = 2, /* 8 significant bits */
  GEN_SAVE_FLOAT16 = 3   /* 11 significant bits */
};

GEN_API gen_status gen_model_save(const gen_model *model, const char *path, int32_t content);
GEN_API gen_status gen_model_save_memory(const gen_model *model, int32_t content, void *bytes_out,
                                         int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_model_load(const char *path, const gen_context *context,
                                  gen_model **model_out);
GEN_API gen_status gen_model_load_memory(const void *bytes, int64_t byte_count,
                                         const gen_context *context, gen_model **model_out);

/* The content of a safetensors file, for programs that need a model's kind before they load it, or
 * run or convert it themselves. Pointers into a checkpoint are valid until it is destroyed. */
typedef struct gen_checkpoint gen_checkpoint;

/* Reads and checks a whole file. Returns also what load does, except GEN_E_MISMATCH. */
GEN_API gen_status gen_checkpoint_open(const char *path, const gen_context *context,
                                       gen_checkpoint **checkpoint_out);
GEN_API void gen_checkpoint_destroy(gen_checkpoint *checkpoint);
/* Reports the numbers of tensors and of metadata entries. Either output may be NULL. */
GEN_API gen_status gen_checkpoint_size(const gen_checkpoint *checkpoint, int64_t *n_tensors_out,
                                       int64_t *n_metadata_out);
/* Returns the value of a metadata key, NULL if there is none. A model's file has "kind" (as
 * gen_model_kind, or "moments" or "reservoir") and its options, "option.latent_size" ... */
GEN_API const char *gen_checkpoint_metadata(const gen_checkpoint *checkpoint, const char *key);
/* Returns a metadata key by its index in alphabetical order, NULL if there is none. */
GEN_API const char *gen_checkpoint_key(const gen_checkpoint *checkpoint, int64_t index);

/* A named array: network.layer.parameter. A weight is outputs x inputs (dense),
 * filters x height x width x channels (convolution) or channels x height x width x filters
 * (transposed). */
typedef struct gen_tensor {
  uint32_t struct_size;
  int32_t dtype; /* GEN_F32, ... */
  const char *name;
  const int64_t *shape; /* n_dimensions sizes, the slowest first */
  int64_t n_dimensions; /* 0 ... 8; 0: a single number */
  int64_t n_elements;
  const void *data; /* row-major */
} gen_tensor;

/* Describes a tensor by its index in the file's order, 0 ... n_tensors - 1. */
GEN_API gen_status gen_checkpoint_tensor(const gen_checkpoint *checkpoint, int64_t index,
                                         gen_tensor *tensor_out);

/* ---- Export: models that run without the library --------------------------------------------
 *
 * A part of a model is written as an ONNX graph or as JSON, or all of its parts as one C file.
 * Rows, latents and labels are those of the library's own functions: rows are N x H x W x C, and
 * the model's preparation and batch norm are included. The same model gives the same bytes. A file
 * is written whole, or the old one stays as it was. The functions return also GEN_E_IO, GEN_E_STATE
 * (a pca that is not fitted), GEN_E_NONFINITE (a number that a float cannot hold) and GEN_E_LIMIT.
 * docs/export.md has the names of inputs, outputs, functions and steps. */

/* What a graph computes. A kind lacks some: GEN_E_UNSUPPORTED, whose message lists those it has. */
enum {
  GEN_PART_ENCODER = 0,        /* rows to latents (a vae: means and log-variances), as transform and
                                  encode */
  GEN_PART_DECODER = 1,        /* latents to rows */
  GEN_PART_GENERATOR = 2,      /* gan: latents to rows, by the averaged generator */
  GEN_PART_DISCRIMINATOR = 3,  /* gan: rows to probabilities */
  GEN_PART_CLASSIFIER = 4,     /* classifier: rows to probabilities of the classes */
  GEN_PART_RECONSTRUCTION = 5, /* rows to rows, as gen_model_reconstruct */
  GEN_PART_SCORE = 6           /* rows to scores, as gen_model_detect */
};

/* Writes a part as an ONNX model of operator set 16, for any number of rows. It draws no random
 * numbers: sample by passing latents. part: GEN_PART_..., or GEN_AUTO (the first that the kind has,
 * in the order above). A graph of 2 GiB or more is GEN_E_LIMIT. */
GEN_API gen_status gen_model_export_onnx(const gen_model *model, const char *path, int32_t part);

enum {
  GEN_WEIGHTS_F32 = 0, /* as the model's */
  GEN_WEIGHTS_I8 = 1   /* 8-bit integers with a scale for each output, a quarter of the size */
};

/* Writes all parts as functions in C99, one row per call, that need no memory of their own and no
 * library but <math.h>. name: what their names begin with, a C identifier of at most 63 bytes;
 * NULL: "model". weights: GEN_WEIGHTS_...; sums are of floats in either case. */
GEN_API gen_status gen_model_export_c(const gen_model *model, const char *path, const char *name,
                                      int32_t weights);

/* Writes a part, as for gen_model_export_onnx, as JSON: the steps of its computation for one row,
 * and their numbers as base64. A program in another language needs about 150 lines to run it.
 * bytes_out: capacity bytes, without a terminating NUL; NULL: only byte_count_out is written. Too
 * small a capacity is GEN_E_ARGUMENT. */
GEN_API gen_status gen_model_export_json(const gen_model *model, int32_t part, void *bytes_out,
                                         int64_t capacity, int64_t *byte_count_out);

/* ---- Options as text, and structs by name ---------------------------------------------------
 *
 * For languages that do not lay out C structs. A text is a list of name=value, with members as
 * names: "latent_size=16 hidden=400,200 likelihood=gaussian". A flag is true or false, a list has
 * commas ("none": empty), "auto" is GEN_AUTO, and a value with blanks has quotation marks. Omitted
 * options have their defaults. Errors name the word, its limits and the nearest name. A text of
 * more than 65,536 bytes is GEN_E_LIMIT. */

/* Creates a model. kind: as in gen_model_kind. options: gen_<kind>_options as text, or NULL. */
GEN_API gen_status gen_model_create(const char *kind, const char *options,
                                    const gen_context *context, gen_model **model_out);

/* Creates a struct to pass to other calls. name: "fit" for gen_fit_options, "model_info" for
 * gen_model_info_t. text: options; NULL for defaults, and for what a call fills. destroy ignores
 * other addresses. */
GEN_API gen_status gen_struct_create(const char *name, const char *text, void **struct_out);
GEN_API void gen_struct_destroy(void *structure);
/* Sets a pointer member (context, validation, event, token, comm ...). GEN_E_HANDLE if
 * gen_struct_create did not make the struct. */
GEN_API gen_status gen_struct_set_pointer(void *structure, const char *member, void *address);
/* Reads the number in a struct's member: "latent_size" in a "model_info", "loss" in an "event". */
GEN_API gen_status gen_struct_value(const char *name, const void *structure, const char *member,
                                    double *value_out);
/* Returns the message of an event, "" if there is none; NULL for NULL. Valid in the callback. */
GEN_API const char *gen_event_message(const gen_event *event);

/* Describes the members of a struct, in order, as a JSON array of objects: name, type ("flag",
 * "word", "whole", "number", "seed", "widths" or "pointer"), help, default, words or limits, auto
 * (whether GEN_AUTO is allowed), needs (the word of another option that it needs), offset and size
 * in bytes. name: NULL for the names of all structs. text_out: capacity bytes for the text and a
 * final 0; NULL: only byte_count_out is written. Too small a capacity is GEN_E_ARGUMENT. */
GEN_API gen_status gen_options_describe(const char *name, char *text_out, int64_t capacity,
                                        int64_t *byte_count_out);

/* ---- Moments: statistics that merge ---------------------------------------------------------
 *
 * Moments are the count, mean and covariance of rows. For data on many machines, gather moments of
 * parts, merge them in any order, and get a PCA, Frechet distances or directions. The merged result
 * equals one pass over all rows: bit-identical for u8 data, within 1e-12 of the largest for floats.
 * Memory: n_features^2 doubles; a file: half of that. docs/scale.md has examples.
 *
 * A sketch holds the products with n_directions directions instead of all, for the PCA of rows of
 * more than about 4,000 values. Sketches of equal n_directions and seed merge. Memory:
 * 2 * n_features * n_directions doubles; a file: half of that. */

typedef struct gen_moments gen_moments;

typedef struct gen_moments_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t n_features;   /* values per row, 1 ... 65,536; must be set */
  int64_t n_directions; /* of a sketch, 1 ... n_features; default: GEN_AUTO (all products) */
  uint64_t seed;        /* seed of the directions, random signs; default: 0 */
  const gen_context *context;
} gen_moments_options;
static inline gen_status gen_moments_options_init(gen_moments_options *options,
                                                  uint32_t struct_size) {
  return gen_struct_init("moments", options, struct_size);
}

GEN_API gen_status gen_moments_create(const gen_moments_options *options,
                                      gen_moments **moments_out);

/* Creates an empty sketch for another pass over the same rows, with the directions that first
 * found, in first's context. first: the merged result of all parts; the same file gives
 * bit-identical directions everywhere. The error falls by orders of magnitude. Returns also
 * GEN_E_STATE (first is no sketch, or has seen fewer than two rows). */
GEN_API gen_status gen_moments_create_refined(const gen_moments *first, gen_moments **moments_out);
GEN_API void gen_moments_destroy(gen_moments *moments);

/* Adds the rows of a dataset. Returns also GEN_E_MISMATCH (a different n_features), GEN_E_NONFINITE
 * and GEN_E_CANCELLED. After GEN_E_NONFINITE earlier batches of 4,096 rows were added; packed u8 or
 * f32 rows in memory are a single batch. After GEN_E_CANCELLED the first n_rows rows (see the info)
 * were added. Cost: rows * n_features^2 FLOPs; sketch: 4 * rows * n_features * n_directions. */
GEN_API gen_status gen_moments_update(gen_moments *moments, const gen_dataset *dataset,
                                      const gen_run *run);
/* Adds rows (n_rows x n_features) of dtype GEN_F32 or GEN_F64: all of them or, after an error,
 * none. */
GEN_API gen_status gen_moments_update_rows(gen_moments *moments, const void *rows, int32_t dtype,
                                           int64_t n_rows);
/* Adds the rows of other, which is unchanged. Returns also GEN_E_MISMATCH (n_features or directions
 * differ; a sketch and all products). Cost: n_features^2 or n_features * n_directions FLOPs. */
GEN_API gen_status gen_moments_merge(gen_moments *moments, const gen_moments *other);

typedef struct gen_moments_info_t {
  uint32_t struct_size;
  int32_t is_exact; /* 1: all rows were u8, and no sum can have passed 2^53 */
  int64_t n_rows;   /* rows seen */
  int64_t n_features;
  int64_t n_directions; /* of a sketch; 0: all products */
  int64_t pass; /* of a sketch: 1 with random directions, 2 with those found by pass 1, ... */
} gen_moments_info_t;
GEN_API gen_status gen_moments_info(const gen_moments *moments, gen_moments_info_t *info_out);
/* Computes the mean. mean_out: n_features. Returns also GEN_E_STATE (no rows). */
GEN_API gen_status gen_moments_mean(const gen_moments *moments, double *mean_out);
/* Computes the covariance, divisor n_rows - 1. covariance_out: n_features x n_features. Returns
 * also GEN_E_STATE (fewer than two rows, a sketch), as do the next two functions. */
GEN_API gen_status gen_moments_covariance(const gen_moments *moments, double *covariance_out);
/* Computes the squared Frechet distance of two sets from their moments; see gen_evaluate_frechet.
 * Returns also GEN_E_MISMATCH (a different n_features). */
GEN_API gen_status gen_moments_frechet(const gen_moments *moments, const gen_moments *other,
                                       double *distance_out);

/* Finds a direction as gen_latents_direction does, to rounding, from moments of rows
 * [latent | attributes] with n_features = latent_size + n_attributes. attribute:
 * 0 ... n_attributes - 1. least < greatest: its range. MEANS needs an attribute of just these two
 * values. */
GEN_API gen_status gen_moments_direction(const gen_moments *moments, int64_t n_attributes,
                                         int64_t attribute, double least, double greatest,
                                         const gen_direction_options *options, float *direction_out,
                                         gen_direction_info_t *info_out);
/* Adds moments to a PCA, as gen_pca_merge does. A sketch needs solver GEN_AUTO or SKETCH. */
GEN_API gen_status gen_pca_merge_moments(gen_pca *pca, const gen_moments *moments);

/* Save and load the state that merging needs, little-endian; see Files. u8 rows give the same file
 * in any order. Checksums detect any changed bit, except in the header's length. Size: about
 * 4 * n_features^2 bytes; sketch: 8 * n_features * n_directions, after a first pass 9. */
GEN_API gen_status gen_moments_save(const gen_moments *moments, const char *path);
GEN_API gen_status gen_moments_save_memory(const gen_moments *moments, void *bytes_out,
                                           int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_moments_load(const char *path, const gen_context *context,
                                    gen_moments **moments_out);
GEN_API gen_status gen_moments_load_memory(const void *bytes, int64_t byte_count,
                                           const gen_context *context, gen_moments **moments_out);

/* ---- Reservoir: a random sample that merges -------------------------------------------------
 *
 * A reservoir is a uniform sample, without replacement, of at most capacity rows. It serves metrics
 * that compare rows (kernel distance, precision and recall, neighbours) on many machines. Each row
 * of the whole data has a number, and a random key from this number and the seed; the rows of the
 * smallest keys are kept. So parts merged in any order keep the rows that one pass over all keeps;
 * up to capacity rows, all are kept. Memory: capacity * n_features floats, as needed. */

typedef struct gen_reservoir gen_reservoir;

typedef struct gen_reservoir_options {
  uint32_t struct_size;
  uint32_t initialized;
  int64_t n_features; /* values per row, 1 ... 65,536; must be set */
  int64_t capacity;   /* rows kept at most, 1 ... 2^31 - 1; default: 10,000 */
  uint64_t seed;      /* the same for all parts that are merged; default: 0 */
  const gen_context *context;
} gen_reservoir_options;
static inline gen_status gen_reservoir_options_init(gen_reservoir_options *options,
                                                    uint32_t struct_size) {
  return gen_struct_init("reservoir", options, struct_size);
}

GEN_API gen_status gen_reservoir_create(const gen_reservoir_options *options,
                                        gen_reservoir **reservoir_out);
GEN_API void gen_reservoir_destroy(gen_reservoir *reservoir);

/* Adds the rows of a dataset, or rows (n_rows x n_features). first_row: number of the first of them
 * in the whole data, >= 0. Add each row once, under its own number; only merge detects repeated
 * numbers. Errors are those of gen_moments_update. */
GEN_API gen_status gen_reservoir_update(gen_reservoir *reservoir, const gen_dataset *dataset,
                                        int64_t first_row, const gen_run *run);
GEN_API gen_status gen_reservoir_update_rows(gen_reservoir *reservoir, const float *rows,
                                             int64_t n_rows, int64_t first_row);
/* Adds the rows of other, which is not changed. Returns also GEN_E_MISMATCH (different n_features,
 * capacity or seed, or a row number that both have kept). */
GEN_API gen_status gen_reservoir_merge(gen_reservoir *reservoir, const gen_reservoir *other);

typedef struct gen_reservoir_info_t {
  uint32_t struct_size;
  int64_t n_rows; /* rows seen */
  int64_t n_kept; /* the smaller of n_rows and capacity */
  int64_t n_features;
  int64_t capacity;
} gen_reservoir_info_t;
GEN_API gen_status gen_reservoir_info(const gen_reservoir *reservoir,
                                      gen_reservoir_info_t *info_out);
/* Copies the kept rows (n_kept x n_features), by ascending number, and their numbers; either may be
 * NULL. */
GEN_API gen_status gen_reservoir_rows(const gen_reservoir *reservoir, float *rows_out,
                                      int64_t *numbers_out);
/* Save and load, as for moments. Size: about 4 * n_kept * n_features bytes. */
GEN_API gen_status gen_reservoir_save(const gen_reservoir *reservoir, const char *path);
GEN_API gen_status gen_reservoir_save_memory(const gen_reservoir *reservoir, void *bytes_out,
                                             int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_reservoir_load(const char *path, const gen_context *context,
                                      gen_reservoir **reservoir_out);
GEN_API gen_status gen_reservoir_load_memory(const void *bytes, int64_t byte_count,
                                             const gen_context *context,
                                             gen_reservoir **reservoir_out);

/* ---- Trainer: steps under the host's control ------------------------------------------------
 *
 * A trainer gives each network's gradient as one flat array and applies what the host makes of it:
 * for hosts that connect machines in their own way. A step, until more is 0 (docs/scale.md has the
 * loop): gen_trainer_begin; gen_trainer_gradient, for each network; gen_trainer_apply.
 *
 * Models that start identical and apply the same sums stay bit-identical. A step has one turn, in
 * which all networks learn. A GAN's step has discriminator_steps turns for network 1 and then one
 * for network 0. Batch norm uses the trainer's own rows, and so do the means of KL sparsity. The
 * model must outlive the calls; between them it may be used. After a fit of it the trainer returns
 * GEN_E_STATE. */

typedef struct gen_trainer gen_trainer;

/* Creates a trainer for an autoencoder, vae, gan or classifier. options: batch_size is the most
 * rows of a step; the optimizer's options, clip_norm, seed and learning_rate apply; a comm is
 * GEN_E_ARGUMENT; other options are left to the host. Network 0 is the encoder, the generator or
 * the classifier, network 1 the decoder or the discriminator. A dense GAN does not start at the
 * mean row. */
GEN_API gen_status gen_trainer_create(gen_model *model, const gen_fit_options *options,
                                      gen_trainer **trainer_out);
GEN_API void gen_trainer_destroy(gen_trainer *trainer);
/* Reports the number of networks and, for one of them, the counts of its trained numbers and of its
 * statistics, such as running means. Each output may be NULL. */
GEN_API gen_status gen_trainer_size(gen_trainer *trainer, int32_t network, int32_t *n_networks_out,
                                    int64_t *n_parameters_out, int64_t *n_statistics_out);

/* Begins a step, abandoning an unfinished one, and computes the gradients of the first turn. rows:
 * copied. n_rows: 1 ... batch_size. first_row: position of the first row in the batch of all hosts,
 * by which random numbers are drawn, 0 ... 2^31. epoch: epochs done, for the KL annealing of a VAE.
 * learning_rate: of this step, or GEN_AUTO (that of the options). After GEN_E_NONFINITE (a loss)
 * the parameters are unchanged. Cost: as a step of a fit. */
GEN_API gen_status gen_trainer_begin(gen_trainer *trainer, const float *rows, const int32_t *labels,
                                     int64_t n_rows, int64_t first_row, double epoch,
                                     double learning_rate);

/* Gives the gradient of a network: n_parameters floats in the trainer's memory, sums over the rows,
 * to be changed in place before gen_trainer_apply; NULL if the network does not learn in this turn.
 * Returns also GEN_E_STATE (no step has begun). */
GEN_API gen_status gen_trainer_gradient(gen_trainer *trainer, int32_t network,
                                        float **gradient_out);

/* Divides the gradients by n_rows, the rows that they sum over, clips and applies them. more_out:
 * 1: the gradients of another turn are ready; 0: the step is over; may be NULL. After
 * GEN_E_NONFINITE (a gradient, or a loss of the next turn) the step is abandoned, and applied
 * changes remain. */
GEN_API gen_status gen_trainer_apply(gen_trainer *trainer, double n_rows, int32_t *more_out);
/* Reports the losses, scores and norms of the step for the trainer's own rows, as an event does. */
GEN_API gen_status gen_trainer_figures(gen_trainer *trainer, gen_event *event_out);

/* Get and set a network's parameters, then its statistics: n_parameters + n_statistics floats, in
 * the order of a checkpoint. GEN_E_NONFINITE leaves the model unchanged. A GAN's moving average is
 * not set. */
GEN_API gen_status gen_trainer_parameters(gen_trainer *trainer, int32_t network,
                                          float *parameters_out);
GEN_API gen_status gen_trainer_set_parameters(gen_trainer *trainer, int32_t network,
                                              const float *parameters);

#ifdef __cplusplus
}
#endif

#endif
