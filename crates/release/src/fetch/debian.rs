//! Debian's source packages: the same bytes as upstream's, on any machine that reaches a Debian mirror.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::context::Context;
use crate::recipe::DebianSource;

/// Downloads one file of a source package with the machine's own package client.
///
/// # Errors
/// When there is no such client, or it has no such package.
pub fn download(cx: &Context, source: &DebianSource, into: &Path) -> Result<PathBuf> {
    cx.with_apt(|apt| apt.source(&source.suite, &source.package, &source.version, &source.file, into))
}
