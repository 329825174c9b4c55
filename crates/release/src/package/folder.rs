//! A folder of the disk as the tree of a package.

use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::policy::Policy;
use flatpkg::tree::Tree;

use crate::context::Context;

/// Reads the names below a folder. Owners and modes come from the policy in the file `ownership`, without one everything
/// belongs to root:wheel; `mtime` (seconds since 1970) is the time of every entry. Rules that match nothing are pointed out.
///
/// # Errors
/// A malformed policy; everything in the folder that can't be in a package.
pub fn tree(cx: &Context, dir: &Path, ownership: Option<&Path>, mtime: u32, junk: Junk) -> Result<Tree> {
    let mut tree = read(cx, dir, ownership, mtime)?;
    if junk == Junk::LeftOut {
        let left_out = tree.remove_junk();
        if let Some(first) = left_out.first() {
            let (count, dir) = (left_out.len(), dir.display());
            cx.ui.say(format_args!(
                "{dir}: left out {count} .DS_Store and ._ files, as pkgbuild does (the first: {first}); --keep-junk keeps them"
            ));
        }
    }
    Ok(tree)
}

/// What becomes of the files that Finder leaves in folders: `.DS_Store` and `._NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Junk {
    /// They are left out, and a line says so.
    LeftOut,
    /// They are packaged.
    Kept,
}

fn read(cx: &Context, dir: &Path, ownership: Option<&Path>, mtime: u32) -> Result<Tree> {
    let Some(file) = ownership else { return Ok(Tree::from_dir(dir, &Policy::standard(mtime))?) };
    let policy = Policy::from_toml(&fs_err::read_to_string(file)?)
        .with_context(|| format!("{} is malformed", file.display()))?
        .with_mtime(mtime);
    let tree = Tree::from_dir(dir, &policy)?;
    for rule in policy.unmatched(&tree) {
        let (file, line, pattern) = (file.display(), rule.line(), rule.pattern());
        cx.ui.say(format_args!("warning: {file}: line {line}: nothing in {} matches {pattern:?}", dir.display()));
    }
    Ok(tree)
}
