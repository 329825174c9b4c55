//! Installers for systems that read bundle packages only.

use effect::Installable;

use super::*;
use crate::recipe::Recipes;

/// What the installer of a release offers, as the Installer of the time reads it.
fn offered(version: &str) -> String {
    let dist = tempfile::tempdir().unwrap();
    let cx = context(dist.path());
    let release = Recipes::load(&cx.paths.mac(), version.parse().unwrap()).unwrap().release;
    let minimum = release.variant.minimum;
    let plan = Plan {
        python: release.python,
        variant: release.variant.name.clone(),
        archs: release.variant.archs.iter().map(|arch| (*arch, minimum)).collect(),
        current: release.current,
        offer: release.offer.clone(),
        ..plan_of_one()
    };
    let root = root_of(&release.python.short());
    let documentation = "Versions/Current/Resources/English.lproj/Documentation";
    let documentation = root.path().join("Library/Frameworks/Python.framework").join(documentation);
    fs_err::create_dir_all(&documentation).unwrap();
    fs_err::write(documentation.join("index.html"), "").unwrap();
    let (format, _) = decide_format(&cx.paths.mac(), minimum, None).unwrap();
    let made = package(&cx, &plan, root.path(), Ownership::Parity, format).unwrap();
    let opened = crate::install::open(&made.path, None).unwrap();
    let Installable::Bundle(bundle) = opened.installable().unwrap() else { panic!("a flat package") };
    let mut lines = vec![made.path.file_name().unwrap().to_string_lossy().into_owned()];
    lines.extend(bundle.members.iter().map(|member| {
        let info = &member.info;
        let (selection, numbers) = (member.selection, info.numbers);
        assert!(!info.overwrite_permissions, "{} keeps folders as they are", info.identifier);
        format!("{} {selection:?} {numbers:?} {}", info.identifier, info.install_location)
    }));
    lines.join("\n")
}

#[test]
fn python_2_offered_to_change_the_profile_and_python_3_did_not() {
    insta::assert_snapshot!([offered("2.7.5"), offered("3.2.5")].join("\n\n"));
}

#[test]
fn compileall_is_told_what_it_knows() {
    let product: ProductAssets = read_toml(&assets().join("product.toml")).unwrap();
    let script = fs_err::read_to_string(assets().join("scripts/compile")).unwrap();
    for (version, jobs) in [("2.7.5", "jobs=''"), ("3.3.0", "jobs=''"), ("3.13.5", "jobs='-j0'")] {
        let plan = Plan { python: version.parse().unwrap(), ..plan() };
        let names = names(&plan, &product, product.permissions(Ownership::Parity));
        let filled = names.fill(&script, Escape::Shell, "compile").unwrap();
        assert!(filled.lines().any(|line| line == jobs), "{version}: {filled}");
    }
}
