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
 *           gen_vae_create(&model, &vae) || gen_vae_fit(vae, data, &fit) ||
 *           gen_vae_sample(vae, 64, 1, images) ||
 *           gen_image_create_grid(images, 64, 28, 28, 1, NULL, &picture) ||
 *           gen_image_save(picture, "samples.png", NULL))
 *         fprintf(stderr, "%s\n", gen_last_error_message());
 *       gen_image_destroy(picture);
 *       gen_vae_destroy(vae);
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
 * Reproducibility. The same seed, data and options give the same bits on one instruction set, with
 *   any number of threads. Row i of a sample is the same in a batch of any size.
 * Handles are checked tickets, not addresses: a stale, foreign or wrong-kind handle is
 *   GEN_E_HANDLE.
 * Guest manners. Nothing is printed, no signal handler is installed, no global state is changed.
 * The environment variables GEN_KERNELS (baseline, avx2, avx512, neon), GEN_THREADS and
 *   GEN_WINOGRAD (0: direct convolutions) are the only ones read.
 * Costs are given in floating-point operations (FLOPs) where a call's time is worth knowing.
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
#define GEN_ABI_VERSION 1

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
  GEN_E_INTERNAL = 16     /* a fault in the library itself: please report it */
};

/* "GEN_E_ARGUMENT" for 1 and so on, "GEN_E_UNKNOWN" for a number that is none. Static. */
GEN_API const char *gen_status_name(gen_status status);

/* Why the last failed call on this thread failed: one line of UTF-8, "" before any. Valid until the
 * next call on this thread. */
GEN_API const char *gen_last_error_message(void);

/* ---- Context: what a host may want to own --------------------------------------------------- */

typedef struct gen_context gen_context;

typedef struct gen_context_options {
  uint32_t struct_size;
  /* Threads that share the work, the caller's among them, 1 ... 64. 0: GEN_THREADS, else the cores
   * this process may use. */
  int32_t n_threads;
  /* Bytes that data, models and working memory may take together. 0: no limit. */
  int64_t memory_limit;
  /* An allocator: memory aligned to 64 bytes, or NULL when there is none. Both or neither; called
   * from any thread. byte_count in release is what allocate was asked for. */
  void *(*allocate)(int64_t byte_count, void *user_data);
  void (*release)(void *memory, int64_t byte_count, void *user_data);
  /* The host's own parallel-for: must call body(i, state) once for each i in 0 ... count - 1, on
   * any threads, and return when all are done. NULL: the library's threads. */
  void (*parallel_for)(int64_t count, void (*body)(int64_t index, void *state), void *state,
                       void *user_data);
  void *user_data; /* handed to the three above */
  /* 1: sum every convolution term by term. 0: let 4x4 kernels with stride 2 between many channels
   * take up to 2.56 times fewer products (Winograd), with errors of at most 1e-5 of the largest
   * result instead of about 1e-6, unless GEN_WINOGRAD=0. */
  int32_t direct_convolutions;
  int32_t reserved;
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
GEN_API gen_status gen_cancel(gen_token *token);

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
      1, /* GAN: D(x) - D(G(z)) > 0.98: D is sure, and G hardly learns */
  GEN_WARNING_COLLAPSED_GENERATOR = 2 /* GAN: sample_distance < 0.2 real_distance: rows of G are
                                         nearly alike; each over about the last 50 steps */
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
  double loss;               /* what is minimised: C * reconstruction + beta * kl for a VAE */
  double reconstruction;     /* autoencoder, VAE */
  double kl;                 /* VAE */
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

/* ---- Datasets ------------------------------------------------------------------------------- */

typedef struct gen_dataset gen_dataset;

enum { GEN_U8 = 0, GEN_F32 = 1, GEN_F64 = 2 };

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
} gen_memory_options;

GEN_API gen_status gen_memory_options_init(gen_memory_options *options, uint32_t struct_size);

/* Rows in memory. data: the first element of row 0. f32 and f64 are checked once:
 * GEN_E_NONFINITE names the first row with a NaN or an infinity. */
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

/* ---- Images --------------------------------------------------------------------------------- */

typedef struct gen_image gen_image;

