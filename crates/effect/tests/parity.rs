//! One tree in both formats does the same to a disk; every seeded fault is found, and nothing else.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::path::Path;

use effect::{Comparison, Installable, Offer, Situation, compare};
use flatpkg::component::Component;
use flatpkg::distribution::{self, Choice, Distribution, Line, Outline, PkgRef};
use flatpkg::package::Package;
use flatpkg::policy::Policy;
use flatpkg::product::{Product, ProductPart};
use flatpkg::tree::{Entry, Tree, TreePath};
use oldpkg::bundle::{self, Bundle};
use oracle::sample::{self, mode, tree};

/// What a release of Python has: six components, one required.
struct Release {
    payloads: Vec<Option<Tree>>,
    scripts: Vec<Option<Tree>>,
    /// The order of the components.
    order: Vec<usize>,
    overwrite_permissions: bool,
}

const NAMES: [(&str, &str); 6] = [
    ("PythonFramework-3.3", "/Library/Frameworks/Python.framework"),
    ("PythonApplications-3.3", "/Applications"),
    ("PythonUnixTools-3.3", "/usr/local/bin"),
    (
        "PythonDocumentation-3.3",
        "/Library/Frameworks/Python.framework/Versions/3.3/Resources/English.lproj/Documentation",
    ),
    ("PythonProfileChanges-3.3", "/Library/Frameworks/Python.framework"),
    ("PythonInstallPip-3.3", "/Library/Frameworks/Python.framework"),
];

fn release() -> Release {
    let directory = || Entry::directory(mode(0o775));
    let framework = tree([
        ("Headers", Entry::symlink(*b"Versions/Current/Headers")),
        ("Versions", directory()),
        ("Versions/3.3", directory()),
        ("Versions/3.3/bin", directory()),
        ("Versions/3.3/bin/python3.3", Entry::file(sample::mach_o(), mode(0o775))),
        ("Versions/3.3/lib", directory()),
        ("Versions/3.3/lib/os.py", Entry::file(*b"# os\n", mode(0o664))),
        ("Versions/3.3/site-packages", directory()),
    ]);
    let applications = tree([
        ("Python 3.3", directory()),
        ("Python 3.3/IDLE.app", directory()),
        ("Python 3.3/IDLE.app/run", Entry::file(*b"#!/bin/sh\n", mode(0o775))),
    ]);
    let tools = tree([(
        "python3.3",
        Entry::symlink(*b"../../../Library/Frameworks/Python.framework/Versions/3.3/bin/python3.3"),
    )]);
    let pages = tree([("index.html", Entry::file(*b"<html>", mode(0o664)))]);
    let empty = tree([]);
    let script = |text: &'static str| Some(tree([("postinstall", Entry::file(text.as_bytes(), mode(0o755)))]));
    let profile = tree([
        ("preinstall", Entry::file(*b"#!/bin/sh\nexit 0\n", mode(0o755))),
        ("postinstall", Entry::file(*b"#!/bin/sh\n./helper\n", mode(0o755))),
        ("helper", Entry::file(*b"#!/bin/sh\n", mode(0o755))),
    ]);
    Release {
        payloads: vec![Some(framework), Some(applications), Some(tools), Some(pages), Some(empty), None],
        scripts: vec![
            script("#!/bin/sh\n# framework\n"),
            None,
            None,
            script("#!/bin/sh\n# documentation\n"),
            Some(profile),
            script("#!/bin/sh\n# pip\n"),
        ],
        order: (0..6).collect(),
        overwrite_permissions: false,
    }
}

impl Release {
    fn product(&self) -> Product<'_> {
        let id = |at: usize| format!("org.python.Python.{}", NAMES[at].0);
        let components = self.order.iter().map(|&at| ProductPart {
            file_name: format!("{}.pkg", NAMES[at].0),
            component: Component {
                install_location: NAMES[at].1.to_owned(),
                payload: self.payloads[at].as_ref(),
                scripts: self.scripts[at].as_ref(),
                overwrite_permissions: self.overwrite_permissions,
                ..Component::new(&id(at), "3.3.0")
            },
        });
        let choices = self.order.iter().map(|&at| Choice {
            id: id(at),
            title: Some(NAMES[at].0.to_owned()),
            enabled: (at == 0).then(|| "false".to_owned()),
            start_selected: (at == 4).then(|| "false".to_owned()),
            pkg_refs: vec![PkgRef::to(&id(at))],
            ..Choice::default()
        });
        let lines = self.order.iter().map(|&at| Line { choice: id(at), lines: Vec::new() });
        let distribution = Distribution {
            product: Some(distribution::Product {
                id: Some("org.python.Python".to_owned()),
                version: Some("3.3.0".to_owned()),
            }),
            options: vec![distribution::Options { root_volume_only: Some(true), ..Default::default() }],
            choices: choices.collect(),
            choices_outline: Some(Outline { lines: lines.collect() }),
            ..Distribution::new("Python")
        };
        Product { components: components.collect(), distribution, resources: None }
    }

    /// As a metapackage.
    fn mpkg(&self, dir: &Path) -> Offer {
        let out = dir.join("old.mpkg");
        bundle::write(&self.product(), &out, &|_| ()).unwrap();
        let tree = Tree::from_dir(&out, &Policy::standard(0)).unwrap();
        Installable::Bundle(Bundle::of(&tree, "old.mpkg").unwrap()).offer().unwrap()
    }

    /// As a flat package.
    fn flat(&self, dir: &Path) -> Offer {
        let out = dir.join("new.pkg");
        sample::write(&self.product(), &out);
        Installable::Flat(Package::open(&out).unwrap()).offer().unwrap()
    }
}

