//! Two products that differ in one thing that the Installer decides by, or that a user sees, are not equal; and they differ
//! in nothing else.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use effect::{Installable, Offer, Situation, compare};
use flatpkg::package::Package;
use oracle::sample;

fn offer(bytes: Vec<u8>) -> Offer {
    Installable::Flat(Package::from_bytes(bytes).unwrap()).offer().unwrap()
}

/// What two packages differ in, one subject a line.
fn differences(one: Vec<u8>, two: Vec<u8>) -> Vec<String> {
    let report = compare(&offer(one), &offer(two), None, &Situation::ALL).unwrap();
    report.differences.iter().map(|difference| difference.subject.to_string()).collect()
}

/// The same of the sample, and of the sample with other words in its Distribution.
fn stated(old: &str, new: &str) -> Vec<String> {
    differences(sample::bytes(), sample::with_distribution(&[(old, new)]))
}

const FRAMEWORK: &str = "org.python.Python.PythonFramework-3.14";
const PIP: &str = "org.python.Python.PythonInstallPip-3.14";
const END: &str = "</installer-gui-script>";

#[test]
fn equal_products_are_equal() {
    assert_eq!(differences(sample::bytes(), sample::bytes()), [""; 0]);
    assert_eq!(stated("arm64,x86_64", "x86_64, arm64"), [""; 0], "a list has no order");
}

#[test]
fn what_the_distribution_decides() {
    for (old, new, subject) in [
        ("min=\"10.15\"", "min=\"11.0\"", "allowed macOS"),
        ("min=\"10.15\"", "min=\"10.15\" before=\"14.0\"", "allowed macOS"),
        ("arm64,x86_64", "arm64", "hostArchitectures"),
        (END, "<installation-check script=\"f()\"/></installer-gui-script>", "installation-check script"),
        ("<volume-check>", "<volume-check script=\"f()\">", "volume-check script"),
        (END, "<script>function f() { return true; }</script></installer-gui-script>", "script"),
        ("enable_anywhere=\"false\"", "enable_anywhere=\"true\"", "enable_anywhere"),
        ("rootVolumeOnly=\"true\"", "rootVolumeOnly=\"false\"", "rootVolumeOnly"),
        ("customize=\"allow\"", "customize=\"never\"", "customize"),
        ("<title>Python</title>", "<title>Snake</title>", "title"),
        ("require-scripts=\"false\"", "require-scripts=\"true\"", "require-scripts"),
        (" require-scripts", " customLocation=\"/opt\" require-scripts", "customLocation"),
        ("<welcome file", "<welcome language=\"de\" file", "welcome language"),
        (
            END,
            "<localization><strings language=\"de\">a</strings></localization></installer-gui-script>",
            "localization strings",
        ),
    ] {
        assert_eq!(stated(old, new), [subject], "{new}");
    }
}

#[test]
fn what_the_distribution_says_of_a_component() {
    let more = format!("<pkg-ref id=\"{FRAMEWORK}\"><must-close><app id=\"x\"/></must-close></pkg-ref>{END}");
    assert_eq!(stated(END, &more), [format!("must-close of {FRAMEWORK}")]);
    let version = "version=\"3.14.0\" onConclusion=\"none\" installKBytes=\"3\"";
    assert_eq!(stated(version, &version.replace("none", "RequireRestart")), [format!("restart of {FRAMEWORK}")]);
    assert_eq!(stated(version, &format!("auth=\"None\" {version}")), [format!("authorization of {FRAMEWORK}")]);
    assert_eq!(stated(version, &format!("auth=\"Root\" {version}")), [""; 0], "as the component says");
    assert_eq!(stated(version, "version=\"3.14.0\" installKBytes=\"9\""), [""; 0], "a size is no decision");
}

