//! Notarization: Apple looks at a signed package, and its ticket is stapled to it.
//!
//! ```text
//! submit ─ id ─▶ wait ─ Accepted ─▶ log ─▶ staple ─▶ verify ─▶ digests
//!                  └─── Invalid, Rejected, anything else ─▶ log as a table, exit code 1
//! ```
//!
//! What happened is in `X.pkg.notary.json` at every moment ([`State`]), so that a killed run, a closed laptop or a lost network
//! costs no second upload: the same command goes on where it was. Both programs that talk to Apple end with 0 for packages
//! that were rejected, so what counts is the status they print.

mod log;
pub(crate) mod notarytool;
mod rcodesign;
mod service;
mod staple;
mod state;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};

use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::{WithHint as _, causes};
use crate::output::write_whole;

pub use notarytool::NotaryTool;
pub use rcodesign::Rcodesign;
pub use service::{Credentials, Notary, Status, Trouble};
pub use state::{Stage, State};

/// How often something that fails in passing is tried again.
const TRIES: u32 = 5;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Between two questions to the service.
    pub poll: Duration,
    /// For the service's answer.
    pub wait: Duration,
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wishes {
    /// Come back when the package is uploaded.
    pub no_wait: bool,
    /// Go on with an earlier run; there must be one.
    pub resume: bool,
    /// See there.
    pub patience: Patience,
}

/// Who looks at the package: a submission costs an hour, a look a second.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// Before it is uploaded.
    pub before: &'a dyn Fn(&Path) -> Result<()>,
    /// With its ticket.
    pub after: &'a dyn Fn(&Path) -> Result<()>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The ticket is stapled.
    Stapled {
        /// The digest that the package had without it.
        before: Sha256,
    },
    /// The service has the package; a later run goes on.
    Submitted(String),
}

/// Who asks Apple's notary service, and how.
pub struct Desk {
    /// The program that talks to Apple.
    pub notary: Box<dyn Notary>,
    /// See there.
    pub wishes: Wishes,
    /// The root (DER or PEM) that signatures lead to instead of Apple's, in tests.
    pub root: Option<PathBuf>,
}

/// Notarizes a package, which our own verifier judges before it is sent and after it has its ticket.
///
/// # Errors
/// As [`notarize`].
pub fn submit(cx: &Context, desk: &Desk, package: &Path) -> Result<Outcome> {
    crate::flat::open(package)?;
    let root = desk.root.as_deref();
    let before = |path: &Path| crate::sign::judge_unstapled(path, root);
    let after = |path: &Path| crate::sign::judge_stapled(path, root);
    notarize(cx, desk.notary.as_ref(), package, desk.wishes, &Judge { before: &before, after: &after })
}

/// Notarizes a package.
///
/// # Errors
/// When the package isn't fit to be submitted, the service can't be reached or refuses it, or the ticket can't be stapled.
pub fn notarize(
    cx: &Context,
    notary: &dyn Notary,
    package: &Path,
    wishes: Wishes,
    judge: &Judge<'_>,
) -> Result<Outcome> {
    let package = &std::path::absolute(package)?;
    // One at a time: two runs would be two uploads.
    let held = fs_err::File::open(package)?;
    if held.file().try_lock().is_err() {
        return Err(anyhow!("another run is notarizing {}", package.display())).hint("wait for it");
    }
    let run = Run { cx, notary, package, patience: wishes.patience, file: state::path_beside(package) };
    let sha256 = Sha256::of_file(package)?;
    let mut state = run.earlier(sha256, wishes.resume)?;
    if state.stage == Stage::Stapled {
        cx.ui.say("it is stapled already: nothing to do");
        return Ok(Outcome::Stapled { before: state.sha256 });
    }
    if matches!(state.stage, Stage::New | Stage::UploadFailed) {
        staple::refuse_unfit(package)?;
        (judge.before)(package).context("Apple would reject this package: nothing was uploaded")?;
        run.submit(&mut state)?;
    } else if let Some(id) = &state.submission {
        cx.ui.say(format_args!("going on with submission {id}, which is {}", state.stage));
    }
    let id = state.submission.clone().context("the state has no submission")?;
    if wishes.no_wait && !state.stage.is_final() {
        return Ok(Outcome::Submitted(id));
    }
    run.wait(&mut state, &id)?;
    run.report(&id)?;
    if state.stage != Stage::Accepted {
        return Err(anyhow!("Apple's notary service says {}: {}", state.stage, package.display()))
            .hint("mend what the log says, build and sign again; these bytes will never be accepted");
    }
    let stapled = run.patiently("staple the ticket", || staple::staple(notary, package, judge.after))?;
    state.stage = Stage::Stapled;
    state.stapled_sha256 = Some(stapled);
    run.save(&state)?;
    Ok(Outcome::Stapled { before: sha256 })
}

/// One package on its way.
struct Run<'a> {
    cx: &'a Context,
    notary: &'a dyn Notary,
    package: &'a Path,
    patience: Patience,
    /// The state's file.
    file: PathBuf,
}

