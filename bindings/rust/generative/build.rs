//! Tells the linker where libgenerative is: in GENERATIVE_LIBRARY_DIR, or where pkg-config says. Without either, the
//! linker looks in its own folders and in LIBRARY_PATH.
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=GENERATIVE_LIBRARY_DIR");
    if let Ok(folder) = std::env::var("GENERATIVE_LIBRARY_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        return;
    }
    let told = Command::new("pkg-config").args(["--variable=libdir", "generative"]).output();
    if let Ok(told) = told {
        let folder = String::from_utf8_lossy(&told.stdout);
        if told.status.success() && !folder.trim().is_empty() {
            println!("cargo:rustc-link-search=native={}", folder.trim());
        }
    }
}
