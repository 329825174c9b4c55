//! What apt prints: places of files, and versions of source packages.

use anyhow::{Context as _, Result, bail};

use crate::digest::Sha256;
use crate::recipe::LockedPackage;

/// A file of a source package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The source package's version.
    pub version: String,
    /// The folder of the pool that has it.
    pub pool: String,
    /// Bytes.
    pub size: u64,
    /// Of its contents.
    pub sha256: Sha256,
}

/// A file that apt knows: a line of `--print-uris`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uri {
    /// Where it is.
    pub uri: String,
    /// What apt names it: `clang-19_1%3a19.1.7-3~deb12u1_amd64.deb`.
    pub file: String,
    /// What the signed lists say it is.
    pub sha256: Sha256,
}

impl Uri {
    /// The package that it is.
    pub(super) fn locked(&self) -> Result<LockedPackage> {
        let stem = self.file.strip_suffix(".deb").unwrap_or_default();
        let mut parts = stem.split('_');
        let (Some(name), Some(version), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            bail!("`{}` is not named as a package", self.file);
        };
        let Some(start) = self.uri.rfind("/pool/") else { bail!("`{}` is not in the pool of a mirror", self.uri) };
        let pool = self.uri.get(start + 1..).unwrap_or_default().to_owned();
        // apt escapes the colon of an epoch, which a mirror's file name leaves out.
        Ok(LockedPackage { name: name.into(), version: version.replace("%3a", ":"), pool, sha256: self.sha256 })
    }
}

/// Reads the lines `'URI' FILE SIZE SHA256:DIGEST`; others are chatter.
pub(super) fn parse(text: &str) -> Result<Vec<Uri>> {
    text.lines().filter(|line| line.starts_with('\'')).map(parse_line).collect()
}

fn parse_line(line: &str) -> Result<Uri> {
    let parts = line.strip_prefix('\'').and_then(|line| line.split_once("' "));
    let uri = parts.and_then(|(uri, rest)| {
        let mut words = rest.split_whitespace();
        let (file, _size, digest) = (words.next()?, words.next()?, words.next()?);
        let sha256 = digest.strip_prefix("SHA256:")?.parse().ok()?;
        // It becomes the name of a file of ours.
        let plain = !file.contains('/') && !file.starts_with('.');
        plain.then(|| Uri { uri: uri.to_owned(), file: file.to_owned(), sha256 })
    });
    uri.with_context(|| format!("can't make sense of apt's answer `{line}`"))
}

/// Among the stanzas of `apt-cache show` and `showsrc`: the place in the pool of the file with a digest. A package names its
/// place (`Filename`), a source package its folder (`Directory`) and files with their digests.
pub(super) fn place_of(text: &str, sha256: Sha256) -> Option<String> {
    let digest = sha256.to_string();
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        if field("SHA256") == Some(&digest) {
            return field("Filename").map(ToOwned::to_owned);
        }
        let of_source = stanza.lines().filter_map(|line| line.strip_prefix(' ')?.strip_prefix(&digest));
        let file = of_source.filter_map(|rest| rest.split_whitespace().nth(1)).next()?;
        Some(format!("{}/{file}", field("Directory")?))
    })
}

/// Among the stanzas of `apt-cache showsrc`, or of one description of a source package: what the last version that has a file says
/// of it.
pub(super) fn listed(text: &str, file: &str) -> Option<Listed> {
    let found = text.split("\n\n").filter_map(|stanza| {
        let field = |name: &str| stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let sum = |line: &str| {
            let mut words = line.strip_prefix(' ')?.split_whitespace();
            let (digest, size, name) = (words.next()?, words.next()?, words.next()?);
            // The same lines are there with shorter digests.
            (name == file).then(|| Some((digest.parse().ok()?, size.parse().ok()?))).flatten()
        };
        let (sha256, size) = stanza.lines().find_map(sum)?;
        let (version, pool) = (field("Version")?.to_owned(), field("Directory")?.to_owned());
        Some(Listed { version, pool, size, sha256 })
    });
    found.last()
}