fn report(old: &Release, new: &Release) -> Comparison {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, new) = (old.mpkg(one.path()), new.flat(two.path()));
    compare(&old, &new, None, &Situation::ALL).unwrap()
}

fn text(report: &Comparison) -> String {
    let lines = report.differences.iter().map(|difference| {
        let situations: Vec<&str> = difference.situations.iter().map(|situation| situation.name()).collect();
        let (old, new) = (difference.old.as_deref().unwrap_or("-"), difference.new.as_deref().unwrap_or("-"));
        let cases = format!("{} selections; {}", difference.selections, situations.join(", "));
        format!("{}: {} ({cases})\n  {old}\n  {new}\n", difference.subject, difference.reason)
    });
    lines.collect()
}

/// What is found when the new package has one fault.
fn fault(seed: impl FnOnce(&mut Release)) -> String {
    let mut faulty = release();
    seed(&mut faulty);
    text(&report(&release(), &faulty))
}

/// The tree with one entry changed, or left out.
fn edited(tree: &Tree, path: &str, edit: impl Fn(&mut Entry) -> bool) -> Tree {
    let mut root = tree.get("").unwrap().clone();
    if path.is_empty() {
        edit(&mut root);
    }
    let mut edited = Tree::new(root);
    for (own, entry) in tree.iter().filter(|(own, _)| !own.is_root()) {
        let mut entry = entry.clone();
        if own.as_bytes() != path.as_bytes() || edit(&mut entry) {
            edited.insert(TreePath::new(own.as_bytes()).unwrap(), entry).unwrap();
        }
    }
    edited
}

fn edit(release: &mut Release, at: usize, path: &str, edit: impl Fn(&mut Entry) -> bool) {
    release.payloads[at] = Some(edited(release.payloads[at].as_ref().unwrap(), path, edit));
}

#[test]
fn both_formats_do_the_same() {
    let report = report(&release(), &release());
    assert_eq!(text(&report), "");
    assert_eq!((report.groups.len(), report.situations.len()), (4, 4), "two parts lie in folders of the framework");
}

#[test]
fn a_mode() {
    insta::assert_snapshot!(fault(|release| edit(release, 0, "Versions/3.3/lib/os.py", |entry| {
        entry.mode = mode(0o644);
        true
    })));
}

#[test]
fn a_group() {
    insta::assert_snapshot!(fault(|release| edit(release, 0, "Versions/3.3/bin/python3.3", |entry| {
        entry.gid = 0;
        true
    })));
}

#[test]
fn a_missing_link() {
    insta::assert_snapshot!(fault(|release| edit(release, 2, "python3.3", |_| false)));
}

#[test]
fn a_script() {
    insta::assert_snapshot!(fault(|release| {
        release.scripts[3] = Some(edited(release.scripts[3].as_ref().unwrap(), "postinstall", |entry| {
            *entry = Entry::file(*b"#!/bin/sh\nexit 1\n", mode(0o755));
            true
        }));
    }));
}

#[test]
fn a_file_beside_a_script() {
    insta::assert_snapshot!(fault(|release| {
        release.scripts[4] = Some(edited(release.scripts[4].as_ref().unwrap(), "helper", |_| false));
    }));
}

#[test]
fn the_order_of_scripts() {
    insta::assert_snapshot!(fault(|release| release.order.swap(4, 5)));
}

#[test]
fn a_policy() {
    insta::assert_snapshot!(fault(|release| release.overwrite_permissions = true));
}

#[test]
fn a_part() {
    insta::assert_snapshot!(fault(|release| {
        release.order.pop();
    }));
}

#[test]
fn a_package_equals_what_it_laid_down() {
    let dir = tempfile::tempdir().unwrap();
    let offer = release().flat(dir.path());
    let everything = offer.parts.iter().map(|part| part.id.clone()).collect();
    let (disk, receipts) = Situation::Fresh.disk([&offer, &offer]).unwrap();
    let outcome = effect::install(&offer, &everything, disk, &receipts).unwrap();
    let laid = |(path, placed): (&TreePath, &effect::Placed)| effect::Laid {
        path: path.clone(),
        node: placed.node.clone(),
        attributes: placed.attributes,
    };
    let mut entries: Vec<_> = outcome.disk.paths.iter().map(laid).collect();
    let folder = |entries: &[_]| Offer::of_folder(entries.to_vec());
    let equal = compare(&offer, &folder(&entries), Some(&everything), &[Situation::Fresh]).unwrap();
    assert_eq!(text(&equal), "");
    entries.pop();
    let one = compare(&offer, &folder(&entries), Some(&everything), &[Situation::Fresh]).unwrap();
    assert_eq!(one.differences.len(), 1);
}
