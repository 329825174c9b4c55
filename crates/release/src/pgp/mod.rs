//! Detached OpenPGP signatures beside published files, as python.org has them: `FILE.asc`.
//!
//! Both are `gpg`'s work: it knows the user's agent, smart card and keys. What it signed is verified at once, and verifying
//! knows no keys but those of a keyring that is named.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use crate::exec::{Needs, cmd, output, shell_for};
use crate::hint::WithHint as _;
use crate::output::write_whole;

/// What one signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The fingerprint of the primary key.
    pub key: String,
    /// Who it says that it belongs to.
    pub user: String,
}

/// The signature of a file: `FILE.asc`.
pub fn path_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".asc");
    PathBuf::from(name)
}

/// Whether `gpg` has a private key, before hours are spent on what it is to sign.
///
/// # Errors
/// When there is no `gpg`, or no such key.
pub fn check_key(key: &str) -> Result<()> {
    let sh = shell_for(Needs::Gpg, Path::new("/"))?;
    let listed = output(cmd!(sh, "gpg --batch --with-colons --list-secret-keys -- {key}"));
    let ended = listed.hint("install gpg (Debian's package gnupg), or leave out --pgp")?;
    if ended.status.success() {
        return Ok(());
    }
    Err(anyhow!("gpg has no private key {key:?}: {}", said(&ended)))
        .hint("`gpg --list-secret-keys` shows those that it has; --pgp takes a fingerprint, best of all")
}

/// Signs files, over the bytes that they have now; gives back the signatures.
///
/// # Errors
/// When `gpg` can't, or what it made is not good; then the signatures that were made before stay.
pub fn sign(files: &[&Path], key: &str) -> Result<Vec<PathBuf>> {
    files.iter().map(|file| sign_one(file, key)).collect()
}

fn sign_one(file: &Path, key: &str) -> Result<PathBuf> {
    let sh = shell_for(Needs::Gpg, Path::new("/"))?;
    let signed = output(cmd!(sh, "gpg --batch --armor --detach-sign --local-user {key} --output - -- {file}"))?;
    if !signed.status.success() {
        return Err(anyhow!("gpg could not sign {}: {}", file.display(), said(&signed)))
            .hint("the key may want a password: unlock it in its agent, or set GPG_TTY=$(tty)");
    }
    let dir = tempfile::tempdir()?;
    let made = dir.path().join("signature.asc");
    fs_err::write(&made, &signed.stdout)?;
    let verified = output(cmd!(sh, "gpg --batch --verify -- {made} {file}"))?;
    if !verified.status.success() {
        return Err(anyhow!("gpg's own signature of {} is not good: {}", file.display(), said(&verified)));
    }
    let path = path_beside(file);
    write_whole(&path, &signed.stdout, 0o644)?;
    Ok(path)
}

/// Verifies a file's signature with the keys of a keyring, and no others. Nobody is asked, and the user's own keys and
/// settings have no say.
///
/// # Errors
/// When the signature is missing, not good, by another key, or by one that has expired or was revoked.
pub fn verify(file: &Path, keyring: &Path) -> Result<Signature> {
    let signature = path_beside(file);
    if !signature.is_file() {
        return Err(anyhow!("{} has no OpenPGP signature: {} is missing", file.display(), signature.display()))
            .hint("download it from where the file is from");
    }
    let home = tempfile::Builder::new().prefix("gpg-").tempdir()?;
    let sh = shell_for(Needs::Nothing, Path::new("/"))?;
    let dir = home.path();
    let file = std::path::absolute(file)?;
    let (signature, keyring) = (std::path::absolute(signature)?, std::path::absolute(keyring)?);
    let alone: Vec<OsString> = ["--batch", "--no-options", "--no-autostart", "--no-auto-key-retrieve", "--homedir"]
        .map(OsString::from)
        .into_iter()
        .chain([dir.into()])
        .collect();
    let own = alone.clone();
    let imported =
        output(cmd!(sh, "gpg {own...} --import -- {keyring}")).hint("install gpg (Debian's package gnupg)")?;
    if !imported.status.success() {
        return Err(anyhow!("{} is no keyring: {}", keyring.display(), said(&imported)))
            .hint("give public keys, as `gpg --export` writes them, with --armor or without");
    }
    let ended = output(cmd!(sh, "gpg {alone...} --trust-model always --status-fd 1 --verify -- {signature} {file}"))?;
    let status = String::from_utf8_lossy(&ended.stdout).into_owned();
    judged(&status, ended.status.success())
        .with_context(|| format!("the OpenPGP signature of {} is not good: {}", file.display(), said(&ended)))
}

/// What `gpg --status-fd` says (GnuPG's doc/DETAILS): good is one signature that is `GOODSIG` and `VALIDSIG`.
fn judged(status: &str, ended_well: bool) -> Option<Signature> {
    let lines = || status.lines().filter_map(|line| line.strip_prefix("[GNUPG:] "));
    let bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NO_PUBKEY", "FAILURE"];
    let is_bad = |line: &str| bad.iter().any(|word| line.split(' ').next() == Some(word));
    let good: Vec<&str> = lines().filter_map(|line| line.strip_prefix("GOODSIG ")).collect();
    let valid: Vec<&str> = lines().filter_map(|line| line.strip_prefix("VALIDSIG ")).collect();
    match (good.as_slice(), valid.as_slice()) {
        ([good], [valid]) if ended_well && !lines().any(is_bad) => Some(Signature {
            key: valid.split(' ').nth_back(0).unwrap_or_default().to_owned(),
            user: good.split_once(' ').map(|(_, user)| user.to_owned()).unwrap_or_default(),
        }),
        _ => None,
    }
}

/// The last of what a program said.
fn said(ended: &std::process::Output) -> String {
    let text = String::from_utf8_lossy(&ended.stderr).into_owned();
    text.lines().last().map_or_else(|| ended.status.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
