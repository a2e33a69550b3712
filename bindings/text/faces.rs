// Draws faces, fits a VAE and saves its samples.
use std::{ffi::{c_void, CStr}, ptr::null_mut};
type Ptr = *mut c_void;

#[link(name = "generative")] extern "C" {
    fn gen_last_error_message() -> *const u8;
    fn gen_struct_create(name: *const u8, text: *const u8, options_out: &mut Ptr) -> i32;
    fn gen_struct_destroy(options: Ptr);
    fn gen_dataset_create_faces(options: Ptr, dataset_out: &mut Ptr) -> i32;
    fn gen_model_create(kind: *const u8, options: *const u8, context: Ptr, model_out: &mut Ptr) -> i32;
    fn gen_model_fit(model: Ptr, dataset: Ptr, options: Ptr, run: Ptr) -> i32;
    fn gen_vae_sample(vae: Ptr, labels: *const i32, n_rows: i64, seed: u64, rows_out: *mut f32) -> i32;
    fn gen_image_create_grid(rows: *const f32, n: i64, h: i64, w: i64, c: i64, options: Ptr, out: &mut Ptr) -> i32;
    fn gen_image_save(image: Ptr, path: *const u8, options: Ptr) -> i32;
    fn gen_model_destroy(_: Ptr); fn gen_dataset_destroy(_: Ptr); fn gen_image_destroy(_: Ptr);
}

/// Returns the object that a call created, if any, or the error message.
fn call(function: impl FnOnce(&mut Ptr) -> i32) -> Result<Ptr, String> {
    let mut made = null_mut();
    if function(&mut made) == 0 { return Ok(made); }
    Err(unsafe { CStr::from_ptr(gen_last_error_message().cast()) }.to_string_lossy().into_owned())
}

fn main() -> Result<(), String> { unsafe {
    let model = |text: &str| call(|out| gen_model_create("vae\0".as_ptr(), text.as_ptr(), null_mut(), out));
    let drawn = call(|out| gen_struct_create("faces\0".as_ptr(), "n_rows=10000\0".as_ptr(), out))?;
    let faces = call(|out| gen_dataset_create_faces(drawn, out))?;
    println!("{}", model("height=32 width=32 channels=3 latnet_size=10\0").unwrap_err());
    let vae = model("height=32 width=32 channels=3 latent_size=10 architecture=convolutional\0")?;
    let fit = call(|out| gen_struct_create("fit\0".as_ptr(), "epochs=5 batch_size=32\0".as_ptr(), out))?;
    call(|_| gen_model_fit(vae, faces, fit, null_mut()))?;
    let mut pixels = [0f32; 16 * 32 * 32 * 3];
    call(|_| gen_vae_sample(vae, null_mut(), 16, 1, pixels.as_mut_ptr()))?;
    let grid = call(|out| gen_image_create_grid(pixels.as_ptr(), 16, 32, 32, 3, null_mut(), out))?;
    call(|_| gen_image_save(grid, "faces.png\0".as_ptr(), null_mut()))?;
    for options in [drawn, fit] { gen_struct_destroy(options); }
    gen_image_destroy(grid); gen_model_destroy(vae); gen_dataset_destroy(faces);
    Ok(())
}}
