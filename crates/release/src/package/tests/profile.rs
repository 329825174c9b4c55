//! Changing the profile of a user's shell.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use super::disk::{Disk, PREFIX, fails, said, succeeds};

const HOME: &str = "Users/a user";

/// Runs the updater as somebody whose home has a space in its name.
fn update(disk: &Disk, args: &[&str]) -> Output {
    fs_err::create_dir_all(disk.path(HOME)).unwrap();
    let script = disk.script("update-profile", &format!("/{PREFIX}"));
    disk.run(Command::new("sh").arg(script).args(args).env("HOME", disk.path(HOME)))
}

#[test]
fn each_shell_finds_this_python_first() {
    // Shell, profile that is there already, the one that is changed, how a login shell reads it.
    let cases: [(&str, &str, &str, &[&str]); 8] = [
        ("/bin/zsh", ".zprofile", ".zprofile", &["-l", "-c"]),
        ("/bin/zsh", "", ".zprofile", &["-l", "-c"]),
        ("/bin/bash", ".profile", ".profile", &["-l", "-c"]),
        ("/bin/bash", "", ".bash_profile", &["-l", "-c"]),
        ("/usr/local/bin/fish", ".config/fish/config.fish", ".config/fish/config.fish", &["-l", "-c"]),
        ("/usr/local/bin/fish", "", ".config/fish/config.fish", &["-l", "-c"]),
        ("/bin/tcsh", ".tcshrc", ".tcshrc", &["-c"]),
        ("/bin/csh", "", ".cshrc", &["-c"]),
    ];
    for (shell, there, changed, args) in cases {
        let disk = Disk::new();
        let home = disk.path(HOME);
        if !there.is_empty() {
            disk.write(&format!("{HOME}/{there}"), "# mine, without a line break at the end");
        }
        fs_err::create_dir_all(&home).unwrap();
        let before = disk.manifest();
        succeeds(&update(&disk, &[shell]));
        let backup = format!("{changed}.pysave");
        let touched = disk.changes(&before);
        let files: Vec<&str> = touched.iter().filter_map(|path| path.strip_prefix(&format!("{HOME}/"))).collect();
        let folders = [".config", ".config/fish"];
        assert!(
            files.iter().all(|file| [changed, &backup].contains(file) || folders.contains(file)),
            "{shell}: {files:?}"
        );
        assert_eq!(files.len(), touched.len(), "{shell}: {touched:?}");
        assert_eq!(disk.path(&format!("{HOME}/{backup}")).exists(), !there.is_empty());

        let after = disk.manifest();
        succeeds(&update(&disk, &[shell]));
        assert_eq!(disk.changes(&after), [""; 0], "{shell}: a second time changes nothing");

        let name = shell.rsplit('/').next().unwrap();
        match which::which(name) {
            Ok(program) => {
                let output = disk.run(Command::new(program).args(args).arg("printenv PATH").env("HOME", &home));
                let path = String::from_utf8_lossy(&output.stdout).into_owned();
                let first = path.lines().last().unwrap_or_default().split(':').next().unwrap_or_default();
                assert_eq!(first, format!("/{PREFIX}/bin"), "{shell}: {}", said(&output));
            }
            Err(_) => oracle::missing(format_args!("{name} is not installed")),
        }

        succeeds(&update(&disk, &["--remove", shell]));
        let file = disk.path(&format!("{HOME}/{changed}"));
        let expected = if there.is_empty() { "" } else { "# mine, without a line break at the end\n" };
        assert_eq!(fs_err::read_to_string(file).unwrap(), expected, "{shell}");
        succeeds(&update(&disk, &["--remove", shell]));
    }
}

