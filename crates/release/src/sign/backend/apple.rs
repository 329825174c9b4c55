//! Apple's `codesign` and `productsign`, with keys that never leave the keychain.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::signer::{CodeJob, Signer, Timestamps};
use crate::exec::{Tool, find};
use crate::hint::WithHint as _;
use crate::sign::identity::Identity;
use crate::sign::rules::Flag;

/// See the module's text.
pub struct Apple {
    codesign: PathBuf,
    productsign: PathBuf,
    timestamps: Timestamps,
}

impl Apple {
    /// Finds both.
    ///
    /// # Errors
    /// When this is no Mac, or has no command-line tools.
    pub fn find(timestamps: Timestamps) -> Result<Self> {
        let hint =
            "on a Mac `xcode-select --install` brings them; elsewhere give a p12 or PEM, which rcodesign signs with";
        Ok(Self { codesign: find("codesign").hint(hint)?, productsign: find("productsign").hint(hint)?, timestamps })
    }
}

impl Signer for Apple {
    fn tool(&self) -> String {
        "codesign and productsign".into()
    }

    fn sign_code(&self, job: &CodeJob<'_>) -> Result<()> {
        let args = code_args(job, &self.timestamps)?;
        let purpose = format!("sign {}", job.object.path);
        Tool { purpose: &purpose, program: &self.codesign, args: &args, dir: job.assets, input: None }.succeed()?;
        Ok(())
    }

    fn sign_package(&self, input: &Path, output: &Path, identity: &Identity) -> Result<()> {
        let args = package_args(input, output, identity, &self.timestamps)?;
        let dir = output.parent().unwrap_or(Path::new("/"));
        Tool { purpose: "sign the package", program: &self.productsign, args: &args, dir, input: None }.succeed()?;
        Ok(())
    }
}

fn keychain_name(identity: &Identity) -> Result<&str> {
    match identity {
        Identity::Keychain(name) => Ok(name),
        Identity::AdHoc => Ok("-"),
        Identity::Material(_) => Err(anyhow!("Apple's tools use keys of a keychain only")),
    }
}

/// The command line of `codesign` for a file or bundle.
pub fn code_args(job: &CodeJob<'_>, timestamps: &Timestamps) -> Result<Vec<OsString>> {
    let object = job.object;
    let flags: Vec<&str> = object.flags.iter().copied().map(Flag::name).collect();
    let timestamp = match (job.identity, timestamps) {
        (Identity::AdHoc, _) | (_, Timestamps::None) => "--timestamp=none".to_owned(),
        (_, Timestamps::Server(url)) => format!("--timestamp={url}"),
    };
    let mut args =
        vec!["--force".into(), "--sign".into(), OsString::from(keychain_name(job.identity)?), timestamp.into()];
    if !flags.is_empty() {
        args.extend(["--options".into(), flags.join(",").into()]);
    }
    if let Some(entitlements) = &object.entitlements {
        args.extend(["--entitlements".into(), entitlements.into()]);
    }
    if !object.role.is_bundle() {
        args.extend(["--identifier".into(), OsString::from(&object.identifier)]);
    }
    args.push(job.target.into());
    Ok(args)
}

/// The command line of `productsign`.
pub fn package_args(
    input: &Path,
    output: &Path,
    identity: &Identity,
    timestamps: &Timestamps,
) -> Result<Vec<OsString>> {
    let timestamp = match timestamps {
        Timestamps::None => "--timestamp=none",
        // It knows no other server.
        Timestamps::Server(_) => "--timestamp",
    };
    let name = keychain_name(identity).context("a package can't be signed")?;
    Ok(vec!["--sign".into(), name.into(), timestamp.into(), input.into(), output.into()])
}
