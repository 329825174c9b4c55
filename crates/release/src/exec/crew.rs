//! What the jobs of one build share: the machine's cores, a compiler launcher, and their end. None outlives the build.
//!
//! A build that is killed can't stop its compilers, and what they go on writing would spoil the build that resumes. So
//! all jobs are one process group, and a watchdog waits for the build on a pipe: when the pipe closes without a word,
//! it kills the group. Until then their locks on the logs make the next build wait ([`fresh_log`](super::fresh_log)).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// Waits for a word; without one, kills the process group `$1`.
const WATCHDOG: &str = "trap '' HUP INT TERM; read -r word || kill -s KILL -- \"-$1\"";

/// See the module's text.
pub struct Crew {
    jobserver: jobserver::Client,
    launcher: Option<PathBuf>,
    /// Does nothing: the process group exists as long as it does.
    leader: Child,
    watchdog: Child,
}

impl Crew {
    /// For a build that may run so many commands at a time. `launcher` is a program that compilers are started with.
    ///
    /// # Errors
    /// When a process or pipe can't be made.
    #[expect(clippy::disallowed_methods, reason = "this is exec")]
    pub fn new(jobs: usize, launcher: Option<PathBuf>) -> Result<Self> {
        let jobserver = jobserver::Client::new(jobs).context("could not share the cores between steps")?;
        let quiet = |command: &mut Command| {
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn()
        };
        let leader = quiet(&mut Command::new("cat")).context("could not start `cat`")?;
        let args = ["-c", WATCHDOG, "watchdog", &leader.id().to_string()].map(ToOwned::to_owned);
        let watchdog = quiet(Command::new("sh").args(args)).context("could not start `sh`")?;
        Ok(Self { jobserver, launcher, leader, watchdog })
    }

    /// Waits for a core; it is given back when the value is dropped.
    ///
    /// # Errors
    /// When the pipe that cores are shared through is broken.
    pub fn core(&self) -> Result<jobserver::Acquired> {
        Ok(self.jobserver.acquire()?)
    }

    /// Makes a command one of the crew.
    pub(super) fn enlist(&self) -> impl Fn(&mut Command) -> std::io::Result<()> + Send + Sync + 'static {
        let (jobserver, group) = (self.jobserver.clone(), i32::try_from(self.leader.id()).unwrap_or_default());
        move |command| {
            jobserver.configure_make(command);
            command.process_group(group);
            Ok(())
        }
    }

    /// Variables of all jobs: a Python that a step has made writes no bytecode into that step, which is finished. And those that
    /// the launcher reads: where it is, for the compiler's stand-in, and our own that begin with its name.
    pub(super) fn env(&self) -> BTreeMap<OsString, OsString> {
        let all = [("PYTHONDONTWRITEBYTECODE".into(), "1".into())];
        let Some(launcher) = &self.launcher else { return all.into() };
        let name = launcher.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let own = |variable: &OsString| variable.to_string_lossy().starts_with(&format!("{name}_"));
        let passed_on = std::env::vars_os().filter(|(variable, _)| own(variable));
        passed_on.chain([(super::environment::LAUNCHER.into(), launcher.into())]).chain(all).collect()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            _ = pipe.write_all(b"done\n");
        }
        _ = self.watchdog.wait();
        drop(self.leader.stdin.take());
        _ = self.leader.wait();
    }
}
