//! Safe bindings of libgenerative: PCA, autoencoders, variational autoencoders and GANs, fitted and run on a CPU.
//!
//! Options are texts, `name=value` with the names of generative.h. Rows are packed `f32`, N x H x W x C, images in
//! [0, 1]. Errors carry the library's message.
//!
//! ```
//! use generative::{Control, Dataset, Image, Model};
//!
//! # fn main() -> generative::Result<()> {
//! let faces = Dataset::faces("n_rows=200 height=16 width=16")?;
//! let mut vae = Model::new("vae", "height=16 width=16 channels=3 latent_size=8")?;
//! vae.fit(&faces)
//!     .options("epochs=2 batch_size=32")
//!     .follow(|event| {
//!         println!("epoch {} of {}: loss {}", event.epoch(), event.n_epochs(), event.loss());
//!         Control::Continue
//!     })
//!     .run()?;
//! let new = vae.sample(16, 1)?;
//! # let path = std::env::temp_dir().join(format!("faces-{}.png", std::process::id()));
//! # let path = path.to_str().unwrap();
//! Image::grid(&new, vae.shape()?, "n_columns=4")?.save(path)?;
//! # std::fs::remove_file(path).unwrap();
//! # Ok(())
//! # }
//! ```

mod ffi;

use std::any::Any;
use std::ffi::{CStr, CString};
use std::fmt;
use std::marker::PhantomData;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};

/// A status other than `GEN_OK`, and the library's one line that says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: i32,
    message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

const E_ARGUMENT: i32 = 1;
const E_CANCELLED: i32 = 13;
const E_UNSUPPORTED: i32 = 15;
const F32: i32 = 1;

impl Error {
    fn new(status: i32, message: String) -> Self {
        Error { status, message }
    }

    /// The number of the status.
    pub fn status(&self) -> i32 {
        self.status
    }

    /// The name of the status, such as "GEN_E_ARGUMENT".
    pub fn name(&self) -> &'static str {
        let name = unsafe { CStr::from_ptr(ffi::gen_status_name(self.status)) };
        name.to_str().unwrap_or("GEN_E_UNKNOWN")
    }

    /// Whether a callback or a token stopped the call.
    pub fn is_cancelled(&self) -> bool {
        self.status == E_CANCELLED
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The library's version, such as "1.0.0".
pub fn version() -> &'static str {
    unsafe { CStr::from_ptr(ffi::gen_version()) }.to_str().unwrap_or("")
}

/// Turns a status into a result. It must directly follow the call: the message is that of this thread's last failure.
fn check(status: i32) -> Result<()> {
    if status == 0 {
        return Ok(());
    }
    let message = unsafe { CStr::from_ptr(ffi::gen_last_error_message()) };
    Err(Error::new(status, message.to_string_lossy().into_owned()))
}

fn text(name: &str, value: &str) -> Result<CString> {
    CString::new(value).map_err(|_| Error::new(E_ARGUMENT, format!("{name} must not contain a zero byte")))
}

/// A struct of the library, destroyed with this value.
struct Struct {
    name: &'static str,
    address: *mut c_void,
}

impl Struct {
    fn new(name: &'static str, options: &str) -> Result<Self> {
        let (kind, options) = (text("name", name)?, text("options", options)?);
        let mut address = null_mut();
        check(unsafe { ffi::gen_struct_create(kind.as_ptr(), options.as_ptr(), &mut address) })?;
        Ok(Struct { name, address })
    }

    /// Sets a member to an address, which must stay valid as long as the struct is used.
    fn set(&mut self, member: &str, address: *mut c_void) -> Result<()> {
        let member = text("member", member)?;
        check(unsafe { ffi::gen_struct_set_pointer(self.address, member.as_ptr(), address) })
    }

    fn number(&self, member: &str) -> Result<f64> {
        read_number(self.name, self.address, member)
    }
}

impl Drop for Struct {
    fn drop(&mut self) {
        unsafe { ffi::gen_struct_destroy(self.address) }
    }
}

fn read_number(name: &str, structure: *const c_void, member: &str) -> Result<f64> {
    let (name, member) = (text("name", name)?, text("member", member)?);
    let mut value = 0.0;
    check(unsafe { ffi::gen_struct_value(name.as_ptr(), structure, member.as_ptr(), &mut value) })?;
    Ok(value)
}

