//! The uninstall script, run on a disk that was installed to.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use super::*;
use crate::install::tests::everything;

const VERSIONS: &str = "Library/Frameworks/Python.framework/Versions";

struct Installed {
    disk: tempfile::TempDir,
    _dist: tempfile::TempDir,
    script: PathBuf,
}

impl Installed {
    fn new() -> Self {
        let (disk, dist) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_, files, package) = released(dist.path());
        let volume = disk.path().join("A Volume.framework");
        everything(&package, &volume);
        let script = files.iter().find(|path| path.to_string_lossy().ends_with(".uninstall")).unwrap().clone();
        Self { disk, _dist: dist, script }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.disk.path().join("A Volume.framework").join(below)
    }

    fn write(&self, below: &str) {
        fs_err::create_dir_all(self.path(below).parent().unwrap()).unwrap();
        fs_err::write(self.path(below), "x\n").unwrap();
    }

    fn uninstall(&self, args: &[&str]) -> String {
        let Output { stdout, stderr, status } =
            Command::new("sh").arg(&self.script).arg("--volume").arg(self.path("")).args(args).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success(), "{text}");
        text
    }

    /// Files and links that are there.
    fn files(&self) -> Vec<String> {
        let volume = self.path("");
        let entries = walkdir::WalkDir::new(&volume).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| entry.path().strip_prefix(&volume).unwrap().display().to_string()).collect()
    }
}

#[test]
fn the_script_is_sound() {
    let dist = tempfile::tempdir().unwrap();
    let (_, files, _) = released(dist.path());
    let script = files.iter().find(|path| path.to_string_lossy().ends_with(".uninstall")).unwrap();
    assert!(Command::new("sh").arg("-n").arg(script).status().unwrap().success());
    match Command::new("shellcheck").args(["--shell=sh", "--norc"]).arg(script).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => oracle::missing("shellcheck is not installed"),
    }
    let text = fs_err::read_to_string(script).unwrap();
    let list = text.split("END OF LIST").nth(1).unwrap();
    insta::assert_snapshot!(list.trim_start_matches("'\n"));
}

#[test]
fn without_yes_nothing_is_removed() {
    let installed = Installed::new();
    let before = installed.files();
    let said = installed.uninstall(&[]);
    assert_eq!(installed.files(), before);
    for path in &before {
        assert!(said.contains(&format!("would remove {}\n", installed.path(path).display())), "{path}: {said}");
    }
}

#[test]
fn everything_installed_and_made_by_scripts_goes() {
    let installed = Installed::new();
    installed.write(&format!("{VERSIONS}/3.13/lib/python3.13/__pycache__/os.cpython-313.pyc"));
    let prefix = format!("../../../{VERSIONS}/3.13");
    symlink(format!("{prefix}/bin/pip3.13"), installed.path("usr/local/bin/pip3.13")).unwrap();
    installed.write("usr/local/bin/other");
    installed.uninstall(&["--yes"]);
    assert_eq!(installed.files(), ["usr/local/bin/other"]);
    assert!(!installed.path("Library/Frameworks/Python.framework").exists());
    assert!(!installed.path("Applications/Python 3.13").exists() && installed.path("Applications").is_dir());
    installed.uninstall(&["--yes"]);
}

#[test]
fn what_is_somebody_elses_by_now_stays() {
    let installed = Installed::new();
    let kept = [
        format!("{VERSIONS}/3.13/lib/python3.13/site-packages/mine.py"),
        "Applications/Python 3.13/notes.txt".to_owned(),
    ];
    kept.iter().for_each(|path| installed.write(path));
    let link = installed.path("usr/local/bin/python3.13");
    fs_err::remove_file(&link).unwrap();
    symlink("../Cellar/python/bin/python3.13", &link).unwrap();
    let mine = "Library/Frameworks/PythonT.framework/Versions/3.13/lib/python3.13t/site-packages/mine.py";
    installed.write(mine);
    let said = installed.uninstall(&["--yes"]);
    for framework in ["Python", "PythonT"] {
        let left = installed.path(&format!("Library/Frameworks/{framework}.framework/Versions/3.13"));
        assert!(said.contains(&format!("is still in {}; --all removes it too", left.display())), "{said}");
    }
    fs_err::remove_file(installed.path(mine)).unwrap();
    assert_eq!(installed.files(), [kept[1].as_str(), &kept[0], "usr/local/bin/python3.13"]);

    installed.uninstall(&["--yes", "--all"]);
    assert_eq!(installed.files(), [kept[1].as_str(), "usr/local/bin/python3.13"]);
}

#[test]
fn another_version_keeps_what_both_share() {
    let installed = Installed::new();
    for version in ["3.9", "3.12"] {
        installed.write(&format!("{VERSIONS}/{version}/bin/python{version}"));
    }
    installed.uninstall(&["--yes"]);
    let current = fs_err::read_link(installed.path(&format!("{VERSIONS}/Current"))).unwrap();
    assert_eq!(current, Path::new("3.12"), "the newest of the others");
    assert!(!installed.path(&format!("{VERSIONS}/3.13")).exists());
    assert!(installed.path("Library/Frameworks/Python.framework/Headers").is_symlink());
}

#[test]
fn folders_that_became_links_are_not_followed() {
    let installed = Installed::new();
    let library = installed.path(&format!("{VERSIONS}/3.13/lib/python3.13"));
    let mine = installed.disk.path().join("mine");
    fs_err::rename(&library, &mine).unwrap();
    symlink(&mine, &library).unwrap();
    installed.uninstall(&["--yes"]);
    assert!(mine.join("os.py").is_file());
}
