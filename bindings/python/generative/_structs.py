# Generated from include/generative.h by 'make generate'. Do not edit.
"""The structs of generative.h and the types of its callbacks."""

from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_uint32,
    c_uint64,
    c_uint8,
    c_void_p,
)

from ._c_types import Handle, Structure


LogFunction = CFUNCTYPE(None, c_int32, c_char_p, c_void_p)


class Event(Structure):
    c_name = "gen_event"
    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("epoch", c_int64),
        ("n_epochs", c_int64),
        ("step", c_int64),
        ("n_steps", c_int64),
        ("seconds", c_double),
        ("learning_rate", c_double),
        ("loss", c_double),
        ("reconstruction", c_double),
        ("kl", c_double),
        ("discriminator_loss", c_double),
        ("generator_loss", c_double),
        ("real_score", c_double),
        ("fake_score", c_double),
        ("gradient_norm", c_double),
        ("validation_loss", c_double),
        ("validation_reconstruction", c_double),
        ("validation_kl", c_double),
        ("message", c_char_p),
        ("discriminator_gradient_norm", c_double),
        ("sample_distance", c_double),
        ("real_distance", c_double),
        ("warning", c_int32),
        ("penalty", c_double),
    ]


EventFunction = CFUNCTYPE(c_int32, POINTER(Event), c_void_p)
ContextAllocate = CFUNCTYPE(c_void_p, c_int64, c_void_p)
ContextRelease = CFUNCTYPE(None, c_void_p, c_int64, c_void_p)
ContextParallelForBody = CFUNCTYPE(None, c_int64, c_void_p)
ContextParallelFor = CFUNCTYPE(None, c_int64, ContextParallelForBody, c_void_p, c_void_p)


class ContextOptions(Structure):
    c_name = "gen_context_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_threads", c_int64),
        ("memory_limit", c_int64),
        ("allocate", ContextAllocate),
        ("release", ContextRelease),
        ("parallel_for", ContextParallelFor),
        ("user_data", c_void_p),
        ("direct_convolutions", c_int32),
        ("log", LogFunction),
        ("max_image_pixels", c_int64),
        ("max_png_chunk_bytes", c_int64),
        ("max_model_bytes", c_int64),
        ("max_image_side", c_int64),
        ("max_jpeg_scans", c_int64),
        ("max_tensors", c_int64),
        ("max_tensor_name", c_int64),
    ]


class Run(Structure):
    c_name = "gen_run"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("event", EventFunction),
        ("user_data", c_void_p),
        ("token", Handle),
    ]


class MemoryOptions(Structure):
    c_name = "gen_memory_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("dtype", c_int32),
        ("borrow", c_int32),
        ("n_rows", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("row_stride", c_int64),
        ("element_stride", c_int64),
        ("unchecked", c_int32),
        ("labels", POINTER(c_int32)),
        ("context", Handle),
    ]


OpenDecode = CFUNCTYPE(Handle, c_char_p, c_void_p)


class OpenOptions(Structure):
    c_name = "gen_open_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("max_rows", c_int64),
        ("seed", c_uint64),
        ("subfolders", c_int32),
        ("lazy", c_int32),
        ("labels", c_char_p),
        ("label_column", c_char_p),
        ("columns", c_char_p),
        ("omit", c_char_p),
        ("files", POINTER(c_char_p)),
        ("n_files", c_int64),
        ("decode", OpenDecode),
        ("user_data", c_void_p),
        ("context", Handle),
        ("resize", c_int32),
        ("filter", c_int32),
        ("crop_height", c_int64),
        ("crop_width", c_int64),
        ("place_x", c_double),
        ("place_y", c_double),
        ("background", c_double),
        ("tolerant", c_int32),
    ]


StreamRead = CFUNCTYPE(c_int64, POINTER(c_float), c_int64, c_void_p)
StreamRewind = CFUNCTYPE(c_int32, c_void_p)
StreamReadLabelled = CFUNCTYPE(c_int64, POINTER(c_float), POINTER(c_int32), c_int64, c_void_p)


