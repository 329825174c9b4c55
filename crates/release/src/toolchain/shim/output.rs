//! Outputs that are no regular files.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

/// Arguments that are safe to give to a tool, and what to do when it ended.
pub(super) struct Guarded {
    /// The arguments.
    pub(super) args: Vec<OsString>,
    redirections: Vec<Redirection>,
}

/// A tool writes to a file of ours; then its contents go where they were meant to go.
struct Redirection {
    meant: PathBuf,
    dir: TempDir,
}

impl Redirection {
    fn new(meant: &Path) -> Result<Self> {
        // In TMPDIR, which is the build step's own.
        let dir = tempfile::tempdir().context("no place for an output that is no regular file")?;
        Ok(Self { meant: meant.to_owned(), dir })
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("output")
    }
}

impl Guarded {
    pub(super) fn unchanged(args: Vec<OsString>) -> Self {
        Self { args, redirections: Vec::new() }
    }

    pub(super) fn has_redirections(&self) -> bool {
        !self.redirections.is_empty()
    }

    /// After the tool: passes on what it wrote. Its temporary files go in any case.
    pub(super) fn finish(self, success: bool) -> Result<()> {
        for redirection in self.redirections {
            let written = redirection.path();
            if success && written.is_file() {
                // Opened for writing as it stands: nothing is created, replaced or cut short.
                let mut to = fs_err::OpenOptions::new().write(true).open(&redirection.meant)?;
                std::io::copy(&mut fs_err::File::open(written)?, &mut to)
                    .with_context(|| format!("can't write to {}", redirection.meant.display()))?;
            }
        }
        Ok(())
    }
}

/// Makes arguments safe. `options` are those whose value, the next argument, names an output; `-o` may be joined with
/// its value.
pub(super) fn guard(args: Vec<OsString>, options: &[&str]) -> Result<Guarded> {
    let mut guarded = Guarded::unchanged(Vec::with_capacity(args.len()));
    let mut is_output = false;
    for arg in args {
        let joined = arg.as_bytes().strip_prefix(b"-o").filter(|rest| !rest.is_empty() && options.contains(&"-o"));
        if is_output && must_not_be_replaced(Path::new(&arg))? {
            let redirection = Redirection::new(Path::new(&arg))?;
            guarded.args.push(redirection.path().into());
            guarded.redirections.push(redirection);
            is_output = false;
            continue;
        }
        if !is_output
            && let Some(rest) = joined.map(|rest| OsString::from_vec(rest.to_vec()))
            && must_not_be_replaced(Path::new(&rest))?
        {
            let redirection = Redirection::new(Path::new(&rest))?;
            let mut arg = OsString::from("-o");
            arg.push(redirection.path());
            guarded.args.push(arg);
            guarded.redirections.push(redirection);
            continue;
        }
        is_output = !is_output && options.iter().any(|option| arg == *option);
        guarded.args.push(arg);
    }
    Ok(guarded)
}

/// The same for tools that change the files they are given: such a file must be a regular one.
pub(super) fn guard_in_place(args: Vec<OsString>, options: &[&str]) -> Result<Guarded> {
    let guarded = guard(args, options)?;
    for arg in &guarded.args {
        refuse_in_place(Path::new(arg))?;
    }
    Ok(guarded)
}

/// Refuses to let a tool change something that is no regular file.
pub(super) fn refuse_in_place(path: &Path) -> Result<()> {
    if must_not_be_replaced(path)? {
        bail!("{} is not a regular file, and this tool would replace it", path.display());
    }
    Ok(())
}

/// Whether something is there that a rename would destroy. A folder can't be replaced by a file: tools say so
/// themselves.
fn must_not_be_replaced(path: &Path) -> Result<bool> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(false) };
    let kind = metadata.file_type();
    if kind.is_block_device() {
        bail!("{} is a disk; nothing of a build belongs there", path.display());
    }
    Ok(!kind.is_file() && !kind.is_dir())
}
