// Draws faces, fits a VAE and saves its samples.
use std::{ffi::{c_void, CStr}, panic::{catch_unwind, resume_unwind}, ptr::null_mut};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
type Ptr = *mut c_void;
static IS_STOPPING: AtomicBool = AtomicBool::new(false);
#[link(name = "generative")] extern "C" {
    fn gen_last_error_message() -> *const i8;
    fn gen_struct_create(name: *const u8, text: *const u8, struct_out: &mut Ptr) -> i32;
    fn gen_struct_set_pointer(structure: Ptr, member: *const u8, address: Ptr) -> i32;
    fn gen_struct_value(name: *const u8, structure: Ptr, member: *const u8, value_out: &mut f64) -> i32;
    fn gen_dataset_create_faces(options: Ptr, dataset_out: &mut Ptr) -> i32;
    fn gen_model_create(kind: *const u8, options: *const u8, context: Ptr, model_out: &mut Ptr) -> i32;
    fn gen_model_fit(model: Ptr, dataset: Ptr, options: Ptr, run: Ptr) -> i32;
    fn gen_vae_sample(vae: Ptr, labels: *const i32, n_rows: i64, seed: u64, rows_out: *mut f32) -> i32;
    fn gen_image_create_grid(rows: *const f32, n: i64, h: i64, w: i64, c: i64, options: Ptr, out: &mut Ptr) -> i32;
    fn gen_image_save(image: Ptr, path: *const u8, options: Ptr) -> i32;
}
/// Returns the object that a call created, if any, or the error message.
fn call(function: impl FnOnce(&mut Ptr) -> i32) -> Result<Ptr, String> {
    let mut made = null_mut();
    if function(&mut made) == 0 { return Ok(made) }
    Err(unsafe { CStr::from_ptr(gen_last_error_message().cast()) }.to_string_lossy().into_owned())
}
fn number(event: Ptr, name: &str) -> f64 {
    let mut value = 0.0;
    call(|_| unsafe { gen_struct_value("event\0".as_ptr(), event, name.as_ptr(), &mut value) }).map(|_| value).unwrap()
}
/// A panic that leaves a callback ends the process, so it is caught and becomes GEN_STOP_NOW.
extern "C" fn follow(event: Ptr, _: Ptr) -> i32 {
    catch_unwind(|| {
        if IS_STOPPING.load(Relaxed) { resume_unwind(Box::new("enough")) } // a panic without a message
        if number(event, "kind\0") == 1.0 { println!("epoch {}", number(event, "epoch\0")) } // GEN_EVENT_EPOCH
    }).map_or(2, |_| 0)
}
fn main() -> Result<(), String> { unsafe {
    let new_vae = |text: &str| call(|out| gen_model_create("vae\0".as_ptr(), text.as_ptr(), null_mut(), out));
    let new_struct = |name: &str, text: &str| call(|out| gen_struct_create(name.as_ptr(), text.as_ptr(), out));
    let (drawn, fit) = (new_struct("faces\0", "n_rows=10000\0")?, new_struct("fit\0", "epochs=5 batch_size=32\0")?);
    let (faces, run) = (call(|out| gen_dataset_create_faces(drawn, out))?, new_struct("run\0", "\0")?);
    println!("{}", new_vae("height=32 width=32 channels=3 latnet_size=10\0").unwrap_err());
    let vae = new_vae("height=32 width=32 channels=3 latent_size=10 architecture=convolutional\0")?;
    let mut pixels = [0f32; 16 * 32 * 32 * 3];
    call(|_| gen_struct_set_pointer(run, "event\0".as_ptr(), follow as *const () as Ptr))?;
    call(|_| gen_model_fit(vae, faces, fit, run))?;
    call(|_| gen_vae_sample(vae, null_mut(), 16, 1, pixels.as_mut_ptr()))?;
    let grid = call(|out| gen_image_create_grid(pixels.as_ptr(), 16, 32, 32, 3, null_mut(), out))?;
    call(|_| gen_image_save(grid, "faces.png\0".as_ptr(), null_mut()))?;
    IS_STOPPING.store(true, Relaxed);
    Ok(println!("{}", call(|_| gen_model_fit(vae, faces, fit, run)).unwrap_err()))
}}