class StreamOptions(Structure):
    c_name = "gen_stream_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("read", StreamRead),
        ("rewind", StreamRewind),
        ("user_data", c_void_p),
        ("shuffle_rows", c_int64),
        ("context", Handle),
        ("read_labelled", StreamReadLabelled),
    ]


class FacesOptions(Structure):
    c_name = "gen_faces_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_rows", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("seed", c_uint64),
        ("context", Handle),
    ]


class DatasetInfo(Structure):
    c_name = "gen_dataset_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("n_factors", c_int64),
        ("n_rows", c_int64),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("n_classes", c_int64),
        ("n_skipped", c_int64),
        ("n_files", c_int64),
        ("n_passed", c_int64),
        ("dtype", c_int32),
        ("n_damaged", c_int64),
    ]


class LoadImageOptions(Structure):
    c_name = "gen_load_image_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("channels", c_int64),
        ("context", Handle),
        ("tolerant", c_int32),
    ]


class GridOptions(Structure):
    c_name = "gen_grid_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_columns", c_int64),
        ("padding", c_int64),
        ("enlarge", c_int64),
        ("background", c_double),
        ("stretch", c_int32),
        ("context", Handle),
    ]


class ResizeOptions(Structure):
    c_name = "gen_resize_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("resize", c_int32),
        ("filter", c_int32),
        ("crop_height", c_int64),
        ("crop_width", c_int64),
        ("place_x", c_double),
        ("place_y", c_double),
        ("background", c_double),
    ]


class SaveImageOptions(Structure):
    c_name = "gen_save_image_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("jpeg_quality", c_int64),
    ]


class ModelInfo(Structure):
    c_name = "gen_model_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("latent_size", c_int64),
        ("n_parameters", c_int64),
        ("n_epochs", c_int64),
        ("n_steps", c_int64),
        ("n_classes", c_int64),
        ("architecture", c_int32),
        ("n_epochs_left", c_int64),
        ("n_features", c_int64),
    ]


class Plan(Structure):
    c_name = "gen_plan"
    _fields_ = [
        ("struct_size", c_uint32),
        ("n_parameters", c_int64),
        ("peak_bytes", c_int64),
        ("flops_per_row", c_int64),
    ]


class NetworkOptions(Structure):
    c_name = "gen_network_options"
    _fields_ = [
        ("height", c_int64),
        ("width", c_int64),
        ("channels", c_int64),
        ("architecture", c_int32),
        ("initializer", c_int32),
        ("depth", c_int64),
        ("base_channels", c_int64),
        ("dropout", c_double),
        ("preparation", c_int32),
        ("precision", c_int32),
        ("seed", c_uint64),
        ("context", Handle),
    ]


CommAllReduce = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int32, c_void_p)
CommBroadcast = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int32, c_void_p)
CommAllGather = CFUNCTYPE(c_int32, c_void_p, c_int64, c_void_p, c_void_p)
CommBarrier = CFUNCTYPE(c_int32, c_void_p)


class Comm(Structure):
    c_name = "gen_comm"
    _fields_ = [
        ("struct_size", c_uint32),
        ("rank", c_int32),
        ("size", c_int32),
        ("all_reduce", CommAllReduce),
        ("broadcast", CommBroadcast),
        ("all_gather", CommAllGather),
        ("barrier", CommBarrier),
        ("user_data", c_void_p),
    ]


class FitOptions(Structure):
    c_name = "gen_fit_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("epochs", c_int64),
        ("batch_size", c_int64),
        ("seed", c_uint64),
        ("optimizer", c_int32),
        ("schedule", c_int32),
        ("learning_rate", c_double),
        ("beta1", c_double),
        ("beta2", c_double),
        ("epsilon", c_double),
        ("weight_decay", c_double),
        ("schedule_factor", c_double),
        ("schedule_period", c_int64),
        ("schedule_epochs", c_int64),
        ("warm_up", c_double),
        ("clip_norm", c_double),
        ("patience", c_int64),
        ("min_delta", c_double),
        ("keep_best", c_int32),
        ("resume", c_int32),
        ("checkpoint_path", c_char_p),
        ("checkpoint_steps", c_int64),
        ("checkpoint_seconds", c_double),
        ("validation", Handle),
        ("comm", POINTER(Comm)),
        ("shared_rows", c_int32),
        ("accumulate", c_int64),
        ("targets", Handle),
        ("validation_targets", Handle),
        ("flip", c_int32),
        ("shift", c_int64),
        ("rotation", c_double),
        ("color_jitter", c_double),
    ]


