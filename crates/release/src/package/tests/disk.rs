//! A disk to try scripts on: a volume with a space in its name, programs that only pretend, and a list of what changed.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use walkdir::WalkDir;

use crate::package::{Escape, Names, Ownership};

/// A python that writes what it is called with into a log, and does as much as a test needs.
const PYTHON: &str = r#"#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
library=$here/lib/python3.13
printf 'python %s\n' "$*" | sed "s|$here|PREFIX|g" >>'@log@'
case $* in
*compileall*)
    if [ -e '@log@.hang' ]; then exec sleep 60; fi
    if [ -e '@log@.fail' ]; then exit 1; fi
    mkdir -p "$library/__pycache__"
    printf 'bytecode\n' >"$library/__pycache__/os.cpython-313.pyc"
    ;;
*ensurepip*)
    if [ -e '@log@.fail' ]; then exit 1; fi
    mkdir -p "$library/site-packages/pip"
    for name in pip3 pip3.13; do printf '#!/bin/sh\n' >"$here/bin/$name"; chmod 755 "$here/bin/$name"; done
    ;;
*'pip install'*)
    if [ -e '@log@.fail' ]; then exit 1; fi
    mkdir -p "$library/site-packages/certifi"
    printf 'Mozilla\n' >"$library/site-packages/certifi/cacert.pem"
    ;;
*'import certifi'*)
    [ -e "$library/site-packages/certifi" ] || exit 1
    printf '%s\n' "$library/site-packages/certifi/cacert.pem"
    ;;
esac
"#;

/// The disk.
pub struct Disk {
    dir: tempfile::TempDir,
    pub ownership: Ownership,
}

pub const PREFIX: &str = "Library/Frameworks/Python.framework/Versions/3.13";

