//! The Python package index, through `pip`, with the machine's own settings for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::pace;
use crate::exec::{Needs, cmd, read_within, shell_for};
use crate::hint::WithHint as _;
use crate::recipe::PypiFile;

/// Where the index is.
pub fn addresses() -> BTreeSet<String> {
    BTreeSet::from([std::env::var("PIP_INDEX_URL").unwrap_or_else(|_| "https://pypi.org/".to_owned())])
}

/// Downloads a wheel, for whatever platform it is made.
///
/// # Errors
/// When there is no `pip`, or it finds no such wheel.
pub fn download(wheel: &PypiFile, into: &Path) -> Result<PathBuf> {
    let sh = shell_for(Needs::Pip, into)?;
    let PypiFile { package, version, platform } = wheel;
    let options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-cache-dir"];
    let pip = cmd!(sh, "python3 -m pip download {options...} --platform {platform} --dest . {package}=={version}");
    read_within(pace::WHOLE, pip)
        .hint("this needs python3 with pip, and a network that reaches the Python package index")?;
    let mut files = fs_err::read_dir(into)?.filter_map(Result::ok).map(|entry| entry.path());
    match files.find(|path| path.extension().is_some_and(|extension| extension == "whl")) {
        Some(file) => Ok(file),
        None => bail!("pip downloaded no wheel of {package} {version}"),
    }
}
