//! Apple's notary service through `rcodesign`, which speaks its web API on any machine.
//!
//! It has no output for programs: what counts is what it says on its standard error. The key reaches it as JSON on its
//! standard input.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;

use super::service::{Notary, Status, Trouble};
use crate::exec::{Ended, Tool};
use crate::sign::identity::{NotaryKey, Secret};

/// See the module's text.
pub struct Rcodesign {
    program: PathBuf,
    key: Secret,
}

impl Rcodesign {
    /// With a program of the right version.
    ///
    /// # Errors
    /// When the key can't be read.
    pub fn new(program: PathBuf, key: &NotaryKey) -> Result<Self> {
        Ok(Self { program, key: key.unified()? })
    }

    fn run(
        &self,
        purpose: &str,
        args: &[OsString],
        heard: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Ended, Trouble> {
        let args: Vec<OsString> = ["--config-file".into(), "/dev/null".into()].iter().chain(args).cloned().collect();
        let tool =
            Tool { purpose, program: &self.program, args: &args, dir: Path::new("/"), input: Some(self.key.bytes()) };
        Ok(tool.run_heard(heard)?)
    }

    fn failure(purpose: &str, ended: &Ended) -> Trouble {
        let error = anyhow!("rcodesign ended with {}", ended.complaint()).context(format!("failed to {purpose}"));
        Trouble::from_said(&ended.said, error)
    }
}

/// A command with the key from standard input.
pub fn args<const N: usize>(verb: &str, rest: [OsString; N]) -> Vec<OsString> {
    let first = [verb, "--api-key-file", "/dev/stdin"].into_iter().map(OsString::from);
    first.chain(rest).collect()
}

impl Notary for Rcodesign {
    fn submit(&self, package: &Path, known: &mut dyn FnMut(&str) -> Result<()>) -> Result<(), Trouble> {
        let purpose = "submit the package";
        let mut heard = |line: &str| match line.split_once("created submission ID: ") {
            Some((_, id)) => known(id.trim()),
            None => Ok(()),
        };
        let ended = self.run(purpose, &args("notary-submit", [package.into()]), &mut heard)?;
        if ended.success { Ok(()) } else { Err(Self::failure(purpose, &ended)) }
    }

    fn status(&self, id: &str) -> Result<Status, Trouble> {
        let purpose = "ask for the submission";
        // Its exit code is 0 for what was rejected, and 1 for what is under way.
        let limits = ["--max-wait-seconds".into(), "0".into(), id.into()];
        let ended = self.run(purpose, &args("notary-wait", limits), &mut |_| Ok(()))?;
        let state = ended.said.lines().rev().find_map(|line| {
            let (_, rest) = line.split_once("poll state after ")?;
            rest.split_once(": ").map(|(_, state)| state.trim().to_owned())
        });
        state.map(|state| Status::parse(&state)).ok_or_else(|| Self::failure(purpose, &ended))
    }

    fn log(&self, id: &str) -> Result<Value, Trouble> {
        let purpose = "fetch the log";
        let ended = self.run(purpose, &args("notary-log", [id.into()]), &mut |_| Ok(()))?;
        if !ended.success {
            return Err(Self::failure(purpose, &ended));
        }
        serde_json::from_str(&ended.out).context("the log is not JSON").map_err(Trouble::Passing)
    }

    fn staple(&self, package: &Path) -> Result<(), Trouble> {
        let purpose = "staple the ticket";
        let tool = Tool {
            purpose,
            program: &self.program,
            args: &["--config-file".into(), "/dev/null".into(), "staple".into(), package.into()],
            dir: Path::new("/"),
            input: None,
        };
        let ended = tool.run()?;
        if ended.success { Ok(()) } else { Err(Self::failure(purpose, &ended)) }
    }
}
