//! The copy that is run, and how a program of it is started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use macho::Arch;
use machorun::launch::{Emulation, Places};

use super::{native, pace};
use crate::context::Context;
use crate::exec::{Job, fresh_log};
use crate::framework::Framework;
use crate::hint::WithHint as _;
use crate::version::PythonVersion;

/// Where the descriptions of terminals are, for ncurses.
pub(super) const TERMINALS: &str = "terminfo";

/// Where the SDK's stubs are, which say what macOS exports.
pub(super) const SDK: &str = "sdk";

/// How long a part of the smoke test may take on a machine that nothing slows down, seconds.
const PART: u32 = 60;

/// A copy of a root that can run.
pub struct Interpreter {
    /// Thrown away at the end.
    pub(super) folder: tempfile::TempDir,
    /// The copy: what would be `/` on a Mac.
    pub(super) root: PathBuf,
    /// Which version of Python it is.
    pub(super) python: PythonVersion,
    /// Which framework of the copy is run.
    pub(super) framework: Framework,
    /// Whose slice is run.
    pub(super) arch: Arch,
    /// On Linux, what runs it, and what that is told.
    pub(super) loader: Option<(PathBuf, Places)>,
    /// How many times as long as usual everything takes here.
    pub(super) pace: f64,
}

impl Interpreter {
    /// Runs another framework of the copy from now on.
    ///
    /// # Errors
    /// When the copy has no such framework, or its links lead out of the copy.
    pub fn select(&mut self, framework: Framework) -> Result<()> {
        self.framework = framework;
        // Where links of a package lead, but for those that lead out of the copy.
        let is_inside = |path: &Path| fs_err::canonicalize(path).is_ok_and(|path| path.starts_with(&self.root));
        let program = self.program();
        if !program.is_file() || !is_inside(&program) || !is_inside(&self.home()) {
            let name = framework.python(self.python);
            return Err(anyhow!("there is no {name} in {}.framework", framework.name())).hint(
                "is it of this release, and made with the same options? --without PythonT tests one without PythonT",
            );
        }
        Ok(())
    }

    /// The framework's version folder in the copy.
    pub(super) fn home(&self) -> PathBuf {
        self.root.join(self.framework.prefix(self.python).trim_start_matches('/'))
    }

    /// `bin/python3.13` in the copy.
    pub(super) fn program(&self) -> PathBuf {
        self.home().join("bin").join(self.framework.python(self.python))
    }

    /// What is run, in words: `x86_64`, `PythonT, x86_64`.
    pub(super) fn name(&self) -> String {
        match self.framework {
            Framework::Python => self.arch.to_string(),
            Framework::PythonT => format!("{}, {}", self.framework.name(), self.arch),
        }
    }

    /// Runs it, with its output in a log.
    ///
    /// # Errors
    /// When it can't be started, or its exit code is not 0.
    pub(super) fn run(&self, purpose: &str, args: &[String], log: &Path) -> Result<()> {
        self.start(purpose, &self.program(), args, log)
    }

    /// The environment of the tests, which has nothing of the user's.
    pub(super) fn environment(&self) -> Result<BTreeMap<String, String>> {
        let home = self.folder.path().join("home");
        fs_err::create_dir_all(&home)?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut env = BTreeMap::from([
            ("HOME".to_owned(), text(&home)),
            // Install scripts change nothing of a user whose name is this.
            ("USER".to_owned(), "root".to_owned()),
            ("TMPDIR".to_owned(), text(self.folder.path())),
            // The one UTF-8 locale that both systems have.
            ("LC_ALL".to_owned(), if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" }.to_owned()),
            ("TERM".to_owned(), "xterm".to_owned()),
            ("PART_LIMIT".to_owned(), pace::scaled(PART, self.pace).to_string()),
        ]);
        let terminals = self.folder.path().join(TERMINALS);
        // A Mac has its own.
        if terminals.is_dir() {
            env.insert("TERMINFO".to_owned(), text(&terminals));
        }
        Ok(env)
    }

    /// An empty log.
    pub(super) fn log(&self, cx: &Context, of: &str) -> Result<PathBuf> {
        fs_err::create_dir_all(cx.paths.logs())?;
        let log = cx.paths.logs().join(format!("test-{of}-{}-{}.log", self.framework.step(), self.arch));
        fresh_log(&log)?;
        Ok(log)
    }

    /// The emulator that runs it, if one does.
    pub fn emulation(&self) -> Option<&Emulation> {
        self.loader.as_ref()?.1.emulation.as_ref()
    }

    /// How many times as long as usual Python takes here, at least once.
    pub fn pace(&self) -> f64 {
        self.pace
    }

    /// Runs a program in that environment.
    pub(super) fn start(&self, purpose: &str, program: &Path, args: &[String], log: &Path) -> Result<()> {
        let env = self.environment()?;
        let (program, mut all) = native::start(self.arch, program);
        all.extend(args.iter().cloned());
        Job { purpose, program: &program, args: &all, env: &env, dir: self.folder.path(), log, crew: None }.run()
    }
}
