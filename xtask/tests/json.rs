//! What `--json` prints is what `docs/json.schema.json` says.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::path::Path;
use std::process::Command;

use fake_apple::{FakeApple, Signing};
use flatpkg::component::{self, Component};
use flatpkg::mode::Mode;
use flatpkg::tree::{Entry, Tree, TreePath};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../docs/json.schema.json");

/// What is wrong with a value, by the words of JSON Schema that ours uses: `$ref`, `type`, `enum`, `required`, `properties`,
/// `additionalProperties`, `items`.
fn faults(value: &Value, schema: &Value, all: &Value, place: &str, found: &mut Vec<String>) {
    for word in schema.as_object().unwrap().keys() {
        let known = ["$ref", "type", "enum", "required", "properties", "additionalProperties", "items"];
        assert!(known.contains(&word.as_str()), "this test doesn't know {word}");
    }
    if let Some(name) = schema["$ref"].as_str() {
        return faults(value, all.pointer(name.strip_prefix('#').unwrap()).unwrap(), all, place, found);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if schema["type"].as_str().is_some_and(|wanted| wanted != kind) {
        found.push(format!("{place} is of type {kind}"));
    }
    if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        found.push(format!("{place} is {value}"));
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        if value.get(key.as_str().unwrap()).is_none() {
            found.push(format!("{place} has no {key}"));
        }
    }
    for (key, part) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(schema) => faults(part, schema, all, &format!("{place}.{key}"), found),
            None if schema["additionalProperties"] == false => found.push(format!("{place} has {key}")),
            None => {}
        }
    }
    if let Some(schema) = schema.get("items") {
        value.as_array().into_iter().flatten().for_each(|part| faults(part, schema, all, place, found));
    }
}

/// What the program prints, held against the part of the schema.
fn checked(part: &str, arguments: &[&str], dir: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
    let cache = dir.join("cache");
    let output = command.args(arguments).arg("--cache").arg(cache).arg("--dist").arg(dir).output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all: Value = serde_json::from_str(SCHEMA).unwrap();
    let one = |value: &Value| {
        let mut found = Vec::new();
        faults(value, &all["$defs"][part], &all, part, &mut found);
        assert!(found.is_empty(), "{arguments:?}: {found:?}");
    };
    value.as_array().map_or_else(|| one(&value), |values| values.iter().for_each(one));
    value
}

#[test]
fn the_schema_refuses_what_it_should() {
    let all: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut found = Vec::new();
    let wrong = json!({ "format": 2, "versions": [{ "version": 3, "is_staged": true, "more": 1 }] });
    faults(&wrong, &all["$defs"]["list"], &all, "list", &mut found);
    found.sort();
    let expected = [
        "list.format is 2",
        "list.versions has more",
        "list.versions has no \"products\"",
        "list.versions.version is of type integer",
    ];
    assert_eq!(found, expected);
}

#[test]
fn verify_prints_what_the_schema_says() {
    let Some(fake) = FakeApple::get() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(TreePath::new("hello").unwrap(), Entry::file(*b"hello\n", Mode::PLAIN)).unwrap();
    let component = Component { payload: Some(&tree), ..Component::new("org.example.hello", "1") };
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (unsigned, signed, cut) = (path("unsigned.pkg"), path("signed.pkg"), path("cut.pkg"));
    component::write(&component, Path::new(&unsigned), flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    let bytes = fake.sign_package(&std::fs::read(&unsigned).unwrap(), Signing::default());
    std::fs::write(&signed, &bytes).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() - 700]).unwrap();
    let root = path("root");
    std::fs::create_dir(&root).unwrap();
    let values = checked("verify", &["verify", "--json", &unsigned, &signed, &cut, &root, "gone"], dir.path());
    let trusted = |at: usize| values[at]["verdict"]["signature"]["is_trusted"].as_bool();
    assert_eq!([0, 1, 2, 3, 4].map(trusted), [Some(false), Some(false), Some(false), None, None]);
    let signed = checked("verify", &["verify", "--json", "--policy", "gatekeeper", &signed], dir.path());
    assert_eq!(signed["verdict"]["policy"]["name"], "gatekeeper");
}

#[test]
fn what_there_is_is_printed_as_the_schema_says() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("python-3.13.5-macos11-unsigned.pkg"), "x").unwrap();
    let list = checked("list", &["list", "--json"], dir.path());
    let one = list["versions"].as_array().unwrap().iter().find(|version| version["version"] == "3.13.5").unwrap();
    assert_eq!(one["products"], json!(["python-3.13.5-macos11-unsigned.pkg"]));
    checked("status", &["status", "--json"], dir.path());
    checked("doctor", &["doctor", "--json"], dir.path());
}
