use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use effect::{Comparison, Situation, compare};

use super::*;
use crate::package::tests::{context, plan, plan_of_one, root_of};
use crate::package::{Format, Ownership, package};

/// A root for both formats: the old one has no free-threaded framework.
fn root() -> tempfile::TempDir {
    root_of("3.13")
}

/// A release of a small root, in one of the formats.
fn release(format: Format, root: &Path, dist: &Path) -> PathBuf {
    let made = package(&context(dist), &plan_of_one(), root, Ownership::Parity, format).unwrap();
    crate::judgement::product(&context(dist), &made).unwrap();
    made.path
}

/// Lays all parts of a package down.
pub fn everything(package: &Path, disk: &Path) {
    let package = open(package, None).unwrap();
    let offer = package.offer().unwrap();
    let all = offer.parts.iter().map(|part| part.id.clone()).collect();
    package.lay_down(&offer, &all, disk, Options::default().with_owners(), None).unwrap();
}

fn parity(old: &Path, new: &Path) -> Comparison {
    let (old, new) = (open(old, None).unwrap().offer().unwrap(), open(new, None).unwrap().offer().unwrap());
    compare(&old, &new, None, &Situation::ALL).unwrap()
}

fn differences(report: &Comparison) -> Vec<String> {
    let one = |difference: &effect::Difference| format!("{}: {}", difference.subject, difference.reason);
    report.differences.iter().map(one).collect()
}

#[test]
fn a_release_in_the_old_format_does_the_same() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let image = release(Format::Mpkg, root.path(), dist.path());
    let flat = release(Format::Flat, root.path(), dist.path());
    assert_eq!(image.file_name().unwrap(), "python-3.13.5-macos11-unsigned.dmg");
    let report = parity(&image, &flat);
    assert_eq!(differences(&report), [""; 0]);
    assert_eq!(report.situations.len(), 4);

    let again = tempfile::tempdir().unwrap();
    let second = release(Format::Mpkg, root.path(), again.path());
    assert!(fs_err::read(&image).unwrap() == fs_err::read(second).unwrap(), "two images of one root are equal");

    fs_err::set_permissions(
        root.path().join("Applications/Python 3.13/License.txt"),
        std::fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    let faulty = release(Format::Flat, root.path(), dist.path());
    let found = differences(&parity(&image, &faulty));
    assert_eq!(found, ["/Applications/Python 3.13/License.txt: mode"]);
}

