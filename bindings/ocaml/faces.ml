(* Draws faces, fits a VAE and saves its samples. *)
open Ctypes
open Foreign

let _library = Dl.(dlopen ~filename:"libgenerative.so.2" ~flags:[RTLD_NOW; RTLD_GLOBAL])
let address = ptr void
let last_error = foreign "gen_last_error_message" (void @-> returning string)
let struct_create = foreign "gen_struct_create" (string @-> string_opt @-> ptr address @-> returning int)
let follow_type = funptr (address @-> address @-> returning int)
let set_event = foreign "gen_struct_set_pointer" (address @-> string @-> follow_type @-> returning int)
let struct_value = foreign "gen_struct_value" (string @-> address @-> string @-> ptr double @-> returning int)
let create_faces = foreign "gen_dataset_create_faces" (address @-> ptr address @-> returning int)
let model_create = foreign "gen_model_create" (string @-> string @-> address @-> ptr address @-> returning int)
let model_fit = foreign "gen_model_fit" (address @-> address @-> address @-> address @-> returning int)
let vae_sample = foreign "gen_vae_sample" (address @-> address @-> int64_t @-> int64_t @-> ptr float @-> returning int)
let create_grid = foreign "gen_image_create_grid"
  (ptr float @-> int64_t @-> int64_t @-> int64_t @-> int64_t @-> address @-> ptr address @-> returning int)
let image_save = foreign "gen_image_save" (address @-> string @-> address @-> returning int)

let check status = if status <> 0 then failwith (last_error ())
let make kind call = let made = allocate_n kind ~count:1 in check (call made); !@made
let attempt call = try call () with Failure message -> print_endline message
let number event member = make double (struct_value "event" event member)
let is_stopping = ref false
let follow event _ =
  try (* An exception must not leave a callback. *)
    if !is_stopping then failwith "enough";
    if number event "kind" = 1. then Printf.printf "epoch %.0f\n%!" (number event "epoch"); (* GEN_EVENT_EPOCH *)
    0 (* GEN_GO_ON *)
  with _ -> 2 (* GEN_STOP_NOW *)

let () =
  let shape = "height=32 width=32 channels=3 " in
  let faces = make address (create_faces (make address (struct_create "faces" (Some "n_rows=10000")))) in
  attempt (fun () -> ignore (make address (model_create "vae" (shape ^ "latnet_size=10") null)));
  let vae = make address (model_create "vae" (shape ^ "latent_size=10 architecture=convolutional") null) in
  let fit = make address (struct_create "fit" (Some "epochs=5 batch_size=32")) in
  let run = make address (struct_create "run" None) in
  check (set_event run "event" follow);
  check (model_fit vae faces fit run);
  let pixels = allocate_n float ~count:(16 * 32 * 32 * 3) in
  check (vae_sample vae null 16L 1L pixels);
  check (image_save (make address (create_grid pixels 16L 32L 32L 3L null)) "faces.png" null);
  is_stopping := true;
  attempt (fun () -> check (model_fit vae faces fit run))