class VAEOptions(Structure):
    c_name = "gen_vae_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("network", NetworkOptions),
        ("latent_size", c_int64),
        ("hidden", POINTER(c_int64)),
        ("n_hidden", c_int64),
        ("decoder_hidden", POINTER(c_int64)),
        ("n_decoder_hidden", c_int64),
        ("activation", c_int32),
        ("likelihood", c_int32),
        ("variance", c_double),
        ("learned_variance", c_int32),
        ("output_activation", c_int32),
        ("batch_norm", c_int32),
        ("pixel_bias", c_int32),
        ("binarize", c_int32),
        ("reconstruction_weight", c_double),
        ("beta", c_double),
        ("kl_schedule", c_int32),
        ("kl_epochs", c_double),
        ("n_classes", c_int64),
        ("importance_samples", c_int64),
    ]


class GANOptions(Structure):
    c_name = "gen_gan_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("network", NetworkOptions),
        ("latent_size", c_int64),
        ("generator_hidden", POINTER(c_int64)),
        ("n_generator_hidden", c_int64),
        ("discriminator_hidden", POINTER(c_int64)),
        ("n_discriminator_hidden", c_int64),
        ("generator_activation", c_int32),
        ("discriminator_activation", c_int32),
        ("output_activation", c_int32),
        ("latent", c_int32),
        ("objective", c_int32),
        ("discriminator_steps", c_int64),
        ("batch_norm", c_int32),
        ("discriminator_batch_norm", c_int32),
        ("spectral_norm", c_int32),
        ("mean_start", c_int32),
        ("label_smoothing", c_double),
        ("input_noise", c_double),
        ("average_decay", c_double),
        ("average_ramp", c_int32),
        ("n_classes", c_int64),
        ("discriminator_rate", c_double),
        ("r1_penalty", c_double),
        ("gradient_penalty", c_double),
        ("augmentation", c_int32),
        ("projection", c_int32),
        ("fresh_rows", c_int32),
    ]


class PCAOptions(Structure):
    c_name = "gen_pca_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_components", c_int64),
        ("variance_ratio", c_double),
        ("solver", c_int32),
        ("center", c_int32),
        ("whiten", c_int32),
        ("seed", c_uint64),
        ("n_directions", c_int64),
        ("n_passes", c_int64),
        ("context", Handle),
        ("comm", POINTER(Comm)),
    ]


class PCAInfo(Structure):
    c_name = "gen_pca_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("solver", c_int32),
        ("n_rows", c_int64),
        ("n_features", c_int64),
        ("n_components", c_int64),
        ("noise_variance", c_double),
        ("total_variance", c_double),
        ("dtype", c_int32),
    ]


class AutoencoderOptions(Structure):
    c_name = "gen_autoencoder_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("network", NetworkOptions),
        ("latent_size", c_int64),
        ("hidden", POINTER(c_int64)),
        ("n_hidden", c_int64),
        ("decoder_hidden", POINTER(c_int64)),
        ("n_decoder_hidden", c_int64),
        ("activation", c_int32),
        ("latent_activation", c_int32),
        ("output_activation", c_int32),
        ("bias", c_int32),
        ("loss", c_int32),
        ("corruption", c_int32),
        ("corruption_amount", c_double),
        ("batch_norm", c_int32),
        ("pixel_bias", c_int32),
        ("skips", c_int32),
        ("tied", c_int32),
        ("sparsity", c_int32),
        ("sparsity_weight", c_double),
        ("sparsity_target", c_double),
        ("contraction", c_double),
    ]