#[test]
fn what_is_laid_down_is_what_was_said() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    for format in [Format::Mpkg, Format::Flat] {
        let package = open(&release(format, root.path(), dist.path()), None).unwrap();
        let offer = package.offer().unwrap();
        let disk = tempfile::tempdir().unwrap();
        // macOS's own folders, as the comparison has them.
        for (name, mode) in [("Applications", 0o775), ("Library", 0o755), ("usr", 0o755)] {
            fs_err::create_dir(disk.path().join(name)).unwrap();
            fs_err::set_permissions(disk.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let count =
            package.lay_down(&offer, &offer.initial(), disk.path(), Options::default().with_owners(), None).unwrap();
        assert!(count > 10);
        let folder = open(disk.path(), None).unwrap().offer().unwrap();
        let report = compare(&offer, &folder, Some(&offer.initial()), &[Situation::Fresh]).unwrap();
        // Only root can give files away.
        let owners = |reason: &str| reason.split(", ").all(|field| ["owner", "group"].contains(&field));
        let others: Vec<_> = report.differences.iter().filter(|difference| !owners(&difference.reason)).collect();
        assert!(others.is_empty(), "{others:#?}");
    }
}

#[test]
fn an_upgrade_keeps_what_users_put_into_the_framework() {
    let (root, dist, disk) = (root(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = "Library/Frameworks/Python.framework/Versions/3.13/lib/python3.13";
    for (file, text) in [("os.py", "old\n"), ("site-packages/README.txt", "ours\n")] {
        let path = root.path().join(library).join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let install = |format: Format| {
        everything(&release(format, root.path(), dist.path()), disk.path());
    };
    install(Format::Mpkg);
    let installed = disk.path().join(library);
    let sentinel = installed.join("site-packages/mine/__init__.py");
    fs_err::create_dir_all(sentinel.parent().unwrap()).unwrap();
    fs_err::write(&sentinel, "mine\n").unwrap();

    fs_err::write(root.path().join(library).join("os.py"), "new\n").unwrap();
    install(Format::Flat);
    assert_eq!(fs_err::read_to_string(installed.join("os.py")).unwrap(), "new\n");
    assert_eq!(fs_err::read_to_string(&sentinel).unwrap(), "mine\n");
    assert!(disk.path().join("usr/local/bin/python3.13").exists(), "links lead to what is installed");
}

#[test]
fn nothing_is_laid_down_outside_of_the_folder() {
    let (root, dist, disk, outside) =
        (root(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs_err::os::unix::fs::symlink(outside.path(), disk.path().join("Library")).unwrap();
    fs_err::os::unix::fs::symlink("../../../../../..", disk.path().join("usr")).unwrap();
    everything(&release(Format::Flat, root.path(), dist.path()), disk.path());
    assert!(fs_err::read_dir(outside.path()).unwrap().next().is_none());
    assert!(disk.path().join("local/bin/python3.13").symlink_metadata().is_ok(), "the link led to the folder itself");
}

#[test]
fn choices_come_from_a_file() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let offer = open(&release(Format::Flat, root.path(), dist.path()), None).unwrap().offer().unwrap();
    let file = dist.path().join("choices.plist");
    let write = |id: &str| {
        let text = format!(
            "<plist><array><dict><key>choiceIdentifier</key><string>{id}</string><key>choiceAttribute</key>\
             <string>selected</string><key>attributeSetting</key><integer>0</integer></dict></array></plist>"
        );
        fs_err::write(&file, text).unwrap();
    };
    write("org.python.Python.PythonInstallPip-3.13");
    let chosen = selection(&offer, Some(&file)).unwrap();
    assert_eq!(chosen.len(), offer.initial().len() - 1);
    write("nosuch");
    let error = crate::hint::render(&selection(&offer, Some(&file)).unwrap_err());
    assert!(
        error.contains("names nosuch, which is no choice") && error.contains("the choices are org.python"),
        "{error}"
    );
    fs_err::write(&file, "no list").unwrap();
    assert_eq!(crate::hint::exit_code(&selection(&offer, Some(&file)).unwrap_err()), 2);
    assert_eq!(crate::hint::exit_code(&open(&file, None).err().unwrap()), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn scripts_run_inside_of_the_folder_only() {
    let dir = tempfile::tempdir().unwrap();
    let scripts = dir.path().join("scripts");
    fs_err::create_dir(&scripts).unwrap();
    let outside = dir.path().join("outside");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$2\" \"$4\" >\"$3/ran\"\ncat \"$(dirname \"$0\")/beside\" >>\"$3/ran\"\ntouch '{}' 2>/dev/null\nexit 0\n",
        outside.display()
    );
    fs_err::write(scripts.join("postinstall"), text).unwrap();
    fs_err::set_permissions(scripts.join("postinstall"), std::fs::Permissions::from_mode(0o755)).unwrap();
    fs_err::write(scripts.join("beside"), "beside\n").unwrap();
    let tree = Tree::from_dir(&scripts, &Policy::standard(0)).unwrap();
    let component = flatpkg::component::Component {
        scripts: Some(&tree),
        install_location: "/opt".to_owned(),
        ..flatpkg::component::Component::new("org.example.a", "1")
    };
    let (flat, old) = (dir.path().join("flat.pkg"), dir.path().join("old.pkg"));
    flatpkg::component::write(&component, &flat, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    oldpkg::bundle::write_component(&component, &old, &|_| ()).unwrap();
    for package in [flat, old] {
        let disk = tempfile::tempdir().unwrap();
        let package = open(&package, None).unwrap();
        let offer = package.offer().unwrap();
        let log = dir.path().join("log");
        package.lay_down(&offer, &offer.initial(), disk.path(), Options::default().with_owners(), Some(&log)).unwrap();
        let root = fs_err::canonicalize(disk.path()).unwrap();
        let expected = format!("{}/opt\n/\nbeside\n", root.display());
        assert_eq!(fs_err::read_to_string(disk.path().join("ran")).unwrap(), expected);
        assert!(!outside.exists());
    }
}

/// Who leaves the free-threaded Python out has no links to it (gh-133927).
#[test]
fn links_come_and_go_with_what_they_lead_to() {
    let (root, dist) = (crate::package::tests::root(), tempfile::tempdir().unwrap());
    let made = package(&context(dist.path()), &plan(), root.path(), Ownership::Parity, Format::Flat).unwrap();
    let package = open(&made.path, None).unwrap();
    let offer = package.offer().unwrap();
    let links = |without: &str| {
        let disk = tempfile::tempdir().unwrap();
        let parts = offer.parts.iter().filter(|part| without.is_empty() || !part.id.contains(without));
        let chosen = parts.map(|part| part.id.clone()).collect();
        package.lay_down(&offer, &chosen, disk.path(), Options::default().with_owners(), None).unwrap();
        ["python3.13", "python3.13t"].map(|name| disk.path().join("usr/local/bin").join(name).exists())
    };
    assert_eq!(links(""), [true, true]);
    assert_eq!(links("PythonT"), [true, false]);
}

/// Whatever a user chooses: no link leads to nothing, and a second installation keeps what was added to the first.
#[test]
fn every_selection_of_the_seven_choices_is_whole() {
    let (root, dist) = (crate::package::tests::root(), tempfile::tempdir().unwrap());
    let framework = "Library/Frameworks/Python.framework/Versions/3.13";
    let pages = root.path().join(framework).join("Resources/English.lproj/Documentation");
    fs_err::create_dir_all(&pages).unwrap();
    fs_err::write(pages.join("index.html"), "pages\n").unwrap();
    fs_err::create_dir_all(root.path().join(framework).join("include/python3.13")).unwrap();
    let made = package(&context(dist.path()), &plan(), root.path(), Ownership::Parity, Format::Flat).unwrap();
    let package = open(&made.path, None).unwrap();
    let offer = package.offer().unwrap();
    let (required, free): (Vec<_>, Vec<_>) = offer.choices.iter().partition(|choice| choice.required);
    assert_eq!((required.len(), free.len()), (1, 6));
    assert_eq!(differences(&compare(&offer, &offer, None, &Situation::ALL).unwrap()), [""; 0]);

    for chosen in 0..1_u32 << free.len() {
        let answers = free.iter().enumerate().map(|(at, choice)| (choice.id.clone(), chosen >> at & 1 == 1));
        let (selection, unknown) = offer.choose(&answers.collect::<Vec<_>>());
        assert!(unknown.is_empty(), "{unknown:?}");
        let disk = tempfile::tempdir().unwrap();
        let install = || package.lay_down(&offer, &selection, disk.path(), Options::default(), None).unwrap();
        install();
        let mine = ["Python", "PythonT"]
            .map(|name| disk.path().join(format!("Library/Frameworks/{name}.framework/Versions/3.13/mine")));
        let mine: Vec<_> = mine.iter().filter(|path| path.parent().unwrap().is_dir()).collect();
        mine.iter().for_each(|path| fs_err::write(path, "mine\n").unwrap());
        install();
        assert!(mine.iter().all(|path| path.is_file()), "{selection:?}");
        for entry in walkdir::WalkDir::new(disk.path()) {
            let path = entry.unwrap().into_path();
            assert!(path.exists(), "{selection:?}: {} leads to nothing", path.display());
        }
    }
}