/* Reads a PNG or JPEG file, told apart by content: gray, RGB, RGBA, palette, 16-bit and CMYK.
 * channels: 1 gray, 3 RGB, 4 RGBA; 0: as in the file. Transparency dropped is laid over white.
 * Returns also GEN_E_IO, GEN_E_FORMAT, GEN_E_TRUNCATED, GEN_E_LIMIT (64 Mpixel, 16,384 a side). */
GEN_API gen_status gen_image_load(const char *path, int64_t channels, gen_image **image_out);

/* The same from memory. */
GEN_API gen_status gen_image_load_memory(const void *bytes, int64_t byte_count, int64_t channels,
                                         gen_image **image_out);

/* An image of given pixels: height x width x channels floats, clamped to [0, 1]. Returns also
 * GEN_E_NONFINITE, as does the grid. */
GEN_API gen_status gen_image_create(const float *pixels, int64_t height, int64_t width,
                                    int64_t channels, gen_image **image_out);

typedef struct gen_grid_options {
  uint32_t struct_size;
  int32_t n_columns; /* 0: as square as can be */
  int32_t padding;   /* pixels between cells and around; 0: 2; negative: none */
  int32_t enlarge;   /* each pixel becomes enlarge x enlarge, 1 ... 64; 0: 1 */
  int32_t stretch; /* 1: each cell is scaled from its least to its greatest value, for components */
  float background; /* 0 ... 1, the gray of the padding; 0: white; negative: black */
} gen_grid_options;

GEN_API gen_status gen_grid_options_init(gen_grid_options *options, uint32_t struct_size);

/* One image of many rows, laid out left to right, top to bottom. options: NULL for defaults. */
GEN_API gen_status gen_image_create_grid(const float *rows, int64_t n_rows, int64_t height,
                                         int64_t width, int64_t channels,
                                         const gen_grid_options *options, gen_image **image_out);

/* The image resized to cover height x width, and centre-cropped. */
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

/* ---- Principal component analysis -----------------------------------------------------------
 *
 * The change of basis that puts the most variance into the first coordinates: the eigenvectors of
 * the covariance matrix, largest eigenvalue first (Shlens, "A tutorial on principal component
 * analysis", 2014). Each component's entry of largest magnitude is positive. Also the Gaussian
 * model of Tipping & Bishop ("Probabilistic principal component analysis", 1999), which gives rows
 * a likelihood and can be sampled. */

typedef struct gen_pca gen_pca;

enum {
  GEN_PCA_AUTOMATIC = 0,  /* the Gram path when rows < columns, else the covariance path */
  GEN_PCA_COVARIANCE = 1, /* eigenvectors of the columns x columns covariance matrix */
  GEN_PCA_GRAM = 2        /* eigenvectors of the rows x rows Gram matrix; all rows in memory */
};

typedef struct gen_pca_options {
  uint32_t struct_size;
  int32_t solver;        /* GEN_PCA_... */
  int64_t n_components;  /* 1 ... min(rows, columns); 0: as many as variance_ratio asks, else all */
  double variance_ratio; /* in (0, 1): the fewest components that explain at least this share. 0:
                            off */
  int32_t no_centering;  /* 1: the mean is taken to be zero */
  int32_t whiten;        /* 1: latents have unit variance */
  uint64_t seed;         /* of iterative solvers' start; results agree to rounding for any */
  const gen_context *context;
} gen_pca_options;

GEN_API gen_status gen_pca_options_init(gen_pca_options *options, uint32_t struct_size);
GEN_API gen_status gen_pca_create(const gen_pca_options *options, gen_pca **pca_out);
GEN_API void gen_pca_destroy(gen_pca *pca);

/* Fits to a dataset of at least two rows, exactly; what was fitted before is forgotten (also on
 * GEN_E_CANCELLED, else kept on failure). Bytes, as in IDX files and images, are summed in exact
 * integers. Cost: rows * columns^2 FLOPs and an eigenproblem. Returns also GEN_E_NONFINITE. */
GEN_API gen_status gen_pca_fit(gen_pca *pca, const gen_dataset *dataset);

/* Adds rows to what was seen, in batches of any size, and gives exactly what one fit over all rows
 * would. The components are those of all rows so far from the next call that asks for them, which
 * solves the eigenproblem once. Memory: columns^2 doubles. Not for the Gram path: GEN_E_STATE. */
