//! Running the scripts of a package where they can change nothing but a folder.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::bundle::Phase;
use flatpkg::effect::{Installable, Part};
use flatpkg::tree::Kind;

use crate::exec::{self, Job};
use crate::hint::WithHint as _;

/// Whether scripts can be kept inside of a folder here.
///
/// # Errors
/// There is no `bwrap`, or the machine lets nobody make namespaces (a container, a changed root).
pub fn confinement() -> Result<()> {
    exec::find("bwrap")
        .context("scripts are kept inside of the folder by bubblewrap, which is not installed")
        .hint("apt-get install bubblewrap")?;
    let shell = exec::shell(Path::new("/"))?;
    exec::read(exec::cmd!(shell, "bwrap --ro-bind / / --unshare-net --unshare-pid true"))
        .context("scripts are kept inside of the folder by bubblewrap, which may not make namespaces here")
        .hint("leave out --run-scripts, or run this outside of the container")?;
    Ok(())
}

/// Runs the scripts of a part that belong to a phase. The whole system is read-only to them but for `root`; there is no
/// network. They are told that the package is installed on the volume `root`, as Installer's `-target` does it.
///
/// # Errors
/// Scripts can't be confined here; a script can't be started or fails.
pub fn run(package: &Installable, part: &Part, phase: Phase, root: &Path, log: &Path) -> Result<()> {
    // There are no receipts in a folder: nothing is an upgrade.
    let upgrades = [Phase::Preupgrade, Phase::Postupgrade];
    let scripts: Vec<_> =
        part.scripts.iter().filter(|script| script.when.0 == phase && !upgrades.contains(&phase)).collect();
    if scripts.is_empty() {
        return Ok(());
    }
    confinement()?;
    let dir = tempfile::tempdir()?;
    for (path, entry) in package.scripts(part)?.iter().flat_map(|tree| tree.iter()).skip(1) {
        let place = dir.path().join(path.as_path());
        match &entry.kind {
            Kind::Directory => fs_err::create_dir(&place)?,
            Kind::Symlink(_) => {}
            Kind::File(contents) => {
                fs_err::write(&place, super::small(contents)?)?;
                fs_err::set_permissions(&place, std::fs::Permissions::from_mode(entry.mode.bits().into()))?;
            }
        }
    }
    let (dir, root) = (dir.path().display().to_string(), root.display().to_string());
    let destination = format!("{root}{}", if part.location == "/" { "" } else { &part.location });
    for script in scripts {
        let args: Vec<String> = [
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            "--bind",
            &root,
            &root,
            "--ro-bind",
            &dir,
            &dir,
            "--unshare-net",
            "--unshare-pid",
            "--die-with-parent",
            "--new-session",
            "--chdir",
            &dir,
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([
            format!("{dir}/{}", script.name),
            part.identifier.clone(),
            destination.clone(),
            root.clone(),
            "/".to_owned(),
        ])
        .collect();
        let env = BTreeMap::from([
            ("SCRIPT_NAME".to_owned(), script.name.clone()),
            ("PACKAGE_PATH".to_owned(), part.identifier.clone()),
            ("INSTALLER_TEMP".to_owned(), "/tmp".to_owned()),
            ("TMPDIR".to_owned(), "/tmp".to_owned()),
            ("COMMAND_LINE_INSTALL".to_owned(), "1".to_owned()),
            ("DSTROOT".to_owned(), root.clone()),
        ]);
        let purpose = format!("run {} of {}", script.name, part.identifier);
        let dir = Path::new("/");
        Job { purpose: &purpose, program: "bwrap", args: &args, env: &env, dir, log, crew: None }.run()?;
    }
    Ok(())
}
