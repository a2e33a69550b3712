/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generative.h - libgenerative: generative models on a CPU, behind one C header.
 *
 * Fits and runs principal component analysis (PCA), autoencoders, variational autoencoders (VAE)
 * and generative adversarial networks (GAN) on the processor's SIMD units, without Python, without
 * a framework. A complete program that learns to draw clothes:
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
 *       model.height = model.width = 28;
 *       fit.epochs = 10;
 *       if (gen_dataset_open_idx("train-images-idx3-ubyte.gz", NULL, NULL, &data) ||
 *           gen_vae_create(&model, &vae) || gen_model_fit(vae, data, &fit) ||
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
 * CONVENTIONS, said once
 *
 * Rows. One example is a row of height x width x channels floats, channels last, rows packed one
 *   after another (N x H x W x C, row-major). Images are in [0, 1]. A plain vector of n features
 *   has height 1, width 1 and n channels.
 * Names. gen_<noun>_<verb>. Objects are made by create, open or load, whose last parameter gets the
 *   handle (NULL on failure), and released by destroy. destroy(NULL) does nothing.
 * Ownership. What you pass is read during the call only, and stays yours, unless an entry says
 *   otherwise. What you get through an `_out` pointer is memory of yours that the call filled.
 * Options. Structs whose first member is struct_size = sizeof the struct; NULL means all defaults.
 *   gen_x_options_init fills in every default. A zero in any other member also means its default,
 *   so a zeroed struct with struct_size set is valid; where zero would be of use, a negative number
 *   says it. Structs only grow at their end: a program compiled against an older header keeps
 *   working, and a larger struct than this library knows is accepted when its tail is zero.
 * Errors. Every function that can fail returns a gen_status, GEN_OK (0) on success.
 *   gen_last_error_message() then has one line that names the argument, its value and the limit.
 *   A failed call leaves its outputs untouched unless the entry says otherwise, and the object as
 *   it was before. No input ends the process. Any function may return GEN_E_ARGUMENT, GEN_E_HANDLE,
 *   GEN_E_BUSY, GEN_E_NOMEM and GEN_E_VERSION; entries list what else they return.
 * Threads. A call that takes a const handle may run on any number of threads at once; any other
 *   needs the object to itself and returns GEN_E_BUSY when it is in use, also when a callback
 *   re-enters the object being fitted. Different objects are independent.
 * Forks. The child of a fork() may use all objects; what another thread had in use at that moment
 *   stays in use there. A fork waits for no call.
 * Reproducibility. The same seed, data and options give the same bits on one instruction set, with
 *   any number of threads. Row i of a sample is the same in a batch of any size.
 * Handles are checked tickets, not addresses: a stale, foreign or wrong-kind handle is
 *   GEN_E_HANDLE. gen_pca, gen_autoencoder, gen_vae, gen_gan and gen_classifier are names of
 *   gen_model: the functions gen_model_... take any of them. A kind that does not have what one
 *   of them does is GEN_E_UNSUPPORTED, and the message says which kinds have it.
 * Labels. A model made with n_classes, above 0, is conditional. Its functions take the class of
 *   each row, 0 ... n_classes - 1 (GEN_E_ARGUMENT otherwise), as labels. NULL there, and labels
 *   given to a model without classes, are GEN_E_STATE.
 * Guest manners. Nothing is printed, no signal handler is installed, no global state is changed.
 *   The host's floating-point modes (rounding, traps, flushing to zero) change no result: every
 * call computes in the default modes and sets the host's again, also around callbacks. Worker
 * threads block all signals but SIGPROF and those of faults. A save to a closed pipe or past
 * RLIMIT_FSIZE is GEN_E_IO. Two copies of the library in one process do not take each other's
 * handles. Out of memory. What a call allocates for data is GEN_E_NOMEM when refused. Small objects
 * come from a reserve of 1 MiB when the system refuses them, and the call ends in GEN_E_NOMEM at
 * its next data. When that is not enough, or a check of the library's own fails, the log functions
 * of all contexts hear one GEN_LOG_ERROR message, and the process ends with SIGILL. The environment
 * variables GEN_KERNELS (baseline, avx2, avx512, neon), GEN_THREADS and GEN_WINOGRAD (0: direct
 * convolutions) are the only ones read. Costs are given in floating-point operations (FLOPs) where
 * a call's time is worth knowing.
 */
#ifndef GENERATIVE_H
#define GENERATIVE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GEN_API __attribute__((visibility("default")))
#else
#define GEN_API
#endif

/* ---- Version -------------------------------------------------------------------------------- */

#define GEN_VERSION_STRING "0.1.0"
/* Grows when a program compiled against an older header would no longer run; the SONAME's number.
 */
#define GEN_ABI_VERSION 2

/* The library's version, "0.1.0". Static; never NULL. */
GEN_API const char *gen_version(void);

/* The ABI the library was built with; compare with GEN_ABI_VERSION. */
GEN_API int32_t gen_abi_version(void);

/* The kernels in use: "baseline", "avx2", "avx512" or "neon". Static; never NULL. */
GEN_API const char *gen_kernels_name(void);

/* ---- Status --------------------------------------------------------------------------------- */

typedef int32_t gen_status;

enum {
  GEN_OK = 0,
  GEN_E_ARGUMENT = 1,     /* an argument or option is outside its stated range */
  GEN_E_HANDLE = 2,       /* a handle is NULL, stale, foreign or of another kind */
  GEN_E_BUSY = 3,         /* the object is in use by another call */
  GEN_E_NOMEM = 4,        /* memory could not be had, or the context's limit forbids it */
  GEN_E_IO = 5,           /* the operating system refused a file operation */
  GEN_E_FORMAT = 6,       /* a file's bytes are not what its format asks for */
  GEN_E_TRUNCATED = 7,    /* a file ends before its content does */
  GEN_E_TRAILING = 8,     /* a file goes on after its content ends */
  GEN_E_NONFINITE = 9,    /* a NaN or an infinity stands where a finite number must */
  GEN_E_VERSION = 10,     /* a struct or a file is newer than this library */
  GEN_E_LIMIT = 11,       /* an input is larger than the library's safety limits */
  GEN_E_STATE = 12,       /* the object is not ready for this call, such as not yet fitted */
  GEN_E_CANCELLED = 13,   /* a callback or a token stopped the work */
  GEN_E_MISMATCH = 14,    /* two things do not fit together: kinds, shapes, architectures */
  GEN_E_UNSUPPORTED = 15, /* the library does not know what was asked for */
  GEN_E_INTERNAL = 16,    /* a fault in the library itself: please report it */
  GEN_E_COMM = 17         /* the ranks of a job cannot talk to each other any more */
};

/* "GEN_E_ARGUMENT" for 1 and so on, "GEN_E_UNKNOWN" for a number that is none. Static. */
GEN_API const char *gen_status_name(gen_status status);

/* Why the last failed call on this thread failed: one line of UTF-8, "" before any. Valid until the
 * next call on this thread. */
GEN_API const char *gen_last_error_message(void);

/* ---- Context: what a host may want to own --------------------------------------------------- */

typedef struct gen_context gen_context;

/* How loud a log message is. */
enum {
  GEN_LOG_INFO = 0, /* what was chosen for the host: kernels, threads */
  GEN_LOG_WARNING =
      1, /* what went wrong without failing a call: a file skipped, a GAN collapsing */
  GEN_LOG_ERROR =
      2 /* the last message: a fault of the library's own ends the process with SIGILL */
};

/* Hears one line of UTF-8, valid during the call, on the thread of the library call it happens in.
 * May call any function but those that need the object at work. It must return. */
typedef void (*gen_log_fn)(int32_t level, const char *message, void *user_data);

typedef struct gen_context_options {
  uint32_t struct_size;
  /* Threads that share the work, the caller's among them, 1 ... 64. 0: GEN_THREADS, else the cores
   * this process may use. */
  int32_t n_threads;
  /* Bytes that data, models and working memory may take together. 0: no limit. */
  int64_t memory_limit;
  /* An allocator: memory aligned to 64 bytes, or NULL when there is none. Both or neither; called
   * from any thread. byte_count in release is what allocate was asked for. Without, malloc: blocks
   * of 1 to 8 MiB are then kept for the next call when they are let go, 48 MiB at most in a
   * process.
   */
  void *(*allocate)(int64_t byte_count, void *user_data);
  void (*release)(void *memory, int64_t byte_count, void *user_data);
  /* The host's own parallel-for: must call body(i, state) once for each i in 0 ... count - 1, on
   * any threads, and return when all are done. NULL: the library's threads. */
  void (*parallel_for)(int64_t count, void (*body)(int64_t index, void *state), void *state,
                       void *user_data);
  void *user_data; /* handed to the three above, and to log */
  /* 1: sum every convolution term by term. 0: let 4x4 kernels with stride 2 between many channels
   * take up to 2.56 times fewer products (Winograd), with errors of at most 1e-5 of the largest
   * result instead of about 1e-6, unless GEN_WINOGRAD=0. */
  int32_t direct_convolutions;
  int32_t reserved;
  gen_log_fn log; /* NULL: nobody is told */
  /* What a file may ask for before it is refused with GEN_E_LIMIT, however well-formed it is: files
   * of a few bytes can ask for gigabytes or hours. Raise them for what you trust, lower them for
   * what you do not. */
  int64_t max_image_pixels;    /* 1 ... 2^40; 0: 67,108,864 */
  int64_t max_png_chunk_bytes; /* of one ancillary chunk, 1 ... 2^31 - 1; 0: 8,388,608 */
  int64_t max_model_bytes;     /* of all tensors, 1 ... 2^40; 0: 4 GiB */
  int32_t max_image_side;      /* pixels, 1 ... 1,000,000; 0: 16,384 */
  int32_t max_jpeg_scans;      /* 1 ... 100,000; 0: 500. Each costs a pass over the image */
  int32_t max_tensors;         /* of a model, 1 ... 16,777,216; 0: 65,536 */
  int32_t max_tensor_name;     /* bytes, 1 ... 65,535; 0: 255 */
} gen_context_options;

GEN_API gen_status gen_context_options_init(gen_context_options *options, uint32_t struct_size);

/* Makes a context. A NULL context anywhere means a default one shared by the process.
 * options: NULL for defaults. context_out: the handle. Objects keep their context alive, so it may
 * be destroyed while they live. Cost: starts n_threads - 1 threads. */
GEN_API gen_status gen_context_create(const gen_context_options *options,
                                      gen_context **context_out);
GEN_API void gen_context_destroy(gen_context *context);

/* Bytes in use now and at most so far. Either pointer may be NULL. context NULL: the default. */
GEN_API gen_status gen_context_memory(const gen_context *context, int64_t *used_out,
                                      int64_t *peak_out);

/* A token that stops a running fit from outside it. */
typedef struct gen_token gen_token;

GEN_API gen_status gen_token_create(gen_token **token_out);
GEN_API void gen_token_destroy(gen_token *token);

/* Stops every fit that was given this token, before its next step; those return GEN_E_CANCELLED,
 * their models usable. Safe on any thread and in a signal handler; the token stays cancelled. */
GEN_API gen_status gen_token_cancel(gen_token *token);

/* ---- Callbacks ------------------------------------------------------------------------------ */

enum {
  GEN_EVENT_STEP = 0,    /* during an epoch, at most ten times a second */
  GEN_EVENT_EPOCH = 1,   /* after an epoch; averages over it, and the validation losses */
  GEN_EVENT_SKIPPED = 2, /* a file of a folder could not be read: message says which and why */
  GEN_EVENT_WARNING = 3  /* something looks wrong: message says what */
};

enum {
  GEN_GO_ON = 0, /* 0, since ctypes returns 0 when a Python callback raised */
  GEN_STOP_AFTER_EPOCH = 1,
  GEN_STOP_NOW = 2
};

/* What GEN_EVENT_WARNING warns of in a fit. */
enum {
  GEN_WARNING_NONE = 0, /* see message */
  GEN_WARNING_SATURATED_DISCRIMINATOR =
      1, /* GAN: D(x) - D(G(z)) > 0.98: D is sure, and G hardly learns; from the 150th step on */
  GEN_WARNING_COLLAPSED_GENERATOR = 2, /* GAN: sample_distance < 0.2 real_distance: rows of G are
                                          nearly alike; each over about the last 50 steps, from
                                          the 500th on */
  GEN_WARNING_CHECKPOINT_NOT_WRITTEN =
      3 /* message says why. The file before it stands, the fit goes on and tries again when the
           next is due; returning GEN_STOP_NOW ends it */
};

/* What a callback is told. Losses are per row; those of VAEs and GANs are in nats. A figure that
 * the model does not have is NaN. Read only, during the call only. */
typedef struct gen_event {
  uint32_t struct_size;
  int32_t kind;  /* GEN_EVENT_... */
  int64_t epoch; /* 1 ... n_epochs */
  int64_t n_epochs;
  int64_t step;    /* steps done in this epoch */
  int64_t n_steps; /* steps of an epoch; 0 while a stream's length is unknown */
  double seconds;  /* since the fit began */
  double learning_rate;
  double loss;           /* what is minimised: for a VAE C * reconstruction + beta * kl, or minus
                            its importance-weighted bound; an autoencoder's with penalties */
  double reconstruction; /* autoencoder, VAE */
  double kl;             /* VAE */
  double discriminator_loss; /* GAN: -log D(x) - log(1 - D(G(z))) */
  double generator_loss;     /* GAN */
  double real_score;         /* GAN: mean D(x) */
  double fake_score;         /* GAN: mean D(G(z)) */
  double gradient_norm;      /* before clipping; of the generator for a GAN */
  double validation_loss;    /* with a validation set, in epoch events */
  double validation_reconstruction;
  double validation_kl;
  const char *message;                /* "" where there is none */
  double discriminator_gradient_norm; /* GAN */
  double sample_distance; /* GAN: root mean square distance of two generated rows of a batch */
  double real_distance;   /* GAN: of two real ones */
  int32_t warning;        /* GEN_WARNING_... */
  int32_t reserved;
} gen_event;

/* Returns GEN_GO_ON, GEN_STOP_AFTER_EPOCH or GEN_STOP_NOW. Runs on the calling thread; may call any
 * function but those that need the object at work. It must return: no longjmp, no exception. */
typedef int32_t (*gen_event_fn)(const gen_event *event, void *user_data);

/* ---- Collectives: many processes at one thing ----------------------------------------------- */

/* How the ranks of a job - processes on any number of machines, or threads of one - talk to each
 * other: functions of the host's, over MPI (bindings/mpi has them) or whatever joins the ranks; the
 * library itself opens no connection. Where options have a gen_comm, every rank makes the same
 * call, each with a table that says which rank it is, and the functions are called on the thread of
 * that call only, in the same order on every rank.
 *
 * Each function returns 0 when it is done. Any other number ends the call with GEN_E_COMM, and no
 * function is called again: one must not wait for ever for a rank that gave up or died, but return
 * a number other than 0 on every rank. What is wrong on one rank alone (an option, a file, memory)
 * ends the call on all, with the same status and a message that begins with "rank 2: " elsewhere.
 */
typedef struct gen_comm {
  uint32_t struct_size;
  int32_t rank; /* which of the ranks this is, 0 ... size - 1 */
  int32_t size; /* ranks, 1 ... 1,048,576; 1: alone, and no function is called */
  int32_t reserved;
  /* values[i] <- the sum of values[i] over the ranks, i < count, in place; the same bits on every
   * rank. dtype: GEN_F32, GEN_F64 or GEN_I64 */
  int32_t (*all_reduce)(void *values, int64_t count, int32_t dtype, void *user_data);
  /* bytes <- those of rank root */
  int32_t (*broadcast)(void *bytes, int64_t byte_count, int32_t root, void *user_data);
  /* all_out <- the ranks' bytes, byte_count on each, one rank after another */
  int32_t (*all_gather)(const void *bytes, int64_t byte_count, void *all_out, void *user_data);
  /* returns when every rank has called it */
  int32_t (*barrier)(void *user_data);
  void *user_data; /* handed to the four above */
} gen_comm;

/* Rank 0 of 1, which has nobody to talk to. */
GEN_API gen_status gen_comm_init(gen_comm *comm, uint32_t struct_size);

/* ---- Datasets ------------------------------------------------------------------------------- */

typedef struct gen_dataset gen_dataset;

/* What numbers in memory are; datasets are of the first three. */
enum { GEN_U8 = 0, GEN_F32 = 1, GEN_F64 = 2, GEN_I32 = 3, GEN_I64 = 4 };

typedef struct gen_memory_options {
  uint32_t struct_size;
  int32_t dtype;      /* GEN_U8: 0 ... 255 become 0 ... 1. GEN_F32, GEN_F64: taken as they are */
  int64_t n_rows;     /* >= 1 */
  int64_t height;     /* 0 counts as 1 */
  int64_t width;      /* 0 counts as 1 */
  int64_t channels;   /* 0 counts as 1 */
  int64_t row_stride; /* bytes from a row to the next; 0: packed. May be negative */
  int64_t element_stride; /* bytes from an element of a row to the next; 0: packed */
  int32_t borrow;         /* 0: rows are copied. 1: data must outlive the dataset, unchanged */
  const int32_t *labels;  /* n_rows class numbers >= 0, copied; NULL: none */
  const gen_context *context;
  int32_t unchecked; /* 1: NaNs and infinities are not looked for now, but by calls that read the
                        rows */
  int32_t reserved;
} gen_memory_options;

GEN_API gen_status gen_memory_options_init(gen_memory_options *options, uint32_t struct_size);

/* Rows in memory. data: the first element of row 0. f32 and f64 are checked once:
 * GEN_E_NONFINITE names the first row with a NaN or an infinity. Of rows that one call alone reads,
 * such as a PCA's fit, unchecked saves a pass over memory; that call then returns GEN_E_NONFINITE.
 */
GEN_API gen_status gen_dataset_create(const void *data, const gen_memory_options *options,
                                      gen_dataset **dataset_out);

/* An IDX file of unsigned bytes (MNIST and its kin), plain or gzipped: n x height x width
 * [x channels]. labels_path: an IDX file of n unsigned bytes, or NULL.
 * Returns also GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_TRAILING, GEN_E_LIMIT,
 * GEN_E_MISMATCH (labels and images differ in number). */
GEN_API gen_status gen_dataset_open_idx(const char *images_path, const char *labels_path,
                                        const gen_context *context, gen_dataset **dataset_out);

typedef struct gen_folder_options {
  uint32_t struct_size;
  int32_t recursive; /* 1: folders inside too */
  int64_t height;    /* every image is resized to cover height x width, and centre-cropped; >= 1 */
  int64_t width;
  int64_t channels;   /* 1 gray, 3 RGB, 4 RGBA; 0: 3 */
  gen_event_fn event; /* told of every file skipped; NULL: nobody is */
  void *user_data;
  const gen_context *context;
} gen_folder_options;

GEN_API gen_status gen_folder_options_init(gen_folder_options *options, uint32_t struct_size);

/* The PNG and JPEG files of a folder, in the order of their names, decoded once into memory (a byte
 * per channel). Unreadable files are skipped, counted (gen_dataset_info) and told to the callback.
 * Returns also GEN_E_IO, GEN_E_FORMAT (no readable image), GEN_E_CANCELLED. */
GEN_API gen_status gen_dataset_open_folder(const char *path, const gen_folder_options *options,
                                           gen_dataset **dataset_out);

/* Hands out the next rows of a stream: writes up to max_rows packed rows to rows_out and returns
 * how many, 0 at the end, negative to fail. rewind is called before each pass over the data. */
typedef struct gen_stream_options {
  uint32_t struct_size;
  int64_t height; /* 0 counts as 1, here and in the next two */
  int64_t width;
  int64_t channels;
  int64_t (*read)(float *rows_out, int64_t max_rows, void *user_data);
  int32_t (*rewind)(void *user_data); /* 0 on success */
  void *user_data;
  int64_t shuffle_rows; /* rows held to draw batches from at random; 0: 4096; negative: in order */
  const gen_context *context;
} gen_stream_options;

GEN_API gen_status gen_stream_options_init(gen_stream_options *options, uint32_t struct_size);

/* Rows pulled from a callback, for data that does not fit in memory. Such a dataset can be fitted,
 * by one fit at a time, but not read by row number. */
GEN_API gen_status gen_dataset_create_stream(const gen_stream_options *options,
                                             gen_dataset **dataset_out);

typedef struct gen_faces_options {
  uint32_t struct_size;
  int64_t n_rows;   /* 0: 10,000 */
  int64_t height;   /* 16 ... 128; 0: 32 */
  int64_t width;    /* 16 ... 128; 0: 32 */
  int64_t channels; /* 1 or 3; 0: 3 */
  uint64_t seed;
  const gen_context *context;
} gen_faces_options;

GEN_API gen_status gen_faces_options_init(gen_faces_options *options, uint32_t struct_size);

/* Faces drawn by the library, each with known factors (smile, head turn, hair ...): face i of a
 * seed is always the same. Label: 1 when smiling, else 0. */
GEN_API gen_status gen_dataset_create_faces(const gen_faces_options *options,
                                            gen_dataset **dataset_out);

/* Rows first_row ... first_row + n_rows - 1 of another dataset, which it keeps alive. */
GEN_API gen_status gen_dataset_create_slice(const gen_dataset *dataset, int64_t first_row,
                                            int64_t n_rows, gen_dataset **dataset_out);

GEN_API void gen_dataset_destroy(gen_dataset *dataset);

typedef struct gen_dataset_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t n_factors;    /* 0 but for faces */
  int64_t n_rows;       /* -1 while a stream's length is unknown */
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t n_classes; /* largest label + 1; 0 without labels */
  int64_t n_skipped; /* files of a folder that could not be read */
} gen_dataset_info_t;

