//! A small product with everything in it: two components, links, a Mach-O file, scripts, choices and localised pages.
#![allow(clippy::unwrap_used, missing_docs, reason = "for tests: whatever goes wrong is a panic")]

use std::path::Path;
use std::sync::OnceLock;

use flatpkg::OsVersion;
use flatpkg::component::Component;
use flatpkg::distribution::{
    AllowedOsVersions, Background, Choice, Customize, Distribution, Domains, Line, Options, OsRange, Outline, Page,
    PkgRef, VolumeCheck,
};
use flatpkg::mode::Mode;
use flatpkg::product::{self, Product, ProductPart};
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::xar;

pub const TIMESTAMP: u32 = 1_759_276_800;

pub fn mode(bits: u32) -> Mode {
    Mode::new(bits).unwrap()
}

/// A tree of entries by path; all are of root:admin and of one time.
pub fn tree(entries: impl IntoIterator<Item = (&'static str, Entry)>) -> Tree {
    let place = |entry| Entry { gid: 80, mtime: TIMESTAMP, ..entry };
    let mut tree = Tree::new(place(Entry::directory(mode(0o775))));
    for (path, entry) in entries {
        tree.insert(TreePath::new(path).unwrap(), place(entry)).unwrap();
    }
    tree
}

/// A Mach-O file for arm64: a header and nothing more.
pub fn mach_o() -> Vec<u8> {
    [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0].into_iter().chain([0; 112]).collect()
}

pub struct Trees {
    pub framework: Tree,
    pub scripts: Tree,
    pub resources: Tree,
}

pub fn trees() -> Trees {
    let script = |text: &'static str| Entry::file(text.as_bytes(), mode(0o755));
    Trees {
        framework: tree([
            ("Versions", Entry::directory(mode(0o775))),
            ("Versions/3.14", Entry::directory(mode(0o775))),
            ("Versions/3.14/bin", Entry::directory(mode(0o775))),
            ("Versions/3.14/bin/python3.14", Entry::file(mach_o(), mode(0o775))),
            ("Versions/3.14/empty", Entry::file(*b"", mode(0o664))),
            ("Versions/3.14/spam & \"eggs\".py", Entry::file(*b"print('spam')\n", mode(0o664))),
            ("Versions/Current", Entry::symlink(*b"3.14")),
        ]),
        scripts: tree([
            ("postinstall", script("#!/bin/sh\nexit 0\n")),
            ("helpers", Entry::directory(mode(0o755))),
            ("helpers/list.txt", Entry::file(*b"a\n", mode(0o644))),
        ]),
        resources: tree([
            ("background.png", Entry::file(*b"\x89PNG", mode(0o644))),
            ("Welcome.rtf", Entry::file(*b"{\\rtf1 Welcome}", mode(0o644))),
            ("de.lproj", Entry::directory(mode(0o755))),
            ("de.lproj/Welcome.rtf", Entry::file(*b"{\\rtf1 Willkommen}", mode(0o644))),
            ("de.lproj/License.rtf", Entry::file(*b"{\\rtf1 Lizenz}", mode(0o644))),
        ]),
    }
}

pub fn framework(trees: &Trees) -> Component<'_> {
    Component {
        install_location: "/Library/Frameworks/Python.framework".to_owned(),
        payload: Some(&trees.framework),
        scripts: Some(&trees.scripts),
        ..Component::new("org.python.Python.PythonFramework-3.14", "3.14.0")
    }
}

pub fn install_pip(trees: &Trees) -> Component<'_> {
    Component { scripts: Some(&trees.scripts), ..Component::new("org.python.Python.PythonInstallPip-3.14", "3.14.0") }
}

pub fn distribution() -> Distribution {
    let choice = |id: &str, title: &str, selected: bool| Choice {
        id: id.to_owned(),
        title: Some(title.to_owned()),
        start_selected: Some(selected.to_string()),
        pkg_refs: vec![PkgRef::to(id)],
        ..Choice::default()
    };
    let page = |file: &str| vec![Page { file: file.to_owned(), mime_type: Some("text/rtf".to_owned()), uti: None }];
    let background = Background { file: "background.png".to_owned(), ..Background::default() };
    let line = |choice: &str| Line { choice: choice.to_owned(), lines: Vec::new() };
    let (framework, pip) = ("org.python.Python.PythonFramework-3.14", "org.python.Python.PythonInstallPip-3.14");
    Distribution {
        options: vec![Options {
            customize: Some(Customize::Allow),
            require_scripts: Some(false),
            host_architectures: Some("arm64,x86_64".to_owned()),
            root_volume_only: Some(true),
            ..Options::default()
        }],
        domains: Some(Domains { anywhere: Some(false), current_user_home: Some(false), local_system: Some(true) }),
        volume_check: Some(VolumeCheck {
            script: None,
            allowed_os_versions: Some(AllowedOsVersions {
                ranges: vec![OsRange { min: OsVersion::new(10, 15), before: None }],
            }),
        }),
        background: Some(background.clone()),
        background_dark: Some(background),
        welcome: page("Welcome.rtf"),
        license: page("License.rtf"),
        choices_outline: Some(Outline { lines: vec![line(framework), line(pip)] }),
        choices: vec![choice(framework, "Python Framework", true), choice(pip, "Install or upgrade pip", false)],
        ..Distribution::new("Python")
    }
}

pub fn product(trees: &Trees) -> Product<'_> {
    Product {
        components: vec![
            ProductPart { file_name: "Python_Framework.pkg".to_owned(), component: framework(trees) },
            ProductPart { file_name: "Python_Install_Pip.pkg".to_owned(), component: install_pip(trees) },
        ],
        distribution: distribution(),
        resources: Some(&trees.resources),
    }
}

pub fn write(product: &Product<'_>, out: &Path) {
    product::write(product, out, xar::Options::new(TIMESTAMP), &|_| ()).unwrap();
}

/// The bytes of the whole product.
pub fn bytes() -> Vec<u8> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let made = BYTES.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("python.pkg");
        write(&product(&trees()), &out);
        std::fs::read(&out).unwrap()
    });
    made.clone()
}

/// A package with its `Distribution`, and other members, changed.
pub fn edited(package: &[u8], edit: impl Fn(&str, &mut Vec<u8>)) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("edited.pkg");
    let archive = xar::Archive::from_bytes(package).unwrap();
    let mut writer = xar::Writer::new(&out, xar::Options::new(TIMESTAMP)).unwrap();
    for file in archive.toc().files.iter().filter(|file| file.kind == xar::MemberKind::File) {
        let mut bytes = archive.read_member(file, 1 << 30).unwrap();
        edit(&file.path, &mut bytes);
        let path: Vec<_> = file.path.split('/').collect();
        writer.add_file(&path, bytes.as_slice(), file.data.as_ref().unwrap().encoding.clone()).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(&out).unwrap()
}

/// The whole product with other words in its `Distribution`; each has to be there.
pub fn with_distribution(changes: &[(&str, &str)]) -> Vec<u8> {
    edited(&bytes(), |path, bytes| {
        if path == "Distribution" {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let change = |text: String, (old, new): &(&str, &str)| {
                assert!(text.contains(old), "{old} is not in {text}");
                text.replace(old, new)
            };
            *bytes = changes.iter().fold(text, change).into_bytes();
        }
    })
}
