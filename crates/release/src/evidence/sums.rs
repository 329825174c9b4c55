//! `SHA256SUMS`, as `sha256sum -c` reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use crate::digest::Sha256;
use crate::output::write_whole;

/// The file's name.
pub const NAME: &str = "SHA256SUMS";

/// The text, sorted by name.
pub fn text(sums: &BTreeMap<String, Sha256>) -> String {
    sums.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// What evidence beside a package ends with.
const EVIDENCE: &[&str] = &["receipt.json", "spdx.json", "release-files.json", "mtree", "uninstall", "signature.json"];

/// Writes the digests of every file that is published from the folder of these files, as it is now: the files, what its
/// `SHA256SUMS` lists already, and every package there with its evidence. Files that are gone are left out. Gives back the names of
/// files that `SHA256SUMS` knew with other bytes and that nobody was known to have changed.
///
/// # Errors
/// When a file can't be read, or `SHA256SUMS` not be read or written.
pub fn renew(files: &[&Path]) -> Result<Vec<String>> {
    let Some(dir) = files.first().and_then(|file| file.parent()) else { return Ok(Vec::new()) };
    let path = dir.join(NAME);
    let old = read(&path)?;
    let own: BTreeSet<String> = files.iter().filter_map(|file| Some(file.file_name()?.to_str()?.to_owned())).collect();
    let there = fs_err::read_dir(dir)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let there: BTreeSet<String> = there.collect();
    let published =
        there.iter().filter(|name| own.contains(*name) || old.contains_key(*name) || is_published(name, &there));
    let names: Vec<&String> = published.filter(|name| dir.join(name).is_file()).collect();
    let digests = names.par_iter().map(|name| Ok(((*name).clone(), Sha256::of_file(&dir.join(name))?)));
    let sums: BTreeMap<String, Sha256> = digests.collect::<Result<_>>()?;
    write_whole(&path, text(&sums).as_bytes(), 0o644)?;
    let changed =
        sums.iter().filter(|(name, sum)| !own.contains(*name) && old.get(*name).is_some_and(|old| old != *sum));
    Ok(changed.map(|(name, _)| name.clone()).collect())
}

/// The lines of a `SHA256SUMS`; none when there is no such file.
fn read(path: &Path) -> Result<BTreeMap<String, Sha256>> {
    if !path.is_file() {
        return Ok(BTreeMap::new());
    }
    let line = |line: &str| {
        let (digest, name) =
            line.split_once("  ").with_context(|| format!("{} is malformed: {line}", path.display()))?;
        let digest = digest.parse().map_err(|fault| anyhow::anyhow!("{}: {fault}", path.display()))?;
        Ok((name.to_owned(), digest))
    };
    fs_err::read_to_string(path)?.lines().map(line).collect()
}

/// Whether a file is a package, or evidence beside one of the folder.
fn is_published(name: &str, there: &BTreeSet<String>) -> bool {
    let is_package =
        |name: &str| name.starts_with("python-") && [".pkg", ".dmg"].iter().any(|ending| name.ends_with(ending));
    is_package(name) || there.iter().any(|package| is_package(package) && is_evidence(name, package))
}

/// Whether a file is evidence beside this package, by its name.
pub fn is_evidence(name: &str, package: &str) -> bool {
    let rest = name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.'));
    rest.is_some_and(|rest| EVIDENCE.contains(&rest) || rest.starts_with("choices-") && rest.ends_with(".plist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_products_stand_side_by_side_and_no_line_is_stale() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs_err::write(&path, text).unwrap();
            path
        };
        let first = put("python-3-unsigned.pkg", "first");
        put("python-3-unsigned.pkg.receipt.json", "{}");
        for other in ["python-3-unsigned.pkg.timings.json", "notes.txt", "python-3.pkg.notary.json", "other.pkg"] {
            put(other, "not published");
        }
        let names = || -> Vec<String> { read(&dir.path().join(NAME)).unwrap().into_keys().collect() };
        assert!(renew(&[&first]).unwrap().is_empty());
        assert_eq!(names(), ["python-3-unsigned.pkg", "python-3-unsigned.pkg.receipt.json"]);
        let second = put("python-3.pkg", "second");
        assert!(renew(&[&second]).unwrap().is_empty());
        assert_eq!(names(), ["python-3-unsigned.pkg", "python-3-unsigned.pkg.receipt.json", "python-3.pkg"]);
        // What changed behind our back is renewed, and named; what is gone goes.
        put("python-3-unsigned.pkg", "changed");
        fs_err::remove_file(dir.path().join("python-3-unsigned.pkg.receipt.json")).unwrap();
        put("python-3.pkg", "with its ticket");
        assert_eq!(renew(&[&second]).unwrap(), ["python-3-unsigned.pkg"]);
        assert_eq!(names(), ["python-3-unsigned.pkg", "python-3.pkg"]);
        let sums = read(&dir.path().join(NAME)).unwrap();
        assert_eq!(sums["python-3.pkg"], Sha256::of(b"with its ticket"));
        assert_eq!(sums["python-3-unsigned.pkg"], Sha256::of(b"changed"));
        // A product whose lines were lost is found again.
        fs_err::remove_file(dir.path().join(NAME)).unwrap();
        renew(&[&second]).unwrap();
        assert_eq!(names(), ["python-3-unsigned.pkg", "python-3.pkg"]);
    }
}
