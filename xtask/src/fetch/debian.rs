//! Debian's source packages: the same bytes as upstream's, on any machine that reaches a Debian mirror.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Result, anyhow};

use crate::apt::Apt;
use crate::recipe::DebianSource;

/// Downloads one file of a source package with the machine's own package client.
///
/// # Errors
/// When there is no such client, or it has no such package.
pub fn download(apt: &Mutex<Option<Apt>>, state: &Path, source: &DebianSource, into: &Path) -> Result<PathBuf> {
    let mut apt = apt.lock().map_err(|_| anyhow!("another download failed badly"))?;
    let apt = match &mut *apt {
        Some(apt) => apt,
        none => none.insert(Apt::open(state)?),
    };
    apt.source(&source.suite, &source.package, &source.version, &source.file, into)
}
