//! The only place that starts processes.
//!
//! Short tools whose output we want are commands run by [`read`]. Long ones are a [`Job`]: they write to a log file, and
//! their last lines come back in the error when they fail. All get an environment made from nothing; `environment.rs` says
//! who may see what of ours.

mod crew;
mod environment;
mod short;
mod tool;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err::File;

use crate::hint::WithHint as _;

pub use crew::Crew;
pub use environment::{LAUNCHER, Needs, is_passed_on, names_proxy};
pub use short::{Cmd, Shell, cmd, converse, output, read, read_within, shell, shell_for};
pub use tool::{Ended, Tool};

/// How many of a failed job's last lines are shown.
const TAIL_LINES: usize = 40;

/// A long-running command.
pub struct Job<'a> {
    /// What it is for, as a status line says it: `configure xz`.
    pub purpose: &'a str,
    /// The program: a path, or a name looked up in the job's own `PATH`.
    pub program: &'a str,
    /// Its arguments.
    pub args: &'a [String],
    /// Variables set on top of the clean environment.
    pub env: &'a BTreeMap<String, String>,
    /// Where it runs.
    pub dir: &'a Path,
    /// Standard output and error go to the end of this file.
    pub log: &'a Path,
    /// The other jobs of the build, when it is one of a build's.
    pub crew: Option<&'a Crew>,
}

impl Job<'_> {
    /// Runs it to its end. A build needs no network, so a job does not even see proxies.
    ///
    /// # Errors
    /// When it can't be started or fails; the error shows its last lines and names the log.
    pub fn run(&self) -> Result<()> {
        let mut log = File::options().create(true).append(true).open(self.log)?;
        // The lock belongs to whoever has the open file: to the job and its children until the last of them ends.
        log.file().lock_shared()?;
        let env = self.environment();
        self.write_heading(&mut log, &env)?;
        let program = self.resolve(&env)?;
        let enlist = self.crew.map(Crew::enlist);
        let expression = duct::cmd(program, self.args)
            .dir(self.dir)
            .full_env(&env)
            .stdin_null()
            // duct applies the outermost redirection first.
            .stderr_to_stdout()
            .stdout_file(log.file().try_clone()?)
            .unchecked()
            .before_spawn(move |command| match &enlist {
                Some(enlist) => enlist(command),
                None => Ok(()),
            });
        let ended =
            expression.run().with_context(|| format!("could not start `{}` ({})", self.program, self.purpose))?;
        if !ended.status.success() {
            let tail = tail(self.log, TAIL_LINES)?;
            return Err(anyhow::anyhow!("{} ended with {}\n{tail}", self.program, ended.status))
                .with_context(|| format!("failed to {}", self.purpose))
                .hint(format!("the whole log is {}", self.log.display()));
        }
        Ok(())
    }

    fn environment(&self) -> BTreeMap<OsString, OsString> {
        let mut env: BTreeMap<OsString, OsString> =
            environment::passed_on(&[environment::EVERYBODY]).map(|(name, value)| (name.into(), value)).collect();
        env.insert("LC_ALL".into(), "C".into());
        env.insert("TZ".into(), "UTC".into());
        env.insert("PATH".into(), SYSTEM_PATH.into());
        env.extend(self.crew.map(Crew::env).unwrap_or_default());
        env.extend(self.env.iter().map(|(name, value)| (name.into(), value.into())));
        env
    }

    /// `duct` looks programs up in *our* `PATH`; a job's program is looked up in the job's.
    fn resolve(&self, env: &BTreeMap<OsString, OsString>) -> Result<PathBuf> {
        if self.program.contains('/') {
            return Ok(self.dir.join(self.program));
        }
        which::which_in(self.program, env.get(&OsString::from("PATH")), self.dir)
            .with_context(|| format!("`{}` is not installed, and is needed to {}", self.program, self.purpose))
            .hint("`cargo xtask doctor` lists everything that is missing")
    }

    fn write_heading(&self, log: &mut File, env: &BTreeMap<OsString, OsString>) -> Result<()> {
        use std::io::Write as _;
        writeln!(log, "\n#### {}\n# cd {}", self.purpose, self.dir.display())?;
        for (name, value) in env {
            writeln!(log, "# {}={}", name.display(), value.display())?;
        }
        writeln!(log, "# {} {}", self.program, self.args.join(" "))?;
        Ok(())
    }
}

/// `cargo` on this project itself, shown as it runs.
pub struct Check<'a> {
    /// What it is for.
    pub purpose: &'a str,
    /// Its arguments.
    pub args: &'a [&'a str],
    /// Variables besides those that `cargo` needs of ours.
    pub env: &'a [(&'a str, OsString)],
    /// Where it runs.
    pub dir: &'a Path,
}

