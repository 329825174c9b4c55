//! `rcodesign` of the apple-codesign project: signs on any machine.
//!
//! It is never told a secret on its command line and never given one in a file: the key reaches it as one PEM text on its
//! standard input. It reads no configuration of its own, which could be in any folder, and ends with 0 for signatures that
//! are broken: what it makes is always verified.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::signer::{CodeJob, Signer, Timestamps, tools_dir};
use crate::context::Context;
use crate::exec::{Ended, Tool, find as find_program};
use crate::hint::WithHint as _;
use crate::sign::identity::{Certificate, Identity};
use crate::sign::rules::Flag;

/// Before each new try to reach the server of time stamps, seconds. Signing a release asks it two hundred times.
const PAUSES: &[u64] = &[1, 4, 15];

/// See the module's text.
pub struct Rcodesign {
    program: PathBuf,
    version: String,
    timestamps: Timestamps,
    pauses: Vec<Duration>,
}

/// Finds the version that we know: in the cache, else in `PATH`.
///
/// # Errors
/// When it is not installed, or another version is.
pub fn find(cx: &Context, version: &str) -> Result<PathBuf> {
    let ours = tools_dir(cx, version);
    let hint = format!(
        "cargo install apple-codesign --version {version} --locked --root {} (20 minutes)",
        shell_word(&ours.to_string_lossy())
    );
    let installed = ours.join("bin/rcodesign");
    let program = if installed.is_file() { installed } else { find_program("rcodesign").hint(hint.clone())? };
    let args = [OsString::from("--version")];
    let asked =
        Tool { purpose: "ask for its version", program: &program, args: &args, dir: Path::new("/"), input: None };
    let is = asked.succeed()?.out;
    if is.split_whitespace().last() != Some(version) {
        let error = anyhow!("{} is `{}`, and only version {version} is known to us", program.display(), is.trim());
        return Err(error).hint(hint);
    }
    Ok(program)
}

fn shell_word(text: &str) -> String {
    if text.contains(' ') { format!("'{text}'") } else { text.to_owned() }
}

impl Rcodesign {
    /// With a program that [`find`] found.
    pub fn new(program: PathBuf, version: &str, timestamps: Timestamps) -> Self {
        let pauses = PAUSES.iter().copied().map(Duration::from_secs).collect();
        Self { program, version: version.to_owned(), timestamps, pauses }
    }

    fn run(&self, purpose: &str, args: &[OsString], dir: &Path, identity: &Identity) -> Result<()> {
        let pem = match identity {
            Identity::Material(material) => Some(material.unified_pem()),
            Identity::AdHoc => None,
            Identity::Keychain(_) => return Err(anyhow!("rcodesign is not given the keys of keychains")),
        };
        let input = pem.as_ref().map(|pem| pem.bytes());
        let tool = Tool { purpose, program: &self.program, args, dir, input };
        let mut pauses = self.pauses.iter();
        loop {
            let ended = tool.run()?;
            if ended.success {
                return Ok(());
            }
            match pauses.next().filter(|_| is_timestamp_trouble(&ended)) {
                Some(pause) => std::thread::sleep(*pause),
                None => return self.failure(purpose, &ended),
            }
        }
    }

    fn failure(&self, purpose: &str, ended: &Ended) -> Result<()> {
        let error = Err(anyhow!("rcodesign ended with {}", ended.complaint()).context(format!("failed to {purpose}")));
        if is_timestamp_trouble(ended) {
            let url = self.timestamps.text();
            return error
                .hint(format!("the server of time stamps {url} must be reachable; many proxies block port 80"));
        }
        error
    }
}

/// Whether the server of time stamps could not be reached or did not answer as it should.
fn is_timestamp_trouble(ended: &Ended) -> bool {
    ended.said.contains("Time-Stamp Protocol")
}

impl Signer for Rcodesign {
    fn tool(&self) -> String {
        format!("rcodesign {}", self.version)
    }

    fn sign_code(&self, job: &CodeJob<'_>) -> Result<()> {
        let args = code_args(job, &self.timestamps);
        // Relative paths of entitlements: a colon in an absolute one would be read as a scope.
        self.run(&format!("sign {}", job.object.path), &args, job.assets, job.identity)
    }

    fn sign_package(&self, input: &Path, output: &Path, identity: &Identity) -> Result<()> {
        let args = package_args(input, output, &self.timestamps);
        self.run("sign the package", &args, output.parent().unwrap_or(Path::new("/")), identity)
    }
}

/// What every signature begins with: no configuration, and the key from standard input.
fn beginning(identity: Option<&Identity>, timestamps: &Timestamps) -> Vec<OsString> {
    let mut args: Vec<&str> = vec!["--config-file", "/dev/null", "sign"];
    match identity {
        Some(Identity::AdHoc) => args.extend(["--timestamp-url", "none"]),
        _ => args.extend(["--pem-file", "/dev/stdin", "--timestamp-url", timestamps.text()]),
    }
    args.into_iter().map(OsString::from).collect()
}

/// The command line for a file or bundle.
pub fn code_args(job: &CodeJob<'_>, timestamps: &Timestamps) -> Vec<OsString> {
    let object = job.object;
    let mut args = beginning(Some(job.identity), timestamps);
    for flag in object.flags.iter().copied().map(Flag::name) {
        args.extend(["--code-signature-flags".into(), flag.into()]);
    }
    if let Some(entitlements) = &object.entitlements {
        args.extend(["--entitlements-xml-file".into(), entitlements.into()]);
    }
    if let Some(team) = job.identity.leaf().and_then(Certificate::unit) {
        // It knows the team by itself only when Apple's own root is in the chain.
        args.extend(["--team-name".into(), team.into()]);
    }
    if object.role.is_bundle() {
        // What is inside has its signatures already, which must stay.
        args.push("--shallow".into());
    } else {
        args.extend(["--binary-identifier".into(), OsString::from(&object.identifier)]);
    }
    args.push(job.target.into());
    args
}

/// The command line for a package.
pub fn package_args(input: &Path, output: &Path, timestamps: &Timestamps) -> Vec<OsString> {
    let mut args = beginning(None, timestamps);
    args.extend([input.into(), output.into()]);
    args
}
