use std::sync::Mutex;

use super::*;
use crate::context::Paths;
use crate::hint::render;
use crate::plan::{Op, Step, test_plan};
use crate::recipe::{PackageLock, Pin, Source};
use crate::toolchain::lock::Packages;
use crate::ui::Ui;

fn context(dir: &Path) -> Context {
    let paths = Paths { repo: dir.into(), cache: dir.join("cache"), dist: dir.join("dist") };
    Context { paths, ui: Ui::new(), offline: true, jobs: 1, apt: Mutex::default() }
}

fn source(file: &str, contents: &[u8]) -> Source {
    let pin = Pin::Sha256 { sha256: Sha256::of(contents), md5: None };
    let urls = vec![format!("https://example.invalid/{file}")];
    Source { file: file.into(), size: contents.len() as u64, pin, urls, debian: None, pypi: None }
}

fn package() -> LockedPackage {
    let (version, sha256) = ("1:1.0-1".into(), Sha256::of(b"package"));
    LockedPackage { name: "clang".into(), version, pool: "pool/main/c/clang_1.0-1_amd64.deb".into(), sha256 }
}

/// A plan of two sources and one package.
fn plan(locked: Vec<LockedPackage>) -> Plan {
    let mut plan = test_plan();
    let ops = vec![
        Op::Unpack { source: source("a.tar", b"a"), into: "src".into() },
        Op::Fetched { source: source("b", b"bb"), to: "b".into() },
        Op::DebianPackages { packages: vec!["clang".into()], locked, into: "@out@".into() },
    ];
    let step = Step { name: "python".into(), title: "build".into(), needs: vec![], env: Default::default(), ops };
    plan.steps = vec![step];
    plan
}

/// A machine that has everything, and a folder that it fills.
struct Filled {
    dir: tempfile::TempDir,
    vendored: Vendored,
}

impl Filled {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let cx = context(dir.path());
        let given = dir.path().join("given");
        fs_err::create_dir_all(&given).unwrap();
        fs_err::write(given.join("a.tar"), "a").unwrap();
        fs_err::write(given.join("b"), "bb").unwrap();
        let deb = downloaded(&cx, &package());
        fs_err::create_dir_all(deb.parent().unwrap()).unwrap();
        fs_err::write(deb, "package").unwrap();
        if let Some(name) = lock::file_name() {
            let steps = [("llvm".to_owned(), vec![package()])].into();
            let toolchains = cx.paths.mac().join("toolchains");
            fs_err::create_dir_all(&toolchains).unwrap();
            let text = lock::text(&PackageLock { replaces: None, steps }).unwrap();
            fs_err::write(toolchains.join(name), text).unwrap();
        }
        let supply = Supply::folder(&given).unwrap();
        let vendored = fill(&cx, &plan(vec![package()]), &supply, &dir.path().join("vendored")).unwrap();
        Self { dir, vendored }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join("vendored").join(below)
    }

    /// Fetches all of it on another machine, which has no network.
    fn fetched(&self, locked: Vec<LockedPackage>) -> Result<Packages, String> {
        let other = tempfile::tempdir().unwrap();
        let cx = context(other.path());
        let plan = plan(locked);
        let fetch = || {
            let supply = Supply::folder(&self.path(""))?;
            let sources = fetch::all(&cx, &plan.sources(), &supply)?;
            assert_eq!(fs_err::read(sources.path(&source("b", b"bb")))?, b"bb");
            let packages = lock::fetch(&cx, &plan, &supply, &Steps::All)?;
            if matches!(packages, Packages::Replaced) {
                assert_eq!(lock::read(&cx)?.steps["llvm"], [package()]);
            }
            Ok(packages)
        };
        fetch().map_err(|error| render(&error).replace(&self.dir.path().display().to_string(), "DIR"))
    }
}

#[test]
fn a_folder_has_all_that_a_plan_takes_and_an_index() {
    let filled = Filled::new();
    let Vendored { sources, packages, bytes, digest, .. } = filled.vendored;
    assert_eq!((sources, packages, bytes), (2, 1, 10));
    let text = fs_err::read(filled.path("index.toml")).unwrap();
    assert_eq!(Sha256::of(&text), digest);
    let index = Index::of(&filled.path("")).unwrap().unwrap();
    let paths: Vec<&str> = index.files.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["a.tar", "b", "packages/clang_1.0-1_amd64.deb"]);
    assert_eq!(index.files[0].from, ["https://example.invalid/a.tar"]);
    assert!(matches!(filled.fetched(vec![package()]), Ok(Packages::Here)));
}

/// On a machine for which nobody pinned packages, or whose pinned ones are gone.
#[test]
#[cfg(target_os = "linux")]
fn the_lock_file_comes_with_the_packages() {
    assert!(matches!(Filled::new().fetched(vec![]), Ok(Packages::Replaced)));
}

#[test]
fn several_plans_share_a_folder() {
    let filled = Filled::new();
    let cx = context(filled.dir.path());
    let mut other = plan(vec![]);
    other.steps[0].ops = vec![Op::Fetched { source: source("b", b"other"), to: "b".into() }];
    let given = filled.dir.path().join("given");
    fs_err::write(given.join("b"), "other").unwrap();
    fill(&cx, &other, &Supply::folder(&given).unwrap(), &filled.path("")).unwrap();
    let index = Index::of(&filled.path("")).unwrap().unwrap();
    assert_eq!(index.files.len(), 4);
    assert!(index.files.iter().any(|entry| entry.path == format!("{}/b", Sha256::of(b"other").short())));
    assert!(matches!(filled.fetched(vec![package()]), Ok(Packages::Here)), "what was there before is still found");
}

#[test]
fn a_damaged_file_is_named() {
    for (file, contents) in [("b", "bc"), ("packages/clang_1.0-1_amd64.deb", "peckage")] {
        let filled = Filled::new();
        fs_err::write(filled.path(file), contents).unwrap();
        let text = filled.fetched(vec![package()]).err().unwrap();
        let name = file.rsplit('/').next().unwrap();
        assert!(
            text.contains(&format!("error: {name} does not match the pinned checksum\n      from     DIR/vendored")),
            "{text}"
        );
    }
}

#[test]
fn a_missing_file_is_named_with_who_has_it() {
    let cases = [
        ("b", "https://example.invalid/b"),
        ("packages/clang_1.0-1_amd64.deb", "Debian's package clang 1:1.0-1 (pool/main/c/clang_1.0-1_amd64.deb)"),
    ];
    for (file, publisher) in cases {
        let filled = Filled::new();
        fs_err::remove_file(filled.path(file)).unwrap();
        let text = filled.fetched(vec![package()]).err().unwrap();
        let name = file.rsplit('/').next().unwrap();
        assert!(text.contains(&format!("vendored/: its index lists {name}, and it isn't there\n")), "{text}");
        assert!(text.contains(publisher), "{text}");
    }
}
