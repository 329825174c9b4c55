//! What Apple's notary service would say about code: who signed it, and how. Offline, before anything is uploaded.
//!
//! [`of_root`] looks at a staged root, [`of_package`] at what is in a package. Every slice of every Mach-O file is looked at, also
//! of those inside archives and wheels, as the service does; each reason to reject one is an [`Issue`] with the words that the
//! service's own log has, and with what to do about it.
//!
//! | file | what it knows |
//! |---|---|
//! | `issue` | the reasons, and the log in Apple's shape |
//! | `binary` | one Mach-O file: its signature, the hardened runtime, the SDK |
//! | `entitlements`, `der` | what a program asks for, in both of its forms |
//! | `archive` | zip and tar archives, compressed files, and archives in archives |
//! | `layout` | links that must be links |
//! | `seal` | bundles: what they sign beside code |
//!
//! The service opens disk images and packages in packages as well. We don't: none of ours has any.

mod archive;
mod binary;
mod der;
mod entitlements;
mod expectations;
mod issue;
mod layout;
mod lint;
mod seal;

use std::path::Path;

use anyhow::Result;
use flatpkg::laydown::Options;
use flatpkg::package::Package;
use rayon::prelude::*;

pub use entitlements::{Decided, Entitlements};
pub use expectations::CodeExpectations;
pub use issue::{Issue, Reason, Severity, notary_log};
pub use lint::Lint;

use super::tree::Tree;

/// Looks at the code of a staged root.
///
/// # Errors
/// When something can't be read. Whatever is wrong with what was read is an issue.
pub fn of_root(root: &Path, expect: &CodeExpectations<'_>) -> Result<Lint> {
    of_tree(&Tree::read(root)?, expect)
}

/// Looks at the code of a package: payloads and scripts of its components. They are written to a folder of temporary files, no
/// more than [`laydown::MAX_SIZE`](flatpkg::laydown::MAX_SIZE) bytes, nor than the disk has free.
///
/// # Errors
/// When a payload can't be read, or is too large.
pub fn of_package(package: &Package, expect: &CodeExpectations<'_>) -> Result<Lint> {
    of_package_within(package, Options::default(), expect)
}

/// [`of_package`], with another limit.
pub(super) fn of_package_within(package: &Package, options: Options, expect: &CodeExpectations<'_>) -> Result<Lint> {
    let dir = tempfile::tempdir()?;
    of_tree(&Tree::of_package(package, dir.path(), options)?, expect)
}

fn of_tree(tree: &Tree, expect: &CodeExpectations<'_>) -> Result<Lint> {
    let files: Vec<_> = tree.files().collect();
    let parts = files.into_par_iter().map(|(path, file)| archive::look(path, &file.source, tree, expect));
    let mut parts = parts.collect::<Result<Vec<_>>>()?;
    parts.push(archive::bundles(tree, expect));
    let mut lint = Lint::gather(parts);
    one_team(&mut lint);
    Ok(lint)
}

/// Code of two teams can't be loaded into one process with the hardened runtime.
fn one_team(lint: &mut Lint) {
    if lint.teams.len() > 1 {
        let teams: Vec<_> = lint.teams.iter().map(|(team, slices)| format!("{team}: {slices}")).collect();
        lint.issues.insert(0, Issue::new(Reason::OtherTeam, "", None, teams.join(", ")));
    }
}
