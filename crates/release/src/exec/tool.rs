//! A program that is given a secret, or heard while it works.
//!
//! Its environment is made from nothing but what a network client needs, so that no variable with a password reaches it;
//! what it must not show on its command line it reads from its standard input.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result, anyhow};

use super::SYSTEM_PATH;
use super::environment::{EVERYBODY, NETWORK, NOTARY, passed_on};

/// The most that is kept of what a program says, bytes.
const SAID_LIMIT: u64 = 16 << 20;

/// See the module's text.
pub struct Tool<'a> {
    /// What it is for, as an error says it: `sign bin/python3.13`.
    pub purpose: &'a str,
    /// The program.
    pub program: &'a Path,
    /// Its arguments. Anybody on the machine can read them.
    pub args: &'a [OsString],
    /// Where it runs.
    pub dir: &'a Path,
    /// What it reads from its standard input.
    pub input: Option<&'a [u8]>,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// With 0.
    pub success: bool,
    /// `exit status: 1`.
    pub status: String,
    /// What it printed.
    pub out: String,
    /// What it said besides.
    pub said: String,
}

impl Ended {
    /// What it said, or at least how it ended: for an error.
    pub fn complaint(&self) -> String {
        let said = if self.said.trim().is_empty() { &self.out } else { &self.said };
        let lines: Vec<&str> = said.lines().collect();
        let last = lines.get(lines.len().saturating_sub(super::TAIL_LINES)..).unwrap_or_default();
        format!("{}\n{}", self.status, last.join("\n")).trim_end().to_owned()
    }
}

impl Tool<'_> {
    /// Runs it to its end, whatever that is.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run(&self) -> Result<Ended> {
        self.run_heard(&mut |_| Ok(()))
    }

    /// The same; every line of its standard error is told as it comes.
    ///
    /// # Errors
    /// When it can't be started, or what hears its lines fails.
    #[expect(clippy::disallowed_methods, reason = "this is exec")]
    pub fn run_heard(&self, heard: &mut dyn FnMut(&str) -> Result<()>) -> Result<Ended> {
        let mut command = Command::new(self.program);
        command.args(self.args).current_dir(self.dir).env_clear().env("LC_ALL", "C").env("PATH", SYSTEM_PATH);
        command.envs(passed_on(&[EVERYBODY, NETWORK, NOTARY]));
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("could not start {} to {}", self.program.display(), self.purpose))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (mut said, mut told) = (String::new(), Ok(()));
        let out = std::thread::scope(|scope| {
            let writer = scope.spawn(|| feed(stdin, self.input));
            let reader = scope.spawn(move || {
                let mut bytes = Vec::new();
                // What can't be read was not said.
                stdout.map(|pipe| pipe.take(SAID_LIMIT).read_to_end(&mut bytes));
                String::from_utf8_lossy(&bytes).into_owned()
            });
            for line in stderr.map(BufReader::new).into_iter().flat_map(|lines| lines.take(SAID_LIMIT).split(b'\n')) {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).into_owned();
                if told.is_ok() {
                    told = heard(&line);
                }
                said.push_str(&line);
                said.push('\n');
            }
            _ = writer.join();
            reader.join().unwrap_or_default()
        });
        let status = child.wait().with_context(|| format!("could not wait for {}", self.program.display()))?;
        told?;
        Ok(Ended { success: status.success(), status: status.to_string(), out, said })
    }

    /// Runs it, and takes every end but 0 for an error.
    ///
    /// # Errors
    /// When it can't be started, or fails; then with what it said.
    pub fn succeed(&self) -> Result<Ended> {
        let ended = self.run()?;
        if ended.success {
            return Ok(ended);
        }
        Err(anyhow!("{} ended with {}", self.program.display(), ended.complaint()))
            .with_context(|| format!("failed to {}", self.purpose))
    }
}

/// A program that ends without reading its input is no failure of ours; what it says about it is told.
fn feed(stdin: Option<ChildStdin>, input: Option<&[u8]>) {
    if let (Some(mut pipe), Some(bytes)) = (stdin, input) {
        _ = pipe.write_all(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, input: Option<&[u8]>) -> Ended {
        let args = ["-c", script].map(OsString::from);
        Tool { purpose: "try it", program: Path::new("/bin/sh"), args: &args, dir: Path::new("/"), input }
            .run()
            .unwrap()
    }

    #[test]
    fn input_reaches_it_and_our_environment_does_not() {
        let ended = run("cat; env; echo lamp >&2; exit 3", Some(b"typed"));
        assert!(!ended.success && ended.status.ends_with('3') && ended.said == "lamp\n", "{ended:?}");
        assert!(ended.out.starts_with("typed") && !ended.out.contains("CARGO"), "{}", ended.out);
        assert!(run("exit 0", Some(&[b'x'; 1 << 20])).success, "it may leave its input unread");
    }
}