GEN_API gen_status gen_pca_partial_fit(gen_pca *pca, const gen_dataset *dataset);

/* Adds what another PCA of partial fits (or the covariance path) saw: fit parts on many machines,
 * merge, and get what one fit over all rows would give. other is not changed. */
GEN_API gen_status gen_pca_merge(gen_pca *pca, const gen_pca *other);

typedef struct gen_pca_info_t {
  uint32_t struct_size; /* set it before the call */
  int32_t solver;       /* the path taken: GEN_PCA_COVARIANCE or GEN_PCA_GRAM */
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

/* rows (n_rows x n_features) to latents (n_rows x n_components), and back. */
GEN_API gen_status gen_pca_transform(const gen_pca *pca, const float *rows, int64_t n_rows,
                                     float *latents_out);
GEN_API gen_status gen_pca_inverse_transform(const gen_pca *pca, const float *latents,
                                             int64_t n_rows, float *rows_out);

/* The nats of each row under the Gaussian model. likelihood_out: n_rows. GEN_E_STATE when the noise
 * variance is zero (all components kept, or rank-deficient data). */
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
  int64_t
      schedule_epochs; /* COSINE, LINEAR: epochs spanned, from the model's first; 0: this fit's */
  double warm_up;      /* epochs during which the rate rises from 0, may be a fraction; a stream's
                          first pass, of unknown length, counts as one step */
  double clip_norm;    /* gradients longer than this are scaled to it; 0: off */
  int64_t patience;    /* stop when the validation loss has not fallen for so many epochs; 0: off */
  const gen_dataset *validation; /* measured after each epoch; NULL: none */
  gen_event_fn event;            /* NULL: nobody is told */
  void *user_data;
  gen_token *token; /* NULL: none */
} gen_fit_options;

GEN_API gen_status gen_fit_options_init(gen_fit_options *options, uint32_t struct_size);

/* All fits: the dataset's rows must have the model's shape (GEN_E_MISMATCH). Steps are prepared
 * before the first, so GEN_E_NOMEM comes early. A second fit goes on where the first ended, with
 * its optimizer state; two fits of 5 epochs give what one of 10 gives, under a constant schedule. A
 * fit that was stopped returns GEN_E_CANCELLED when by GEN_STOP_NOW or a token, GEN_OK when by
 * GEN_STOP_AFTER_EPOCH; the model is usable and can be fitted further. A loss that is no longer
 * finite ends the fit with GEN_E_NONFINITE and the weights of the last good epoch. */

/* What a model is and will need; see the gen_x_plan functions. */
typedef struct gen_plan {
  uint32_t struct_size;  /* set it before the call */
  int64_t n_parameters;  /* trained numbers */
  int64_t peak_bytes;    /* while fitting with the given batch size, beside the data */
  int64_t flops_per_row; /* of one training step */
} gen_plan;

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
} gen_model_info_t;

enum {
  GEN_SAVE_ALL = 0,    /* weights, and what it takes to fit further as if never stopped */
  GEN_SAVE_WEIGHTS = 1 /* weights only: a third of the size */
};

/* ---- Autoencoder ----------------------------------------------------------------------------
 *
 * An encoder down to a small latent and a decoder back, trained to reconstruct (Hinton &
 * Salakhutdinov 2006); with a corruption, to restore clean rows from corrupted ones (a denoising
 * autoencoder, Vincent et al. 2008). */

typedef struct gen_autoencoder gen_autoencoder;

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
                    latent_activation, no_bias, dropout, batch_norm and pixel_bias it has none */
  int32_t reserved;
} gen_autoencoder_options;

GEN_API gen_status gen_autoencoder_options_init(gen_autoencoder_options *options,
                                                uint32_t struct_size);
GEN_API gen_status gen_autoencoder_create(const gen_autoencoder_options *options,
                                          gen_autoencoder **autoencoder_out);
GEN_API void gen_autoencoder_destroy(gen_autoencoder *autoencoder);
GEN_API gen_status gen_autoencoder_plan(const gen_autoencoder_options *options, int64_t batch_size,
                                        gen_plan *plan_out);