GEN_API gen_status gen_dataset_info(const gen_dataset *dataset, gen_dataset_info_t *info_out);

/* Rows as floats. rows_out: n_rows x height x width x channels. A stream: GEN_E_UNSUPPORTED. */
GEN_API gen_status gen_dataset_read(const gen_dataset *dataset, int64_t first_row, int64_t n_rows,
                                    float *rows_out);

/* Class numbers. labels_out: n_rows. Without labels: GEN_E_STATE. */
GEN_API gen_status gen_dataset_labels(const gen_dataset *dataset, int64_t first_row, int64_t n_rows,
                                      int32_t *labels_out);

/* The true factors behind drawn rows. factors_out: n_rows x n_factors. Without: GEN_E_STATE. */
GEN_API gen_status gen_dataset_factors(const gen_dataset *dataset, int64_t first_row,
                                       int64_t n_rows, float *factors_out);

/* The name of a factor, "smile"; NULL when there is none of that number. Static. */
GEN_API const char *gen_dataset_factor_name(const gen_dataset *dataset, int32_t factor);

/* The rows of a dataset nearest to each of n_rows given rows, by Euclidean distance, nearest first:
 * does a model copy its training data?
 * rows: n_rows x row floats. n_neighbours: 1 ... rows of the dataset. indices_out,
 * distances_out: n_rows x n_neighbours; either may be NULL.
 * Cost: 2 * n_rows * dataset rows * row floats FLOPs. */
GEN_API gen_status gen_dataset_nearest(const gen_dataset *dataset, const float *rows,
                                       int64_t n_rows, int64_t n_neighbours, int64_t *indices_out,
                                       float *distances_out);

/* The class that most of the n_neighbours nearest rows of a labelled dataset have; equals go to the
 * lower class. labels_out: n_rows. Without labels: GEN_E_STATE. Cost: as gen_dataset_nearest. */
GEN_API gen_status gen_dataset_classify(const gen_dataset *dataset, const float *rows,
                                        int64_t n_rows, int64_t n_neighbours, int32_t *labels_out);

/* ---- Images --------------------------------------------------------------------------------- */

typedef struct gen_image gen_image;

typedef struct gen_load_image_options {
  uint32_t struct_size;
  int32_t channels;           /* 1 gray, 3 RGB, 4 RGBA; 0: as in the file */
  const gen_context *context; /* its limits hold, and the pixels are of its memory */
} gen_load_image_options;

GEN_API gen_status gen_load_image_options_init(gen_load_image_options *options,
                                               uint32_t struct_size);

/* Reads a PNG or JPEG file, told apart by content: gray, RGB, RGBA, palette, 16-bit and CMYK.
 * Transparency dropped is laid over white. options: NULL for defaults. What is made of the image
 * later has its context too. The codecs' working memory is the context's as well: a few rows, for
 * a progressive JPEG two bytes per channel of a pixel (GEN_E_NOMEM). Returns also GEN_E_IO,
 * GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_LIMIT (64 Mpixel, 16,384 a side). */
GEN_API gen_status gen_image_load(const char *path, const gen_load_image_options *options,
                                  gen_image **image_out);

/* The same from memory. */
GEN_API gen_status gen_image_load_memory(const void *bytes, int64_t byte_count,
                                         const gen_load_image_options *options,
                                         gen_image **image_out);

/* An image of given pixels: height x width x channels floats, clamped to [0, 1], in the default
 * context. Returns also GEN_E_NONFINITE, as does the grid. */
GEN_API gen_status gen_image_create(const float *pixels, int64_t height, int64_t width,
                                    int64_t channels, gen_image **image_out);

typedef struct gen_grid_options {
  uint32_t struct_size;
  int32_t n_columns; /* 0: as square as can be */
  int32_t padding;   /* pixels between cells and around; 0: 2; negative: none */
  int32_t enlarge;   /* each pixel becomes enlarge x enlarge, 1 ... 64; 0: 1 */
  int32_t stretch; /* 1: each cell is scaled from its least to its greatest value, for components */
  float background;           /* 0 ... 1, the gray of the padding; 0: white; negative: black */
  const gen_context *context; /* its limits hold, and the pixels are of its memory */
} gen_grid_options;

GEN_API gen_status gen_grid_options_init(gen_grid_options *options, uint32_t struct_size);

/* One image of many rows, laid out left to right, top to bottom. options: NULL for defaults. */
GEN_API gen_status gen_image_create_grid(const float *rows, int64_t n_rows, int64_t height,
                                         int64_t width, int64_t channels,
                                         const gen_grid_options *options, gen_image **image_out);

/* The image resized to cover height x width, and centre-cropped; of the same context. */
GEN_API gen_status gen_image_create_resized(const gen_image *image, int64_t height, int64_t width,
                                            gen_image **image_out);

GEN_API void gen_image_destroy(gen_image *image);

/* Each pointer may be NULL. */
GEN_API gen_status gen_image_size(const gen_image *image, int64_t *height_out, int64_t *width_out,
                                  int64_t *channels_out);

/* pixels_out: height x width x channels floats in [0, 1]. */
GEN_API gen_status gen_image_pixels(const gen_image *image, float *pixels_out);

typedef struct gen_save_image_options {
  uint32_t struct_size;
  int32_t jpeg_quality; /* 1 ... 100; 0: 90 */
} gen_save_image_options;

