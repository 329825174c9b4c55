//! What the audit says: findings, and the report that collects them.

use std::fmt::{self, Write as _};

use flatpkg::shown::shown;
use serde::Serialize;

use macho::Arch;

/// The name of a check. It is part of the JSON report, so it never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// A file that claims to be Mach-O can be read as such.
    MachO,
    /// A Mach-O file holds exactly the expected architectures, and nothing was built for another system.
    Slices,
    /// Each slice asks for the expected macOS.
    MinimumOs,
    /// A dylib is known to its users by its own path.
    InstallName,
    /// Only dylibs that every Mac has, or that we install, are linked.
    Linkage,
    /// No search path is left in a slice.
    Rpath,
    /// There is room for more load commands: signing adds one.
    Headerpad,
    /// arm64 code is signed, and every signature matches its bytes.
    Signature,
    /// The interpreter's main thread gets the expected stack.
    StackSize,
    /// No debugger's map points to files of the build machine.
    DebugPaths,
    /// No folder of the build machine is named in any file.
    BuildPath,
    /// Every imported symbol exists where it is looked for.
    Symbols,
    /// Symbols newer than the minimum macOS are imported weakly.
    WeakSymbols,
    /// The expected extension modules are there, and can be imported by name.
    Modules,
    /// The framework has its files.
    Layout,
    /// Bundles say which version of Python they are of.
    Bundles,
    /// Every link leads to something inside the root.
    Links,
    /// Only files, folders and links, without special permission bits; names that a Mac's disk can hold, and no rubbish.
    Entries,
    /// Everyone can read and enter, only owners and their group can write, programs can be run.
    Permissions,
    /// What is shipped is shipped with its licence.
    Licenses,
    /// `sysconfig` describes the user's machine, not the build machine.
    Sysconfig,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The serialised name is the name.
        self.serialize(f)
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, relative to the root; a byte that is not UTF-8 is `\u{fffd}` and its two hexadecimal digits.
    pub path: String,
    /// Which check found it.
    pub check: Check,
    /// The slice it was found in, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
    /// What was found.
    pub got: String,
    /// What should have been found.
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(&self.path), self.check)?;
        if let Some(arch) = self.arch {
            write!(f, " ({arch})")?;
        }
        write!(f, ": got {}, expected {}", shown(&self.got), shown(&self.expected))
    }
}

/// Collects the findings about one file.
pub(super) struct Findings<'a> {
    path: &'a str,
    arch: Option<Arch>,
    found: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// Findings about `path` go to the end of `found`.
    pub(super) fn new(path: &'a str, found: &'a mut Vec<Finding>) -> Self {
        Self { path, arch: None, found }
    }

    /// The same, about one slice.
    pub(super) fn of_slice(&mut self, arch: Arch) -> Findings<'_> {
        Findings { path: self.path, arch: Some(arch), found: self.found }
    }

    /// The file that is looked at.
    pub(super) fn path(&self) -> &'a str {
        self.path
    }

    /// A problem.
    pub(super) fn add(&mut self, check: Check, got: impl Into<String>, expected: impl Into<String>) {
        let (path, got, expected) = (self.path.to_owned(), got.into(), expected.into());
        self.found.push(Finding { path, check, arch: self.arch, got, expected });
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Regular files.
    pub files: usize,
    /// Symbolic links.
    pub links: usize,
    /// Mach-O files.
    pub machos: usize,
    /// Slices in them.
    pub slices: usize,
    /// Extension modules.
    pub shared_modules: usize,
    /// Imports that were looked up, over all slices.
    pub imports: usize,
    /// Imports that could not be looked up, because there was no SDK, or no stub in it.
    pub unchecked_imports: usize,
}

/// The outcome of an audit. It passes when there are no findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Every problem, sorted by path.
    pub findings: Vec<Finding>,
    /// How much was looked at.
    pub counts: Counts,
    /// The extension modules that were found, without their suffix, sorted.
    pub modules: Vec<String>,
}

impl AuditReport {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for AuditReport {
    /// One line a finding, then one line that sums up; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        f.write_str(&self.summary())
    }
}

impl AuditReport {
    /// One line that sums up.
    pub fn summary(&self) -> String {
        let Counts { files, links, machos, slices, shared_modules, imports, unchecked_imports } = self.counts;
        let verdict = match self.findings.len() {
            0 => "nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        };
        let mut text = format!(
            "{verdict} in {files} files and {links} links: {machos} Mach-O files with {slices} slices, \
             {shared_modules} extension modules, {imports} imports"
        );
        if unchecked_imports > 0 {
            _ = write!(text, "; {unchecked_imports} more imports were not looked up: no stubs of their libraries");
        }
        text
    }
}