#[test]
fn the_tree_of_choices() {
    let line = |id: &str| format!("<line choice=\"{id}\"/>");
    let (one, two) = (line(FRAMEWORK), line(PIP));
    let both = format!("{one}\n        {two}");
    let below = format!("<line choice=\"{FRAMEWORK}\">{two}</line>");
    assert_eq!(stated(&both, &below), [format!("place of choice {PIP}")]);
    assert_eq!(
        stated(&both, &format!("{two}{one}")),
        [
            format!("order of the scripts after {FRAMEWORK} and after {PIP}"),
            format!("order of the choices {FRAMEWORK} and {PIP}")
        ]
    );
    assert_eq!(stated("Install or upgrade pip", "Pip"), [format!("title of choice {PIP}")]);
    assert_eq!(
        stated("start_selected=\"true\"", "start_selected=\"f()\""),
        [format!("start_selected of choice {FRAMEWORK}")]
    );
    assert_eq!(
        stated("start_selected=\"true\"", "start_selected=\"false\""),
        [format!("choice {FRAMEWORK}"), format!("start_selected of choice {FRAMEWORK}")]
    );
    assert_eq!(
        stated("start_selected=\"true\"", "start_selected=\"true\" visible=\"false\""),
        [format!("choice {FRAMEWORK}"), format!("visible of choice {FRAMEWORK}")]
    );
    let container = format!("<line choice=\"all\">{both}</line>");
    let with = sample::with_distribution(&[(&both, &container), (END, &format!("<choice id=\"all\"/>{END}"))]);
    let found = differences(sample::bytes(), with);
    assert_eq!(
        found,
        ["choice all".to_owned(), format!("place of choice {FRAMEWORK}"), format!("place of choice {PIP}")]
    );
}

#[test]
fn pages_and_what_components_state() {
    let other = |member: &str, old: &str, new: &str| {
        let changed = sample::edited(&sample::bytes(), |path, bytes| {
            if path == member {
                let text = String::from_utf8(bytes.clone()).unwrap();
                assert!(text.contains(old), "{text}");
                *bytes = text.replace(old, new).into_bytes();
            }
        });
        differences(sample::bytes(), changed)
    };
    assert_eq!(other("Resources/de.lproj/Welcome.rtf", "Will", "will"), ["Resources/de.lproj/Welcome.rtf"]);
    let info = "Python_Framework.pkg/PackageInfo";
    let of = |name: &str| [format!("{name} of {FRAMEWORK}")];
    assert_eq!(other(info, " auth", " minimumSystemVersion=\"11\" auth"), of("minimumSystemVersion"));
    assert_eq!(
        other(info, "<bundle-version/>", "<bundle-version><bundle id=\"a\"/></bundle-version>"),
        of("bundle-version")
    );
    assert_eq!(other(info, "postinstall-action=\"none\"", "postinstall-action=\"logout\""), of("restart"));
    assert_eq!(other(info, "generator-version=\"", "generator-version=\"x"), [""; 0]);
}

#[test]
fn packages_that_others_made() {
    let read = |name: &str| oracle::fixture_bytes(&format!("field/pkgref-{name}.pkg"));
    let Some(((same, differs), (other, nowhere))) =
        read("id-same").zip(read("id-differs")).zip(read("id-differs-2").zip(read("leads-nowhere")))
    else {
        return;
    };
    for package in [&same, &differs, &other] {
        assert_eq!(differences(package.clone(), package.clone()), [""; 0]);
    }
    let choices = ["choice com.example.app", "choice com.example.comp"];
    assert_eq!(differences(same.clone(), differs.clone()), choices);
    let payload = differences(differs, other.clone());
    assert!(!payload.is_empty() && payload.iter().all(|path| path.starts_with('/')), "{payload:?}");
    let both = differences(same, other);
    assert!(
        payload.iter().all(|path| both.contains(path))
            && choices.iter().all(|choice| both.contains(&(*choice).to_owned()))
    );
    let error = Installable::Flat(Package::from_bytes(nowhere).unwrap()).offer().unwrap_err();
    insta::assert_snapshot!(error, @r#"pkg-ref "com.example.comp" leads to "hello.pkg", but the archive has no such component"#);
}