/* Writes a PNG (path ends in .png) or JPEG (.jpg, .jpeg) file, whole or not at all: an existing
 * file stays as it was on any error. Returns also GEN_E_IO, GEN_E_UNSUPPORTED (another ending; a
 * JPEG of 4 channels). */
GEN_API gen_status gen_image_save(const gen_image *image, const char *path,
                                  const gen_save_image_options *options);

/* The same file in memory. path: its ending alone counts, ".png" will do. Writes to bytes_out, of
 * room for capacity bytes, and the number of bytes to byte_count_out; with bytes_out NULL only the
 * number. Too little room: GEN_E_ARGUMENT. */
GEN_API gen_status gen_image_save_memory(const gen_image *image, const char *path,
                                         const gen_save_image_options *options, void *bytes_out,
                                         int64_t capacity, int64_t *byte_count_out);

/* ---- Moments ---------------------------------------------------------------------------------
 *
 * Count, mean and covariance of rows, as sums that add up: any number of machines gather them over
 * their parts of the data, and merging gives what one pass over all rows would, in any order. From
 * them a PCA fits (gen_pca_merge_moments), Frechet distances and directions of attributes follow.
 * Of bytes every sum is an exact integer, so the result does not depend on order and parts even in
 * its last bit; floats are multiplied and summed in double, and parts agree with the whole within
 * 1e-12 of the largest. Memory: n_features^2 doubles; a file half of that.
 *
 * Of rows of more than about 4,000 numbers a sketch is enough for a PCA: instead of all products,
 * those with n_directions directions, from which the components of most variance follow nearly
 * (gen_pca_options has the figures). It merges and is exact of bytes as the whole is, if all parts
 * have the same n_directions and seed: the directions are random signs, a function of the seed.
 * Memory: 2 * n_features * n_directions doubles; a file half of that. */

typedef struct gen_moments gen_moments;

typedef struct gen_moments_options {
  uint32_t struct_size;
  int32_t reserved;
  int64_t n_features;   /* numbers of a row, 1 ... 65,536 */
  int64_t n_directions; /* of a sketch, 1 ... n_features; 0: all products */
  uint64_t seed;        /* of the directions */
  const gen_context *context;
} gen_moments_options;

GEN_API gen_status gen_moments_options_init(gen_moments_options *options, uint32_t struct_size);
GEN_API gen_status gen_moments_create(const gen_moments_options *options,
                                      gen_moments **moments_out);

/* A second pass, or a third: a sketch that has seen no rows yet, with the directions that `first`
 * found, of its context. Merge the first pass over all parts, make this of the result everywhere
 * (from the same file: the same bits), and show it the same rows again; the error then falls by
 * orders of magnitude. GEN_E_STATE where first is no sketch or has seen fewer than two rows. */
GEN_API gen_status gen_moments_create_refined(const gen_moments *first, gen_moments **moments_out);
GEN_API void gen_moments_destroy(gen_moments *moments);

/* Adds the rows of a dataset, which may be a stream. Returns also GEN_E_MISMATCH; GEN_E_NONFINITE,
 * and then earlier batches of a stream were added. Cost: rows * n_features^2 FLOPs, of a sketch
 * 4 * rows * n_features * n_directions. */
GEN_API gen_status gen_moments_update(gen_moments *moments, const gen_dataset *dataset);

/* Adds rows (n_rows x n_features), all of them or, on an error, none. */
GEN_API gen_status gen_moments_update_rows(gen_moments *moments, const float *rows, int64_t n_rows);

/* Adds what other has seen, which is not changed: GEN_E_MISMATCH for other n_features, a sketch and
 * all products, other directions. Cost: n_features^2 or n_features * n_directions FLOPs. */
GEN_API gen_status gen_moments_merge(gen_moments *moments, const gen_moments *other);

typedef struct gen_moments_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t is_exact;     /* 1: all rows were bytes, and no sum can have passed 2^53 */
  int64_t n_rows;       /* rows seen */
  int64_t n_features;
  int64_t n_directions; /* of a sketch; 0: all products */
  int64_t pass;         /* of a sketch: 1 with random directions, 2 with those found by one, ... */
} gen_moments_info_t;

GEN_API gen_status gen_moments_info(const gen_moments *moments, gen_moments_info_t *info_out);

/* mean_out: n_features. Before the first row: GEN_E_STATE. */
GEN_API gen_status gen_moments_mean(const gen_moments *moments, double *mean_out);

/* covariance_out: n_features x n_features, divisor n_rows - 1. Before two rows, and of a sketch:
 * GEN_E_STATE. */
GEN_API gen_status gen_moments_covariance(const gen_moments *moments, double *covariance_out);

/* The squared Frechet distance between the Gaussians of two such means and covariances; see
 * gen_evaluate_frechet. Before two rows each, and of a sketch: GEN_E_STATE. Other n_features:
 * GEN_E_MISMATCH. */
GEN_API gen_status gen_moments_frechet(const gen_moments *moments, const gen_moments *other,
                                       double *distance_out);

/* As for models, see Files: what another process needs to merge, little-endian. Rows of bytes give
 * the same file in whatever order they came. A bit that is not as it was written is a failure, in
 * the header (but in its own length) as in the numbers: both have a checksum. About
 * 4 * n_features^2 bytes, of a sketch 8 * n_features * n_directions, after a first pass 9. */
GEN_API gen_status gen_moments_save(const gen_moments *moments, const char *path);
GEN_API gen_status gen_moments_save_memory(const gen_moments *moments, void *bytes_out,
                                           int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_moments_load(const char *path, const gen_context *context,
                                    gen_moments **moments_out);
GEN_API gen_status gen_moments_load_memory(const void *bytes, int64_t byte_count,
                                           const gen_context *context, gen_moments **moments_out);

/* ---- Reservoir -------------------------------------------------------------------------------
 *
 * A uniform sample of at most `capacity` of the rows seen, without replacement, that merges: what
 * distances between rows need of data that lie apart (the kernel distance, precision and recall,
 * nearest neighbours), which no sums hold. Each row of the whole data has a number, and a random
 * key of that number and the seed; the rows of least keys are kept. So any parts, in any order,
 * merge to the same rows, bit for bit, as one pass over all; and while no more than capacity rows
 * were seen, to all of them. Memory: capacity * n_features floats, taken as rows come. */

typedef struct gen_reservoir gen_reservoir;

typedef struct gen_reservoir_options {
  uint32_t struct_size;
  int32_t reserved;
  int64_t n_features; /* numbers of a row, 1 ... 65,536 */
  int64_t capacity;   /* rows kept at most, 1 ... 2^31 - 1; 0: 10,000 */
  uint64_t seed;      /* parts to be merged need the same */
  const gen_context *context;
} gen_reservoir_options;

GEN_API gen_status gen_reservoir_options_init(gen_reservoir_options *options, uint32_t struct_size);
GEN_API gen_status gen_reservoir_create(const gen_reservoir_options *options,
                                        gen_reservoir **reservoir_out);
GEN_API void gen_reservoir_destroy(gen_reservoir *reservoir);

/* Shows it the rows of a dataset, or n_rows x n_features floats; first_row >= 0 is the number that
 * the first of them has in the whole data. Give each row its own number, once: that a part was
 * shown twice is noticed by merge alone. Returns also GEN_E_MISMATCH; GEN_E_NONFINITE, and then
 * earlier batches of a stream were added. */
GEN_API gen_status gen_reservoir_update(gen_reservoir *reservoir, const gen_dataset *dataset,
                                        int64_t first_row);
GEN_API gen_status gen_reservoir_update_rows(gen_reservoir *reservoir, const float *rows,
                                             int64_t n_rows, int64_t first_row);

/* Adds what other has seen, which is not changed. GEN_E_MISMATCH for other n_features, capacity or
 * seed, and for a row number that both have kept. */
GEN_API gen_status gen_reservoir_merge(gen_reservoir *reservoir, const gen_reservoir *other);

typedef struct gen_reservoir_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t reserved;
  int64_t n_rows; /* rows seen */
  int64_t n_kept; /* the smaller of n_rows and capacity */
  int64_t n_features;
  int64_t capacity;
} gen_reservoir_info_t;

GEN_API gen_status gen_reservoir_info(const gen_reservoir *reservoir,
                                      gen_reservoir_info_t *info_out);

/* The rows kept in the order of their numbers, n_kept x n_features, for gen_evaluate_..., and the
 * numbers, n_kept. Either may be NULL. */
GEN_API gen_status gen_reservoir_rows(const gen_reservoir *reservoir, float *rows_out,
                                      int64_t *numbers_out);

/* As for moments: about 4 * n_kept * n_features bytes. */
GEN_API gen_status gen_reservoir_save(const gen_reservoir *reservoir, const char *path);
GEN_API gen_status gen_reservoir_save_memory(const gen_reservoir *reservoir, void *bytes_out,
                                             int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_reservoir_load(const char *path, const gen_context *context,
                                      gen_reservoir **reservoir_out);
GEN_API gen_status gen_reservoir_load_memory(const void *bytes, int64_t byte_count,
                                             const gen_context *context,
                                             gen_reservoir **reservoir_out);

/* ---- Principal component analysis -----------------------------------------------------------
 *
 * The change of basis that puts the most variance into the first coordinates: the eigenvectors of
 * the covariance matrix, largest eigenvalue first (Shlens, "A tutorial on principal component
 * analysis", 2014). Each component's entry of largest magnitude is positive. Also the Gaussian
 * model of Tipping & Bishop ("Probabilistic principal component analysis", 1999), which gives rows
 * a likelihood and can be sampled. */

/* A model of any kind. */
typedef struct gen_model gen_model;

typedef gen_model gen_pca;

enum {
  GEN_PCA_AUTOMATIC = 0,  /* the Gram path when rows < columns, else the covariance path */
  GEN_PCA_COVARIANCE = 1, /* eigenvectors of the columns x columns covariance matrix */
  GEN_PCA_GRAM = 2,       /* eigenvectors of the rows x rows Gram matrix; all rows in memory */
  GEN_PCA_SKETCH = 3      /* nearly those of the covariance matrix, from its products with a few
                             directions: for more than about 4,000 columns and many rows */
};

typedef struct gen_pca_options {
  uint32_t struct_size;
  int32_t solver;        /* GEN_PCA_... */
  int64_t n_components;  /* 1 ... min(rows, columns); 0: as many as variance_ratio asks, else all */
  double variance_ratio; /* in (0, 1): the fewest components that explain at least this share. 0:
                            off */
  int32_t no_centering;  /* 1: the mean is taken to be zero */
  int32_t whiten;        /* 1: latents have unit variance */
  uint64_t seed; /* of iterative solvers' start, which rounding alone shows, and of a sketch */
  const gen_context *context;
  int64_t n_directions; /* SKETCH: n_components ... columns; 0: 2 * n_components + 16 */
  int32_t n_passes;     /* SKETCH: over the rows in gen_pca_fit, 1 ... 16; 0: 2 */
  int32_t reserved;
  const gen_comm *comm; /* gen_pca_fit fits to the rows of all ranks; NULL: to its own. The table is
                           copied, its user_data must outlive the PCA */
} gen_pca_options;

GEN_API gen_status gen_pca_options_init(gen_pca_options *options, uint32_t struct_size);
GEN_API gen_status gen_pca_create(const gen_pca_options *options, gen_pca **pca_out);

/* SKETCH gives the Nystrom approximation of the covariance matrix (Tropp, Yurtsever, Udell & Cevher
 * 2017). No variance is above the true one; total_variance and the mean are exact. With one pass
 * the variance missed is on average at most 1 + n_components / (n_directions - n_components - 1)
 * times what n_components components must miss; each further pass squares the ratio by which
 * smaller variances are suppressed. Memory and cost: gen_moments. variance_ratio needs n_directions
 * and counts among them. */

/* Fits to a dataset of at least two rows, exactly (SKETCH nearly); what was fitted before is
 * forgotten (also on GEN_E_CANCELLED, else kept on failure). Bytes, as in IDX files and images, are
 * summed in exact integers, and so are rows of more than 256 floats that are bytes / 255 (to the
 * last place), as images read by others are, in about half the time. Cost: rows * columns^2 FLOPs
 * and an eigenproblem. Returns also GEN_E_NONFINITE.
 *
 * With a comm, all ranks call gen_pca_fit, each with its rows, one at least, and the same options:
 * the statistics are summed (an all-reduce of n_features^2 / 2 doubles, of a sketch n_features *
 * n_directions a pass), rank 0 solves, and every rank has its bits. Of bytes they are those of a
 * fit to all rows on one machine, of floats within 1e-12 for any number of ranks. AUTOMATIC is
 * COVARIANCE, above 4,096 columns SKETCH where n_components is given; GRAM is GEN_E_UNSUPPORTED.
 * Other columns or options on one rank: GEN_E_MISMATCH on all; no rows on one: GEN_E_ARGUMENT on
 * all. The other functions, partial fits among them, are each rank's own. */
GEN_API gen_status gen_pca_fit(gen_pca *pca, const gen_dataset *dataset);

/* Adds rows to what was seen, in batches of any size, and gives exactly what one fit over all rows
 * would. The components are those of all rows so far from the next call that asks for them, which
 * solves the eigenproblem once. Memory: columns^2 doubles. Not for the Gram path: GEN_E_STATE.
 * SKETCH: one pass, and less memory. */
GEN_API gen_status gen_pca_partial_fit(gen_pca *pca, const gen_dataset *dataset);

/* Adds what another PCA of partial fits (or the covariance path) saw: fit parts on many machines,
 * merge, and get what one fit over all rows would give. other is not changed. */
GEN_API gen_status gen_pca_merge(gen_pca *pca, const gen_pca *other);

/* The same from moments: gather them anywhere, merge, and fit here; of a sketch AUTOMATIC and
 * SKETCH PCAs. Returns what merge returns. */
GEN_API gen_status gen_pca_merge_moments(gen_pca *pca, const gen_moments *moments);

typedef struct gen_pca_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t solver;       /* the path taken: GEN_PCA_COVARIANCE, GEN_PCA_GRAM or GEN_PCA_SKETCH */
  int64_t n_rows;       /* rows seen */
  int64_t n_features;   /* columns */
  int64_t n_components;
  double noise_variance; /* mean of the variances left out: the model's isotropic noise */
  double total_variance; /* of all columns together, divisor rows - 1 */
} gen_pca_info_t;