GEN_API gen_status gen_autoencoder_info(const gen_autoencoder *autoencoder,
                                        gen_model_info_t *info_out);

/* Fits to a dataset; see gen_fit_options. options: NULL for defaults. */
GEN_API gen_status gen_autoencoder_fit(gen_autoencoder *autoencoder, const gen_dataset *dataset,
                                       const gen_fit_options *options);

/* rows (n_rows x row floats) to latents (n_rows x latent_size), back, and both. */
GEN_API gen_status gen_autoencoder_encode(const gen_autoencoder *autoencoder, const float *rows,
                                          int64_t n_rows, float *latents_out);
GEN_API gen_status gen_autoencoder_decode(const gen_autoencoder *autoencoder, const float *latents,
                                          int64_t n_rows, float *rows_out);
GEN_API gen_status gen_autoencoder_reconstruct(const gen_autoencoder *autoencoder,
                                               const float *rows, int64_t n_rows, float *rows_out);

/* Clean rows from corrupted ones: reconstruct by its name for a denoising autoencoder. One that was
 * made without a corruption: GEN_E_STATE. */
GEN_API gen_status gen_autoencoder_denoise(const gen_autoencoder *autoencoder, const float *rows,
                                           int64_t n_rows, float *rows_out);

/* Corrupts rows as a denoising autoencoder's training does. corruption, amount: as in the options.
 * Row i of a seed is corrupted the same way for any n_rows. */
GEN_API gen_status gen_corrupt(const float *rows, int64_t n_rows, int64_t row_size,
                               int32_t corruption, double amount, uint64_t seed, float *rows_out);

/* ---- Variational autoencoder ----------------------------------------------------------------
 *
 * Kingma & Welling, "Auto-encoding variational Bayes" (2014): an encoder that gives each row a
 * Gaussian q(z|x) = N(mean, exp(log_variance)), a decoder p(x|z), and the loss
 *
 *     C * reconstruction + beta * KL(q(z|x) || N(0, I)),   reconstruction = -log p(x|z), in nats,
 *
 * summed over pixels and averaged over rows, so that C = beta = 1 is the negative of the true
 * bound. Gradients pass through z = mean + exp(log_variance / 2) * e with e from N(0, I). */

typedef struct gen_vae gen_vae;

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
  int32_t
      output_activation; /* GAUSSIAN: of the decoder's mean, identity or sigmoid; default sigmoid */
  int32_t binarize;      /* BERNOULLI: 1: pixels are drawn anew as coin flips at each step */
  double reconstruction_weight; /* C, > 0; 0: 1 */
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
} gen_vae_options;

GEN_API gen_status gen_vae_options_init(gen_vae_options *options, uint32_t struct_size);
GEN_API gen_status gen_vae_create(const gen_vae_options *options, gen_vae **vae_out);
GEN_API void gen_vae_destroy(gen_vae *vae);
GEN_API gen_status gen_vae_plan(const gen_vae_options *options, int64_t batch_size,
                                gen_plan *plan_out);
GEN_API gen_status gen_vae_info(const gen_vae *vae, gen_model_info_t *info_out);

/* Fits to a dataset; see gen_fit_options. options: NULL for defaults. BERNOULLI needs rows in
 * [0, 1]: GEN_E_ARGUMENT. */
GEN_API gen_status gen_vae_fit(gen_vae *vae, const gen_dataset *dataset,
                               const gen_fit_options *options);

/* The Gaussian of each row. rows: n_rows x row floats. mean_out, log_variance_out: n_rows x
 * latent_size; either may be NULL. */
GEN_API gen_status gen_vae_encode(const gen_vae *vae, const float *rows, int64_t n_rows,
                                  float *mean_out, float *log_variance_out);

/* One latent of each row's Gaussian: mean + deviation * e. latents_out: n_rows x latent_size. */
GEN_API gen_status gen_vae_encode_sample(const gen_vae *vae, const float *rows, int64_t n_rows,
                                         uint64_t seed, float *latents_out);

/* The mean of p(x|z) for given latents (n_rows x latent_size). rows_out: n_rows x row floats. */
GEN_API gen_status gen_vae_decode(const gen_vae *vae, const float *latents, int64_t n_rows,
                                  float *rows_out);

