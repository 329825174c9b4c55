//! `SHA256SUMS`, as `sha256sum -c` reads it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::digest::Sha256;
use crate::output::write_whole;

/// The file's name.
pub const NAME: &str = "SHA256SUMS";

/// The text, sorted by name.
pub fn text(sums: &BTreeMap<String, Sha256>) -> String {
    sums.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// Writes the digests of files of one folder as they are now, beside those that the folder's `SHA256SUMS` has already;
/// files that are gone are left out.
///
/// # Errors
/// When a file can't be read, or `SHA256SUMS` not be read or written.
pub fn renew(files: &[&Path]) -> Result<()> {
    let Some(dir) = files.first().and_then(|file| file.parent()) else { return Ok(()) };
    let path = dir.join(NAME);
    let mut sums = BTreeMap::new();
    if path.is_file() {
        let old = fs_err::read_to_string(&path)?;
        for line in old.lines() {
            let (digest, name) =
                line.split_once("  ").with_context(|| format!("{} is malformed: {line}", path.display()))?;
            let digest = digest.parse().map_err(|fault| anyhow::anyhow!("{}: {fault}", path.display()))?;
            sums.insert(name.to_owned(), digest);
        }
    }
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sums.insert(name, Sha256::of_file(file)?);
    }
    sums.retain(|name, _| dir.join(name).exists());
    write_whole(&path, text(&sums).as_bytes(), 0o644)
}