/* The rest need a fitted PCA: GEN_E_STATE before. */
GEN_API gen_status gen_pca_info(const gen_pca *pca, gen_pca_info_t *info_out);
GEN_API gen_status gen_pca_mean(const gen_pca *pca, float *mean_out); /* n_features */
GEN_API gen_status gen_pca_components(const gen_pca *pca,
                                      float *components_out); /* n_components x n_features */
GEN_API gen_status gen_pca_explained_variance(const gen_pca *pca,
                                              double *variance_out); /* n_components */
GEN_API gen_status gen_pca_explained_variance_ratio(const gen_pca *pca,
                                                    double *ratio_out); /* n_components */
GEN_API gen_status gen_pca_singular_values(const gen_pca *pca,
                                           double *values_out); /* n_components */

/* rows (n_rows x n_features) to latents (n_rows x n_components), and back. Where a row holds a NaN
 * or an infinity, so do its latents, beside GEN_E_NONFINITE: transform's output is then written. */
GEN_API gen_status gen_pca_transform(const gen_pca *pca, const float *rows, int64_t n_rows,
                                     float *latents_out);
GEN_API gen_status gen_pca_inverse_transform(const gen_pca *pca, const float *latents,
                                             int64_t n_rows, float *rows_out);

/* The nats of each row under the Gaussian model. likelihood_out: n_rows. GEN_E_STATE when the noise
 * variance is zero, unless all columns have a component and all components variance. */
GEN_API gen_status gen_pca_log_likelihood(const gen_pca *pca, const float *rows, int64_t n_rows,
                                          double *likelihood_out);

/* New rows from the Gaussian model; row i of a seed is the same for any n_rows.
 * with_noise: 0: the mean given a sampled latent; 1: with the isotropic noise too. */
GEN_API gen_status gen_pca_sample(const gen_pca *pca, int64_t n_rows, uint64_t seed,
                                  int32_t with_noise, float *rows_out);

/* ---- Networks: options shared by the models below ------------------------------------------- */

enum {
  GEN_ACTIVATION_DEFAULT = 0,
  GEN_ACTIVATION_IDENTITY = 1,
  GEN_ACTIVATION_RELU = 2,
  GEN_ACTIVATION_LEAKY_RELU = 3, /* slope 0.2 */
  GEN_ACTIVATION_SILU = 4,
  GEN_ACTIVATION_ELU = 5,
  GEN_ACTIVATION_TANH = 6,
  GEN_ACTIVATION_SIGMOID = 7
};

enum {
  GEN_INITIALIZER_DEFAULT = 0,        /* He for ReLU and its kin, Glorot else */
  GEN_INITIALIZER_HE = 1,             /* N(0, 2 / inputs) (He et al. 2015) */
  GEN_INITIALIZER_GLOROT = 2,         /* U(+-sqrt(6 / (inputs + outputs))) (Glorot & Bengio 2010) */
  GEN_INITIALIZER_FAN_IN_UNIFORM = 3, /* U(+-1 / sqrt(inputs)), weights and biases: PyTorch's */
  GEN_INITIALIZER_NORMAL_002 = 4      /* N(0, 0.02^2) (Radford et al. 2016) */
};

/* What networks are made of.
 *
 * CONVOLUTIONAL: DCGAN's stacks (Radford, Metz & Chintala 2016) for images of any size and 1 to 4
 * channels. `depth` levels halve the sides by 4 x 4 convolutions of stride 2, and double them by
 * transposed ones; the first level has base_channels channels and each further one twice as many.
 * Dense hidden layers, where there are any, lie behind the innermost level. A height or width that
 * is no multiple of 2^depth is GEN_E_ARGUMENT, whose message names the nearest.
 *
 * Labels, where a model has classes, are joined to the input of every layer as one-hot numbers, for
 * a convolution at every pixel: that is, each class has a bias of its own in every sum. Batch norm
 * then has no scale and shift. */
enum { GEN_ARCHITECTURE_DENSE = 0, GEN_ARCHITECTURE_CONVOLUTIONAL = 1 };

enum {
  GEN_OPTIMIZER_DEFAULT = 0, /* Adam */
  GEN_OPTIMIZER_SGD = 1,     /* with momentum beta1 */
  GEN_OPTIMIZER_RMSPROP = 2, /* squared gradients decay with beta2 */
  GEN_OPTIMIZER_ADAM = 3,    /* Kingma & Ba 2015 */
  GEN_OPTIMIZER_ADAMW = 4    /* Loshchilov & Hutter 2019: with weight_decay decoupled */
};

enum {
  GEN_SCHEDULE_CONSTANT = 0,
  GEN_SCHEDULE_STEP = 1,   /* times schedule_factor every schedule_period epochs */
  GEN_SCHEDULE_COSINE = 2, /* down to schedule_factor of the rate (0) along half a cosine */
  GEN_SCHEDULE_LINEAR = 3  /* down to schedule_factor of the rate (0) along a line */
};

typedef struct gen_fit_options {
  uint32_t struct_size;
  int32_t optimizer;       /* GEN_OPTIMIZER_... */
  int64_t epochs;          /* passes over the data, 1 ... 1,000,000; 0: 10 */
  int64_t batch_size;      /* rows of a step, 1 ... 65,536; 0: 128 */
  uint64_t seed;           /* of shuffling, noise, dropout and sampled latents */
  double learning_rate;    /* > 0; 0: 1e-3, for a GAN 2e-4 */
  double beta1;            /* [0, 1); 0: 0.9, for a GAN 0.5; negative: none */
  double beta2;            /* [0, 1); 0: 0.999, for RMSProp 0.99 */
  double epsilon;          /* > 0; 0: 1e-8 */
  double weight_decay;     /* >= 0 */
  int32_t schedule;        /* GEN_SCHEDULE_... */
  int32_t keep_best;       /* 1: end with the weights of the best validation epoch */
  double schedule_factor;  /* STEP: 0: 0.1. COSINE, LINEAR: the last rate over the first, 0 ... 1 */
  int64_t schedule_period; /* STEP: epochs; 0: 10 */
  int64_t schedule_epochs; /* COSINE, LINEAR: epochs spanned, from the model's first; 0: those of
                              this fit */
  double warm_up;   /* epochs during which the rate rises from 0, may be a fraction; a stream's
                       first pass, of unknown length, counts as one step */
  double clip_norm; /* gradients longer than this are scaled to it; 0: off */
  int64_t patience; /* stop when the validation loss has not fallen for so many epochs; 0: off */
  const gen_dataset *validation; /* measured after each epoch; NULL: none */
  gen_event_fn event;            /* NULL: nobody is told */
  void *user_data;
  gen_token *token;            /* NULL: none */
  const char *checkpoint_path; /* the fit is kept in this file as it goes; NULL: it is not */
  int64_t checkpoint_steps;    /* steps from one checkpoint to the next; 0: not counted */
  double checkpoint_seconds; /* seconds from one to the next; 0: not counted, or 60 where steps are
                                not either */
  int32_t resume;            /* 1: go on with the fit that was interrupted; see below */
  int32_t reserved;
  const gen_comm *comm; /* the ranks that fit the model together, see below; NULL: alone */
  int32_t shared_rows;  /* with comm: 1: every rank's dataset has the same rows, and each rank takes
                           its part of every batch; 0: each has rows of its own */
  int32_t reserved2;
} gen_fit_options;

GEN_API gen_status gen_fit_options_init(gen_fit_options *options, uint32_t struct_size);

/* All fits: the dataset's rows must have the model's shape (GEN_E_MISMATCH). Steps are prepared
 * before the first, so GEN_E_NOMEM comes early. A second fit goes on where the first ended, with
 * its optimizer state; two fits of 5 epochs give what one of 10 gives, under a constant schedule. A
 * fit that was stopped returns GEN_E_CANCELLED when by GEN_STOP_NOW or a token, GEN_OK when by
 * GEN_STOP_AFTER_EPOCH; the model is usable and can be fitted further.
 *
 * The numerical guard. A loss, gradient or weight that is no longer finite ends the fit with
 * GEN_E_NONFINITE, whose message names the step and the layer where it came up
 * first: "loss became nan in epoch 3, step 41 (step 1289 in all): first in layer decoder.2 (dense);
 * ...". The model is then as it was at the last checkpoint or the end of the last epoch, whichever
 * is later; no checkpoint ever holds such a number.
 *
 * Checkpoints. With a checkpoint_path the model is written there as gen_model_save of GEN_SAVE_ALL
 * would, and with it where the fit stands: every checkpoint_steps steps, every checkpoint_seconds
 * seconds, and when the fit ends or is stopped. Each is written whole or not at all. That the
 * folder can be written is checked before the first step (GEN_E_IO). A checkpoint that cannot be
 * written later, as on a full disk, leaves the one before it and is told as
 * GEN_WARNING_CHECKPOINT_NOT_WRITTEN; when it is the last one, the call returns GEN_E_IO, also for
 * a fit that was stopped, and the model is complete in memory. Cost: one write of about three times
 * the weights, flushed to the disk, while no step runs.
 *
 * Resuming. A fit that was stopped, or killed after a checkpoint, goes on with resume = 1 and gives
 * the bits that it would have given uninterrupted, also from within an epoch: on the model that was
 * stopped, on one loaded from a file saved after it was, or on a new one with the same options,
 * which takes over the file at checkpoint_path. When there is no such file, the fit begins; when
 * the fit has ended, nothing is left to do and the call returns GEN_OK. So a program that creates a
 * model and fits it with a checkpoint_path and resume = 1 can be killed and started again at any
 * time. All other options must be those of the fit that was interrupted, and the data the same rows
 * and labels: GEN_E_MISMATCH names what differs, as does a file of a model with other options. Rows
 * of a stream are read again and left out up to the place; their checksum must be the same, so the
 * stream must give the same rows in each pass and process. A model that was fitted but has no
 * record of a fit (saved with GEN_SAVE_WEIGHTS, or after GEN_E_NONFINITE): GEN_E_STATE.
 *
 * Many ranks. With a comm, every rank creates the same model and calls fit with the same options,
 * each with its own comm, dataset and validation. A step learns from batch_size rows of each rank:
 * gradients and row counts are added up over the ranks, divided once, and applied by each, so that
 * the models stay equal bit for bit; batch norm takes the moments of all rows, and the KL sparsity
 * of an autoencoder the means of its latents. Numbers are drawn by
 * the place of a row in the whole batch, so R ranks of B rows take the steps of one rank of R * B
 * rows, with other roundings: with shared_rows batch for batch. Without, each rank shuffles rows of
 * its own, the largest dataset makes the steps of an epoch, and smaller ones spread their rows
 * evenly over them. Every figure that events tell is of all ranks' rows; of checkpoint_path that of
 * rank 0 counts, and of a model that was fitted before, that of rank 0, which is sent to the others
 * first. Callbacks and tokens may stop the fit from any rank; all then stop after the same step.
 * Errors: options, models, kernels or kinds of data that differ: GEN_E_MISMATCH on every rank,
 * naming what. A rank with an error of its own (no dataset, memory): that error on every rank.
 * GEN_E_COMM: the model is at its last applied step, can be used, saved and resumed, and rank 0 has
 * written its checkpoint. Each step sums the gradients, 4 bytes of each parameter, and with batch
 * norm two numbers of each channel and pass, with KL sparsity one of each latent. */

/* ---- Models: what all kinds do --------------------------------------------------------------- */

/* "pca", "autoencoder", "vae", "gan" or "classifier"; NULL for a handle of no model. Static. */
GEN_API const char *gen_model_kind(const gen_model *model);

GEN_API void gen_model_destroy(gen_model *model);

/* What a model will need; see gen_model_plan. */
typedef struct gen_plan {
  uint32_t struct_size;  /* set it before the call */
  int64_t n_parameters;  /* trained numbers */
  int64_t peak_bytes;    /* while fitting with the given batch size, beside the data */
  int64_t flops_per_row; /* of one training step */
} gen_plan;

/* What a fit with batches of batch_size rows will need: autoencoder, vae, gan and classifier.
 * batch_size: 1 ... 65,536. */
GEN_API gen_status gen_model_plan(const gen_model *model, int64_t batch_size, gen_plan *plan_out);

typedef struct gen_model_info_t {
  uint32_t struct_size; /* set it before the call */
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t latent_size;
  int64_t n_parameters;
  int64_t n_epochs; /* fitted so far */
  int64_t n_steps;  /* optimizer steps so far */
  int64_t n_classes;
  int32_t architecture; /* GEN_ARCHITECTURE_... */
  int32_t reserved;
  int64_t n_epochs_left; /* that a fit with resume = 1 would do, the present one among them; 0: its
                            last fit has ended, or it has no record of one */
  int64_t n_features;    /* numbers of a row that gen_model_features writes; 0: it has none */
} gen_model_info_t;

/* The shape of rows, the size of latents, and how far the model was fitted. A pca tells its columns
 * as channels and its components as latent_size, and 0 for what only networks have; it must be
 * fitted (GEN_E_STATE). A classifier tells its n_features as latent_size, too. */
