//! What can be wrong with a file, or with what it wants.

use macho::image::ImageError;

/// Why a Mach-O file can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read, or memory can't be had; the message names which.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its bytes contradict each other.
    #[error("{path}: malformed Mach-O file: {what}")]
    Malformed {
        /// The file.
        path: String,
        /// What was found, and where.
        what: String,
    },
    /// It is no program, library or bundle for x86_64.
    #[error("{path}: {what}")]
    Unsuitable {
        /// The file.
        path: String,
        /// What it is instead.
        what: String,
    },
    /// A library that an image is linked with is neither in the root nor in the SDK.
    #[error("library not loaded: {library}\n  referenced from: {path}\n  looked for: {looked}")]
    NoLibrary {
        /// Its install name.
        library: String,
        /// The image that wants it.
        path: String,
        /// The places, in order.
        looked: String,
    },
    /// The kernel can't keep a program from changing the machine.
    #[error(
        "the program is not started, because this kernel can't keep it from changing the machine: {0}\n  hint: \
        allow the system calls `seccomp` and `prctl`, which a container may have forbidden"
    )]
    Unconfined(String),
    /// Imports that nothing satisfies: all of one image.
    #[error("{path}: {} unresolved:\n{}", count(.missing), .missing.join("\n"))]
    Unresolved {
        /// The image that wants them.
        path: String,
        /// One line each.
        missing: Vec<String>,
    },
}

impl Error {
    /// What is wrong with a Mach-O file, with the file's name.
    pub fn of_image(path: &str, error: ImageError) -> Self {
        let path = path.to_owned();
        match error {
            ImageError::Malformed(what) => Self::Malformed { path, what },
            ImageError::Unsuitable(what) => Self::Unsuitable { path, what },
        }
    }
}

fn count(missing: &[String]) -> String {
    match missing.len() {
        1 => "1 import".to_owned(),
        more => format!("{more} imports"),
    }
}
