use generative::{Control, Dataset, Error, Image, Kind, Model, Shape, Token};
use std::panic::{catch_unwind, AssertUnwindSafe};

const SHAPE: &str = "height=16 width=16";

fn faces(n_rows: usize) -> Dataset {
    Dataset::faces(&format!("n_rows={n_rows} {SHAPE}")).unwrap()
}

fn vae() -> Model {
    Model::new("vae", &format!("{SHAPE} channels=3 latent_size=4 hidden=32")).unwrap()
}

fn scratch(name: &str) -> String {
    let path = std::env::temp_dir().join(format!("generative-{}-{name}", std::process::id()));
    path.to_str().unwrap().to_owned()
}

#[test]
fn errors_have_the_librarys_message() {
    let error: Error = Model::new("vae", "latnet_size=10").unwrap_err();
    assert_eq!(error.to_string(), "vae has no option \"latnet_size\"; did you mean latent_size?");
    assert_eq!((error.name(), error.status(), error.is_cancelled()), ("GEN_E_ARGUMENT", 1, false));
    let error = Model::load("/nowhere/model.safetensors").unwrap_err();
    assert_eq!(error.name(), "GEN_E_IO");
    assert_eq!(Model::new("v\0e", "").unwrap_err().to_string(), "kind must not contain a zero byte");
}

#[test]
fn slices_that_are_not_whole_rows_are_errors() {
    let mut model = vae();
    model.fit(&faces(64)).options("epochs=1").run().unwrap();
    assert_eq!(model.reconstruct(&[0.5; 767]).unwrap_err().name(), "GEN_E_ARGUMENT");
    assert_eq!(model.decode(&[0.0; 5]).unwrap_err().name(), "GEN_E_ARGUMENT");
    assert!(Dataset::from_rows(&[0.0; 7], Shape::new(1, 1, 3), None).is_err());
    assert!(Dataset::from_rows(&[0.0; 6], Shape::new(1, 1, 3), Some(&[0])).is_err());
    assert!(Dataset::from_rows(&[], Shape::new(0, 1, 3), None).is_err());
    assert!(Image::grid(&[0.5; 7], Shape::new(2, 2, 1), "").is_err());
    assert!(model.sample(usize::MAX, 1).is_err());
    assert!(model.sample(usize::MAX / 4096, 1).is_err());
    assert!(faces(3).read(2, 2).is_err());
    // A text cannot set an address.
    for pointer in ["comm=1", "validation=4096", "checkpoint_path=x"] {
        assert_eq!(model.fit(&faces(3)).options(pointer).run().unwrap_err().name(), "GEN_E_ARGUMENT");
    }
}

#[test]
fn a_fit_reports_its_epochs() {
    let (rows, held_out) = (faces(128), faces(32));
    let (mut epochs, mut losses) = (Vec::new(), Vec::new());
    let mut model = vae();
    let fit = model.fit(&rows).options("epochs=3 batch_size=32").validation(&held_out);
    fit.follow(|event| {
        if event.kind() == Kind::Epoch {
            assert_eq!((event.n_epochs(), event.step(), event.n_steps()), (3, 4, 4));
            assert!(event.number("validation_loss").unwrap().is_finite());
            assert!(event.number("nothing").is_err());
            epochs.push(event.epoch());
            losses.push(event.loss());
        }
        Control::Continue
    })
    .run()
    .unwrap();
    assert_eq!(epochs, [1, 2, 3]);
    assert!(losses[2] < losses[0]);
    assert_eq!(model.info("n_epochs").unwrap(), 3.0);
}

#[test]
fn a_callback_and_a_token_stop_a_fit() {
    let rows = faces(128);
    let mut model = vae();
    let stopped = model.fit(&rows).options("epochs=50").follow(|_| Control::StopNow).run().unwrap_err();
    assert!(stopped.is_cancelled());
    let token = Token::new().unwrap();
    let stopped = std::thread::scope(|scope| {
        scope.spawn(|| token.cancel().unwrap());
        model.fit(&rows).options("epochs=100000").token(&token).run().unwrap_err()
    });
    assert!(stopped.is_cancelled());
    model.fit(&rows).options("epochs=1").run().unwrap();
}