GEN_API gen_status gen_model_info(const gen_model *model, gen_model_info_t *info_out);

/* Fits to a dataset; see gen_fit_options, and gen_pca_fit for a pca. options: NULL for defaults; a
 * pca has none and takes NULL only. A dataset for a model with classes needs labels of 0 ...
 * n_classes - 1, and so does its validation set. A BERNOULLI vae needs rows in [0, 1], and batch
 * norm batches of two rows or more. Without: GEN_E_ARGUMENT. A classifier's loss is the
 * cross-entropy in nats. */
GEN_API gen_status gen_model_fit(gen_model *model, const gen_dataset *dataset,
                                 const gen_fit_options *options);

/* Each row through its latent and back: pca, autoencoder and vae. A vae takes the mean of the row's
 * Gaussian as the latent. rows, rows_out: n_rows x row floats. labels: n_rows; NULL for a model
 * without classes. */
GEN_API gen_status gen_model_reconstruct(const gen_model *model, const float *rows,
                                         const int32_t *labels, int64_t n_rows, float *rows_out);

/* Features of each row, to classify or compare rows by: gan and classifier. A classifier gives the
 * output of its last hidden layer. A CONVOLUTIONAL gan gives the output of every convolution of its
 * discriminator, the largest value in each cell of a 4 x 4 grid (Radford et al. 2016, section 5.1);
 * a DENSE one: GEN_E_STATE. labels: n_rows; NULL for a classifier and for a gan without classes.
 * features_out: n_rows x n_features, see gen_model_info_t. */
GEN_API gen_status gen_model_features(const gen_model *model, const float *rows,
                                      const int32_t *labels, int64_t n_rows, float *features_out);

enum {
  GEN_SAVE_ALL = 0,    /* weights, and what it takes to fit further as if never stopped */
  GEN_SAVE_WEIGHTS = 1 /* weights only: a third of the size */
};

/* ---- Autoencoder ----------------------------------------------------------------------------
 *
 * An encoder down to a small latent and a decoder back, trained to reconstruct (Hinton &
 * Salakhutdinov 2006); with a corruption, to restore clean rows from corrupted ones (a denoising
 * autoencoder, Vincent et al. 2008).
 *
 * Penalties stand beside the loss, which is summed over pixels and averaged over rows as they are:
 *
 *     loss + sparsity + contraction * ||dh/dx||^2,   h the latents,
 *
 * and hold back a code that may be larger than the row: a sparse autoencoder keeps most latents
 * small, a contractive one (Rifai et al. 2011) their derivatives, at the rows that the encoder
 * sees. */

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
  GEN_CORRUPTION_SALT_AND_PEPPER = 3 /* sets a share `amount` to 0 or 1, even odds */
};

/* Of latents h. KL counts each latent's mean over the batch, so that batches should be large: 100
 * rows and more. Latents that shall be zero need latent_activation ReLU. */
enum {
  GEN_SPARSITY_NONE = 0,
  GEN_SPARSITY_L1 = 1, /* weight * sum of |h| */
  GEN_SPARSITY_KL = 2  /* weight * sum of KL(target || mean of h), a coin's: needs latent_activation
                          sigmoid (Ng 2011) */
};

typedef struct gen_autoencoder_options {
  uint32_t struct_size;
  int32_t activation; /* of hidden layers; default SiLU */
  int64_t height;     /* of a row; 0 counts as 1, here and in the next two */
  int64_t width;
  int64_t channels;
  int64_t latent_size;           /* 1 ... 65,536; 0: 32 */
  const int64_t *hidden;         /* widths of the encoder's hidden layers, outermost first */
  int32_t n_hidden;              /* up to 16; 0: the default 512, 256, CONVOLUTIONAL: 256; negative:
                                    none */
  int32_t n_decoder_hidden;      /* up to 16; 0: the encoder's in reverse; negative: none */
  const int64_t *decoder_hidden; /* widths of the decoder's hidden layers, innermost first */
  int32_t latent_activation;     /* default identity */
  int32_t output_activation;     /* identity or sigmoid; default sigmoid */
  int32_t no_bias;          /* 1: layers without bias: with no hidden layers and identity, PCA */
  int32_t loss;             /* GEN_LOSS_...; CROSS_ENTROPY needs a sigmoid output */
  int32_t corruption;       /* GEN_CORRUPTION_... */
  int32_t initializer;      /* GEN_INITIALIZER_... */
  double corruption_amount; /* GAUSSIAN: deviation in (0, 10], 0: 0.5. Others: share in (0, 1), 0:
                               0.3 */
  double dropout;           /* share of hidden units dropped in training, [0, 1) */
  uint64_t seed;            /* of the initial weights */
  const gen_context *context;
  int32_t architecture;  /* GEN_ARCHITECTURE_... */
  int32_t depth;         /* CONVOLUTIONAL: levels, 1 ... 16; 0: until the smaller side is 4 ... 7 */
  int64_t base_channels; /* CONVOLUTIONAL: of the first level, 1 ... 4,096; 0: 32 */
  int32_t batch_norm;    /* CONVOLUTIONAL: 1: after all convolutions but the first and the last */
  int32_t pixel_bias;    /* 1: a bias for every pixel of the output, not one for every channel */
  int32_t skips; /* CONVOLUTIONAL: 1: levels of the encoder feed the decoder's: a U-Net (Ronneberger
                    et al. 2015) with a bottleneck of latent_size and no latents: encode and decode
                    return GEN_E_STATE. base_channels are those at full size; of hidden layers,
                    latent_activation, no_bias, dropout, batch_norm, pixel_bias, sparsity,
                    contraction and tied it has none */
  int32_t reserved;
  int32_t sparsity; /* GEN_SPARSITY_... */
  int32_t tied;     /* DENSE: 1: the decoder's weights are the encoder's, transposed: one tensor
                       that learns from both. decoder_hidden must be hidden in reverse, or the
                       default */
  double sparsity_weight; /* > 0; 0: 0.1 */
  double sparsity_target; /* KL: the mean that latents shall have, in (0, 1); 0: 0.05 */
  double contraction;     /* DENSE, without dropout: weight of the squared Frobenius norm of dh/dx;
                             0: none. Exact for an encoder of one layer (n_hidden -1). For a deeper
                             one an estimate without bias, |v J|^2 with one v of random signs for
                             each row and step (Hutchinson 1990), which costs about 5 passes of the
                             encoder beside the 3 of a step */
} gen_autoencoder_options;

GEN_API gen_status gen_autoencoder_options_init(gen_autoencoder_options *options,
                                                uint32_t struct_size);
GEN_API gen_status gen_autoencoder_create(const gen_autoencoder_options *options,
                                          gen_autoencoder **autoencoder_out);

/* rows (n_rows x row floats) to latents (n_rows x latent_size), and back. */
GEN_API gen_status gen_autoencoder_encode(const gen_autoencoder *autoencoder, const float *rows,
                                          int64_t n_rows, float *latents_out);
GEN_API gen_status gen_autoencoder_decode(const gen_autoencoder *autoencoder, const float *latents,
                                          int64_t n_rows, float *rows_out);

/* Clean rows from corrupted ones: gen_model_reconstruct by its name for a denoising autoencoder.
 * One that was made without a corruption: GEN_E_STATE. */
GEN_API gen_status gen_autoencoder_denoise(const gen_autoencoder *autoencoder, const float *rows,
                                           int64_t n_rows, float *rows_out);

/* ||dh/dx||^2, the squared Frobenius norm of the latents' derivatives by the row, at each row:
 * exactly what `contraction` weighs, of any autoencoder with latents. norms_out: n_rows.
 * Cost: n_rows * latent_size passes back through the encoder, or 1 pass for one dense layer. */
GEN_API gen_status gen_autoencoder_jacobian_norm(const gen_autoencoder *autoencoder,
                                                 const float *rows, int64_t n_rows,
                                                 double *norms_out);

/* Corrupts rows as a denoising autoencoder's training does. corruption, amount: as in the options.
 * Row i of a seed is corrupted the same way for any n_rows. */
GEN_API gen_status gen_rows_corrupt(const float *rows, int64_t n_rows, int64_t row_size,
                                    int32_t corruption, double amount, uint64_t seed,
                                    float *rows_out);

/* ---- Variational autoencoder ----------------------------------------------------------------
 *
 * Kingma & Welling, "Auto-encoding variational Bayes" (2014): an encoder that gives each row a
 * Gaussian q(z|x) = N(mean, exp(log_variance)), a decoder p(x|z), and the loss
 *
 *     C * reconstruction + beta * KL(q(z|x) || N(0, I)),   reconstruction = -log p(x|z), in nats,
 *
 * summed over pixels and averaged over rows, so that C = beta = 1 is the negative of the true
 * bound. Gradients pass through z = mean + exp(log_variance / 2) * e with e from N(0, I).
 *
 * With importance_samples K > 1 it is an importance-weighted autoencoder (Burda et al. 2016): the
 * loss is the negative of a tighter bound from K latents of each row,
 *
 *     -log 1/K sum exp(-C * reconstruction + beta * (log p(z) - log q(z|x))),
 *
 * whose posterior q(z|x) serves the bound, not the single latent. Reconstruction and kl are still
 * told, as they would be of a VAE. Inference is the same. */

typedef gen_model gen_vae;

enum {
  GEN_LIKELIHOOD_BERNOULLI = 0, /* cross-entropy of pixels in [0, 1] */
  GEN_LIKELIHOOD_GAUSSIAN = 1   /* N(decoder's mean, variance) */
};

enum {
  GEN_KL_CONSTANT = 0,
  GEN_KL_LINEAR = 1, /* beta rises from 0 over kl_epochs, then stays */
  GEN_KL_CYCLIC = 2 /* every kl_epochs: beta rises during the first half, stays during the second */
};

typedef struct gen_vae_options {
  uint32_t struct_size;
  int32_t activation; /* of hidden layers; default ReLU, CONVOLUTIONAL: SiLU */
  int64_t height;     /* of a row; 0 counts as 1, here and in the next two */
  int64_t width;
  int64_t channels;
  int64_t latent_size;      /* 1 ... 65,536; 0: 20 */
  const int64_t *hidden;    /* widths of the encoder's hidden layers, outermost first */
  int32_t n_hidden;         /* up to 16; 0: the default 400, CONVOLUTIONAL: 256; negative: none */
  int32_t n_decoder_hidden; /* up to 16; 0: the encoder's in reverse; negative: none */
  const int64_t *decoder_hidden; /* widths of the decoder's hidden layers, innermost first */
  int32_t likelihood;            /* GEN_LIKELIHOOD_... */
  int32_t initializer;           /* GEN_INITIALIZER_... */
  double variance;               /* GAUSSIAN: > 0; 0: one variance for all pixels, learned */
  int32_t output_activation;     /* GAUSSIAN: of the mean, identity or sigmoid; default sigmoid */
  int32_t binarize;              /* BERNOULLI: 1: pixels are flipped as coins, anew at each step */
  double reconstruction_weight;  /* C, > 0; 0: 1 */
  double beta;         /* weight of the KL term, > 0; 0: 1; negative: none. Only C / beta moves
                          the optimum: beta = b is C = 1 / b and a rate b times as large */
  int32_t kl_schedule; /* GEN_KL_... */
  int32_t reserved;
  double kl_epochs; /* see GEN_KL_...; 0: 10 */
  double dropout;   /* share of hidden units dropped in training, [0, 1) */
  uint64_t seed;    /* of the initial weights */
  const gen_context *context;
  int32_t architecture;  /* GEN_ARCHITECTURE_... */
  int32_t depth;         /* CONVOLUTIONAL: levels, 1 ... 16; 0: until the smaller side is 4 ... 7 */
  int64_t base_channels; /* CONVOLUTIONAL: of the first level, 1 ... 4,096; 0: 32 */
  int32_t batch_norm;    /* CONVOLUTIONAL: 1: after all convolutions but the first and the last */
  int32_t pixel_bias;    /* 1: a bias for every pixel of the output, not one for every channel */
  int64_t n_classes;     /* labels joined to every layer, up to 4,096; 0: none */
  int64_t importance_samples; /* K, latents for each row, 1 ... 10,000; 0: 1. A step's decoder has
                                 batch_size * K rows, in time and in memory */
} gen_vae_options;

GEN_API gen_status gen_vae_options_init(gen_vae_options *options, uint32_t struct_size);
GEN_API gen_status gen_vae_create(const gen_vae_options *options, gen_vae **vae_out);

/* The Gaussian of each row. rows: n_rows x row floats. labels: n_rows, see Labels above; NULL for a
 * model without classes, here and below. mean_out, log_variance_out: n_rows x latent_size; either
 * may be NULL. */
GEN_API gen_status gen_vae_encode(const gen_vae *vae, const float *rows, const int32_t *labels,
                                  int64_t n_rows, float *mean_out, float *log_variance_out);

/* One latent of each row's Gaussian: mean + deviation * e. latents_out: n_rows x latent_size. */
GEN_API gen_status gen_vae_encode_sample(const gen_vae *vae, const float *rows,
                                         const int32_t *labels, int64_t n_rows, uint64_t seed,
                                         float *latents_out);

/* The mean of p(x|z) for given latents (n_rows x latent_size). rows_out: n_rows x row floats. */
GEN_API gen_status gen_vae_decode(const gen_vae *vae, const float *latents, const int32_t *labels,
                                  int64_t n_rows, float *rows_out);

/* New rows: latents from N(0, I), decoded. labels: NULL for a model with classes draws them evenly,
 * by the seed. Row i of a seed is the same for any n_rows. rows_out: n_rows x row floats. */
