//! The `openssl` program.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A program that makes keys, certificates, signatures and time stamps, and that knows nothing of our code.
#[derive(Debug, Clone, Copy)]
pub struct OpenSsl(());

impl OpenSsl {
    /// The program, if it is installed.
    pub fn find() -> Option<Self> {
        match command(Path::new(".")).arg("version").output() {
            Ok(output) => output.status.success().then_some(Self(())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => panic!("failed to start openssl: {error}"),
        }
    }

    /// Runs it in a folder, and gives back what it prints.
    ///
    /// # Panics
    /// It fails; with what it said.
    pub fn run(self, dir: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.try_run(dir, arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {} failed: {said}", arguments.join(" "));
        output.stdout
    }

    /// The same, for those who want to know how it ended.
    ///
    /// # Panics
    /// It can't be started.
    pub fn try_run(self, dir: &Path, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Output {
        let mut command = command(dir);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // It may end without reading its input.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place of this crate that starts a program")]
fn command(dir: &Path) -> Command {
    let mut command = Command::new("openssl");
    // Not the configuration of the machine.
    command.current_dir(dir).env("OPENSSL_CONF", "/dev/null").env("LC_ALL", "C");
    command
}
