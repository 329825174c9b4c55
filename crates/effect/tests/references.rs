//! A reference of a Distribution leads to its component by its content, whatever its id is.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use effect::{Installable, Offer};
use flatpkg::dump::dump;
use flatpkg::package::Package;
use flatpkg::tree::Entry;
use flatpkg::verify::{self, Options};
use oracle::sample;

const FRAMEWORK: &str = "org.python.Python.PythonFramework-3.14";

fn offer(bytes: Vec<u8>) -> Result<Offer, String> {
    Installable::Flat(Package::from_bytes(bytes).unwrap()).offer().map_err(|error| error.to_string())
}

/// Receipts and how many paths each lays down, by choice.
fn installed(offer: &Offer) -> Vec<(String, Vec<(String, usize)>)> {
    let part = |id: &String| {
        let part = offer.parts.iter().find(|part| part.id == *id).unwrap();
        (part.identifier.clone(), part.paths.as_ref().map_or(0, Vec::len))
    };
    // A choice that only groups others installs nothing of its own.
    let installing = offer.choices.iter().filter(|choice| !choice.parts.is_empty());
    installing.map(|choice| (choice.id.clone(), choice.parts.iter().map(part).collect())).collect()
}

fn findings(bytes: Vec<u8>) -> String {
    verify::verify(&Package::from_bytes(bytes).unwrap(), Options::default()).to_string()
}

fn errors(bytes: Vec<u8>) -> Vec<String> {
    let report = verify::verify(&Package::from_bytes(bytes).unwrap(), Options::default());
    let errors = report.findings.iter().filter(|finding| finding.severity == verify::Severity::Error);
    errors.map(ToString::to_string).collect()
}

#[test]
fn the_id_is_only_an_id() {
    let same = sample::bytes();
    // The product's ids no longer are the identifiers of the components, as in Go's packages and in Acrobat's.
    let other = sample::with_distribution(&[(FRAMEWORK, "framework")]);
    let (a, b) = (offer(same).unwrap(), offer(other.clone()).unwrap());
    let parts = |offer: &Offer| installed(offer).into_iter().map(|(_, parts)| parts).collect::<Vec<_>>();
    assert_eq!(parts(&a), parts(&b));
    assert_eq!(b.choices[0].id, "framework");
    assert_eq!(parts(&b)[0], [(FRAMEWORK.to_owned(), 8)]);
    assert_eq!(errors(other.clone()), [""; 0]);
    let text = dump(&Package::from_bytes(other).unwrap()).unwrap();
    assert!(text.contains(&format!("\nframework: Python_Framework.pkg, receipt {FRAMEWORK}\n")), "{text}");
}