/* Each row through the mean of its Gaussian and back. */
GEN_API gen_status gen_vae_reconstruct(const gen_vae *vae, const float *rows, int64_t n_rows,
                                       float *rows_out);

/* New rows: latents from N(0, I), decoded. Row i of a seed is the same for any n_rows. */
GEN_API gen_status gen_vae_sample(const gen_vae *vae, int64_t n_rows, uint64_t seed,
                                  float *rows_out);

/* The two terms of the bound of each row, in nats: log p(x) >= -(reconstruction + kl).
 * n_samples: latents drawn per row, 1 ... 1,000,000, over which the reconstruction is averaged.
 * reconstruction_out, kl_out: n_rows; either may be NULL. */
GEN_API gen_status gen_vae_elbo(const gen_vae *vae, const float *rows, int64_t n_rows,
                                int64_t n_samples, uint64_t seed, double *reconstruction_out,
                                double *kl_out);

/* Decoded latents on a grid: two latents run through the quantiles 0.5 / n ... 1 - 0.5 / n of N(0,
 * 1), the others are 0 (Kingma & Welling, figure 4). latent_x runs along columns, latent_y down
 * rows; they differ, and each is below latent_size. images_out: n_grid_rows * n_grid_columns rows.
 */
GEN_API gen_status gen_vae_manifold(const gen_vae *vae, int64_t latent_x, int64_t latent_y,
                                    int64_t n_grid_rows, int64_t n_grid_columns, float *images_out);

/* With labels, which a model made with n_classes needs: one of 0 ... n_classes - 1 for each row
 * (GEN_E_ARGUMENT otherwise). The functions above return GEN_E_STATE for such a model, but for
 * gen_vae_sample, which draws labels evenly by its seed; these do for any other. A dataset that
 * such a model is fitted to needs labels, too. */
GEN_API gen_status gen_vae_encode_given(const gen_vae *vae, const float *rows,
                                        const int32_t *labels, int64_t n_rows, float *mean_out,
                                        float *log_variance_out);
GEN_API gen_status gen_vae_decode_given(const gen_vae *vae, const float *latents,
                                        const int32_t *labels, int64_t n_rows, float *rows_out);
GEN_API gen_status gen_vae_reconstruct_given(const gen_vae *vae, const float *rows,
                                             const int32_t *labels, int64_t n_rows,
                                             float *rows_out);
GEN_API gen_status gen_vae_sample_given(const gen_vae *vae, const int32_t *labels, int64_t n_rows,
                                        uint64_t seed, float *rows_out);
GEN_API gen_status gen_vae_elbo_given(const gen_vae *vae, const float *rows, const int32_t *labels,
                                      int64_t n_rows, int64_t n_samples, uint64_t seed,
                                      double *reconstruction_out, double *kl_out);

/* ---- Generative adversarial network ---------------------------------------------------------
 *
 * Goodfellow et al., "Generative adversarial nets" (2014): a generator G turns latents into rows, a
 * discriminator D tells them from real ones, and they play
 *
 *     min over G, max over D:  E log D(x) + E log(1 - D(G(z))).
 */

typedef struct gen_gan gen_gan;

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
  int64_t latent_size;             /* 1 ... 65,536; 0: 64, CONVOLUTIONAL: 100 */
  const int64_t *generator_hidden; /* widths, from the latent on; default 256, 512, CONVOLUTIONAL:
none */
  const int64_t *discriminator_hidden; /* widths, from the row on; default 512, 256, CONVOLUTIONAL:
 none */
  int32_t n_generator_hidden;          /* up to 16; 0: the default; negative: none */
  int32_t n_discriminator_hidden;      /* up to 16; 0: the default; negative: none */
  int32_t discriminator_activation;    /* default leaky ReLU */
  int32_t output_activation;           /* sigmoid: rows in [0, 1]; tanh: the same, worked out in
                                          [-1, 1]; identity: any rows. Default sigmoid, CONVOLUTIONAL: tanh */
  int32_t latent;                      /* GEN_LATENT_... */
  int32_t objective;                   /* GEN_OBJECTIVE_... */
  int32_t discriminator_steps;         /* k, steps of D for each of G, on the same real rows and new
                                          latents, 1 ... 100; 0: 1 */
  int32_t no_batch_norm;               /* 1: none in the generator's hidden layers */
  int32_t discriminator_batch_norm;    /* 1: in the discriminator's hidden layers but the first;
 negative: none; 0: CONVOLUTIONAL without spectral_norm: 1 */
  int32_t initializer;   /* GEN_INITIALIZER_...; default of CONVOLUTIONAL: NORMAL_002 */
  int32_t no_mean_start; /* 1: G does not start out at the mean row of the data, as a
DENSE one does */
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
  int32_t
      spectral_norm; /* 1: in all layers of D, in place of its batch norm (Miyato et al. 2018) */
  int32_t reserved2;
  int64_t n_classes; /* labels joined to every layer of both, up to 4,096; 0: none */
} gen_gan_options;