#[test]
fn an_older_block_is_replaced_and_the_rest_stays() {
    let disk = Disk::new();
    let file = format!("{HOME}/.zprofile");
    disk.write(&file, "one\n# >>> Python 3.13 >>>\nold\n# <<< Python 3.13 <<<\n# >>> Python 3.12 >>>\ntwo\n");
    succeeds(&update(&disk, &["zsh"]));
    insta::assert_snapshot!(disk.read(&file), @r#"
    one
    # >>> Python 3.12 >>>
    two
    # >>> Python 3.13 >>>
    # Written by Python's installer. What stands between these marks is replaced when it runs again.
    PATH="/Library/Frameworks/Python.framework/Versions/3.13/bin:${PATH}"
    export PATH
    # <<< Python 3.13 <<<
    "#);
}

#[test]
fn a_block_without_an_end_is_not_guessed_at() {
    let disk = Disk::new();
    let file = format!("{HOME}/.zprofile");
    disk.write(&file, "one\n# >>> Python 3.13 >>>\nold\ntwo\n");
    let before = disk.manifest();
    fails(&update(&disk, &["zsh"]), "without its");
    assert_eq!(disk.changes(&before), [""; 0]);
}

#[test]
fn links_and_modes_of_profiles_stay() {
    let disk = Disk::new();
    disk.write(&format!("{HOME}/dotfiles/zprofile"), "mine\n");
    fs_err::set_permissions(disk.path(&format!("{HOME}/dotfiles/zprofile")), PermissionsExt::from_mode(0o600)).unwrap();
    disk.link("dotfiles/zprofile", &format!("{HOME}/.zprofile"));
    succeeds(&update(&disk, &["zsh"]));
    assert_eq!(disk.target(&format!("{HOME}/.zprofile")), "dotfiles/zprofile");
    let text = &disk.manifest()[&format!("{HOME}/dotfiles/zprofile")];
    assert!(text.starts_with("file 600 mine\n# >>> Python 3.13 >>>\n"), "{text}");
}

#[test]
fn a_home_that_cannot_be_written_stays_as_it_is() {
    for there in [".zprofile", ""] {
        let disk = Disk::new();
        fs_err::create_dir_all(disk.path(HOME)).unwrap();
        if !there.is_empty() {
            disk.write(&format!("{HOME}/{there}"), "mine\n");
        }
        let before = disk.manifest();
        let script = disk.script("update-profile", &format!("/{PREFIX}"));
        // Somebody to whom it belongs not: root may write everywhere.
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "sh"];
        let mut command = Command::new("setpriv");
        let output = disk.run(command.args(nobody).arg(&script).arg("zsh").env("HOME", disk.path(HOME)));
        if said(&output).contains("setpriv") || which::which("setpriv").is_err() {
            println!("skipped: not root, or no setpriv");
            return;
        }
        fails(&output, "can't be written");
        assert_eq!(disk.changes(&before), [""; 0]);
    }
}

/// The postinstall, with a user database and a `sudo` that only pretend.
fn postinstall(disk: &Disk, environment: &[(&str, &str)]) -> Output {
    let home = disk.path(HOME).display().to_string();
    fs_err::create_dir_all(&home).unwrap();
    let fakes = disk.fakes();
    disk.program(&fakes.join("id"), "#!/bin/sh\n[ \"$2\" = ada ] && echo 501\n");
    disk.program(&fakes.join("dscl"), "#!/bin/sh\n[ \"$3\" = /Users/ada ] && echo 'UserShell: /bin/zsh'\n");
    let sudo =
        format!("#!/bin/sh\n[ \"$1 $2 $3 $4\" = '-n -H -u ada' ] || exit 1\nshift 4\nHOME='{home}' exec \"$@\"\n");
    disk.program(&fakes.join("sudo"), &sudo);
    disk.script("update-profile", &format!("/{PREFIX}"));
    let script = disk.script("profile", &format!("/{PREFIX}"));
    let mut command = Command::new("sh");
    disk.run(command.arg(script).args(["Python.pkg", "/Library", "/", "/"]).envs(environment.iter().copied()))
}

#[test]
fn the_installing_user_changes_the_profile_not_root() {
    for environment in [&[("USER", "ada")][..], &[("SUDO_USER", "ada"), ("USER", "root")]] {
        let disk = Disk::new();
        fs_err::create_dir_all(disk.path(HOME)).unwrap();
        let before = disk.manifest();
        succeeds(&postinstall(&disk, environment));
        assert_eq!(disk.changes(&before), [format!("{HOME}/.zprofile")]);
    }
}

#[test]
fn without_a_user_no_profile_is_changed() {
    for environment in [&[("USER", "root")][..], &[], &[("USER", "nosuch")], &[("USER", "../ada")], &[("USER", "-x")]] {
        let disk = Disk::new();
        fs_err::create_dir_all(disk.path(HOME)).unwrap();
        let before = disk.manifest();
        succeeds(&postinstall(&disk, environment));
        assert_eq!(disk.changes(&before), [""; 0], "{environment:?}");
    }
}