GEN_API gen_status gen_vae_sample(const gen_vae *vae, const int32_t *labels, int64_t n_rows,
                                  uint64_t seed, float *rows_out);

/* The two terms of the bound of each row, in nats: log p(x) >= -(reconstruction + kl).
 * n_samples: latents drawn per row, 1 ... 1,000,000, over which the reconstruction is averaged.
 * reconstruction_out, kl_out: n_rows; either may be NULL. */
GEN_API gen_status gen_vae_elbo(const gen_vae *vae, const float *rows, const int32_t *labels,
                                int64_t n_rows, int64_t n_samples, uint64_t seed,
                                double *reconstruction_out, double *kl_out);

/* The log-likelihood of each row, in nats, estimated by importance sampling (Burda et al. 2016):
 * log 1/K sum p(x|z) p(z) / q(z|x) over K = n_samples latents of q(z|x), 1 ... 1,000,000. K = 1 is
 * the bound itself, drawn; the mean grows with K towards log p(x): compare figures of equal K. Of
 * BERNOULLI it is a likelihood only for pixels of 0 and 1, see gen_rows_binarize. Row i of a seed
 * is the same for any n_rows. likelihood_out: n_rows; their standard error is the mean's. Cost:
 * n_rows * n_samples passes of the decoder. */
GEN_API gen_status gen_vae_log_likelihood(const gen_vae *vae, const float *rows,
                                          const int32_t *labels, int64_t n_rows, int64_t n_samples,
                                          uint64_t seed, double *likelihood_out);

/* Gray rows in [0, 1] as coin flips: an element becomes 1 with its value as probability, else 0.
 * Row i of a seed is the same for any n_rows. rows_out: n_rows x row_size; may be rows itself. */
GEN_API gen_status gen_rows_binarize(const float *rows, int64_t n_rows, int64_t row_size,
                                     uint64_t seed, float *rows_out);

/* Decoded latents on a grid: two latents run through the quantiles 0.5 / n ... 1 - 0.5 / n of N(0,
 * 1), the others are 0 (Kingma & Welling, figure 4). latent_x runs along columns, latent_y down
 * rows; they differ, and each is below latent_size. images_out: n_grid_rows * n_grid_columns rows.
 */
GEN_API gen_status gen_vae_manifold(const gen_vae *vae, int64_t latent_x, int64_t latent_y,
                                    int64_t n_grid_rows, int64_t n_grid_columns, float *images_out);

/* ---- Generative adversarial network ---------------------------------------------------------
 *
 * Goodfellow et al., "Generative adversarial nets" (2014): a generator G turns latents into rows, a
 * discriminator D tells them from real ones, and they play
 *
 *     min over G, max over D:  E log D(x) + E log(1 - D(G(z))).
 */

typedef gen_model gen_gan;

enum {
  GEN_OBJECTIVE_NON_SATURATING = 0, /* G maximises log D(G(z)) */
  GEN_OBJECTIVE_MINIMAX = 1         /* G minimises log(1 - D(G(z))), the game as written */
};

enum { GEN_LATENT_NORMAL = 0, GEN_LATENT_UNIFORM = 1 /* in [-1, 1) */ };

/* Which of a GAN's two generators. */
enum { GEN_GENERATOR_AVERAGE = 0, GEN_GENERATOR_LAST = 1 };

typedef struct gen_gan_options {
  uint32_t struct_size;
  int32_t generator_activation; /* default ReLU */
  int64_t height;               /* of a row; 0 counts as 1, here and in the next two */
  int64_t width;
  int64_t channels;
  int64_t latent_size;                 /* 1 ... 65,536; 0: 64, CONVOLUTIONAL: 100 */
  const int64_t *generator_hidden;     /* widths, from the latent on; default 256, 512,
                                          CONVOLUTIONAL: none */
  const int64_t *discriminator_hidden; /* widths, from the row on; default 512, 256,
                                          CONVOLUTIONAL: none */
  int32_t n_generator_hidden;          /* up to 16; 0: the default; negative: none */
  int32_t n_discriminator_hidden;      /* up to 16; 0: the default; negative: none */
  int32_t discriminator_activation;    /* default leaky ReLU */
  int32_t output_activation;           /* sigmoid: rows in [0, 1]; tanh: the same, worked out in
                                          [-1, 1]; identity: any rows. Default sigmoid,
                                          CONVOLUTIONAL: tanh */
  int32_t latent;                      /* GEN_LATENT_... */
  int32_t objective;                   /* GEN_OBJECTIVE_... */
  int32_t discriminator_steps;         /* k, steps of D for each of G, on the same real rows and new
                                          latents, 1 ... 100; 0: 1 */
  int32_t no_batch_norm;               /* 1: none in the generator's hidden layers */
  int32_t discriminator_batch_norm;    /* 1: in the discriminator's hidden layers but the first;
                                          negative: none; 0: 1 where CONVOLUTIONAL and without
                                          spectral_norm */
  int32_t initializer;   /* GEN_INITIALIZER_...; default of CONVOLUTIONAL: NORMAL_002 */
  int32_t no_mean_start; /* 1: G does not start out at the data's mean row, as a DENSE one does */
  int32_t reserved;
  double label_smoothing; /* real rows count as 1 - this, [0, 0.5] (Salimans et al. 2016) */
  double dropout;         /* in the discriminator's hidden layers, [0, 1) */
  double input_noise;     /* deviation of noise added to D's input, >= 0 */
  double average_decay;   /* of the generator's moving average over the steps so far, (0, 1); 0:
                             0.999; negative: off */
  uint64_t seed;          /* of the initial weights */
  const gen_context *context;
  int32_t architecture;  /* GEN_ARCHITECTURE_... */
  int32_t depth;         /* CONVOLUTIONAL: levels, 1 ... 16; 0: until the smaller side is 4 ... 7 */
  int64_t base_channels; /* CONVOLUTIONAL: of the first level, 1 ... 4,096; 0: 64 */
  int32_t spectral_norm; /* 1: in all of D, in place of its batch norm (Miyato et al. 2018) */
  int32_t reserved2;
  int64_t n_classes; /* labels joined to every layer of both, up to 4,096; 0: none */
} gen_gan_options;

GEN_API gen_status gen_gan_options_init(gen_gan_options *options, uint32_t struct_size);
GEN_API gen_status gen_gan_create(const gen_gan_options *options, gen_gan **gan_out);

/* New rows: latents drawn and generated by the averaged generator. labels: n_rows, see Labels
 * above; NULL for a model with classes draws them evenly, by the seed. Row i of a seed is the same
 * for any n_rows. rows_out: n_rows x row floats. */
GEN_API gen_status gen_gan_sample(const gen_gan *gan, const int32_t *labels, int64_t n_rows,
                                  uint64_t seed, float *rows_out);

/* The latents gen_gan_sample uses. latents_out: n_rows x latent_size. */
GEN_API gen_status gen_gan_latents(const gen_gan *gan, int64_t n_rows, uint64_t seed,
                                   float *latents_out);

/* Rows of given latents. labels: NULL for a model without classes, here and below. generator:
 * GEN_GENERATOR_.... */
GEN_API gen_status gen_gan_generate(const gen_gan *gan, const float *latents, const int32_t *labels,
                                    int64_t n_rows, int32_t generator, float *rows_out);

/* D of each row: how likely it is real. probability_out: n_rows, in [0, 1]. */
GEN_API gen_status gen_gan_discriminate(const gen_gan *gan, const float *rows,
                                        const int32_t *labels, int64_t n_rows,
                                        float *probability_out);

/* ---- Classifier ------------------------------------------------------------------------------
 *
 * A network that tells classes apart, for what it sees in rows: its last hidden layer gives
 * features to compare generated rows with real ones by, where no outside network is at hand, and
 * its classes tell what was generated. On pictures of clothes or digits a CONVOLUTIONAL one takes
 * LeNet-5's part (LeCun et al. 1998). */

typedef gen_model gen_classifier;

typedef struct gen_classifier_options {
  uint32_t struct_size;
  int32_t activation; /* of hidden layers; default ReLU */
  int64_t height;     /* of a row; 0 counts as 1, here and in the next two */
  int64_t width;
  int64_t channels;
  int64_t n_classes;     /* 2 ... 4,096 */
  const int64_t *hidden; /* widths of hidden layers; the last one's outputs are the features */
  int32_t n_hidden;      /* up to 16; 0: the default 256, 84, CONVOLUTIONAL: 84; not negative */
  int32_t initializer;   /* GEN_INITIALIZER_... */
  double dropout;        /* share of hidden units dropped in training, [0, 1) */
  uint64_t seed;         /* of the initial weights */
  const gen_context *context;
  int32_t architecture;  /* GEN_ARCHITECTURE_... */
  int32_t depth;         /* CONVOLUTIONAL: levels, 1 ... 16; 0: until the smaller side is 4 ... 7 */
  int64_t base_channels; /* CONVOLUTIONAL: of the first level, 1 ... 4,096; 0: 32 */
  int32_t batch_norm;    /* CONVOLUTIONAL: 1: after all convolutions but the first */
  int32_t reserved;
} gen_classifier_options;

GEN_API gen_status gen_classifier_options_init(gen_classifier_options *options,
                                               uint32_t struct_size);
GEN_API gen_status gen_classifier_create(const gen_classifier_options *options,
                                         gen_classifier **classifier_out);
/* The likeliest class of each row, and the probabilities of all. labels_out: n_rows;
 * probabilities_out: n_rows x n_classes; either may be NULL. */
GEN_API gen_status gen_classifier_predict(const gen_classifier *classifier, const float *rows,
                                          int64_t n_rows, int32_t *labels_out,
                                          float *probabilities_out);

/* ---- Flat gradients: steps in the host's hands ----------------------------------------------- */

/* A trainer does the steps of a fit in pieces, for hosts that join machines in their own way: it
 * hands out each network's gradient as one array, the host adds it up, and the trainer applies it.
 * A step:
 *
 *     gen_trainer_begin(trainer, rows, NULL, n_rows, first_row, 0, 0);
 *     for (more = 1; more;) {
 *       for (network = 0; network < n_networks; network++) {
 *         gen_trainer_gradient(trainer, network, &gradient);
 *         if (gradient) add_up(gradient, n_parameters[network]);
 *       }
 *       gen_trainer_apply(trainer, rows_of_all, &more);
 *     }
 *
 * Models that began alike and apply the same sums stay alike bit for bit. The model, which must
 * outlive the calls, is a trainer's own during each call and may be used between them, but not be
 * fitted: GEN_E_STATE. Batch norm takes the moments of the trainer's own rows, KL sparsity their
 * means. */
typedef struct gen_trainer gen_trainer;

/* options: as of fits; batch_size is the most rows of a step. The optimizer and its numbers,
 * clip_norm, seed and learning_rate count; schedules, validation, callbacks and checkpoints are the
 * host's, and a comm is GEN_E_ARGUMENT. The networks are 0, encoder or generator, and 1, decoder or
 * discriminator; a classifier's one is 0. A pca: GEN_E_UNSUPPORTED. A dense GAN does not start at
 * the data's mean, which a trainer does not see. */
GEN_API gen_status gen_trainer_create(gen_model *model, const gen_fit_options *options,
                                      gen_trainer **trainer_out);
GEN_API void gen_trainer_destroy(gen_trainer *trainer);

/* How many networks there are, and of one the trained numbers, and those it keeps beside them, such
 * as running means. Each output may be NULL. */
GEN_API gen_status gen_trainer_size(gen_trainer *trainer, int32_t network, int32_t *n_networks_out,
                                    int64_t *n_parameters_out, int64_t *n_statistics_out);

/* Begins a step, giving up one that is not over: computes the gradients of the first turn. rows:
 * n_rows x row floats, n_rows 1 ... batch_size, copied. labels: n_rows, of a conditional model,
 * else NULL. first_row: the place of the first row in the batch that all hosts share, by which
 * random numbers are drawn: 0 ... 2^31. epoch: epochs passed, for what a VAE's KL weight comes up
 * by. learning_rate: of this step; 0: that of the options. GEN_E_NONFINITE: a loss is not finite,
 * the parameters are as they were. Cost: as a step of a fit. */
GEN_API gen_status gen_trainer_begin(gen_trainer *trainer, const float *rows, const int32_t *labels,
                                     int64_t n_rows, int64_t first_row, double epoch,
                                     double learning_rate);

/* The gradient of a network in the present turn: n_parameters floats, sums over the rows, of the
 * trainer's memory, to be changed in place until gen_trainer_apply; NULL when it does not learn in
 * this turn. In a step of an autoencoder or a VAE both networks learn in one turn; in a GAN's,
 * network 1 in each of discriminator_steps turns, then network 0. No step has begun: GEN_E_STATE.
 */
GEN_API gen_status gen_trainer_gradient(gen_trainer *trainer, int32_t network,
                                        float **gradient_out);

/* Divides the gradients by n_rows, the rows that they are sums over, clips and applies them.
 * more_out: 1 when the step has another turn, whose gradients are then there; 0 when it is over;
 * may be NULL. GEN_E_NONFINITE: a gradient is not finite, or a loss of the next turn; the step is
 * given up, what was applied stays. */
GEN_API gen_status gen_trainer_apply(gen_trainer *trainer, double n_rows, int32_t *more_out);

/* The losses, scores and norms of the step, as an event's, of the trainer's own rows. event_out:
 * set its struct_size. */
GEN_API gen_status gen_trainer_figures(gen_trainer *trainer, gen_event *event_out);

