//! Folders and files of the user's that go into a build: a checkout of CPython, an SDK of Apple's, prebuilt Tcl and Tk, documentation.
//!
//! Each is looked at when a plan is made, so that what can't be used is refused before any work starts, and its digest is
//! part of the keys of what is made with it.

mod checkout;
mod docs;
mod sdk;
mod tcltk;

pub use checkout::{Checkout, patchlevel};
pub use docs::GivenDocs;
pub use sdk::GivenSdk;
#[cfg(test)]
pub use tcltk::tests::folder as tcltk_folder;
pub use tcltk::{TclTk, TclTkPart};

use std::path::{Path, PathBuf};

use anyhow::Result;
use rayon::prelude::*;

use crate::digest::Sha256;

/// One digest for the names, modes and contents of some files below a folder; links count by what they point to.
fn digest(dir: &Path, files: &[PathBuf]) -> Result<Sha256> {
    let line = |file: &PathBuf| -> Result<String> {
        let path = dir.join(file);
        let found = fs_err::symlink_metadata(&path)?;
        let what = if found.is_symlink() {
            format!("link {}", fs_err::read_link(&path)?.display())
        } else {
            let executable = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o100 != 0;
            format!("{}{}", Sha256::of_file(&path)?, if executable { " executable" } else { "" })
        };
        Ok(format!("{}\0{what}\n", file.display()))
    };
    let lines: Vec<String> = files.par_iter().map(line).collect::<Result<_>>()?;
    Ok(Sha256::of(lines.concat().as_bytes()))
}
