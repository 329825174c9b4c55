//! Folders that a program can't write to, even as root, by Landlock (`landlock(7)`): those of the system, of devices and of
//! the kernel. And signals to processes that run outside.
//!
//! Landlock refuses what no rule allows, so the rules list what may be written to: every folder in `/` but the system's,
//! and what people need of those.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError,
    Scope, path_beneath_rules,
};

/// The system's, in `/` (`hier(7)`). `lib` stands for all whose names begin so.
const SYSTEM: &[&str] = &["bin", "boot", "dev", "etc", "lib", "proc", "run", "sbin", "sys", "usr", "var"];

/// What is writable in them: no state of the machine's.
const WRITABLE: &[&str] = &[
    "/dev/full",
    "/dev/mqueue",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/random",
    "/dev/shm",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
    "/run/lock",
    "/run/user",
    "/var/lock",
    "/var/tmp",
];

/// Protects them. On a kernel without Landlock it does nothing, and on an older one what that can.
pub fn protect(root: &Path) -> Result<(), RulesetError> {
    let changes = AccessFs::from_write(ABI::V3);
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(changes)?
        .scope(Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(writable(root), changes))?
        .restrict_self()?;
    Ok(())
}

/// What exists of all that may be written to.
fn writable(root: &Path) -> Vec<PathBuf> {
    let in_root = std::fs::read_dir("/").into_iter().flatten().flatten().map(|entry| entry.path());
    let of_users = in_root.filter(|path| !is_system(path));
    // Wherever its user has put these, but for the system's folders themselves.
    let named = ["HOME", "TMPDIR"].map(std::env::var_os).into_iter().flatten().map(PathBuf::from);
    let named = named.chain([root.to_owned()]).filter_map(|path| fs_err::canonicalize(path).ok());
    let named = named.filter(|path| path.components().count() > 2);
    let all = of_users.chain(named).chain(WRITABLE.iter().map(PathBuf::from));
    all.filter(|path| path.exists()).collect()
}

fn is_system(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    SYSTEM.contains(&name.as_ref()) || name.starts_with("lib")
}