/// Height, width and channels of a row; for tables 1, 1 and the number of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Shape {
    pub fn new(height: usize, width: usize, channels: usize) -> Self {
        Shape { height, width, channels }
    }

    /// The number of values of a row.
    pub fn row_size(&self) -> usize {
        self.height.saturating_mul(self.width).saturating_mul(self.channels)
    }

    fn read(info: &Struct) -> Result<Self> {
        let side = |name| info.number(name).map(|value| value as usize);
        Ok(Shape::new(side("height")?, side("width")?, side("channels")?))
    }

    /// The number of rows in `values`, which must be whole rows.
    fn count(&self, name: &str, values: &[f32]) -> Result<usize> {
        whole_rows(name, values, self.row_size())
    }
}

fn whole_rows(name: &str, values: &[f32], size: usize) -> Result<usize> {
    if size == 0 || values.len() % size != 0 {
        let message = format!("{name} must have a multiple of {size} values, not {}", values.len());
        return Err(Error::new(E_ARGUMENT, message));
    }
    Ok(values.len() / size)
}

/// Memory for `count` rows of `size` values.
fn room(count: usize, size: usize) -> Result<Vec<f32>> {
    let mut values = Vec::new();
    let total = count.checked_mul(size);
    if total.map_or(true, |total| values.try_reserve_exact(total).is_err()) {
        return Err(Error::new(E_ARGUMENT, format!("{count} rows of {size} values do not fit in memory")));
    }
    values.resize(total.unwrap_or(0), 0.0);
    Ok(values)
}

/// Rows to fit to.
#[derive(Debug)]
pub struct Dataset {
    handle: ffi::Handle,
}

// A handle is a number that the library looks up under a lock, from any thread.
unsafe impl Send for Dataset {}
unsafe impl Sync for Dataset {}

impl Dataset {
    /// Draws faces. `options`: those of `gen_faces_options`, such as "n_rows=1000 height=32 width=32".
    pub fn faces(options: &str) -> Result<Self> {
        let options = Struct::new("faces", options)?;
        let mut handle = null_mut();
        check(unsafe { ffi::gen_dataset_create_faces(options.address, &mut handle) })?;
        Ok(Dataset { handle })
    }

    /// Opens a file or a folder. `options`: those of `gen_open_options`.
    pub fn open(path: &str, options: &str) -> Result<Self> {
        let (path, options) = (text("path", path)?, Struct::new("open", options)?);
        let mut handle = null_mut();
        check(unsafe { ffi::gen_dataset_open(path.as_ptr(), options.address, null(), &mut handle) })?;
        Ok(Dataset { handle })
    }

    /// Copies rows, with or without a class number for each.
    pub fn from_rows(rows: &[f32], shape: Shape, labels: Option<&[i32]>) -> Result<Self> {
        let count = shape.count("rows", rows)?;
        if labels.map_or(false, |labels| labels.len() != count) {
            return Err(Error::new(E_ARGUMENT, format!("labels must have {count} values")));
        }
        let Shape { height, width, channels } = shape;
        let options = format!("n_rows={count} height={height} width={width} channels={channels}");
        let mut options = Struct::new("memory", &options)?;
        if let Some(labels) = labels {
            options.set("labels", labels.as_ptr() as *mut c_void)?;
        }
        let mut handle = null_mut();
        check(unsafe { ffi::gen_dataset_create(rows.as_ptr().cast(), options.address, &mut handle) })?;
        Ok(Dataset { handle })
    }

    fn info(&self) -> Result<Struct> {
        let info = Struct::new("dataset_info", "")?;
        check(unsafe { ffi::gen_dataset_info(self.handle, info.address) })?;
        Ok(info)
    }

    pub fn n_rows(&self) -> Result<usize> {
        Ok(self.info()?.number("n_rows")?.max(0.0) as usize)
    }

    pub fn shape(&self) -> Result<Shape> {
        Shape::read(&self.info()?)
    }

    /// Reads `n_rows` rows, from `first_row` on.
    pub fn read(&self, first_row: usize, n_rows: usize) -> Result<Vec<f32>> {
        let mut rows = room(n_rows, self.shape()?.row_size())?;
        check(unsafe { ffi::gen_dataset_read(self.handle, first_row as i64, n_rows as i64, rows.as_mut_ptr()) })?;
        Ok(rows)
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        unsafe { ffi::gen_dataset_destroy(self.handle) }
    }
}

