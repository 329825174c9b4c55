use std::cmp::Ordering;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;

fn python(text: &str) -> PythonVersion {
    text.parse().unwrap()
}

fn stage() -> impl Strategy<Value = Stage> {
    let serial = || 0_u16..4;
    prop_oneof![
        serial().prop_map(Stage::Dev),
        serial().prop_map(Stage::Alpha),
        serial().prop_map(Stage::Beta),
        serial().prop_map(Stage::Candidate),
        Just(Stage::Final),
        serial().prop_map(Stage::Post),
    ]
}

/// Versions that are close to each other, so that every part decides at some time.
fn version() -> impl Strategy<Value = PythonVersion> {
    (2_u16..4, 8_u16..16, 0_u16..13, stage(), any::<bool>())
        .prop_map(|(major, minor, micro, stage, later)| PythonVersion { major, minor, micro, stage, later })
}

/// As Installer compares versions: numbers between dots, what is missing is less.
fn as_installer(one: &str, other: &str) -> Ordering {
    let numbers = |text: &str| text.split('.').map(|part| part.parse::<u64>().unwrap()).collect::<Vec<_>>();
    numbers(one).cmp(&numbers(other))
}

#[test]
fn versions_compare_as_numbers() {
    let target = |text: &str| text.parse::<DeploymentTarget>().unwrap();
    assert!(target("10.9") < target("10.13"));
    assert!(target("10.15") < DeploymentTarget::BIG_SUR);
    assert!(python("3.9.10") < python("3.13.5"));
    assert_eq!(python("3.13.5").short(), "3.13");
    assert_eq!(python("3.15.0rc2").numbers(), "3.15.0");
}

#[test]
fn receipts_of_what_leads_to_a_release_are_older_than_its_own() {
    let receipts = |versions: &[&str]| versions.iter().map(|text| python(text).receipt()).collect::<Vec<_>>().join(" ");
    assert_eq!(receipts(&["3.13.5", "3.13.5+", "3.13.5.post1"]), "3.13.5 3.13.5.0.1 3.13.5.1");
    assert_eq!(receipts(&["3.15.0a1", "3.15.0rc2", "3.15.0"]), "3.14.9999.1010.1 3.14.9999.1012.2 3.15.0");
    assert_eq!(receipts(&["3.13.6rc1"]), "3.13.5.1012.1");
}

proptest! {
    #[test]
    fn what_is_written_is_read(version in version()) {
        prop_assert_eq!(version.to_string().parse(), Ok(version));
    }

    #[test]
    fn receipts_are_ordered_as_versions_are(one in version(), other in version()) {
        // A framework's receipt is compared with others of the same `3.15` only, but the order holds for all.
        prop_assert_eq!(as_installer(&one.receipt(), &other.receipt()), one.cmp(&other), "{} {}", one, other);
    }

    #[test]
    fn any_text_is_a_version_or_an_error(text in "[0-9abrcdevpost.+ -]{0,16}") {
        if let Ok(version) = text.parse::<PythonVersion>() {
            prop_assert_eq!(version.to_string(), text);
        }
    }
}

/// PyPI's `packaging`, which pip has inside, has the last word on PEP 440.
#[test]
fn the_order_is_that_of_packaging() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut versions = Vec::new();
    while versions.len() < 10_000 {
        versions.push(version().new_tree(&mut runner).unwrap().current());
    }
    // CPython's `+` is no version to PEP 440; one with something behind it is, and orders alike.
    let text = |version: &PythonVersion| version.to_string().replace('+', "+1");
    let input: Vec<String> = versions.iter().map(text).collect();
    let script = "import sys\nfrom pip._vendor.packaging.version import Version\n\
        print('\\n'.join(sorted(sys.stdin.read().split(), key=Version)))";
    let Some(theirs) = oracle::text("python3", &["-c", script], input.join("\n").as_bytes()) else { return };
    versions.sort();
    let ours: Vec<String> = versions.iter().map(text).collect();
    assert_eq!(theirs.split_whitespace().collect::<Vec<_>>(), ours);
    let stages: BTreeSet<_> =
        versions.iter().map(|version| std::mem::discriminant(&version.stage)).map(|d| format!("{d:?}")).collect();
    assert_eq!(stages.len(), 6, "all stages are among them");
}

#[test]
fn malformed_versions_are_refused() {
    let wrong = [
        "",
        "3",
        "3.13",
        "3.13.5.1",
        "3.13.x",
        "3..5",
        "-3.1.2",
        "3.13.5rc",
        "3.13.5c1",
        "3.13.5-rc1",
        "3.13.05",
        "3.13.5rc01",
        "3.13.5a1b2",
        "3.13.5++",
        "3.13.5+local",
        "3.13.5.dev",
        "3.13.99999",
        "+3.1.2",
        "3.13.5 ",
    ];
    for text in wrong {
        assert!(text.parse::<PythonVersion>().is_err(), "{text}");
    }
    for text in ["10", "10.", "10.13.6", "ten.1"] {
        assert!(text.parse::<DeploymentTarget>().is_err(), "{text}");
    }
}