GEN_API gen_status gen_gan_options_init(gen_gan_options *options, uint32_t struct_size);
GEN_API gen_status gen_gan_create(const gen_gan_options *options, gen_gan **gan_out);
GEN_API void gen_gan_destroy(gen_gan *gan);
GEN_API gen_status gen_gan_plan(const gen_gan_options *options, int64_t batch_size,
                                gen_plan *plan_out);
GEN_API gen_status gen_gan_info(const gen_gan *gan, gen_model_info_t *info_out);

/* Fits to a dataset; see gen_fit_options. options: NULL for defaults. Batch norm needs batches of
 * two rows or more: GEN_E_ARGUMENT. */
GEN_API gen_status gen_gan_fit(gen_gan *gan, const gen_dataset *dataset,
                               const gen_fit_options *options);

/* New rows: latents drawn and generated by the averaged generator. Row i of a seed is the same for
 * any n_rows. rows_out: n_rows x row floats. */
GEN_API gen_status gen_gan_sample(const gen_gan *gan, int64_t n_rows, uint64_t seed,
                                  float *rows_out);

/* The latents gen_gan_sample uses. latents_out: n_rows x latent_size. */
GEN_API gen_status gen_gan_latents(const gen_gan *gan, int64_t n_rows, uint64_t seed,
                                   float *latents_out);

/* Rows of given latents. generator: GEN_GENERATOR_.... */
GEN_API gen_status gen_gan_generate(const gen_gan *gan, const float *latents, int64_t n_rows,
                                    int32_t generator, float *rows_out);

/* D of each row: how likely it is real. probability_out: n_rows, in [0, 1]. */
GEN_API gen_status gen_gan_discriminate(const gen_gan *gan, const float *rows, int64_t n_rows,
                                        float *probability_out);

/* With labels, which a model made with n_classes needs: one of 0 ... n_classes - 1 for each row
 * (GEN_E_ARGUMENT otherwise). gen_gan_generate and gen_gan_discriminate return GEN_E_STATE for such
 * a model and these do for any other; gen_gan_sample draws labels evenly by its seed. A dataset
 * that such a model is fitted to needs labels, too. */
GEN_API gen_status gen_gan_sample_given(const gen_gan *gan, const int32_t *labels, int64_t n_rows,
                                        uint64_t seed, float *rows_out);
GEN_API gen_status gen_gan_generate_given(const gen_gan *gan, const float *latents,
                                          const int32_t *labels, int64_t n_rows, int32_t generator,
                                          float *rows_out);
GEN_API gen_status gen_gan_discriminate_given(const gen_gan *gan, const float *rows,
                                              const int32_t *labels, int64_t n_rows,
                                              float *probability_out);

/* What a CONVOLUTIONAL discriminator sees in each row, as numbers for a classifier (Radford et al.
 * 2016, section 5.1): the output of every convolution, its largest value in each cell of a 4 x 4
 * grid. labels: NULL for a model without classes. features_out: n_rows x gen_gan_feature_count.
 * A DENSE model: GEN_E_STATE. */
GEN_API gen_status gen_gan_features(const gen_gan *gan, const float *rows, const int32_t *labels,
                                    int64_t n_rows, float *features_out);