/// Stops calls from another thread.
#[derive(Debug)]
pub struct Token {
    handle: ffi::Handle,
}

unsafe impl Send for Token {}
unsafe impl Sync for Token {}

impl Token {
    pub fn new() -> Result<Self> {
        let mut handle = null_mut();
        check(unsafe { ffi::gen_token_create(&mut handle) })?;
        Ok(Token { handle })
    }

    /// Stops all present and later calls that have this token.
    pub fn cancel(&self) -> Result<()> {
        check(unsafe { ffi::gen_token_cancel(self.handle) })
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        unsafe { ffi::gen_token_destroy(self.handle) }
    }
}

/// What a callback decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Continue = 0,
    StopAfterEpoch = 1,
    StopNow = 2,
}

/// When an event happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    Step,
    Epoch,
    Skipped,
    Warning,
    Progress,
    Other,
}

/// The progress of a fit, valid during the callback.
pub struct Event<'a> {
    address: *const c_void,
    during: PhantomData<&'a ()>,
}

impl Event<'_> {
    /// Any number of `gen_event` by its name, such as "kl"; NaN if it does not apply to the model.
    pub fn number(&self, member: &str) -> Result<f64> {
        read_number("event", self.address, member)
    }

    fn known(&self, member: &str) -> f64 {
        self.number(member).unwrap_or(f64::NAN)
    }

    pub fn kind(&self) -> Kind {
        match self.known("kind") as i32 {
            0 => Kind::Step,
            1 => Kind::Epoch,
            2 => Kind::Skipped,
            3 => Kind::Warning,
            4 => Kind::Progress,
            _ => Kind::Other,
        }
    }

    pub fn epoch(&self) -> u64 {
        self.known("epoch") as u64
    }

    pub fn n_epochs(&self) -> u64 {
        self.known("n_epochs") as u64
    }

    pub fn step(&self) -> u64 {
        self.known("step") as u64
    }

    pub fn n_steps(&self) -> u64 {
        self.known("n_steps") as u64
    }

    pub fn loss(&self) -> f64 {
        self.known("loss")
    }

    pub fn message(&self) -> String {
        let message = unsafe { CStr::from_ptr(ffi::gen_event_message(self.address)) };
        message.to_string_lossy().into_owned()
    }
}

type Callback<'a> = Box<dyn FnMut(&Event) -> Control + 'a>;

/// What the library's callback needs: the host's function, and the panic that ended it.
struct Following<'a> {
    callback: Callback<'a>,
    panic: Option<Box<dyn Any + Send>>,
}

/// A panic must not leave a callback: the library's frames cannot be unwound. It is kept, the fit is stopped, and
/// `Fit::run` continues the panic.
extern "C" fn on_event(event: *const c_void, user_data: *mut c_void) -> i32 {
    let following = unsafe { &mut *user_data.cast::<Following>() };
    if following.panic.is_some() {
        return Control::StopNow as i32;
    }
    let event = Event { address: event, during: PhantomData };
    match catch_unwind(AssertUnwindSafe(|| (following.callback)(&event))) {
        Ok(control) => control as i32,
        Err(panic) => {
            following.panic = Some(panic);
            Control::StopNow as i32
        }
    }
}

/// A fit to be run: see [`Model::fit`].
#[must_use = "run() starts the fit"]
pub struct Fit<'a> {
    model: &'a mut Model,
    dataset: &'a Dataset,
    options: String,
    validation: Option<&'a Dataset>,
    token: Option<&'a Token>,
    callback: Option<Callback<'a>>,
}

impl<'a> Fit<'a> {
    /// Options of `gen_fit_options`, such as "epochs=10 batch_size=64".
    pub fn options(mut self, options: &str) -> Self {
        self.options = options.to_owned();
        self
    }

    /// Rows whose loss is reported after each epoch.
    pub fn validation(mut self, dataset: &'a Dataset) -> Self {
        self.validation = Some(dataset);
        self
    }