impl Disk {
    /// A volume with an installed framework and macOS's own list of certificates.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o755)).tempdir().unwrap();
        let disk = Self { dir, ownership: Ownership::Parity };
        disk.write("etc/ssl/cert.pem", "Apple\n");
        disk.write(&format!("{PREFIX}/lib/python3.13/os.py"), "");
        disk.write(&format!("{PREFIX}/lib/python3.13/site-packages/README.txt"), "");
        fs_err::create_dir_all(disk.path(&format!("{PREFIX}/etc/openssl"))).unwrap();
        let log = disk.log_file().display().to_string();
        disk.program(&disk.path(&format!("{PREFIX}/bin/python3.13")), &PYTHON.replace("@log@", &log));
        fs_err::create_dir_all(disk.fakes()).unwrap();
        disk
    }

    /// Installs the free-threaded framework, too, with the same pretended python; what it is called with.
    pub fn free_threaded(&self, prefix: &str) -> impl Fn() -> String {
        let log = self.log_file().display().to_string();
        let python = PYTHON.replace("@log@", &log).replace("lib/python3.13", "lib/python3.13t");
        self.write(&format!("{prefix}/lib/python3.13t/os.py"), "");
        self.program(&self.path(&format!("{prefix}/bin/python3.13t")), &python);
        || self.log()
    }

    /// The volume that is installed to.
    pub fn volume(&self) -> PathBuf {
        self.dir.path().join("A Volume")
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.volume().join(below)
    }

    /// Programs found before the system's.
    pub fn fakes(&self) -> PathBuf {
        self.dir.path().join("fakes")
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// What pretended programs were called with.
    pub fn log(&self) -> String {
        fs_err::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// `hang`, or `fail`: what the pretended python does next.
    pub fn python_will(&self, what: &str) {
        fs_err::write(self.dir.path().join(format!("log.{what}")), "").unwrap();
    }

    pub fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub fn read(&self, below: &str) -> String {
        fs_err::read_to_string(self.path(below)).unwrap()
    }

    pub fn link(&self, target: &str, below: &str) {
        let path = self.path(below);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    pub fn target(&self, below: &str) -> String {
        fs_err::read_link(self.path(below)).unwrap().display().to_string()
    }

    pub fn program(&self, path: &Path, text: &str) {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        fs_err::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// The texts' names as the product has them, but for the search path, the patience, and for scripts that are no
    /// `postinstall` the place of the framework.
    pub fn names(&self, framework: &str) -> Names {
        super::product_names(self.ownership)
            .with("search-path", format!("{}:/usr/bin:/bin", self.fakes().display()))
            .with("patience", "1")
            .with("framework", framework)
            .with("list", "")
            .with("receipts", "")
    }

    /// A script of the installer, filled in, in a folder of its own.
    pub fn script(&self, asset: &str, framework: &str) -> PathBuf {
        let text = fs_err::read_to_string(super::assets().join("scripts").join(asset)).unwrap();
        let path = self.dir.path().join("scripts").join(asset);
        self.program(&path, &self.names(framework).fill(&text, Escape::Shell, asset).unwrap());
        path
    }

    /// Runs a `postinstall` as the Installer does: package, target, volume, system root.
    pub fn postinstall(&self, asset: &str) -> Output {
        let script = self.script(asset, &format!("/{PREFIX}"));
        // What the script may start.
        self.script("compile", &format!("/{PREFIX}"));
        let volume = self.volume();
        self.run(Command::new("sh").arg(script).args(["Python.pkg", "/Library", volume.to_str().unwrap(), "/"]))
    }

    /// Runs a command of the applications folder, or a script that is given.
    pub fn command(&self, asset: &str, args: &[&str]) -> Output {
        let framework = self.path(PREFIX).display().to_string();
        self.run(Command::new("sh").arg(self.script(asset, &framework)).args(args))
    }

    /// Runs in an environment of nothing but a path and a folder for temporary files.
    pub fn run(&self, command: &mut Command) -> Output {
        let tmp = self.dir.path().join("tmp");
        fs_err::create_dir_all(&tmp).unwrap();
        fs_err::set_permissions(&tmp, PermissionsExt::from_mode(0o1777)).unwrap();
        let path = format!("{}:/usr/bin:/bin", self.fakes().display());
        let given: Vec<_> =
            command.get_envs().map(|(name, value)| (name.to_owned(), value.unwrap().to_owned())).collect();
        command.env_clear().env("PATH", path).env("TMPDIR", tmp).env("LC_ALL", "C").envs(given).output().unwrap()
    }

    /// Everything on the disk: kind, mode, and contents or target, by path. The log and what belongs to the test are left out.
    pub fn manifest(&self) -> BTreeMap<String, String> {
        let ours = ["log", "log.hang", "log.fail", "scripts", "fakes"];
        let mut manifest = BTreeMap::new();
        for entry in WalkDir::new(self.dir.path()).min_depth(1).sort_by_file_name() {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(self.dir.path()).unwrap().display().to_string();
            if ours.contains(&path.split('/').next().unwrap()) || path == "tmp" {
                continue;
            }
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            let what = if entry.path_is_symlink() {
                format!("link to {}", fs_err::read_link(entry.path()).unwrap().display())
            } else if entry.file_type().is_dir() {
                format!("folder {mode:o}")
            } else {
                format!("file {mode:o} {}", String::from_utf8_lossy(&fs_err::read(entry.path()).unwrap()))
            };
            manifest.insert(path.strip_prefix("A Volume/").unwrap_or(&path).to_owned(), what);
        }
        manifest
    }

    /// The paths that differ from an earlier manifest.
    pub fn changes(&self, before: &BTreeMap<String, String>) -> Vec<String> {
        let now = self.manifest();
        let paths: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        paths.into_iter().filter(|path| before.get(*path) != now.get(*path)).cloned().collect()
    }
}

/// A script ended well; what it said is in the message when not.
#[track_caller]
pub fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}{}", said(output), output.status);
}

#[track_caller]
pub fn fails(output: &Output, with: &str) {
    assert!(!output.status.success() && said(output).contains(with), "{}{}", said(output), output.status);
}

/// Both streams.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
