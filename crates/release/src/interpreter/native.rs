//! Slices on a Mac: its own processor's runs as it is, an Intel Mac's under Rosetta.

use std::path::Path;

use macho::Arch;

use crate::exec::{cmd, read, shell};

/// Chooses a slice; what it starts chooses the same.
pub(super) const CHOOSER: &str = "/usr/bin/arch";

/// What to run in a program's place, with arguments that come before its own.
pub(super) fn start(arch: Arch, program: &Path) -> (String, Vec<String>) {
    let program = program.to_string_lossy().into_owned();
    if !cfg!(target_os = "macos") || arch == machorun::ARCH {
        return (program, vec![]);
    }
    (CHOOSER.to_owned(), vec![format!("-{arch}"), program])
}

/// Whether a Mac runs slices for an architecture.
pub(super) fn runs(arch: Arch) -> bool {
    let option = format!("-{arch}");
    let tried = shell(Path::new("/")).and_then(|sh| read(cmd!(sh, "{CHOOSER} {option} /usr/bin/true")));
    arch == machorun::ARCH || tried.is_ok()
}
