//! The functions of generative.h that the crate calls. Handles are tickets that the library checks, so a wrong one is
//! an error, not undefined behaviour. Options pass as text, and structs by name, so no layout is repeated here.
use std::os::raw::{c_char, c_void};

pub type Handle = *mut c_void;
pub type OnEvent = extern "C" fn(event: *const c_void, user_data: *mut c_void) -> i32;

#[link(name = "generative")]
extern "C" {
    pub fn gen_version() -> *const c_char;
    pub fn gen_status_name(status: i32) -> *const c_char;
    pub fn gen_last_error_message() -> *const c_char;

    pub fn gen_struct_create(name: *const c_char, text: *const c_char, struct_out: *mut *mut c_void) -> i32;
    pub fn gen_struct_destroy(structure: *mut c_void);
    pub fn gen_struct_set_pointer(structure: *mut c_void, member: *const c_char, address: *mut c_void) -> i32;
    pub fn gen_struct_value(
        name: *const c_char,
        structure: *const c_void,
        member: *const c_char,
        value_out: *mut f64,
    ) -> i32;
    pub fn gen_event_message(event: *const c_void) -> *const c_char;

    pub fn gen_token_create(token_out: *mut Handle) -> i32;
    pub fn gen_token_destroy(token: Handle);
    pub fn gen_token_cancel(token: Handle) -> i32;

    pub fn gen_dataset_create(data: *const c_void, options: *const c_void, dataset_out: *mut Handle) -> i32;
    pub fn gen_dataset_open(
        path: *const c_char,
        options: *const c_void,
        run: *const c_void,
        dataset_out: *mut Handle,
    ) -> i32;
    pub fn gen_dataset_create_faces(options: *const c_void, dataset_out: *mut Handle) -> i32;
    pub fn gen_dataset_info(dataset: Handle, info_out: *mut c_void) -> i32;
    pub fn gen_dataset_read(dataset: Handle, first_row: i64, n_rows: i64, rows_out: *mut f32) -> i32;
    pub fn gen_dataset_destroy(dataset: Handle);

    pub fn gen_model_create(
        kind: *const c_char,
        options: *const c_char,
        context: Handle,
        model_out: *mut Handle,
    ) -> i32;
    pub fn gen_model_load(path: *const c_char, context: Handle, model_out: *mut Handle) -> i32;
    pub fn gen_model_save(model: Handle, path: *const c_char, content: i32) -> i32;
    pub fn gen_model_kind(model: Handle) -> *const c_char;
    pub fn gen_model_info(model: Handle, info_out: *mut c_void) -> i32;
    pub fn gen_model_fit(model: Handle, dataset: Handle, options: *const c_void, run: *const c_void) -> i32;
    pub fn gen_model_reconstruct(
        model: Handle,
        rows: *const f32,
        labels: *const i32,
        n_rows: i64,
        rows_out: *mut f32,
    ) -> i32;
    pub fn gen_model_destroy(model: Handle);

    pub fn gen_pca_transform(pca: Handle, rows: *const f32, dtype: i32, n_rows: i64, latents_out: *mut f32) -> i32;
    pub fn gen_pca_sample(pca: Handle, n_rows: i64, seed: u64, with_noise: i32, dtype: i32, rows_out: *mut f32) -> i32;
    pub fn gen_pca_inverse_transform(
        pca: Handle,
        latents: *const f32,
        dtype: i32,
        n_rows: i64,
        rows_out: *mut f32,
    ) -> i32;
    pub fn gen_autoencoder_encode(model: Handle, rows: *const f32, n_rows: i64, latents_out: *mut f32) -> i32;
    pub fn gen_autoencoder_decode(model: Handle, latents: *const f32, n_rows: i64, rows_out: *mut f32) -> i32;
    pub fn gen_vae_encode(
        vae: Handle,
        rows: *const f32,
        labels: *const i32,
        n_rows: i64,
        mean_out: *mut f32,
        log_variance_out: *mut f32,
    ) -> i32;
    pub fn gen_vae_decode(vae: Handle, latents: *const f32, labels: *const i32, n_rows: i64, rows_out: *mut f32)
        -> i32;
    pub fn gen_vae_sample(vae: Handle, labels: *const i32, n_rows: i64, seed: u64, rows_out: *mut f32) -> i32;
    pub fn gen_gan_sample(gan: Handle, labels: *const i32, n_rows: i64, seed: u64, rows_out: *mut f32) -> i32;

    pub fn gen_image_create_grid(
        rows: *const f32,
        n_rows: i64,
        height: i64,
        width: i64,
        channels: i64,
        options: *const c_void,
        image_out: *mut Handle,
    ) -> i32;
    pub fn gen_image_save(image: Handle, path: *const c_char, options: *const c_void) -> i32;
    pub fn gen_image_destroy(image: Handle);
}