impl Check<'_> {
    /// Runs it to its end.
    ///
    /// # Errors
    /// When it can't be started or fails.
    pub fn run(&self) -> Result<()> {
        let sh = shell_for(Needs::Cargo, self.dir)?;
        self.command(&sh).quiet().run().with_context(|| format!("{} failed", self.purpose))
    }

    /// Runs it to its end, whatever that is, and shows nothing: what it prints comes back together with what it says besides, in
    /// the order in which they came.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn heard(&self) -> Result<Ended> {
        let sh = shell_for(Needs::Cargo, self.dir)?;
        let mut heard = tempfile::tempfile()?;
        let mut command = std::process::Command::from(self.command(&sh));
        command.stdin(std::process::Stdio::null()).stdout(heard.try_clone()?).stderr(heard.try_clone()?);
        let status = command.status().with_context(|| format!("could not start cargo: {}", self.purpose))?;
        let mut bytes = Vec::new();
        heard.rewind()?;
        heard.read_to_end(&mut bytes)?;
        let out = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Ended { success: status.success(), status: status.to_string(), out, said: String::new() })
    }

    fn command<'sh>(&self, sh: &'sh Shell) -> Cmd<'sh> {
        let args = self.args;
        cmd!(sh, "cargo {args...}").envs(self.env.iter().map(|(name, value)| (name, value)))
    }
}

/// Another program in our place: our own input, output and environment, and what is set on top of it. For what is itself
/// started as a [`Job`], whose environment is clean.
pub struct StandIn {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables on top of our own.
    pub env: Vec<(&'static str, OsString)>,
}

impl StandIn {
    #[expect(clippy::disallowed_methods, reason = "this is exec")]
    fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Becomes the program. Returns only when that is impossible, with the reason.
    pub fn exec(&self) -> anyhow::Error {
        let error = std::os::unix::process::CommandExt::exec(&mut self.command());
        anyhow::Error::new(error).context(format!("could not run {}", self.program.display()))
    }

    /// Runs the program and waits for it.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run(&self) -> Result<ExitStatus> {
        self.command().status().with_context(|| format!("could not run {}", self.program.display()))
    }
}

/// Empties a log for a new series of jobs. Waits for the jobs of an earlier series: those of a build that was killed may
/// be dying only now.
///
/// # Errors
/// When it can't be written.
pub fn fresh_log(log: &Path) -> Result<()> {
    let file = File::options().create(true).truncate(false).write(true).open(log)?;
    file.file().lock()?;
    Ok(file.set_len(0)?)
}

/// Files that we and our jobs make from now on can be read by all and written by their owner, whatever the user prefers:
/// two users' builds have the same modes.
pub fn plain_modes() {
    use nix::sys::stat::{Mode, umask};
    umask(Mode::from_bits_truncate(0o022));
}

/// The processor time that we and all processes that we started and that ended have used.
pub fn processor_time() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    let usages = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(getrusage);
    let times = usages.into_iter().flatten().flat_map(|usage| [usage.user_time(), usage.system_time()]);
    times.map(|time| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default())).sum()
}

/// A program by its name or path, as the user's own shell finds it.
///
/// # Errors
/// When there is none.
pub fn find(program: &str) -> Result<PathBuf> {
    which::which(program).with_context(|| format!("`{program}` is not installed"))
}

/// Where the system's own programs are.
pub const SYSTEM_PATH: &str = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin";

/// The last lines of a log, at most so many, and no more than 64 KiB.
///
/// # Errors
/// When it can't be read.
pub fn tail(log: &Path, count: usize) -> Result<String> {
    const WINDOW: u64 = 64 << 10;
    let mut file = File::open(log)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(WINDOW)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(script: &str, log: &Path) -> Result<()> {
        let args = ["-c".to_owned(), script.to_owned()];
        let env = BTreeMap::from([("OURS".to_owned(), "yes".to_owned())]);
        let dir = log.parent().unwrap();
        Job { purpose: "try it", program: "sh", args: &args, env: &env, dir, log, crew: None }.run()
    }

    #[test]
    fn output_goes_to_the_log_and_the_environment_is_clean() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        job("echo out; echo err >&2; env", &log).unwrap();
        let text = fs_err::read_to_string(&log).unwrap();
        assert!(text.contains("\nout\nerr\n"), "{text}");
        assert!(text.contains("\nOURS=yes\n") && text.contains("\nLC_ALL=C\n"), "{text}");
        assert!(!text.contains("\nCARGO_MANIFEST_DIR="), "cargo's own variables must not reach a build: {text}");
    }

    #[test]
    fn a_failure_shows_the_last_lines_and_names_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let error = job("seq 100; exit 3", &log).unwrap_err();
        let text = crate::hint::render(&error);
        assert!(text.starts_with("error: failed to try it\n  caused by: sh ended with exit status: 3"), "{text}");
        assert!(text.contains("\n    100") && text.contains("\n    61") && !text.contains("\n    60"), "{text}");
        assert!(text.ends_with(&format!("hint: the whole log is {}", log.display())), "{text}");
    }
}