/* A network's parameters, then its statistics, as one array: n_parameters + n_statistics floats, in
 * a checkpoint's order. Setting them: not finite: GEN_E_NONFINITE, the model as it was. The moving
 * average of a GAN's generator is its own. */
GEN_API gen_status gen_trainer_parameters(gen_trainer *trainer, int32_t network,
                                          float *parameters_out);
GEN_API gen_status gen_trainer_set_parameters(gen_trainer *trainer, int32_t network,
                                              const float *parameters);

/* ---- Latents ---------------------------------------------------------------------------------
 *
 * Tools on latents as VAEs, GANs and autoencoders take them: arrays of n x latent_size floats, to
 * be turned into rows by gen_vae_decode, gen_gan_generate or gen_autoencoder_decode. Latents must
 * be finite (GEN_E_NONFINITE); latent_size is 1 ... 65,536, n_steps at most 1,000,000. */

enum {
  GEN_CURVE_LINEAR = 0,   /* straight */
  GEN_CURVE_SPHERICAL = 1 /* on the sphere, where N(0, I) has its mass (White 2016) */
};

/* A walk from one latent to another in n_steps >= 2 steps, both ends included and exact. SPHERICAL:
 * the direction turns evenly along the great circle, the length goes evenly; latents of one
 * direction, or of length zero, are joined by the straight line, opposite ones by a half circle.
 * latents_out: n_steps x latent_size. */
GEN_API gen_status gen_latents_interpolate(const float *first, const float *last,
                                           int64_t latent_size, int64_t n_steps, int32_t curve,
                                           float *latents_out);

/* A closed walk without corners through n_latents >= 2 latents and back to the first: a closed
 * Catmull-Rom spline, for SPHERICAL brought to the length that the same spline of the latents'
 * lengths has. n_steps >= 1: from one latent to the next. latents_out: n_latents * n_steps x
 * latent_size; row k * n_steps is latent k, and after the last row comes row 0. */
GEN_API gen_status gen_latents_loop(const float *latents, int64_t n_latents, int64_t latent_size,
                                    int64_t n_steps, int32_t curve, float *latents_out);

/* What each latent does: one after the other runs from -range to range, all others at the base.
 * base: latent_size floats; NULL: zero. axes: the numbers of the n_axes latents that vary; NULL
 * with n_axes 0: all. range: 0 ... 1e6, in units of deviations: latent_size floats; NULL: of 1.
 * n_steps: >= 2. latents_out: n_axes * n_steps x latent_size, an axis after the other. */
GEN_API gen_status gen_latents_traverse(const float *base, int64_t latent_size, const int64_t *axes,
                                        int64_t n_axes, const float *deviations, double range,
                                        int64_t n_steps, float *latents_out);

/* Each of n_rows latents moved along a direction until its projection on it, latent . direction /
 * |direction|, runs from low to high (+-1e6) in n_steps >= 2 steps; what is across the direction
 * stays. latents_out: n_rows * n_steps x latent_size, a latent after the other. A direction of
 * length zero: GEN_E_ARGUMENT. */
GEN_API gen_status gen_latents_move(const float *latents, int64_t n_rows, int64_t latent_size,
                                    const float *direction, double low, double high,
                                    int64_t n_steps, float *latents_out);

enum {
  GEN_DIRECTION_REGRESSION = 0, /* slopes of the least-squares line; latent_size at most 4,096 */
  GEN_DIRECTION_MEANS = 1       /* from the mean of rows without to the mean of rows with */
};

typedef struct gen_direction_options {
  uint32_t struct_size;
  int32_t method;      /* GEN_DIRECTION_... */
  const float *others; /* n_others x latent_size directions to leave alone: the result is orthogonal
                          to them; NULL: none */
  int64_t n_others;    /* 0 ... 4,096 */
  double ridge; /* REGRESSION: this share of the latents' mean variance is added to each, which
                   keeps unused latents out, (0, 1e6]; 0: 1e-3; negative: none */
} gen_direction_options;

GEN_API gen_status gen_direction_options_init(gen_direction_options *options, uint32_t struct_size);

typedef struct gen_direction_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t reserved;
  double correlation; /* of the rows' projections with the attribute, -1 ... 1 */
  double low;         /* the projection where the attribute is least, on a least-squares line: */
  double high;        /* and greatest; of a 0-or-1 label, the mean of the zeros and of the ones */
  double mean;        /* of the projections, */
  double deviation;   /* and their standard deviation */
} gen_direction_info_t;

/* The direction in which an attribute grows, from n_rows >= 2 latents whose attribute is known: a
 * 0-or-1 label or any factor. For MEANS, rows above the middle of the attribute's range have it.
 * attribute: n_rows. direction_out: latent_size floats of length 1, to give to gen_latents_move
 * with info's low and high. info_out: NULL: not wanted. GEN_E_ARGUMENT when the attribute is the
 * same in all rows, or no direction is left by the others. Cost: REGRESSION n_rows * latent_size^2
 * + latent_size^3 / 3 FLOPs. */
GEN_API gen_status gen_latents_direction(const float *latents, int64_t n_rows, int64_t latent_size,
                                         const float *attribute,
                                         const gen_direction_options *options, float *direction_out,
                                         gen_direction_info_t *info_out);

/* The same from moments of rows [latent | attributes], n_features = latent_size + n_attributes
 * numbers, that were gathered anywhere and merged: what the rows themselves give, to rounding.
 * attribute: which of the n_attributes, from 0. least, greatest: its range. MEANS needs an
 * attribute with these two values alone (a label of 0 and 1). direction_out: latent_size.
 * GEN_E_STATE of a sketch, or before two rows. */
GEN_API gen_status gen_moments_direction(const gen_moments *moments, int64_t n_attributes,
                                         int64_t attribute, double least, double greatest,
                                         const gen_direction_options *options, float *direction_out,
                                         gen_direction_info_t *info_out);

/* Mean of A - mean of B + mean of C (Radford et al. 2016): smiling women - women + men.
 * a, b, c: n x latent_size, n >= 1 each. latent_out: latent_size. */
GEN_API gen_status gen_latents_combine(const float *a, int64_t n_a, const float *b, int64_t n_b,
                                       const float *c, int64_t n_c, int64_t latent_size,
                                       float *latent_out);

/* Latents of N(0, I), those that gen_vae_sample of the same seed decodes. truncation: elements
 * of a magnitude beyond it are drawn again (Brock et al. 2019): rows become more typical and more
 * alike; 0.01 or more, 0: none. Row i of a seed is the same for any n_rows. latents_out: n_rows x
 * latent_size. */
GEN_API gen_status gen_latents_sample(int64_t n_rows, int64_t latent_size, double truncation,
                                      uint64_t seed, float *latents_out);

typedef struct gen_invert_options {
  uint32_t struct_size;
  int32_t generator; /* GAN: GEN_GENERATOR_... */
  int64_t n_steps;   /* of Adam, 1 ... 1,000,000; 0: 200 */
  int64_t n_starts;  /* descents of each row, of which the best counts, 1 ... 10,000; 0: 1 */
  uint64_t seed;     /* of the starts after the first, which are drawn as the model's latents are */
  double learning_rate; /* at first, falling to zero along half a cosine; > 0; 0: 0.05 */
  double prior_weight;  /* of |latent|^2 / 2 beside the squared error, >= 0 */
  const float *start; /* the first start, n_rows x latent_size; NULL: VAE: the encoder's mean, GAN:
                         0 */
  gen_event_fn event; /* told of steps, and, as an epoch, of the end of each start; reconstruction
                         is the mean squared error. NULL: nobody is told */
  void *user_data;
  gen_token *token; /* NULL: none */
} gen_invert_options;

GEN_API gen_status gen_invert_options_init(gen_invert_options *options, uint32_t struct_size);

/* The latents whose rows come nearest to given ones, by gradient descent through the fixed model:
 *
 *     minimise over z:  |G(z) - x|^2 + prior_weight |z|^2 / 2.
 *
 * rows: n_rows x row floats. latents_out: n_rows x latent_size, of each row the best that any step
 * came by. error_out: n_rows, |G(z) - x|^2 summed over the row. Either may be NULL. Rows do not
 * meet: row i is the same for any n_rows. Uniform latents stay in [-1, 1]. vae and gan. Returns
 * also GEN_E_CANCELLED (GEN_STOP_NOW, a token; outputs untouched; GEN_STOP_AFTER_EPOCH ends with
 * the starts so far), GEN_E_NONFINITE (a learning_rate too large), GEN_E_UNSUPPORTED (a model with
 * classes). Cost: n_rows * n_starts * n_steps forward and backward passes. */
GEN_API gen_status gen_model_invert(const gen_model *model, const float *rows, int64_t n_rows,
                                    const gen_invert_options *options, float *latents_out,
                                    float *error_out);

/* ---- Mixtures ----------------------------------------------------------------------------------
 *
 * A density of rows, sum over k of w_k N(x; mean_k, covariance_k), fitted by expectation and
 * maximisation (Dempster, Laird & Rubin 1977) from k-means' clusters, in double precision. Of a
 * fitted model's latents it is one to draw new rows from (Ghosh et al. 2020): for an autoencoder,
 * which has none, and for a VAE or PCA whose latents are not quite N(0, I). */

typedef struct gen_mixture gen_mixture;

enum { GEN_COVARIANCE_FULL = 0, GEN_COVARIANCE_DIAGONAL = 1 };

typedef struct gen_mixture_options {
  uint32_t struct_size;
  int32_t covariance;     /* GEN_COVARIANCE_... */
  int64_t n_components;   /* 1 ... 4,096; 0: 10 */
  int64_t n_starts;       /* fits, of which the likeliest counts, 1 ... 1,000; 0: 1 */
  int64_t max_iterations; /* of a fit, 1 ... 1,000,000; 0: 200 */
  double tolerance;       /* ends when a row's mean likelihood gains less, in nats; 0: 1e-3 */
  double regularization;  /* added to each variance, up to 1e30; 0: 1e-6; negative: none */
  uint64_t seed;          /* of the starts, and of the latents drawn for a VAE */
} gen_mixture_options;

GEN_API gen_status gen_mixture_options_init(gen_mixture_options *options, uint32_t struct_size);

/* A mixture fitted to all rows of a dataset, which must be at least n_components. It never changes.
 * options: NULL for defaults. context: NULL for the default. GEN_E_NONFINITE: a covariance without
 * volume, whose rows are too few or lie in a subspace. Cost: 4 * rows * n_components * row floats^2
 * FLOPs an iteration; DIAGONAL: row floats. */
GEN_API gen_status gen_mixture_fit(const gen_dataset *dataset, const gen_mixture_options *options,
                                   const gen_context *context, gen_mixture **mixture_out);
GEN_API void gen_mixture_destroy(gen_mixture *mixture);

typedef struct gen_mixture_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t covariance;   /* GEN_COVARIANCE_... */
  int64_t n_components;
  int64_t n_features;
  int64_t n_rows; /* it was fitted to */
  int64_t n_iterations;
  double log_likelihood; /* of those rows, the mean in nats */
  int32_t converged;     /* 1: within the tolerance; 0: max_iterations came first */
  int32_t reserved;
} gen_mixture_info_t;

GEN_API gen_status gen_mixture_info(const gen_mixture *mixture, gen_mixture_info_t *info_out);

/* weights_out: n_components, their sum 1; means_out: n_components x n_features; covariances_out:
 * n_components x n_features x n_features, DIAGONAL: n_components x n_features variances. Each may
 * be NULL. */
GEN_API gen_status gen_mixture_parameters(const gen_mixture *mixture, double *weights_out,
                                          double *means_out, double *covariances_out);

/* log p of each row, in nats. rows: n_rows x n_features. likelihood_out: n_rows. */
GEN_API gen_status gen_mixture_log_likelihood(const gen_mixture *mixture, const float *rows,
                                              int64_t n_rows, double *likelihood_out);

/* The likeliest component of each row, and the probabilities of all given the row. labels_out:
 * n_rows; probabilities_out: n_rows x n_components; either may be NULL. */
GEN_API gen_status gen_mixture_predict(const gen_mixture *mixture, const float *rows,
                                       int64_t n_rows, int32_t *labels_out,
                                       double *probabilities_out);

/* New rows. Row i of a seed is the same for any n_rows. rows_out: n_rows x n_features. */
GEN_API gen_status gen_mixture_sample(const gen_mixture *mixture, int64_t n_rows, uint64_t seed,
                                      float *rows_out);

/* Fits a mixture to a model's latents of a dataset's rows, of a VAE one drawn from each row's
 * Gaussian, and keeps it in the model and its files; a further fit of the model forgets it. pca,
 * autoencoder and vae. options: NULL for defaults. Returns also GEN_E_MISMATCH (rows of another
 * size), GEN_E_STATE (a PCA that is not fitted, an autoencoder with skips, which has no latents),
 * GEN_E_UNSUPPORTED (a VAE with classes) and what gen_mixture_fit does. */
GEN_API gen_status gen_model_fit_mixture(gen_model *model, const gen_dataset *dataset,
                                         const gen_mixture_options *options);

/* New rows: latents drawn from the model's mixture, decoded. Row i of a seed is the same for any
 * n_rows. rows_out: n_rows x row floats. Without a mixture: GEN_E_STATE, here and below. */
GEN_API gen_status gen_model_sample_mixture(const gen_model *model, int64_t n_rows, uint64_t seed,
                                            float *rows_out);

/* The model's mixture by a handle of its own, to be destroyed. */
GEN_API gen_status gen_model_mixture(const gen_model *model, gen_mixture **mixture_out);

/* ---- Anomalies ---------------------------------------------------------------------------------
 *
 * Rows unlike those that a model has learned come back changed. A row's score is, for PCA and an
 * autoencoder, the squared error of its reconstruction, summed over the row; for a VAE the negative
 * of the bound in nats, at the mean of the row's Gaussian. It depends on nothing but the row. */

