<?php // Draws faces, fits a VAE and saves its samples.
$lib = FFI::cdef(<<<'C'
  const char *gen_last_error_message(void);
  int gen_struct_create(const char *name, const char *text, void **options_out);
  void gen_struct_destroy(void *options);
  int gen_dataset_create_faces(const void *options, void **dataset_out);
  int gen_model_create(const char *kind, const char *options, const void *context, void **model_out);
  int gen_model_fit(void *model, const void *dataset, const void *options, const void *run);
  int gen_vae_sample(const void *vae, const int32_t *labels, int64_t n_rows, uint64_t seed, float *rows_out);
  int gen_image_create_grid(const float *rows, int64_t n_rows, int64_t height, int64_t width, int64_t channels,
                            const void *options, void **image_out);
  int gen_image_save(const void *image, const char *path, const void *options);
  void gen_model_destroy(void *), gen_dataset_destroy(void *), gen_image_destroy(void *);
C, 'libgenerative.so.2');

$check = fn (int $status) => $status && throw new Exception($lib->gen_last_error_message());

// Calls a function that creates an object, and returns the object.
$make = function (string $function, ...$arguments) use ($lib, $check): FFI\CData {
  $made = $lib->new('void *');
  $check($lib->$function(...$arguments, ...[FFI::addr($made)]));
  return $made;
};
$drawn = $make('gen_struct_create', 'faces', 'n_rows=10000');
$faces = $make('gen_dataset_create_faces', $drawn);
try {
  $make('gen_model_create', 'vae', 'height=32 width=32 channels=3 latnet_size=10', null);
} catch (Exception $error) {
  echo $error->getMessage(), "\n";
}
$options = 'height=32 width=32 channels=3 latent_size=10 architecture=convolutional';
$vae = $make('gen_model_create', 'vae', $options, null);
$fit = $make('gen_struct_create', 'fit', 'epochs=5 batch_size=32');
$check($lib->gen_model_fit($vae, $faces, $fit, null));
$pixels = $lib->new('float[49152]');
$check($lib->gen_vae_sample($vae, null, 16, 1, $pixels));
$grid = $make('gen_image_create_grid', $pixels, 16, 32, 32, 3, null);
$check($lib->gen_image_save($grid, 'faces.png', null));
foreach ([$drawn, $fit] as $options) $lib->gen_struct_destroy($options);
$lib->gen_image_destroy($grid); $lib->gen_model_destroy($vae); $lib->gen_dataset_destroy($faces);
