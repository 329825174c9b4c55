//! Keys and passwords in memory, and where passwords come from. Nothing here shows a secret, not even for debugging.
//!
//! A program that crashes may leave its memory on the disk. From its first secret on, this one does not, and no other
//! program of the same user can look into it.

use std::fmt;
use std::io::{IsTerminal as _, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use zeroize::Zeroizing;

use crate::hint::WithHint as _;

/// No key file and no password comes near it, bytes.
const LIMIT: u64 = 1 << 20;

/// Bytes that are wiped when they are dropped, and never shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        no_core_dumps();
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// When they are none.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.0).ok().context("it is not UTF-8")
    }

    /// The first line, as passwords are kept in files.
    fn first_line(self) -> Self {
        let line = self.0.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Self::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Until the process ends: what was wiped may have been copied before. A system that refuses leaves us as we were.
fn no_core_dumps() {
    use nix::sys::resource::{Resource, setrlimit};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        #[cfg(target_os = "linux")]
        {
            // Where a program takes core dumps (`core_pattern` begins with `|`), Linux ignores the limit: core(5).
            _ = nix::sys::prctl::set_dumpable(false);
        }
    });
}

/// Reads a file with a secret in it.
///
/// # Errors
/// When others may read or write it, it belongs to somebody else, is too large or can't be read.
pub fn read_private(path: &Path) -> Result<Secret> {
    let secret = read(path)?;
    private(path)?;
    Ok(secret)
}

/// Reads a file that may hold a secret.
///
/// # Errors
/// When it is too large or can't be read.
pub fn read(path: &Path) -> Result<Secret> {
    let file = fs_err::File::open(path)?;
    no_core_dumps();
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LIMIT).unwrap_or_default()));
    file.take(LIMIT).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == LIMIT {
        bail!("{} is larger than any key", path.display());
    }
    Ok(Secret(bytes))
}

/// Refuses a file that others can get at.
///
/// # Errors
/// When others may read or write it, or it belongs to somebody else.
pub fn private(path: &Path) -> Result<()> {
    let found = fs_err::metadata(path)?;
    let ours = nix::unistd::geteuid().as_raw();
    if found.uid() != ours && ours != 0 {
        bail!("{} belongs to user {}, not to you", path.display(), found.uid());
    }
    if found.mode() & 0o077 != 0 {
        let error = anyhow!("{} can be read by others: its mode is {:04o}", path.display(), found.mode() & 0o7777);
        return Err(error).hint(format!("chmod 600 {}", path.display()));
    }
    Ok(())
}

/// Where a password comes from: never the command line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// The first line of a file that nobody else can read.
    File(PathBuf),
    /// The first line of what an inherited file descriptor gives.
    Fd(u32),
    /// An environment variable, by its name. Programs that we start never see it.
    Env(String),
    /// The user types it.
    Prompt,
}

impl PasswordFrom {
    /// Reads it. `what` is what it opens, for the prompt.
    ///
    /// # Errors
    /// When there is nothing to read it from.
    pub fn read(&self, what: &str) -> Result<Secret> {
        match self {
            Self::File(path) => Ok(read_private(path)?.first_line()),
            Self::Fd(number) => read(Path::new(&format!("/dev/fd/{number}")))
                .map(Secret::first_line)
                .with_context(|| format!("the password for {what} can't be read from descriptor {number}")),
            Self::Env(name) if crate::exec::is_passed_on(name) => {
                Err(anyhow!("programs that are started can read the variable {name}: no place for a password"))
                    .hint("keep it in a variable of another name, or in a file that only you can read")
            }
            Self::Env(name) => {
                let value = std::env::var_os(name).with_context(|| format!("the variable {name} is not set"))?;
                Ok(Secret::new(std::os::unix::ffi::OsStringExt::into_vec(value)))
            }
            Self::Prompt if !std::io::stdin().is_terminal() => {
                Err(anyhow!("the password for {what} is not known, and there is no terminal to ask on"))
                    .hint("--password-file, --password-fd or --password-env say where it is")
            }
            Self::Prompt => {
                let typed = rpassword::prompt_password(format!("password for {what}: "));
                Ok(Secret::new(typed.context("no password could be read")?.into_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_secret_leaves_no_core_dump() {
        let file = tempfile::NamedTempFile::new().unwrap();
        read(file.path()).unwrap();
        let limit = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_CORE).unwrap();
        assert_eq!(limit, (0, 0));
        #[cfg(target_os = "linux")]
        assert!(!nix::sys::prctl::get_dumpable().unwrap());
        // What it inherited it can read nevertheless.
        use std::os::fd::AsRawFd as _;
        read(Path::new(&format!("/dev/fd/{}", file.as_file().as_raw_fd()))).unwrap();
    }

    #[test]
    fn a_variable_that_programs_see_holds_no_password() {
        for name in ["HOME", "https_proxy", "PIP_INDEX_URL"] {
            let text = crate::hint::render(&PasswordFrom::Env(name.into()).read("x.p12").unwrap_err());
            assert!(text.contains(&format!("can read the variable {name}")) && text.contains("hint: "), "{text}");
        }
    }
}