#[test]
fn a_panic_passes_through_a_fit_and_leaves_the_model_usable() {
    let rows = faces(64);
    let mut model = vae();
    let mut calls = 0;
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let fit = model.fit(&rows).options("epochs=5");
        fit.follow(|_| {
            calls += 1;
            std::panic::resume_unwind(Box::new("enough"))
        })
        .run()
    }))
    .unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"enough"));
    assert_eq!(calls, 1);
    model.fit(&rows).options("epochs=1").run().unwrap();
}

#[test]
fn a_pca_of_all_components_reconstructs_its_rows() {
    // 7 rows of 3 columns, in their own units.
    let rows: Vec<f32> = (0..21).map(|i| ((i * i * 7) % 23) as f32 * 1.5 - 4.0).collect();
    let table = Dataset::from_rows(&rows, Shape::new(1, 1, 3), None).unwrap();
    assert_eq!(table.read(0, 7).unwrap(), rows);
    let mut pca = Model::new("pca", "n_components=3").unwrap();
    assert_eq!(pca.shape().unwrap_err().name(), "GEN_E_STATE");
    pca.fit(&table).run().unwrap();
    let latents = pca.encode(&rows).unwrap();
    for output in [pca.decode(&latents).unwrap(), pca.reconstruct(&rows).unwrap()] {
        assert!(output.iter().zip(&rows).all(|(a, b)| (a - b).abs() < 1e-4));
    }
    // The latents' mean is 0, and their variance decreases from one column to the next.
    let power = |column: usize| latents.iter().skip(column).step_by(3).map(|x| x * x).sum::<f32>();
    assert!(power(0) >= power(1) && power(1) >= power(2));
    assert!(latents.iter().step_by(3).sum::<f32>().abs() < 1e-3);
}

#[test]
fn a_saved_model_gives_the_same_samples() {
    let mut model = vae();
    model.fit(&faces(64)).options("epochs=1 seed=3").run().unwrap();
    let path = scratch("model.safetensors");
    model.save(&path).unwrap();
    let loaded = Model::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((loaded.kind().as_str(), loaded.shape().unwrap()), ("vae", Shape::new(16, 16, 3)));
    assert_eq!(loaded.sample(5, 9).unwrap(), model.sample(5, 9).unwrap());
    assert_ne!(loaded.sample(5, 9).unwrap(), model.sample(5, 10).unwrap());
    let path = scratch("grid.png");
    Image::grid(&model.sample(5, 9).unwrap(), model.shape().unwrap(), "n_columns=3").unwrap().save(&path).unwrap();
    // 2 x 3 cells of 16 pixels with 2 between and around them.
    let image = Dataset::open(&path, "").unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(image.shape().unwrap(), Shape::new(38, 56, 3));
}

#[test]
fn a_conditional_model_needs_labels() {
    let rows: Vec<f32> = (0..64 * 4).map(|i| (i % 5) as f32 / 4.0).collect();
    let labels: Vec<i32> = (0..64).map(|i| i % 2).collect();
    let data = Dataset::from_rows(&rows, Shape::new(2, 2, 1), Some(&labels)).unwrap();
    let mut model = Model::new("vae", "height=2 width=2 latent_size=2 hidden=8 n_classes=2").unwrap();
    model.fit(&data).options("epochs=1").run().unwrap();
    assert_eq!(model.sample_labels(&[0, 1, 1], 1).unwrap().len(), 12);
    assert_eq!(model.sample_labels(&[2], 1).unwrap_err().name(), "GEN_E_ARGUMENT");
    let mut plain = Model::new("classifier", "height=2 width=2 n_classes=2 hidden=8").unwrap();
    plain.fit(&data).options("epochs=1").run().unwrap();
    assert_eq!(plain.sample(1, 1).unwrap_err().name(), "GEN_E_UNSUPPORTED");
}

#[test]
fn threads_share_a_model() {
    let mut model = vae();
    model.fit(&faces(64)).options("epochs=1").run().unwrap();
    let alone = model.sample(20, 1).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(model.sample(20, 1).unwrap(), alone));
        }
    });
}
