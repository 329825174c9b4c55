//! A package becomes a signed one.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

use super::party::Signing;
use super::signed::SignedPkg;
use super::{audit, record, verdict};
use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::WithHint as _;
use crate::package::name::{self, Mark};

/// Signs a package. `output` is where to; without it the input's name without `-unsigned`, in `dist`.
///
/// The result appears beside its own record and in `SHA256SUMS` and in the log of signatures, or not at all.
///
/// # Errors
/// When it can't be signed, or the signature is not good: then nothing is written.
pub fn sign_package(cx: &Context, signing: &Signing, input: &Path, output: Option<&Path>) -> Result<SignedPkg> {
    let Some(party) = &signing.installer else { bail!("no identity for signing packages was given") };
    let mark = signing.demands.mark();
    let path = match output {
        Some(output) => std::path::absolute(output)?,
        None => cx.paths.dist.join(output_name(input, mark)?),
    };
    check_names(input, &path, mark)?;
    let dir = path.parent().context("the output has no folder")?;
    fs_err::create_dir_all(dir)?;
    let task = cx.ui.task("sign the package", None);
    let unsigned_sha256 = Sha256::of_file(input)?;
    let temporary = tempfile::Builder::new().prefix(".sign-").tempdir_in(dir)?;
    let made = temporary.path().join(path.file_name().context("the output has no name")?);
    party.signer.sign_package(&std::path::absolute(input)?, &made, &party.identity)?;
    let facts = verdict::package(&made, input, &signing.demands)
        .with_context(|| format!("{} has signed, and the result is not good; it was removed", party.signer.tool()))?;
    let len = fs_err::metadata(&made)?.len();
    let mut signed = SignedPkg {
        path: path.clone(),
        len,
        sha256: Sha256::of_file(&made)?,
        unsigned_sha256,
        by: party.identity.name(),
        mark,
        record: Value::Null,
    };
    signed.record = record::of(&signed, input, signing, party, &facts);
    // A signature was made, whatever happens to the file now.
    audit::append(cx, &signed.record)?;
    publish(&made, &path)?;
    record::write(&signed)?;
    task.done(format_args!(": {} by {}", path.file_name().unwrap_or_default().display(), signed.by));
    Ok(signed)
}

/// `python-3.13.5-macos11.pkg` from `python-3.13.5-macos11-unsigned.pkg`.
fn output_name(input: &Path, mark: Mark) -> Result<String> {
    let file = input.file_name().and_then(|name| name.to_str()).context("the package's name is not UTF-8")?;
    let stem = file.strip_suffix(".pkg").unwrap_or(file);
    let stem = Mark::ALL
        .iter()
        .find_map(|mark| stem.strip_suffix(mark.text()).filter(|_| !mark.text().is_empty()))
        .unwrap_or(stem);
    Ok(name::file_name(stem, mark))
}

fn check_names(input: &Path, output: &Path, mark: Mark) -> Result<()> {
    flatpkg::output::place(output)?;
    if std::path::absolute(input)? == output
        || input.canonicalize().ok() == output.canonicalize().ok() && output.exists()
    {
        return Err(anyhow!("{} would be signed onto itself", output.display()))
            .hint("name another file with --output");
    }
    let file = output.file_name().unwrap_or_default().to_string_lossy();
    if mark != Mark::Signed && name::is_published(&file) {
        return Err(anyhow!("{file} is the name of an installer that Apple vouches for, and this one is not"))
            .hint(format!("end the name with {}.pkg", mark.text()));
    }
    Ok(())
}

/// Gives a file its place when all of it is on the disk.
pub fn publish(made: &Path, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::set_permissions(made, std::fs::Permissions::from_mode(0o644))?;
    Ok(flatpkg::output::publish(made, path)?)
}
