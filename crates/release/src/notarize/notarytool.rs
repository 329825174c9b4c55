//! Apple's notary service through Apple's `notarytool` and `stapler`.
//!
//! `notarytool` ends with 0 for packages that were rejected: its JSON is what counts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;

use super::service::{Credentials, Notary, Status, Trouble};
use crate::exec::{Ended, Tool, find};
use crate::hint::WithHint as _;

/// See the module's text.
pub struct NotaryTool {
    xcrun: PathBuf,
    credentials: Credentials,
}

impl NotaryTool {
    /// Finds it.
    ///
    /// # Errors
    /// When this is no Mac, or has no command-line tools.
    pub fn find(credentials: Credentials) -> Result<Self> {
        let hint = "on a Mac `xcode-select --install` brings it; elsewhere give a key with --api-key";
        Ok(Self::with(find("xcrun").hint(hint)?, credentials))
    }

    /// With a program that was found.
    pub fn with(xcrun: PathBuf, credentials: Credentials) -> Self {
        Self { xcrun, credentials }
    }

    fn run(&self, purpose: &str, args: &[OsString]) -> Result<Ended, Trouble> {
        let tool = Tool { purpose, program: &self.xcrun, args, dir: Path::new("/"), input: None };
        let ended = tool.run()?;
        if ended.success {
            return Ok(ended);
        }
        let error = anyhow!("xcrun ended with {}", ended.complaint()).context(format!("failed to {purpose}"));
        Err(Trouble::from_said(&ended.said, error))
    }

    fn ask(&self, purpose: &str, verb: &str, what: OsString) -> Result<Value, Trouble> {
        let ended = self.run(purpose, &args(verb, what, &self.credentials))?;
        serde_json::from_str(&ended.out)
            .with_context(|| format!("notarytool's answer to `{verb}` is not JSON"))
            .map_err(Trouble::Passing)
    }
}

/// The command line of `xcrun` for a verb of `notarytool`.
pub fn args(verb: &str, what: OsString, credentials: &Credentials) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["notarytool".into(), verb.into(), what];
    match credentials {
        Credentials::Keychain(profile) => args.extend(["--keychain-profile".into(), profile.into()]),
        Credentials::Key(key) => {
            args.extend(["--key".into(), (&key.key).into(), "--key-id".into(), (&key.key_id).into()]);
            args.extend(key.issuer.iter().flat_map(|issuer| ["--issuer".into(), issuer.into()]));
        }
    }
    if verb != "log" {
        args.extend(["--output-format".into(), "json".into()]);
    }
    if verb == "submit" {
        args.push("--no-progress".into());
    }
    args
}

/// The command line of `xcrun` for `stapler`.
pub fn staple_args(package: &Path) -> Vec<OsString> {
    vec!["stapler".into(), "staple".into(), "-v".into(), package.into()]
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, Trouble> {
    let found = value.get(key).and_then(Value::as_str);
    found.with_context(|| format!("notarytool's answer has no {key}: {value}")).map_err(Trouble::Passing)
}

impl Notary for NotaryTool {
    fn submit(&self, package: &Path, known: &mut dyn FnMut(&str) -> Result<()>) -> Result<(), Trouble> {
        let answer = self.ask("submit the package", "submit", package.into())?;
        Ok(known(text(&answer, "id")?)?)
    }

    fn status(&self, id: &str) -> Result<Status, Trouble> {
        let answer = self.ask("ask for the submission", "info", id.into())?;
        Ok(Status::parse(text(&answer, "status")?))
    }

    fn log(&self, id: &str) -> Result<Value, Trouble> {
        self.ask("fetch the log", "log", id.into())
    }

    fn staple(&self, package: &Path) -> Result<(), Trouble> {
        self.run("staple the ticket", &staple_args(package)).map(|_| ())
    }
}