/* Sets a model's threshold to a quantile of the scores of rows it was not fitted to, all normal: so
 * large a share of normal rows will be called normal. It is kept in the model and its files; a
 * further fit of the model forgets it. pca, autoencoder and vae. quantile: (0, 1]; 0: 0.95.
 * threshold_out: may be NULL. Returns also GEN_E_MISMATCH (rows of another size), GEN_E_STATE (a
 * PCA that is not fitted), GEN_E_NONFINITE (a score that is not finite), GEN_E_UNSUPPORTED (a VAE
 * with classes). */
GEN_API gen_status gen_model_fit_threshold(gen_model *model, const gen_dataset *dataset,
                                           double quantile, double *threshold_out);

/* The threshold; without one: GEN_E_STATE. */
GEN_API gen_status gen_model_threshold(const gen_model *model, double *threshold_out);

/* The score of each row, and 1 where it is above the threshold, else 0. scores_out, anomalies_out:
 * n_rows; either may be NULL. anomalies_out without a threshold: GEN_E_STATE. */
GEN_API gen_status gen_model_detect(const gen_model *model, const float *rows, int64_t n_rows,
                                    double *scores_out, int32_t *anomalies_out);

/* ---- Files ----------------------------------------------------------------------------------
 *
 * Models are safetensors files: names that tell the layer, options and kind in the metadata, a
 * checksum. They load anywhere safetensors do.
 *
 * save writes the whole file or leaves the old one as it was. content: GEN_SAVE_.... Returns also
 *   GEN_E_IO.
 * save_memory writes the same bytes to bytes_out, of room for capacity bytes, and their number to
 *   byte_count_out; with bytes_out NULL only the number. Too little room: GEN_E_ARGUMENT.
 * load believes nothing: GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_TRAILING, GEN_E_LIMIT,
 *   GEN_E_NONFINITE, GEN_E_MISMATCH (moments or a reservoir, tensors that do not fit the options),
 *   GEN_E_VERSION (a newer library's file), GEN_E_UNSUPPORTED (a type of number no model has).
 *   context: NULL for the default. The model is of the kind that the file says: gen_model_kind. */

GEN_API gen_status gen_model_save(const gen_model *model, const char *path, int32_t content);
GEN_API gen_status gen_model_save_memory(const gen_model *model, int32_t content, void *bytes_out,
                                         int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_model_load(const char *path, const gen_context *context,
                                  gen_model **model_out);
GEN_API gen_status gen_model_load_memory(const void *bytes, int64_t byte_count,
                                         const gen_context *context, gen_model **model_out);

/* What is inside a model's file, or any other safetensors file, for programs that must tell the
 * kind of a model before they load it, or run or convert one themselves. A checkpoint is checked
 * from end to end when it is opened, and never changes. */
typedef struct gen_checkpoint gen_checkpoint;

/* Reads a file into memory; returns what load returns, but for GEN_E_MISMATCH. */
GEN_API gen_status gen_checkpoint_open(const char *path, const gen_context *context,
                                       gen_checkpoint **checkpoint_out);
GEN_API void gen_checkpoint_destroy(gen_checkpoint *checkpoint);

/* The number of its tensors and of its metadata. Either pointer may be NULL. */
GEN_API gen_status gen_checkpoint_size(const gen_checkpoint *checkpoint, int64_t *n_tensors_out,
                                       int64_t *n_metadata_out);

/* The value of a key of the metadata, NULL where there is none. A model's file has "kind" ("pca",
 * "autoencoder", "vae", "gan", "classifier", "moments", "reservoir") and its options,
 * "option.latent_size" ... */
GEN_API const char *gen_checkpoint_metadata(const gen_checkpoint *checkpoint, const char *key);

/* The keys of the metadata in alphabetical order; NULL when there is none of that number. */
GEN_API const char *gen_checkpoint_key(const gen_checkpoint *checkpoint, int64_t index);

/* A named array, in the file's order. Layers' numbers are called network.layer.parameter: the
 * weight of a dense layer (outputs x inputs), of a convolution (filters x height x width x
 * channels), of a transposed one (input channels x height x width x filters). */
typedef struct gen_tensor {
  uint32_t struct_size; /* set it before the call */
  int32_t dtype;        /* GEN_F32, ... */
  const char *name;
  const int64_t *shape; /* n_dimensions sizes, the slowest first */
  int64_t n_dimensions; /* 0 ... 8; 0: a single number */
  int64_t n_elements;
  const void *data; /* row-major */
} gen_tensor;

/* A tensor of the n_tensors; a number beyond them: GEN_E_ARGUMENT. What tensor_out and the two
 * functions above point to lives as long as the checkpoint. */
GEN_API gen_status gen_checkpoint_tensor(const gen_checkpoint *checkpoint, int64_t index,
                                         gen_tensor *tensor_out);

/* ---- Evaluation ----------------------------------------------------------------------------- */

/* The log-likelihood of rows under a Gaussian Parzen window around samples, as Goodfellow et al.
 * (2014) measured their GAN: the width is the best of ten from 0.1 to 1, spaced evenly in
 * logarithm, on the validation rows; then mean and standard error over the test rows, in nats.
 * Rewards smooth samples: print real rows' figure beside it (Theis et al. 2016).
 * samples, validation, test: n x row_size floats. Each output may be NULL.
 * Cost: 2 * n_samples * (n_validation + n_test) * row_size FLOPs. */
GEN_API gen_status gen_evaluate_parzen(const float *samples, int64_t n_samples,
                                       const float *validation, int64_t n_validation,
                                       const float *test, int64_t n_test, int64_t row_size,
                                       const gen_context *context, double *width_out,
                                       double *mean_out, double *standard_error_out);

/* The peak signal-to-noise ratio of rows in [0, 1] against clean ones, in decibels, averaged over
 * rows: 10 log10(1 / mean squared error of the row). rows, clean: n_rows x row_size. */
GEN_API gen_status gen_evaluate_psnr(const float *rows, const float *clean, int64_t n_rows,
                                     int64_t row_size, double *psnr_out);

/* The squared error of a row summed over its floats, averaged over rows. */
GEN_API gen_status gen_evaluate_squared_error(const float *rows, const float *clean, int64_t n_rows,
                                              int64_t row_size, double *error_out);

/* Means over rows, and their standard errors (_se; of one row 0). */
typedef struct gen_reconstruction_t {
  uint32_t struct_size; /* set it before the call */
  int32_t reserved;
  int64_t n_rows;
  double squared_error; /* summed over a row */
  double squared_error_se;
  double mean_squared_error; /* of a float: squared_error / row floats */
  double psnr;               /* as gen_evaluate_psnr */
  double psnr_se;
  double ssim; /* structural similarity, 1 for equal images */
  double ssim_se;
} gen_reconstruction_t;

/* How near rows in [0, 1] come to clean ones, n_rows x height x width x channels each. Structural
 * similarity (Wang et al. 2004): a Gaussian window of 11 x 11, deviation 1.5, where it fits,
 * averaged over places and channels; a side shorter than 11 takes the largest odd window. */
GEN_API gen_status gen_evaluate_reconstruction(const float *rows, const float *clean,
                                               int64_t n_rows, int64_t height, int64_t width,
                                               int64_t channels, const gen_context *context,
                                               gen_reconstruction_t *quality_out);

/* How many latents a VAE uses: those whose mean varies over rows by more than threshold (Burda et
 * al. 2016). means: n_rows x latent_size, of gen_vae_encode. threshold: of the variance; 0: 0.01.
 * variances_out: latent_size; may be NULL. */
GEN_API gen_status gen_evaluate_active_units(const float *means, int64_t n_rows,
                                             int64_t latent_size, double threshold,
                                             int64_t *count_out, double *variances_out);

/* Generated rows beside real ones. Rows are n x row_size floats of any features: pixels, latents of
 * a PCA or an encoder, features of a discriminator or a classifier, or an outside network's. Every
 * figure depends on the numbers of rows: compare figures of equal ones, and print real rows beside
 * others as a floor. */

/* The squared Frechet distance between the Gaussians of two sets (Heusel et al. 2017):
 * |m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2)). Two rows each at least; biased upwards unless
 * rows are many more than row_size: with no more of them than that the covariances are singular,
 * which is told as GEN_LOG_WARNING to the context. Cost: (n_real + n_generated) * row_size^2 FLOPs,
 * two eigenproblems. */
GEN_API gen_status gen_evaluate_frechet(const float *real, int64_t n_real, const float *generated,
                                        int64_t n_generated, int64_t row_size,
                                        const gen_context *context, double *distance_out);

/* The kernel distance (Binkowski et al. 2018): the unbiased squared maximum mean discrepancy under
 * (x . y / row_size + 1)^3, averaged over n_subsets (0: 100) random subsets of subset_size rows (0:
 * 1000, or all when there are fewer) of each set. About 0 for one distribution, of either sign.
 * deviation_out: of the subsets' figures; may be NULL.
 * Cost: 6 * n_subsets * subset_size^2 * row_size FLOPs. */
GEN_API gen_status gen_evaluate_kernel_distance(const float *real, int64_t n_real,
                                                const float *generated, int64_t n_generated,
                                                int64_t row_size, int64_t n_subsets,
                                                int64_t subset_size, uint64_t seed,
                                                const gen_context *context, double *mean_out,
                                                double *deviation_out);

/* Balls around each row that reach to its n_neighbours-th nearest row of its own set: precision is
 * the share of generated rows in a real ball, recall that of real rows in a generated one
 * (Kynkaanniemi et al. 2019, n_neighbours 3); density is 1 / n_neighbours of the real balls around
 * a generated row, on average, coverage the share of real balls with a generated row inside (Naeem
 * et al. 2020, n_neighbours 5). Each output may be NULL. Cost: 2 * (n_real^2 + n_generated^2 +
 * n_real * n_generated) * row_size FLOPs. */
GEN_API gen_status gen_evaluate_precision_recall(const float *real, int64_t n_real,
                                                 const float *generated, int64_t n_generated,
                                                 int64_t row_size, int64_t n_neighbours,
                                                 const gen_context *context, double *precision_out,
                                                 double *recall_out, double *density_out,
                                                 double *coverage_out);

/* The 1-nearest-neighbour two-sample test, leave-one-out (Lopez-Paz & Oquab 2017): the share of
 * rows of both sets whose nearest other row is of their own. With equally many of each, 0.5 cannot
 * be told apart, 1 always can; below 0.5 rows are copies. accuracy_out: of all; the others, of the
 * real and the generated rows, may be NULL. Cost: 2 * (n_real + n_generated)^2 * row_size FLOPs. */
GEN_API gen_status gen_evaluate_two_sample(const float *real, int64_t n_real,
                                           const float *generated, int64_t n_generated,
                                           int64_t row_size, const gen_context *context,
                                           double *accuracy_out, double *real_accuracy_out,
                                           double *generated_accuracy_out);

/* Does a model copy its training data? The median distance of generated rows to the nearest
 * training row over that of rows held out: about 1 for a model that does not, near 0 for copies. A
 * stream: GEN_E_UNSUPPORTED. The medians may be NULL. Cost: as gen_dataset_nearest for both sets.
 */
GEN_API gen_status gen_evaluate_memorization(const gen_dataset *training, const float *generated,
                                             int64_t n_generated, const float *held_out,
                                             int64_t n_held_out, double *ratio_out,
                                             double *generated_distance_out,
                                             double *held_out_distance_out);

enum {
  GEN_LINEAR_LOGISTIC = 0,     /* multinomial logistic regression */
  GEN_LINEAR_SQUARED_HINGE = 1 /* support vectors, one class against the others each */
};

typedef struct gen_linear_options {
  uint32_t struct_size;
  int32_t loss;     /* GEN_LINEAR_... */
  double c;         /* weight of the losses beside |W|^2 / 2, as scikit-learn's C, > 0; 0: 1 */
  double tolerance; /* ends when the gradient is this share of the first, 1e-12 ... 1; 0: 1e-6 */
  int64_t max_iterations; /* 0: 1000 */
} gen_linear_options;

GEN_API gen_status gen_linear_options_init(gen_linear_options *options, uint32_t struct_size);

typedef struct gen_linear_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t converged;    /* 1: within the tolerance; 0: as near as floats or max_iterations allow */
  int64_t n_rows;       /* of training */
  int64_t n_classes;
  int64_t n_iterations;
  double objective; /* |W|^2 / 2 + c * sum of losses */
  double gradient;  /* its length over the first one's */
} gen_linear_info_t;

/* Fits a linear classifier to a labelled dataset and predicts the classes of rows: how much
 * features tell (Radford et al. 2016). Minimises |W|^2 / 2 + c * sum over rows of loss(W x + b,
 * class), the biases b not penalised; the solution is unique. training: wrap features by
 * gen_dataset_create. rows: n_rows x row floats, n_rows may be 0. labels_out: n_rows. weights_out:
 * n_classes x row floats; biases_out: n_classes, the largest label + 1; these and info_out may be
 * NULL. Without labels: GEN_E_STATE. A stream: GEN_E_UNSUPPORTED. Cost: 4 * rows * row floats *
 * n_classes FLOPs an iteration, of which there are tens to hundreds. */
GEN_API gen_status gen_evaluate_linear(const gen_dataset *training, const float *rows,
                                       int64_t n_rows, const gen_linear_options *options,
                                       int32_t *labels_out, float *weights_out, float *biases_out,
                                       gen_linear_info_t *info_out);

#ifdef __cplusplus
}
#endif

#endif
