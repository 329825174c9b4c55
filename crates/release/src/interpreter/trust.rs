//! Whom the system of the copy trusts: the authority of CPython's own tests. So what an installation trusts from its first minute is
//! seen without a network.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// Where macOS has its list.
const LIST: &str = "/etc/ssl/cert.pem";

/// Where OpenSSL of the framework looks for one.
const OWN: &str = "etc/openssl/cert.pem";

/// The list of the copy's system, by its path below the root, and its text; nothing where the tests were left out.
///
/// # Errors
/// When the tests' authority is there and can't be read.
pub fn list(framework: &Path, short: &str) -> Result<Option<(&'static str, String)>> {
    let tests = framework.join(format!("lib/python{short}/test"));
    // The folder is there since 3.12.
    let found = ["certdata/pycacert.pem", "pycacert.pem"].map(|file| tests.join(file));
    let Some(authority) = found.into_iter().find(|file| file.is_file()) else { return Ok(None) };
    Ok(Some((LIST.trim_start_matches('/'), fs_err::read_to_string(authority)?)))
}

/// The link that the install scripts have made to the system's list leads into the copy from now on: nothing but the loader takes
/// the copy for `/`.
///
/// # Errors
/// When it is not there, or leads elsewhere.
pub fn follow(framework: &Path, root: &Path) -> Result<()> {
    let own = framework.join(OWN);
    let target = fs_err::read_link(&own).context("the install scripts gave OpenSSL no list of trusted certificates")?;
    ensure!(target == Path::new(LIST), "{} leads to {}, expected {LIST}", own.display(), target.display());
    let up =
        own.parent().and_then(|folder| folder.strip_prefix(root).ok()).context("the framework is not in the copy")?;
    let up: PathBuf = up.components().map(|_| "..").collect();
    fs_err::remove_file(&own)?;
    Ok(fs_err::os::unix::fs::symlink(up.join(LIST.trim_start_matches('/')), &own)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err::os::unix::fs::symlink;

    #[test]
    fn the_system_trusts_the_authority_of_the_tests_and_the_framework_the_system() {
        let root = tempfile::tempdir().unwrap();
        let framework = root.path().join("Library/F/3.13");
        assert_eq!(list(&framework, "3.13").unwrap(), None);
        fs_err::create_dir_all(framework.join("lib/python3.13/test/certdata")).unwrap();
        fs_err::write(framework.join("lib/python3.13/test/certdata/pycacert.pem"), "CA").unwrap();
        let (path, text) = list(&framework, "3.13").unwrap().unwrap();
        assert_eq!((path, text.as_str()), ("etc/ssl/cert.pem", "CA"));

        let own = framework.join(OWN);
        let missing = crate::hint::render(&follow(&framework, root.path()).unwrap_err());
        assert!(missing.contains("gave OpenSSL no list of trusted certificates"), "{missing}");
        for folder in [own.parent().unwrap(), &root.path().join("etc/ssl")] {
            fs_err::create_dir_all(folder).unwrap();
        }
        fs_err::write(root.path().join(path), text).unwrap();
        symlink("/etc/ssl/other.pem", &own).unwrap();
        let other = follow(&framework, root.path()).unwrap_err().to_string();
        assert!(other.ends_with("leads to /etc/ssl/other.pem, expected /etc/ssl/cert.pem"), "{other}");
        fs_err::remove_file(&own).unwrap();
        symlink(LIST, &own).unwrap();
        follow(&framework, root.path()).unwrap();
        assert_eq!(fs_err::read_to_string(own).unwrap(), "CA");
    }
}
