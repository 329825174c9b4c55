//! The component of the free-threaded framework, and the links that come with it.

use flatpkg::distribution::Distribution;

use super::*;

const FILES: [&str; 2] = ["PythonT_Framework.pkg", "PythonT_Command_Line_Tools.pkg"];

/// What a product offers, and the names of its components.
fn made(plan: &Plan, root: &Path) -> (UnsignedPkg, Distribution) {
    let dist = tempfile::tempdir().unwrap();
    let made = flat(&context(dist.path()), plan, root, Ownership::Parity).unwrap();
    let read = Package::open(&made.path).unwrap();
    let distribution = read.distribution().unwrap().unwrap();
    (made, distribution)
}

#[test]
fn one_choice_has_the_framework_and_its_links() {
    let (made, distribution) = made(&plan(), root().path());
    let id = "org.python.Python.PythonTFramework-3.13";
    let choice = distribution.choices.iter().find(|choice| choice.id == id).unwrap();
    let refs: Vec<&str> = choice.pkg_refs.iter().map(|own| own.id.as_str()).collect();
    assert_eq!(refs, [id, "org.python.Python.PythonTUnixTools-3.13"]);
    assert_eq!(choice.start_selected.as_deref(), Some("true"));
    assert!(distribution.choices.iter().all(|choice| !choice.id.contains("PythonTUnixTools")), "no choice of its own");
    let lines = distribution.choices_outline.unwrap().lines;
    assert_eq!(lines.len(), distribution.choices.len());
    let files = |file: &str| made.components.iter().find(|component| component.file == file).unwrap().files;
    // The folder, and one link.
    assert_eq!(files("PythonT_Command_Line_Tools.pkg"), 2);
    assert_eq!(files("Python_Command_Line_Tools.pkg"), 2);
}

#[test]
fn a_release_may_offer_it_without_selecting_it() {
    let offer = Offer { unselected: vec!["PythonT_Framework.pkg".into()], ..Offer::default() };
    let (made, distribution) = made(&Plan { offer, ..plan() }, root().path());
    let selected = |file: &str| made.components.iter().find(|component| component.file == file).unwrap().selected;
    assert_eq!(FILES.map(selected), [false, false]);
    let id = "org.python.Python.PythonTFramework-3.13";
    let choice = distribution.choices.iter().find(|choice| choice.id == id).unwrap();
    assert_eq!(choice.start_selected.as_deref(), Some("false"));
}

#[test]
fn where_it_was_not_made_nothing_of_it_is_offered() {
    let (made, _) = made(&plan_of_one(), root_of("3.13").path());
    assert!(made.components.iter().all(|component| !FILES.contains(&component.file.as_str())));
}

/// A choice that leaves it out must leave no link to it.
#[test]
fn a_link_into_it_belongs_to_nobody_else() {
    let (root, dist) = (root(), tempfile::tempdir().unwrap());
    let target = "../../Library/Frameworks/PythonT.framework/Versions/3.13/bin/python3.13t";
    symlink(target, root.path().join("Applications/Python 3.13/python3.13t")).unwrap();
    let error = flat(&context(dist.path()), &plan(), root.path(), Ownership::Parity).unwrap_err();
    let text = crate::hint::render(&error);
    assert!(text.contains("leads into PythonT_Framework.pkg, which users may leave out"), "{text}");
}
