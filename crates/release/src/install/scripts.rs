//! Running the scripts of a package, confined to a folder.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use effect::{Attributes, Installable, OfferPart};
use flatpkg::laydown::{Folder, Options};
use flatpkg::tree::{EntryKind, TreePath};
use oldpkg::bundle::Phase;

use super::confine::Room;

/// The most bytes of scripts and of what lies beside them.
const MAX_SCRIPTS: u64 = 256 << 20;

/// Runs the scripts of a part that belong to a phase, with what Installer gives them: the package, the place of the part, the
/// volume that is installed to, which is the room's root, and the root of the system.
///
/// # Errors
/// Scripts can't be confined here; a script can't be started or fails.
pub fn run(package: &Installable, part: &OfferPart, phase: Phase, room: &Room<'_>) -> Result<()> {
    // There are no receipts in a folder: nothing is an upgrade.
    let upgrades = [Phase::Preupgrade, Phase::Postupgrade];
    let scripts: Vec<_> =
        part.scripts.iter().filter(|script| script.when.0 == phase && !upgrades.contains(&phase)).collect();
    if scripts.is_empty() {
        return Ok(());
    }
    let dir = tempfile::tempdir()?;
    lay_down(package, part, dir.path())?;
    let dir = fs_err::canonicalize(dir.path())?;
    let root = room.root.display().to_string();
    let place = part.place(&TreePath::ROOT)?;
    let destination = if place.is_root() { root.clone() } else { format!("{root}/{place}") };
    for script in scripts {
        let command = [
            dir.join(&script.name).display().to_string(),
            part.identifier.clone(),
            destination.clone(),
            root.clone(),
            "/".to_owned(),
        ];
        let mut env = BTreeMap::from([
            ("SCRIPT_NAME".to_owned(), script.name.clone()),
            ("PACKAGE_PATH".to_owned(), part.identifier.clone()),
            ("INSTALLER_TEMP".to_owned(), "/tmp".to_owned()),
            ("TMPDIR".to_owned(), "/tmp".to_owned()),
            ("COMMAND_LINE_INSTALL".to_owned(), "1".to_owned()),
            ("DSTROOT".to_owned(), root.clone()),
            ("LC_ALL".to_owned(), "C".to_owned()),
        ]);
        env.extend(room.env.clone());
        let purpose = format!("run {} of {}", script.name, part.identifier);
        Room { env: &env, ..*room }.run(&purpose, &dir, &command)?;
    }
    Ok(())
}

/// The scripts and what lies beside them, without links.
fn lay_down(package: &Installable, part: &OfferPart, dir: &Path) -> Result<()> {
    let mut folder = Folder::open(dir, Options { max_size: MAX_SCRIPTS, ..Options::default() })?;
    for (path, entry) in package.scripts(part)?.iter().flat_map(|tree| tree.iter()).skip(1) {
        let attributes = Attributes { mode: entry.mode, ..Attributes::SYSTEM };
        match &entry.kind {
            EntryKind::Directory => folder.directory(path, Some(attributes))?,
            EntryKind::Symlink(_) => {}
            EntryKind::File(contents) => {
                let mut bytes = contents.open()?.take(MAX_SCRIPTS + 1);
                folder.file(path, 0, &mut bytes, attributes, None)?;
            }
        }
    }
    folder.finish().with_context(|| format!("failed to lay down the scripts of {}", part.identifier))
}
