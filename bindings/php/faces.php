<?php // Draws faces, fits a VAE and saves its samples.
$lib = FFI::cdef(<<<'C'
  const char *gen_last_error_message(void);
  int gen_struct_create(const char *name, const char *text, void **struct_out);
  int gen_struct_set_pointer(void *structure, const char *member, void *address);
  int gen_struct_value(const char *name, const void *structure, const char *member, double *value_out);
  int gen_dataset_create_faces(const void *options, void **dataset_out);
  int gen_model_create(const char *kind, const char *options, const void *context, void **model_out);
  int gen_model_fit(void *model, const void *dataset, const void *options, const void *run);
  int gen_vae_sample(const void *vae, const int32_t *labels, int64_t n_rows, uint64_t seed, float *rows_out);
  int gen_image_create_grid(const float *rows, int64_t n, int64_t h, int64_t w, int64_t c, void *options, void **image);
  int gen_image_save(const void *image, const char *path, const void *options);
C, 'libgenerative.so.2');
$check = fn (int $status) => $status && throw new Exception($lib->gen_last_error_message());
// Returns the object, or the number, that a call makes.
$make = function (string $function, ...$arguments) use ($lib, $check): FFI\CData {
  $made = $lib->new($function == 'gen_struct_value' ? 'double' : 'void *');
  $check($lib->$function(...[...$arguments, FFI::addr($made)]));
  return $made;
};
$follow = $lib->new('int32_t (*[1])(const void *event, void *user_data)');
$follow[0] = function ($event) use ($make, &$stopping): int {
  try { // An exception that leaves a callback ends the script.
    if ($stopping) throw new Exception('enough');
    if ($make('gen_struct_value', 'event', $event, 'kind')->cdata == 1) // GEN_EVENT_EPOCH
      echo 'epoch ', $make('gen_struct_value', 'event', $event, 'epoch')->cdata, "\n";
    return 0; // GEN_GO_ON
  } catch (Throwable) { return 2; } // GEN_STOP_NOW
};
$try = function (callable $call) {
  try { return $call(); } catch (Exception $error) { echo $error->getMessage(), "\n"; }
};
$new_vae = fn (string $text) => $make('gen_model_create', 'vae', "height=32 width=32 channels=3 $text", null);
$faces = $make('gen_dataset_create_faces', $make('gen_struct_create', 'faces', 'n_rows=10000'));
$try(fn () => $new_vae('latnet_size=10'));
$vae = $new_vae('latent_size=10 architecture=convolutional');
$fit = $make('gen_struct_create', 'fit', 'epochs=5 batch_size=32');
$run = $make('gen_struct_create', 'run', null);
$check($lib->gen_struct_set_pointer($run, 'event', $lib->cast('void *', $follow[0])));
$check($lib->gen_model_fit($vae, $faces, $fit, $run));
$check($lib->gen_vae_sample($vae, null, 16, 1, $pixels = $lib->new('float[49152]')));
$check($lib->gen_image_save($make('gen_image_create_grid', $pixels, 16, 32, 32, 3, null), 'faces.png', null));
$stopping = true;
$try(fn () => $check($lib->gen_model_fit($vae, $faces, $fit, $run)));
