# Draws faces, fits a VAE and saves its samples.
use strict;
use warnings;
use FFI::Platypus 1.00;

my $ffi = FFI::Platypus->new(api => 1, lib => "libgenerative.so.2");
$ffi->attach(gen_last_error_message => [] => "string");
$ffi->attach(gen_struct_create => ["string", "string", "opaque*"] => "int");
$ffi->attach(gen_struct_set_pointer => ["opaque", "string", "opaque"] => "int");
$ffi->attach(gen_struct_value => ["string", "opaque", "string", "double*"] => "int");
$ffi->attach(gen_dataset_create_faces => ["opaque", "opaque*"] => "int");
$ffi->attach(gen_model_create => ["string", "string", "opaque", "opaque*"] => "int");
$ffi->attach(gen_model_fit => ["opaque", "opaque", "opaque", "opaque"] => "int");
$ffi->attach(gen_vae_sample => ["opaque", "opaque", "sint64", "uint64", "opaque"] => "int");
$ffi->attach(gen_image_create_grid => ["opaque", ("sint64") x 4, "opaque", "opaque*"] => "int");
$ffi->attach(gen_image_save => ["opaque", "string", "opaque"] => "int");
sub check { die gen_last_error_message() . "\n" if $_[0] }
# Calls a function that creates an object or a number, and returns it.
sub make { my ($function, @arguments) = @_; check($function->(@arguments, \my $made)); return $made }
my $stopping = 0;
my $follow = $ffi->closure(sub { my ($event) = @_;
  my $is_good = eval { # Platypus drops a die, and the fit goes on: it must not leave a callback.
    die "enough" if $stopping;
    print "epoch ", make(\&gen_struct_value, "event", $event, "epoch"), "\n"
      if make(\&gen_struct_value, "event", $event, "kind") == 1; # GEN_EVENT_EPOCH
    1 };
  return $is_good ? 0 : 2 }); # GEN_GO_ON or GEN_STOP_NOW
my $faces = make(\&gen_dataset_create_faces, my $drawn = make(\&gen_struct_create, "faces", "n_rows=10000"));
my $shape = "height=32 width=32 channels=3";
eval { make(\&gen_model_create, "vae", "$shape latnet_size=10", undef) } or print $@;
my $vae = make(\&gen_model_create, "vae", "$shape latent_size=10 architecture=convolutional", undef);
my ($fit, $run) = map { make(\&gen_struct_create, @$_) } ["fit", "epochs=5 batch_size=32"], ["run", undef];
check(gen_struct_set_pointer($run, "event", $ffi->cast("(opaque, opaque)->int" => "opaque", $follow)));
check(gen_model_fit($vae, $faces, $fit, $run));
my $address = $ffi->cast(string => "opaque", my $pixels = "\0" x (16 * 32 * 32 * 3 * 4));
check(gen_vae_sample($vae, undef, 16, 1, $address));
check(gen_image_save(my $grid = make(\&gen_image_create_grid, $address, 16, 32, 32, 3, undef), "faces.png", undef));
$stopping = 1;
eval { check(gen_model_fit($vae, $faces, $fit, $run)); 1 } or print $@;
