//! Steps: what is done, as values. Nothing in here does anything.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::digest::Sha256;
use crate::recipe::{LockedPackage, Source};
use macho::Arch;

/// A step: operations that fill one folder.
///
/// Texts inside operations may hold the names of folders that are only known when the step runs:
/// `@work@` (thrown away afterwards), `@out@` (the step's product), `@native@` and so on for the product of a step
/// that this one needs, and `@repo@`. Two plans with the same texts give the same product, wherever they run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Unique in the plan, and a good file name: `openssl.arm64`.
    pub name: String,
    /// What a status line says: `build openssl 3.0.20 for arm64`.
    pub title: String,
    /// Steps that must be finished before.
    pub needs: Vec<String>,
    /// Environment of every command of the step.
    pub env: BTreeMap<String, String>,
    /// In order.
    pub ops: Vec<Op>,
}

/// One operation of a step. Relative paths are below `@work@`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "op")]
#[expect(missing_docs, reason = "the line above each operation says what its fields are")]
pub enum Op {
    /// Unpacks a source archive; its single top folder becomes `into`.
    Unpack { source: Source, into: String },
    /// Copies a source that is no archive.
    Fetched { source: Source, to: String },
    /// Takes what is needed of a folder of the user's.
    Given { what: Given, digest: Sha256, into: String },
    /// Applies a patch of `Mac/patches/` to the tree in `dir`.
    Patch { file: String, digest: Sha256, dir: String },
    /// Writes a text file.
    Write { path: String, text: String, executable: bool },
    /// Runs a command.
    Run(Run),
    /// Copies a tree or file, links as links, times kept.
    Copy { from: String, to: String },
    /// Removes a file or tree; nothing there is fine.
    Remove { path: String },
    /// Merges one tree for each architecture into a universal one.
    Merge { trees: BTreeMap<Arch, String>, headers: Vec<String>, into: String },
    /// Lays several trees over each other with links, as one system root.
    Overlay { layers: Vec<Layer>, into: String },
    /// Programs of Debian's packages, unpacked and not installed: `packages` and all that they need, which is `locked`, or
    /// not known yet where no lock file is for this machine's distribution.
    DebianPackages { packages: Vec<String>, locked: Vec<LockedPackage>, into: String },
    /// The macOS SDK made of open parts.
    OpenSdk { spec: Sha256, wheel: Source, into: String },
    /// The open SDK's layer with Cocoa, over an SDK that is there.
    Cocoa { layer: Sha256, into: String },
    /// Our stand-ins for Apple's command-line tools.
    Shims { version: Sha256, into: String },
    /// The compiler's run-time library, for the SDK.
    CompilerRuntime { into: String },
    /// Keeps one slice of every universal binary of a tree.
    Thin { dir: String, arch: Arch },
    /// Writes the main thread's stack size into every slice of an executable.
    StackSize { file: String, bytes: u64 },
    /// Replaces the names of the build's folders in every text file of a tree.
    Scrub { dir: String, replace: Vec<(String, String)> },
    /// Removes all files and folders of some names (`*.pyc`, `_test*`: with that ending or beginning) from a tree.
    Prune { dir: String, names: Vec<String> },
    /// Fills a folder, which is emptied, with links to everything in `dir`, a path below `root`.
    LinkAll { root: String, dir: String, into: String },
    /// Turns absolute links to what is inside the tree into relative ones.
    RelativeLinks { root: String },
    /// Makes a folder.
    Folder { path: String },
}

/// A folder or file of the user's: the plan's options say where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Given {
    /// Sources of CPython: copied.
    Checkout,
    /// An SDK: links to its files.
    Sdk,
    /// An archive of documentation: the pages.
    Docs,
    /// Tcl and Tk: their headers in `include`, what is shipped in `lib`.
    TclTk,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What it is for: `configure xz`.
    pub purpose: String,
    /// Where it runs.
    pub dir: String,
    /// The program, then its arguments.
    pub argv: Vec<String>,
    /// Variables on top of the step's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

/// One tree of an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// The tree.
    pub from: String,
    /// Where it appears in the whole; empty for its root.
    pub at: String,
}

impl Op {
    /// A command, without variables of its own.
    pub fn run(purpose: impl Into<String>, dir: &str, argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Op::Run(Run { purpose: purpose.into(), dir: dir.into(), argv, env: BTreeMap::new() })
    }

    /// What decides the operation's product: the same without the places of sources and packages.
    #[must_use]
    pub fn placeless(&self) -> Self {
        match self.clone() {
            Op::Unpack { source, into } => Op::Unpack { source: source.placeless(), into },
            Op::Fetched { source, to } => Op::Fetched { source: source.placeless(), to },
            Op::OpenSdk { spec, wheel, into } => Op::OpenSdk { spec, wheel: wheel.placeless(), into },
            Op::DebianPackages { packages, locked, into } => {
                let locked = locked.iter().map(LockedPackage::placeless).collect();
                Op::DebianPackages { packages, locked, into }
            }
            other => other,
        }
    }

    /// The sources that the operation reads.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Op::Unpack { source, .. } | Op::Fetched { source, .. } | Op::OpenSdk { wheel: source, .. } => Some(source),
            _ => None,
        }
    }
}