GEN_API gen_status gen_gan_feature_count(const gen_gan *gan, int64_t *count_out);

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
 * with n_axes 0: all. deviations: latent_size floats, what a unit of range is for each latent;
 * NULL:
 * 1. range: 0 ... 1e6. n_steps: >= 2. latents_out: n_axes * n_steps x latent_size, an axis after
 * the other. */
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

/* Mean of A - mean of B + mean of C (Radford et al. 2016): smiling women - women + men.
 * a, b, c: n x latent_size, n >= 1 each. latent_out: latent_size. */
GEN_API gen_status gen_latents_combine(const float *a, int64_t n_a, const float *b, int64_t n_b,
                                       const float *c, int64_t n_c, int64_t latent_size,
                                       float *latent_out);

/* Latents of N(0, I), those that gen_vae_sample of the same seed decodes. truncation: elements
 * beyond
 * +-truncation are drawn again until they are inside (Brock et al. 2019): rows become more typical
 * and more alike; 0.01 or more, 0: none. Row i of a seed is the same for any n_rows. latents_out:
 * n_rows x latent_size. */
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
 * meet: row i is the same for any n_rows. Uniform latents stay in [-1, 1]. Returns also
 * GEN_E_CANCELLED (GEN_STOP_NOW, a token; outputs untouched; GEN_STOP_AFTER_EPOCH ends with the
 * starts so far), GEN_E_NONFINITE (a learning_rate too large), GEN_E_UNSUPPORTED (a
 * label-conditional model). Cost: n_rows * n_starts * n_steps forward and backward passes. */
GEN_API gen_status gen_vae_invert(const gen_vae *vae, const float *rows, int64_t n_rows,
                                  const gen_invert_options *options, float *latents_out,
                                  float *error_out);
GEN_API gen_status gen_gan_invert(const gen_gan *gan, const float *rows, int64_t n_rows,
                                  const gen_invert_options *options, float *latents_out,
                                  float *error_out);

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
 *   GEN_E_NONFINITE, GEN_E_MISMATCH (a model of another kind, tensors that do not fit its options),
 *   GEN_E_VERSION (a newer library's file), GEN_E_UNSUPPORTED (a type of number no model has).
 *   context: NULL for the default. */

GEN_API gen_status gen_pca_save(const gen_pca *pca, const char *path, int32_t content);
GEN_API gen_status gen_pca_save_memory(const gen_pca *pca, int32_t content, void *bytes_out,
                                       int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_pca_load(const char *path, const gen_context *context, gen_pca **pca_out);
GEN_API gen_status gen_pca_load_memory(const void *bytes, int64_t byte_count,
                                       const gen_context *context, gen_pca **pca_out);

GEN_API gen_status gen_autoencoder_save(const gen_autoencoder *autoencoder, const char *path,
                                        int32_t content);
GEN_API gen_status gen_autoencoder_save_memory(const gen_autoencoder *autoencoder, int32_t content,
                                               void *bytes_out, int64_t capacity,
                                               int64_t *byte_count_out);
GEN_API gen_status gen_autoencoder_load(const char *path, const gen_context *context,
                                        gen_autoencoder **autoencoder_out);
GEN_API gen_status gen_autoencoder_load_memory(const void *bytes, int64_t byte_count,
                                               const gen_context *context,
                                               gen_autoencoder **autoencoder_out);

GEN_API gen_status gen_vae_save(const gen_vae *vae, const char *path, int32_t content);
GEN_API gen_status gen_vae_save_memory(const gen_vae *vae, int32_t content, void *bytes_out,
                                       int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_vae_load(const char *path, const gen_context *context, gen_vae **vae_out);
GEN_API gen_status gen_vae_load_memory(const void *bytes, int64_t byte_count,
                                       const gen_context *context, gen_vae **vae_out);

GEN_API gen_status gen_gan_save(const gen_gan *gan, const char *path, int32_t content);
GEN_API gen_status gen_gan_save_memory(const gen_gan *gan, int32_t content, void *bytes_out,
                                       int64_t capacity, int64_t *byte_count_out);
GEN_API gen_status gen_gan_load(const char *path, const gen_context *context, gen_gan **gan_out);
GEN_API gen_status gen_gan_load_memory(const void *bytes, int64_t byte_count,
                                       const gen_context *context, gen_gan **gan_out);

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

#ifdef __cplusplus
}
#endif

#endif