#[test]
fn the_packages_own_name_for_it_is_compared() {
    let at = "<pkg-ref id=\"org.python.Python.PythonFramework-3.14\" version";
    let with = |identifier: &str| {
        let new = format!("<pkg-ref id=\"{FRAMEWORK}\" packageIdentifier=\"{identifier}\" version");
        errors(sample::with_distribution(&[(at, &new)]))
    };
    assert_eq!(with(FRAMEWORK), [""; 0]);
    insta::assert_snapshot!(with("org.example")[0], @r#"error: Distribution: packageIdentifier of pkg-ref "org.python.Python.PythonFramework-3.14" is org.example, expected org.python.Python.PythonFramework-3.14"#);
}

#[test]
fn a_reference_to_nothing_is_an_error() {
    let bytes = sample::with_distribution(&[("#Python_Framework.pkg", "#hello.pkg")]);
    let expected = format!("pkg-ref {FRAMEWORK:?} leads to \"hello.pkg\", but the archive has no such component");
    assert_eq!(offer(bytes.clone()).unwrap_err(), expected);
    assert!(errors(bytes.clone())[0].contains("\"hello.pkg\", expected a component of the archive"));
    let text = dump(&Package::from_bytes(bytes).unwrap()).unwrap();
    assert!(text.contains(&format!("\nerror: {expected}\n")), "{text}");
}

#[test]
fn two_components_of_one_identifier_are_two_parts() {
    let bytes = sample::edited(&sample::bytes(), |path, bytes| {
        if path == "Python_Install_Pip.pkg/PackageInfo" {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text.replace("org.python.Python.PythonInstallPip-3.14", FRAMEWORK).into_bytes();
        }
    });
    let offer = offer(bytes).unwrap();
    let ids: Vec<&str> = offer.parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(ids, [FRAMEWORK, &format!("{FRAMEWORK} (Python_Install_Pip.pkg)")]);
    assert_eq!(offer.choices[1].parts, [ids[1]]);
}

#[test]
fn a_component_that_two_references_lead_to_is_installed_once() {
    let pip = "org.python.Python.PythonInstallPip-3.14";
    let bytes = sample::with_distribution(&[("#Python_Install_Pip.pkg", "#Python_Framework.pkg")]);
    let offer = offer(bytes.clone()).unwrap();
    assert_eq!(offer.parts.len(), 1);
    assert_eq!(offer.choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>(), [FRAMEWORK, pip]);
    assert!(findings(bytes).contains("Python_Install_Pip.pkg: the component is never installed"));
}

#[test]
fn a_page_may_be_a_folder() {
    let mut trees = sample::trees();
    let file = |text: &'static str| Entry::file(text.as_bytes(), sample::mode(0o644));
    let folder = || Entry::directory(sample::mode(0o755));
    trees.resources = sample::tree([
        ("background.png", file("\u{89}PNG")),
        ("License.rtf", file("{\\rtf1 L}")),
        ("en.lproj", folder()),
        ("en.lproj/Welcome.rtfd", folder()),
        ("en.lproj/Welcome.rtfd/TXT.rtf", file("{\\rtf1 W}")),
    ]);
    let mut product = sample::product(&trees);
    product.distribution.welcome[0].file = "Welcome.rtfd".to_owned();
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    sample::write(&product, &out);
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(findings(bytes.clone()), "");
    let moved = sample::edited(&bytes, |path, bytes| {
        if path == "Distribution" {
            *bytes = String::from_utf8(bytes.clone()).unwrap().replace("Welcome.rtfd", "Hello.rtfd").into_bytes();
        }
    });
    assert!(findings(moved).contains("\"Hello.rtfd\" of <welcome> is missing"));
}

#[test]
fn packages_that_others_made() {
    // Name, whether it is sound, what its choices install.
    for (name, sound, expected) in [
        ("pkgref-id-same.pkg", true, &[("com.example.comp", "com.example.comp", 4)][..]),
        ("pkgref-id-differs.pkg", true, &[("com.example.app", "com.example.comp", 4)]),
        ("pkgref-id-differs-2.pkg", true, &[("com.example.app", "com.example.comp", 4)]),
        ("go-1.22.4-like.pkg", true, &[("org.golang.go.choice", "org.golang.go", 4)]),
        (
            "acrobat-like.pkg",
            true,
            &[
                ("EntryPackage", "com.adobe.acrobat.DC.reader.entryPackage.pkg.MUI", 4),
                ("CoreApp", "com.adobe.acrobat.DC.reader.app.pkg.MUI", 4),
            ],
        ),
        ("conclusion-rtfd.pkg", true, &[("com.example.comp", "com.example.comp", 4)]),
        ("pkgref-leads-nowhere.pkg", false, &[]),
    ] {
        let Some(bytes) = oracle::fixture_bytes(&format!("field/{name}")) else { continue };
        assert_eq!(errors(bytes.clone()).is_empty(), sound, "{name}: {:?}", errors(bytes));
        match offer(bytes) {
            Ok(offer) => {
                let one = |&(choice, receipt, paths): &(&str, &str, usize)| {
                    (choice.to_owned(), vec![(receipt.to_owned(), paths)])
                };
                assert_eq!(installed(&offer), expected.iter().map(one).collect::<Vec<_>>(), "{name}");
            }
            Err(error) => {
                assert!(!sound && error.contains("leads to \"hello.pkg\""), "{name}: {error}");
            }
        }
    }
    // Made by productbuild of macOS 15; its bill of materials is another matter.
    if let Some(bytes) = oracle::fixture_bytes("field/productbuild-macos15-app.pkg") {
        assert_eq!(errors(bytes.clone()).iter().filter(|error| error.contains("Distribution")).count(), 0);
        let receipt = ("com.example.withapp".to_owned(), 8);
        assert_eq!(installed(&offer(bytes).unwrap()), [("com.example.test".to_owned(), vec![receipt])]);
    }
}