class ClassifierOptions(Structure):
    c_name = "gen_classifier_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("network", NetworkOptions),
        ("n_classes", c_int64),
        ("hidden", POINTER(c_int64)),
        ("n_hidden", c_int64),
        ("activation", c_int32),
        ("batch_norm", c_int32),
    ]


class DirectionOptions(Structure):
    c_name = "gen_direction_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("method", c_int32),
        ("others", POINTER(c_float)),
        ("n_others", c_int64),
        ("ridge", c_double),
    ]


class DirectionInfo(Structure):
    c_name = "gen_direction_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("correlation", c_double),
        ("low", c_double),
        ("high", c_double),
        ("mean", c_double),
        ("deviation", c_double),
    ]


class InvertOptions(Structure):
    c_name = "gen_invert_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("generator", c_int32),
        ("n_steps", c_int64),
        ("n_starts", c_int64),
        ("seed", c_uint64),
        ("learning_rate", c_double),
        ("prior_weight", c_double),
        ("start", POINTER(c_float)),
        ("labels", POINTER(c_int32)),
        ("mask", POINTER(c_uint8)),
        ("n_masks", c_int64),
    ]


class MixtureOptions(Structure):
    c_name = "gen_mixture_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("covariance", c_int32),
        ("n_components", c_int64),
        ("n_starts", c_int64),
        ("max_iterations", c_int64),
        ("tolerance", c_double),
        ("regularization", c_double),
        ("seed", c_uint64),
    ]


class MixtureInfo(Structure):
    c_name = "gen_mixture_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("covariance", c_int32),
        ("n_components", c_int64),
        ("n_features", c_int64),
        ("n_rows", c_int64),
        ("n_iterations", c_int64),
        ("log_likelihood", c_double),
        ("converged", c_int32),
    ]


class Reconstruction(Structure):
    c_name = "gen_reconstruction_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("n_rows", c_int64),
        ("squared_error", c_double),
        ("squared_error_se", c_double),
        ("mean_squared_error", c_double),
        ("psnr", c_double),
        ("psnr_se", c_double),
        ("ssim", c_double),
        ("ssim_se", c_double),
    ]


class LinearOptions(Structure):
    c_name = "gen_linear_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("loss", c_int32),
        ("c", c_double),
        ("tolerance", c_double),
        ("max_iterations", c_int64),
    ]


class LinearInfo(Structure):
    c_name = "gen_linear_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("converged", c_int32),
        ("n_rows", c_int64),
        ("n_classes", c_int64),
        ("n_iterations", c_int64),
        ("objective", c_double),
        ("gradient", c_double),
    ]


class Tensor(Structure):
    c_name = "gen_tensor"
    _fields_ = [
        ("struct_size", c_uint32),
        ("dtype", c_int32),
        ("name", c_char_p),
        ("shape", POINTER(c_int64)),
        ("n_dimensions", c_int64),
        ("n_elements", c_int64),
        ("data", c_void_p),
    ]


class MomentsOptions(Structure):
    c_name = "gen_moments_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_features", c_int64),
        ("n_directions", c_int64),
        ("seed", c_uint64),
        ("context", Handle),
    ]


class MomentsInfo(Structure):
    c_name = "gen_moments_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("is_exact", c_int32),
        ("n_rows", c_int64),
        ("n_features", c_int64),
        ("n_directions", c_int64),
        ("pass", c_int64),
    ]


class ReservoirOptions(Structure):
    c_name = "gen_reservoir_options"
    _fields_ = [
        ("struct_size", c_uint32),
        ("initialized", c_uint32),
        ("n_features", c_int64),
        ("capacity", c_int64),
        ("seed", c_uint64),
        ("context", Handle),
    ]


class ReservoirInfo(Structure):
    c_name = "gen_reservoir_info_t"
    _fields_ = [
        ("struct_size", c_uint32),
        ("n_rows", c_int64),
        ("n_kept", c_int64),
        ("n_features", c_int64),
        ("capacity", c_int64),
    ]