/// Among the stanzas of `apt-cache showsrc`: the wanted version, else the last other one that has the file.
pub(super) fn version_with(text: &str, wanted: &str, file: &str) -> Result<String> {
    let mut versions = Vec::new();
    for stanza in text.split("\n\n") {
        let version = stanza.lines().find_map(|line| line.strip_prefix("Version: "));
        let has_file = stanza.lines().any(|line| line.starts_with(' ') && line.split(' ').next_back() == Some(file));
        versions.extend(version.map(|version| (version, has_file)));
    }
    let with_file = || versions.iter().filter(|(_, has_file)| *has_file).map(|(version, _)| *version);
    match with_file().find(|version| *version == wanted).or_else(|| with_file().next_back()) {
        Some(version) => Ok(version.to_owned()),
        None => {
            let mut known: Vec<&str> = versions.iter().map(|(version, _)| *version).collect();
            known.dedup();
            bail!("no version of it has that file: wanted {wanted}, the suite has {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_line_of_print_uris() {
        let text = format!(
            "Reading package lists...\n\
             'http://example.org/any/pool/main/l/llvm-toolchain-19/clang-19_19.1.7-3~deb12u1_amd64.deb' \
             clang-19_1%3a19.1.7-3~deb12u1_amd64.deb 116188 SHA256:{DIGEST}\n"
        );
        let uris = parse(&text).unwrap();
        let package = uris[0].locked().unwrap();
        assert_eq!((package.name.as_str(), package.version.as_str()), ("clang-19", "1:19.1.7-3~deb12u1"));
        assert_eq!(package.pool, "pool/main/l/llvm-toolchain-19/clang-19_19.1.7-3~deb12u1_amd64.deb");
    }

    #[test]
    fn what_is_no_such_line_is_an_error() {
        for line in ["'", "'http://a", "'http://a' f 1 MD5Sum:00", "'http://a' f 1", "'http://a' ../f 1 SHA256:"] {
            assert!(parse(&format!("{line}{DIGEST}")).is_err(), "{line}");
        }
        let uri = |place: &str, file: &str| Uri {
            uri: format!("http://mirror.example.org/{place}/{file}"),
            file: file.to_owned(),
            sha256: DIGEST.parse().unwrap(),
        };
        for file in ["a_1.deb", "a_1_amd64", "a_1_amd64_x.deb"] {
            assert!(uri("pool/a", file).locked().is_err(), "{file}");
        }
        assert!(uri("debian", "a_1_amd64.deb").locked().is_err());
    }

    #[test]
    fn a_file_is_found_by_its_digest() {
        let other = DIGEST.replace('e', "f");
        let source = format!(
            "Package: x\nVersion: 1-1\nDirectory: pool/main/x\nChecksums-Sha256:\n {other} 3 x.dsc\n {DIGEST} 12 x_1.orig.tar.xz\n"
        );
        let package = format!("Package: y\nFilename: pool/main/y/y_1_amd64.deb\nSHA256: {DIGEST}\n");
        let unrelated = format!("Package: z\nDirectory: pool/main/z\nFiles:\n {other} 1 z.dsc\n");
        let digest = DIGEST.parse().unwrap();
        assert_eq!(place_of(&[&*unrelated, &source].join("\n"), digest).unwrap(), "pool/main/x/x_1.orig.tar.xz");
        assert_eq!(place_of(&[&*unrelated, &package].join("\n"), digest).unwrap(), "pool/main/y/y_1_amd64.deb");
        assert_eq!(place_of(&unrelated, digest), None);
    }

    #[test]
    fn what_is_listed_of_a_file() {
        let stanza = |version: &str| {
            format!(
                "Package: x\nVersion: {version}\nDirectory: pool/main/x\nFiles:\n 0123 12 x.orig.tar.xz\n\
                 Checksums-Sha256:\n {DIGEST} 3 x.dsc\n {DIGEST} 12 x.orig.tar.xz\n"
            )
        };
        let found = listed(&[stanza("1-1"), stanza("1-2")].join("\n"), "x.orig.tar.xz").unwrap();
        let expected =
            Listed { version: "1-2".into(), pool: "pool/main/x".into(), size: 12, sha256: DIGEST.parse().unwrap() };
        assert_eq!(found, expected);
        assert_eq!(listed(&stanza("1-1"), "y"), None);
    }

    #[test]
    fn another_version_with_the_same_file_will_do() {
        let stanza = |version: &str, file: &str| {
            format!("Package: x\nVersion: {version}\nChecksums-Sha256:\n {DIGEST} 12 {file}\n {DIGEST} 3 x.dsc\n")
        };
        let text =
            [stanza("1.0-1", "x_1.0.orig.tar.xz"), stanza("1.0-2", "x_1.0.orig.tar.xz"), stanza("2.0-1", "x_2.0")]
                .join("\n");
        assert_eq!(version_with(&text, "1.0-1", "x_1.0.orig.tar.xz").unwrap(), "1.0-1");
        assert_eq!(version_with(&text, "1.0-9", "x_1.0.orig.tar.xz").unwrap(), "1.0-2");
        let error = version_with(&text, "1.0-9", "x_0.9").unwrap_err().to_string();
        assert_eq!(error, "no version of it has that file: wanted 1.0-9, the suite has 1.0-1, 1.0-2, 2.0-1");
    }
}
