//! Short commands whose output we want.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use super::environment::Needs;
use crate::hint::WithHint as _;

pub use xshell::{Cmd, cmd};

/// Makes short commands that run in a folder, with an environment made from nothing.
#[derive(Debug)]
pub struct Shell {
    shell: xshell::Shell,
    needs: Needs,
}

/// For commands that work on this machine alone.
///
/// # Errors
/// When the folder can't be entered.
pub fn shell(dir: &Path) -> Result<Shell> {
    shell_for(Needs::Nothing, dir)
}

/// For commands that need more of our environment.
///
/// # Errors
/// When the folder can't be entered.
pub fn shell_for(needs: Needs, dir: &Path) -> Result<Shell> {
    let shell = xshell::Shell::new()?;
    shell.change_dir(dir);
    Ok(Shell { shell, needs })
}

impl Shell {
    /// A command; [`cmd!`] calls this.
    pub fn cmd(&self, program: impl AsRef<Path>) -> Cmd<'_> {
        let clean = self.shell.cmd(program).env_clear().env("LC_ALL", "C");
        self.needs.variables().fold(clean, |command, (name, value)| command.env(OsStr::new(name), value))
    }
}

/// Runs a short command and gives back what it printed, without the last line break.
///
/// # Errors
/// When it can't be started, or ends with anything but 0; then with what it said on standard error.
pub fn read(cmd: Cmd<'_>) -> Result<String> {
    let text = cmd.to_string();
    printed(&text, &output(cmd)?)
}

/// Runs a short command to its end, whatever that is.
///
/// # Errors
/// When it can't be started.
pub fn output(cmd: Cmd<'_>) -> Result<Output> {
    let text = cmd.to_string();
    cmd.quiet().ignore_status().output().with_context(|| format!("could not run `{text}`"))
}

/// Runs a command that may have something to ask: the user's terminal is its own, too.
///
/// # Errors
/// When it can't be started, or ends with anything but 0.
pub fn converse(cmd: Cmd<'_>) -> Result<()> {
    let text = cmd.to_string();
    let mut command = Command::from(cmd);
    // What we print on standard output is ours.
    command.stdout(std::io::stderr());
    let status = command.status().with_context(|| format!("could not run `{text}`"))?;
    if status.success() { Ok(()) } else { Err(anyhow!("`{text}` ended with {status}")) }
}

/// The same for a command that waits for others, such as servers: after so long it is ended.
///
/// # Errors
/// As [`read`]; and when it took too long.
pub fn read_within(limit: Duration, cmd: Cmd<'_>) -> Result<String> {
    let text = cmd.to_string();
    let mut command = Command::from(cmd);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("could not run `{text}`"))?;
    let (out, said) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let began = std::time::Instant::now();
    let heard = out.recv_timeout(limit).and_then(|stdout| {
        let stderr = said.recv_timeout(limit.saturating_sub(began.elapsed()))?;
        Ok((stdout, stderr))
    });
    let Ok((stdout, stderr)) = heard else {
        // It may just have ended.
        _ = child.kill();
        _ = child.wait();
        return Err(anyhow!("`{text}` was not done after {} seconds", limit.as_secs()))
            .hint("the server it waits for is too slow, or not there: try again later, or look at the network");
    };
    let status = child.wait().with_context(|| format!("could not wait for `{text}`"))?;
    printed(&text, &Output { status, stdout, stderr })
}

/// Reads a pipe to its end in the background. What can't be read was not said.
fn listen(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        send.send(bytes)
    });
    receive
}

fn printed(text: &str, output: &Output) -> Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("`{text}` ended with {}: {said}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let sh = shell(dir.path()).unwrap();
        assert!(read(cmd!(sh, "no-such-program")).unwrap_err().to_string().contains("no-such-program"));
        let said = read(cmd!(sh, "sh -c 'echo oops >&2; exit 2'")).unwrap_err().to_string();
        assert!(said.ends_with("exit status: 2: oops"), "{said}");
    }

    #[test]
    fn only_what_is_listed_is_passed_on() {
        // Set by cargo for every test.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        for needs in Needs::ALL {
            let sh = shell_for(needs, Path::new("/")).unwrap();
            let wide = Duration::from_secs(600);
            for text in [read(cmd!(sh, "env")), read_within(wide, cmd!(sh, "env"))].map(Result::unwrap) {
                let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
                assert!(names.contains(&"PATH") && names.contains(&"LC_ALL"), "{text}");
                let known: Vec<&str> = needs.variables().map(|(name, _)| name).collect();
                let strange = |name: &&&str| **name != "LC_ALL" && !known.contains(name);
                assert_eq!(names.iter().find(strange), None, "{needs:?}");
            }
        }
        assert!(!super::super::is_passed_on("CARGO_PKG_NAME") && super::super::is_passed_on("HOME"));
    }

    #[test]
    fn a_command_that_never_ends_is_ended() {
        let sh = shell(Path::new("/")).unwrap();
        let error = read_within(Duration::ZERO, cmd!(sh, "tail -f /dev/null")).unwrap_err();
        let text = crate::hint::render(&error);
        assert!(text.contains("was not done after 0 seconds") && text.contains("hint: the server"), "{text}");
        let sh = shell(Path::new("/")).unwrap();
        assert_eq!(read_within(Duration::from_secs(600), cmd!(sh, "echo yes")).unwrap(), "yes");
    }
}