impl Run<'_> {
    /// Where an earlier run stopped, else a beginning.
    fn earlier(&self, sha256: Sha256, resume: bool) -> Result<State> {
        let found = State::read(&self.file)?;
        let known = found.filter(|state| state.sha256 == sha256 || state.stapled_sha256 == Some(sha256));
        match known {
            Some(state) => Ok(state),
            None if resume => {
                Err(anyhow!("no earlier run has submitted {}", self.package.display())).hint("leave out --resume")
            }
            None => Ok(State::new(sha256)),
        }
    }

    fn save(&self, state: &State) -> Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(state)?);
        write_whole(&self.file, text.as_bytes(), 0o644)
    }

    fn submit(&self, state: &mut State) -> Result<()> {
        let task = self.cx.ui.task("upload to Apple's notary service", None);
        let mut tries = 0;
        loop {
            let mut known = |id: &str| {
                // Before a byte is uploaded: whatever happens now, this submission can be asked for.
                state.submission = Some(id.to_owned());
                state.stage = Stage::Uploading;
                self.save(state)
            };
            let trouble = match self.notary.submit(self.package, &mut known) {
                Ok(()) => break,
                Err(trouble) => trouble,
            };
            tries += 1;
            let begun = state.stage == Stage::Uploading;
            if begun {
                state.stage = Stage::UploadFailed;
                self.save(state)?;
            }
            match trouble {
                // A submission that was begun is not begun again without the user.
                Trouble::Passing(error) if !begun && tries < TRIES => self.pause(&error),
                Trouble::Passing(error) if begun => {
                    return Err(error.context("the upload was cut off")).hint("the same command uploads it again");
                }
                Trouble::Passing(error) | Trouble::Final(error) => return Err(error),
            }
        }
        state.stage = Stage::Submitted;
        self.save(state)?;
        task.done(format_args!(": submission {}", state.submission.as_deref().unwrap_or("unknown")));
        Ok(())
    }

    fn wait(&self, state: &mut State, id: &str) -> Result<()> {
        let started = Instant::now();
        let task = self.cx.ui.task("Apple's notary service looks at it", None);
        while !state.stage.is_final() {
            match self.notary.status(id) {
                Ok(Status::InProgress) => {}
                Ok(Status::Accepted) => state.stage = Stage::Accepted,
                Ok(Status::Invalid) => state.stage = Stage::Invalid,
                Ok(Status::Rejected) => state.stage = Stage::Rejected,
                Ok(Status::Unknown(said)) => {
                    return Err(anyhow!("Apple's notary service answers with the unknown status `{said}` for {id}"))
                        .hint("ask again later with --resume");
                }
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(error)) => self.cx.ui.say(format_args!("still waiting: {}", causes(&error))),
            }
            if state.stage.is_final() {
                break;
            }
            if started.elapsed() >= self.patience.wait {
                let waited = crate::ui::brief(self.patience.wait);
                let hint = if state.stage == Stage::Uploading {
                    "it may never have got all of the package: delete the .notary.json file beside it to upload again"
                } else {
                    "`cargo xtask notarize --resume` goes on waiting; first submissions can take hours"
                };
                return Err(anyhow!("no answer about submission {id} in {waited}")).hint(hint);
            }
            std::thread::sleep(self.patience.poll);
        }
        self.save(state)?;
        task.done(format_args!(": {}", state.stage));
        Ok(())
    }

    /// Fetches the log, keeps it, and shows what it complains about. A log that can't be had changes nothing.
    fn report(&self, id: &str) -> Result<()> {
        match self.patiently("fetch the log", || self.notary.log(id)) {
            Ok(log) => {
                let path = state::log_beside(self.package);
                write_whole(&path, format!("{}\n", serde_json::to_string_pretty(&log)?).as_bytes(), 0o644)?;
                let table = log::table(&log);
                if !table.is_empty() {
                    self.cx.ui.say(table);
                }
            }
            Err(error) => self.cx.ui.say(format_args!("its log could not be fetched: {}", causes(&error))),
        }
        Ok(())
    }

    fn pause(&self, error: &anyhow::Error) {
        self.cx.ui.say(format_args!("trying again: {}", causes(error)));
        std::thread::sleep(self.patience.poll);
    }

    /// Tries what may fail in passing.
    fn patiently<T>(&self, what: &str, mut work: impl FnMut() -> Result<T, Trouble>) -> Result<T> {
        for _ in 1..TRIES {
            match work() {
                Ok(done) => return Ok(done),
                Err(Trouble::Final(error)) => return Err(error).with_context(|| format!("failed to {what}")),
                Err(Trouble::Passing(error)) => self.pause(&error),
            }
        }
        match work() {
            Ok(done) => Ok(done),
            Err(Trouble::Passing(error) | Trouble::Final(error)) => {
                Err(error).with_context(|| format!("failed to {what}")).hint("the same command goes on here")
            }
        }
    }
}

#[cfg(test)]
mod tests;
