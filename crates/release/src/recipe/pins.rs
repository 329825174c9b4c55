//! Which packages make the documentation.

use std::path::Path;

use anyhow::Result;

use crate::digest::Sha256;
use crate::version::PythonVersion;

/// A file of `Mac/documentation/`, in the form of pip's requirements: versions, and the digests of their wheels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// Its name: `3.13.txt`, for all releases of Python 3.13.
    pub file: String,
    /// Of its contents.
    pub digest: Sha256,
}

impl Pins {
    /// Where they are.
    pub fn folder(mac: &Path) -> std::path::PathBuf {
        mac.join("documentation")
    }

    /// Those for a version of Python, when there are.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn of(mac: &Path, python: PythonVersion) -> Result<Option<Self>> {
        let file = format!("{}.txt", python.short());
        let path = Self::folder(mac).join(&file);
        Ok(if path.is_file() { Some(Self { file, digest: Sha256::of_file(&path)? }) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With `--require-hashes` pip refuses a package without a digest; here it is noticed before a release is made.
    #[test]
    fn every_package_has_a_version_and_digests() {
        let folder = Pins::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac"));
        let files = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
        assert!(!files.is_empty());
        for file in files {
            let text = fs_err::read_to_string(&file).unwrap().replace("\\\n", " ");
            let packages: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(packages.iter().any(|line| line.starts_with("sphinx==")), "{}", file.display());
            for package in packages {
                let mut words = package.split_whitespace();
                let (name, version) = words.next().unwrap().split_once("==").expect(package);
                assert!(!name.is_empty() && !version.is_empty(), "{package}");
                let digests: Vec<_> = words.map(|word| word.strip_prefix("--hash=sha256:").expect(package)).collect();
                assert!(!digests.is_empty() && digests.iter().all(|text| text.parse::<Sha256>().is_ok()), "{package}");
            }
        }
    }
}
