//! `ar`: static libraries, of universal objects too.
//!
//! Apple's linker, and lld with it, wants an archive of thin objects for each architecture, and these joined; it
//! can't read one archive whose members are universal. `llvm-ar` makes such an archive, `llvm-libtool-darwin` the
//! right one. Both leave out times and owners.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use macho::Form;

use super::output::{Guarded, refuse_in_place};
use super::site::{Llvm, code};
use crate::exec::{cmd, read, shell};

/// What `ar` is asked to do, as far as it concerns us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Put files into an archive. `quick`: without looking for members of the same name.
    Add { archive: PathBuf, files: Vec<OsString>, quick: bool },
    /// Anything else; LLVM's own `ar` does it.
    Other,
}

/// Reads arguments: `[-]OPTIONS ARCHIVE FILE…`.
pub(super) fn parse(args: &[OsString]) -> Request {
    let mut letters = Vec::new();
    let mut names = Vec::new();
    for (index, arg) in args.iter().enumerate() {
        match arg.as_bytes() {
            [b'-', b'-', ..] => {}
            [b'-', rest @ ..] if names.is_empty() => letters.extend_from_slice(rest),
            rest if index == 0 => letters.extend_from_slice(rest),
            _ => names.push(arg.clone()),
        }
    }
    let (quick, replace) = (letters.contains(&b'q'), letters.contains(&b'r'));
    // `a`, `b` and `i` name a member to put the files beside, `N` a count: nobody does that to static libraries.
    let plain = !letters.iter().any(|letter| b"abiNxtdmp".contains(letter));
    let mut names = names.into_iter();
    match names.next() {
        Some(archive) if (quick || replace) && plain => {
            Request::Add { archive: archive.into(), files: names.collect(), quick }
        }
        _ => Request::Other,
    }
}

/// Does what is asked.
pub(super) fn run(args: &[OsString], llvm: &Llvm) -> Result<ExitCode> {
    let args = expand(args)?;
    let Request::Add { archive, files, quick } = parse(&args) else {
        return llvm.run("llvm-ar", Guarded::unchanged(args));
    };
    refuse_in_place(&archive)?;
    let universal = files.iter().map(Path::new).chain([archive.as_path()]).any(is_universal);
    if !universal || files.is_empty() {
        return llvm.run("llvm-ar", Guarded::unchanged(args));
    }
    add_universal(&archive, &files, quick, llvm)
}

/// Arguments in place of `@FILE`s that hold them.
fn expand(args: &[OsString]) -> Result<Vec<OsString>> {
    let mut all = Vec::new();
    for arg in args {
        match arg.to_str().and_then(|arg| arg.strip_prefix('@')).filter(|file| Path::new(file).is_file()) {
            Some(file) => all.extend(fs_err::read_to_string(file)?.split_whitespace().map(OsString::from)),
            None => all.push(arg.clone()),
        }
    }
    Ok(all)
}

fn is_universal(path: &Path) -> bool {
    let mut start = [0; 8];
    let read = fs_err::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && Form::of(&start) == Some(Form::Fat)
}

/// Makes the archive anew from its old self and the files.
fn add_universal(archive: &Path, files: &[OsString], quick: bool, llvm: &Llvm) -> Result<ExitCode> {
    let dir = archive.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fresh = tempfile::Builder::new().prefix(".ar-").tempdir_in(dir)?;
    let fresh_archive = fresh.path().join("archive");
    let mut args: Vec<OsString> = ["-static", "-no_warning_for_no_symbols", "-o"].map(OsString::from).to_vec();
    args.push(fresh_archive.clone().into());
    if archive.exists() {
        if !quick {
            refuse_doubles(archive, files, llvm)?;
        }
        args.push(archive.into());
    }
    args.extend(files.iter().cloned());
    let status = llvm.stand_in("llvm-libtool-darwin", args).run()?;
    if status.success() {
        flatpkg::output::replace(&fresh_archive, archive)?;
    }
    Ok(code(status))
}

/// A member of the same name would have to be replaced, in every slice; builds remove an archive first.
fn refuse_doubles(archive: &Path, files: &[OsString], llvm: &Llvm) -> Result<()> {
    let sh = shell(Path::new("."))?;
    let (program, libraries) = (llvm.program("llvm-nm"), llvm.library_path());
    let names = read(cmd!(sh, "{program} --arch=all --just-symbol-name {archive}").env("LD_LIBRARY_PATH", libraries))
        .context("failed to list an archive's members")?;
    // Headings are `archive(member)`, with ` (for architecture …)` after it, and a colon.
    let members: BTreeSet<&str> = names
        .lines()
        .filter(|line| line.ends_with(':'))
        .filter_map(|line| Some(line.split_once('(')?.1.split_once(')')?.0))
        .collect();
    let known = |file: &&OsString| {
        let name = Path::new(file).file_name().map(OsStr::to_string_lossy);
        name.is_some_and(|name| members.contains(&*name))
    };
    if let Some(double) = files.iter().find(known) {
        bail!(
            "{} has a member {} already, and members of universal archives can't be replaced: remove the archive first",
            archive.display(),
            Path::new(double).display()
        );
    }
    Ok(())
}