    /// A token that stops the fit.
    pub fn token(mut self, token: &'a Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Calls `callback` on this thread: ten times a second at most, after each epoch, and for warnings.
    pub fn follow(mut self, callback: impl FnMut(&Event) -> Control + 'a) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Runs the fit. A stopped one is an error for which [`Error::is_cancelled`] is true; the model keeps what it has
    /// learned. A panic of the callback stops the fit, and then continues.
    pub fn run(self) -> Result<()> {
        let mut run = Struct::new("run", "")?;
        // A PCA's fit has no options, not even default ones.
        let has_options = !self.options.is_empty() || self.validation.is_some();
        let mut options = if has_options { Some(Struct::new("fit", &self.options)?) } else { None };
        if let (Some(options), Some(validation)) = (&mut options, self.validation) {
            options.set("validation", validation.handle)?;
        }
        if let Some(token) = self.token {
            run.set("token", token.handle)?;
        }
        let mut following = self.callback.map(|callback| Following { callback, panic: None });
        if let Some(following) = &mut following {
            let callback: ffi::OnEvent = on_event;
            run.set("event", callback as *mut c_void)?;
            run.set("user_data", (following as *mut Following).cast())?;
        }
        let given = options.as_ref().map_or(null_mut(), |options| options.address);
        let status = unsafe { ffi::gen_model_fit(self.model.handle, self.dataset.handle, given, run.address) };
        let result = check(status);
        match following.and_then(|following| following.panic) {
            Some(panic) => resume_unwind(panic),
            None => result,
        }
    }
}

/// A model of any kind.
#[derive(Debug)]
pub struct Model {
    handle: ffi::Handle,
}

unsafe impl Send for Model {}
unsafe impl Sync for Model {}

impl Model {
    /// Creates a model. `kind`: "pca", "autoencoder", "vae", "gan" or "classifier". `options`: those of its struct in
    /// generative.h.
    pub fn new(kind: &str, options: &str) -> Result<Self> {
        let (kind, options) = (text("kind", kind)?, text("options", options)?);
        let mut handle = null_mut();
        check(unsafe { ffi::gen_model_create(kind.as_ptr(), options.as_ptr(), null_mut(), &mut handle) })?;
        Ok(Model { handle })
    }

    /// Loads a model of the kind that the file names.
    pub fn load(path: &str) -> Result<Self> {
        let path = text("path", path)?;
        let mut handle = null_mut();
        check(unsafe { ffi::gen_model_load(path.as_ptr(), null_mut(), &mut handle) })?;
        Ok(Model { handle })
    }

    /// Saves the model, with the state that a fit needs to continue.
    pub fn save(&self, path: &str) -> Result<()> {
        let path = text("path", path)?;
        check(unsafe { ffi::gen_model_save(self.handle, path.as_ptr(), 0) })
    }

    /// The kind, as in [`Model::new`].
    pub fn kind(&self) -> String {
        let kind: *const c_char = unsafe { ffi::gen_model_kind(self.handle) };
        if kind.is_null() {
            return String::new();
        }
        unsafe { CStr::from_ptr(kind) }.to_string_lossy().into_owned()
    }

    /// A number of `gen_model_info_t` by its name, such as "n_parameters".
    pub fn info(&self, member: &str) -> Result<f64> {
        self.read_info()?.number(member)
    }

    fn read_info(&self) -> Result<Struct> {
        let info = Struct::new("model_info", "")?;
        check(unsafe { ffi::gen_model_info(self.handle, info.address) })?;
        Ok(info)
    }

    /// The shape of the rows.
    pub fn shape(&self) -> Result<Shape> {
        Shape::read(&self.read_info()?)
    }

    /// The number of latents per row.
    pub fn latent_size(&self) -> Result<usize> {
        Ok(self.info("latent_size")? as usize)
    }

    /// Prepares a fit to `dataset`, which [`Fit::run`] starts.
    pub fn fit<'a>(&'a mut self, dataset: &'a Dataset) -> Fit<'a> {
        Fit { model: self, dataset, options: String::new(), validation: None, token: None, callback: None }
    }

    fn unsupported<T>(&self, what: &str) -> Result<T> {
        Err(Error::new(E_UNSUPPORTED, format!("a {} cannot {what}", self.kind())))
    }

    /// Draws `n_rows` new rows, by `seed`.
    pub fn sample(&self, n_rows: usize, seed: u64) -> Result<Vec<f32>> {
        self.draw(n_rows, None, seed)
    }

    /// Draws a new row of each label's class.
    pub fn sample_labels(&self, labels: &[i32], seed: u64) -> Result<Vec<f32>> {
        self.draw(labels.len(), Some(labels), seed)
    }

    fn draw(&self, n_rows: usize, labels: Option<&[i32]>, seed: u64) -> Result<Vec<f32>> {
        let mut rows = room(n_rows, self.shape()?.row_size())?;
        let (count, out) = (n_rows as i64, rows.as_mut_ptr());
        let given = labels.map_or(null(), <[i32]>::as_ptr);
        let status = match self.kind().as_str() {
            "vae" => unsafe { ffi::gen_vae_sample(self.handle, given, count, seed, out) },
            "gan" => unsafe { ffi::gen_gan_sample(self.handle, given, count, seed, out) },
            "pca" if labels.is_none() => unsafe { ffi::gen_pca_sample(self.handle, count, seed, 0, F32, out) },
            _ => return self.unsupported("sample"),
        };
        check(status).map(|_| rows)
    }

    /// Computes the latents of rows; of a VAE the means of their Gaussians.
    pub fn encode(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let count = self.shape()?.count("rows", rows)?;
        let mut latents = room(count, self.latent_size()?)?;
        let (count, rows, out) = (count as i64, rows.as_ptr(), latents.as_mut_ptr());
        let status = match self.kind().as_str() {
            "vae" => unsafe { ffi::gen_vae_encode(self.handle, rows, null(), count, out, null_mut()) },
            "autoencoder" => unsafe { ffi::gen_autoencoder_encode(self.handle, rows, count, out) },
            "pca" => unsafe { ffi::gen_pca_transform(self.handle, rows, F32, count, out) },
            _ => return self.unsupported("encode"),
        };
        check(status).map(|_| latents)
    }

    /// Computes rows from latents.
    pub fn decode(&self, latents: &[f32]) -> Result<Vec<f32>> {
        let count = whole_rows("latents", latents, self.latent_size()?)?;
        let mut rows = room(count, self.shape()?.row_size())?;
        let (count, latents, out) = (count as i64, latents.as_ptr(), rows.as_mut_ptr());
        let status = match self.kind().as_str() {
            "vae" => unsafe { ffi::gen_vae_decode(self.handle, latents, null(), count, out) },
            "autoencoder" => unsafe { ffi::gen_autoencoder_decode(self.handle, latents, count, out) },
            "pca" => unsafe { ffi::gen_pca_inverse_transform(self.handle, latents, F32, count, out) },
            _ => return self.unsupported("decode"),
        };
        check(status).map(|_| rows)
    }

    /// Encodes and decodes rows.
    pub fn reconstruct(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let count = self.shape()?.count("rows", rows)?;
        let mut output = room(count, self.shape()?.row_size())?;
        check(unsafe {
            ffi::gen_model_reconstruct(self.handle, rows.as_ptr(), null(), count as i64, output.as_mut_ptr())
        })?;
        Ok(output)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        unsafe { ffi::gen_model_destroy(self.handle) }
    }
}

/// An image to save.
#[derive(Debug)]
pub struct Image {
    handle: ffi::Handle,
}

unsafe impl Send for Image {}
unsafe impl Sync for Image {}

impl Image {
    /// A grid of rows. `options`: those of `gen_grid_options`, such as "n_columns=8".
    pub fn grid(rows: &[f32], shape: Shape, options: &str) -> Result<Self> {
        let (count, options) = (shape.count("rows", rows)?, Struct::new("grid", options)?);
        let (height, width, channels) = (shape.height as i64, shape.width as i64, shape.channels as i64);
        let mut handle = null_mut();
        check(unsafe {
            ffi::gen_image_create_grid(
                rows.as_ptr(),
                count as i64,
                height,
                width,
                channels,
                options.address,
                &mut handle,
            )
        })?;
        Ok(Image { handle })
    }

    /// Writes a PNG or JPEG file, by the extension of `path`.
    pub fn save(&self, path: &str) -> Result<()> {
        let path = text("path", path)?;
        check(unsafe { ffi::gen_image_save(self.handle, path.as_ptr(), null()) })
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        unsafe { ffi::gen_image_destroy(self.handle) }
    }
}
