# Draws faces, fits a VAE and saves its samples.
use strict;
use warnings;
use FFI::Platypus 1.00;

my $ffi = FFI::Platypus->new(api => 1, lib => "libgenerative.so.2");
$ffi->attach(gen_last_error_message => [] => "string");
$ffi->attach(gen_struct_create => ["string", "string", "opaque*"] => "int");
$ffi->attach(gen_struct_destroy => ["opaque"] => "void");
$ffi->attach(gen_dataset_create_faces => ["opaque", "opaque*"] => "int");
$ffi->attach(gen_model_create => ["string", "string", "opaque", "opaque*"] => "int");
$ffi->attach(gen_model_fit => ["opaque", "opaque", "opaque", "opaque"] => "int");
$ffi->attach(gen_vae_sample => ["opaque", "opaque", "sint64", "uint64", "opaque"] => "int");
$ffi->attach(gen_image_create_grid => ["opaque", ("sint64") x 4, "opaque", "opaque*"] => "int");
$ffi->attach(gen_image_save => ["opaque", "string", "opaque"] => "int");
$ffi->attach("gen_${_}_destroy" => ["opaque"] => "void") for qw(model dataset image);

sub check { die gen_last_error_message() . "\n" if $_[0] }

# Calls a function that creates an object, and returns the object.
sub make { my ($function, @arguments) = @_; check($function->(@arguments, \my $made)); return $made }

my $drawn = make(\&gen_struct_create, "faces", "n_rows=10000");
my $faces = make(\&gen_dataset_create_faces, $drawn);
eval { make(\&gen_model_create, "vae", "height=32 width=32 channels=3 latnet_size=10", undef) } or print $@;
my $options = "height=32 width=32 channels=3 latent_size=10 architecture=convolutional";
my $vae = make(\&gen_model_create, "vae", $options, undef);
my $fit = make(\&gen_struct_create, "fit", "epochs=5 batch_size=32");
check(gen_model_fit($vae, $faces, $fit, undef));
my $pixels = "\0" x (16 * 32 * 32 * 3 * 4);
my $address = $ffi->cast(string => "opaque", $pixels);
check(gen_vae_sample($vae, undef, 16, 1, $address));
my $grid = make(\&gen_image_create_grid, $address, 16, 32, 32, 3, undef);
check(gen_image_save($grid, "faces.png", undef));
gen_struct_destroy($_) for $drawn, $fit;
gen_image_destroy($grid), gen_model_destroy($vae), gen_dataset_destroy($faces);
