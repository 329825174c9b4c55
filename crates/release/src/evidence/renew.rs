//! Evidence after the package has changed without becoming another one: a ticket was stapled to it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::sums;
use crate::digest::Sha256;
use crate::output::write_whole;
use crate::{pgp, sigstore};

/// Files beside a package that name its digest or size.
const NAMING: &[&str] = &["receipt.json", "spdx.json", "release-files.json", "signature.json"];

/// Keys with the package's size.
const SIZES: &[&str] = &["size", "filesize"];

/// Puts the package's digest and size as they are now into the files beside it and into `SHA256SUMS`. `before` is the digest
/// that they name.
///
/// # Errors
/// When one can't be read or written.
pub fn renew(package: &Path, before: Sha256) -> Result<()> {
    let now = (Sha256::of_file(package)?.to_string(), fs_err::metadata(package)?.len());
    let before = before.to_string();
    let mut changed = vec![package.to_owned()];
    for ending in NAMING {
        let mut name = package.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(ending);
        let path = package.with_file_name(name);
        if !path.is_file() {
            continue;
        }
        let mut value: Value = serde_json::from_slice(&fs_err::read(&path)?)
            .with_context(|| format!("{} is malformed", path.display()))?;
        replace(&mut value, &before, &now.0, now.1);
        write_whole(&path, format!("{}\n", serde_json::to_string_pretty(&value)?).as_bytes(), 0o644)?;
        changed.push(path);
    }
    sums::renew(&changed.iter().map(AsRef::as_ref).collect::<Vec<_>>()).map(drop)?;
    // Signatures of what they were say nothing of what they are.
    changed.push(package.with_file_name(sums::NAME));
    let stale = changed.iter().flat_map(|path| [pgp::path_beside(path), sigstore::path_beside(path)]);
    stale.filter(|path| path.is_file()).try_for_each(|path| Ok(fs_err::remove_file(path)?))
}

/// The digest anywhere; the size beside it.
fn replace(value: &mut Value, before: &str, now: &str, size: u64) {
    match value {
        Value::String(text) => *text = text.replace(before, now),
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, before, now, size)),
        Value::Object(values) => {
            let named = values.values().any(|value| value.as_str() == Some(before));
            for (key, value) in values.iter_mut() {
                match value {
                    Value::Number(_) if named && SIZES.contains(&key.as_str()) => *value = size.into(),
                    value => replace(value, before, now, size),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_package_is_renewed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let package = dir.path().join("a.pkg");
        fs_err::write(&package, "a package").unwrap();
        let before = Sha256::of_file(&package).unwrap();
        let receipt = json!({ "package": { "sha256": before, "size": 9 }, "sources": [{ "sha256": "00", "size": 9 }] });
        fs_err::write(dir.path().join("a.pkg.receipt.json"), receipt.to_string()).unwrap();
        fs_err::write(dir.path().join("SHA256SUMS"), format!("{before}  a.pkg\n{before}  gone\n")).unwrap();
        fs_err::write(&package, "a package with its ticket").unwrap();
        for signature in ["a.pkg.asc", "a.pkg.sigstore", "SHA256SUMS.asc", "other.asc"] {
            fs_err::write(dir.path().join(signature), "").unwrap();
        }
        renew(&package, before).unwrap();
        let left = ["a.pkg.asc", "a.pkg.sigstore", "SHA256SUMS.asc", "other.asc"];
        let left = left.map(|name| dir.path().join(name).exists());
        assert_eq!(left, [false, false, false, true], "a signature of other bytes is no signature");
        let after = Sha256::of_file(&package).unwrap();
        let text = fs_err::read_to_string(dir.path().join("a.pkg.receipt.json")).unwrap();
        let expected =
            json!({ "package": { "sha256": after, "size": 25 }, "sources": [{ "sha256": "00", "size": 9 }] });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
        let sums = fs_err::read_to_string(dir.path().join("SHA256SUMS")).unwrap();
        assert_eq!(sums, format!("{after}  a.pkg\n{}  a.pkg.receipt.json\n", Sha256::of(text.as_bytes())));
    }
}
