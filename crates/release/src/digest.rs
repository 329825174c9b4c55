//! Digests as types.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

/// A SHA-256 digest; shown as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

/// An MD5 digest, as archives were published with before SHA-256 was usual; shown as 32 lowercase hexadecimal digits.
/// Two files with the same one can be made on purpose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Md5([u8; 16]);

/// What a file is known by: all digests of its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// The one that proves something.
    pub sha256: Sha256,
    /// The one of old.
    pub md5: Md5,
}

impl Sha256 {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of a file's contents, read as a stream.
    ///
    /// # Errors
    /// What opening and reading the file says; the error names the file.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut hasher = sha2::Sha256::new();
        stream(path, |bytes| hasher.update(bytes))?;
        Ok(Self(hasher.finalize().into()))
    }
}

impl Fingerprint {
    /// The digests of a file's contents, read once.
    ///
    /// # Errors
    /// As [`Sha256::of_file`].
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Hashing::new(fs_err::File::open(path)?).finish()
    }
}

/// A reader that knows the digests of all that was read.
pub struct Hashing<R> {
    inner: R,
    sha256: sha2::Sha256,
    md5: md5::Md5,
}

impl<R: Read> Hashing<R> {
    /// Nothing is read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, sha256: sha2::Sha256::new(), md5: md5::Md5::new() }
    }

    /// Reads what is left, and gives back the digests of everything.
    ///
    /// # Errors
    /// What reading says.
    pub fn finish(mut self) -> io::Result<Fingerprint> {
        let mut buffer = vec![0; 1 << 16];
        while self.read(&mut buffer)? > 0 {}
        Ok(Fingerprint { sha256: Sha256(self.sha256.finalize().into()), md5: Md5(self.md5.finalize().into()) })
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        self.sha256.update(bytes);
        self.md5.update(bytes);
        Ok(count)
    }
}

fn stream(path: &Path, mut update: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = fs_err::File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            n => update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

/// The bytes that hexadecimal digits stand for, if they are `N`.
fn bytes<const N: usize>(text: &str, name: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    let wrong = || format!("`{text}` is not {name} digest; expected {} hexadecimal digits", 2 * N);
    hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong())?;
    Ok(bytes)
}

macro_rules! digest_as_text {
    ($kind:ty, $name:literal) => {
        impl $kind {
            /// The first 16 digits: enough for people, and to name a folder.
            pub fn short(&self) -> String {
                self.to_string().chars().take(16).collect()
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                bytes(text, $name).map(Self)
            }
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
digest_as_text!(Sha256, "a SHA-256");
digest_as_text!(Md5, "an MD5");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_refuses() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of(b""), empty.parse().unwrap());
        assert_eq!(Sha256::of(b"").to_string(), empty);
        for text in ["", "e3b0", &format!("{empty}00"), &empty.replace('e', "g")] {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
        let error = empty.parse::<Md5>().unwrap_err();
        assert!(error.ends_with("is not an MD5 digest; expected 32 hexadecimal digits"), "{error}");
    }

    /// `abc` is the example of RFC 1321 and of FIPS 180-2.
    #[test]
    fn a_file_is_read_once_for_all_digests() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), "abc").unwrap();
        let found = Fingerprint::of_file(file.path()).unwrap();
        assert_eq!(found.md5.to_string(), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(found.sha256, Sha256::of_file(file.path()).unwrap());
        assert_eq!(found.sha256, Sha256::of(b"abc"));
    }
}
