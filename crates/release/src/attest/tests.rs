use super::*;
use crate::hint::render;

#[test]
fn independent_keys_are_counted_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("python.pkg");
    fs_err::write(&file, "a package").unwrap();
    let plan = crate::plan::test_plan();
    let keys: Vec<SigningKey> = (0..3).map(|_| SigningKey::generate().unwrap()).collect();
    let [one, two, stranger] = keys.each_public();
    let trust = [one.clone(), two.clone()];
    assert!(count(&file, dir.path(), &trust).unwrap().by.is_empty());
    let path = write(&plan, &file, dir.path(), &keys[0]).unwrap();
    let before = fs_err::read(&path).unwrap();
    write(&plan, &file, dir.path(), &keys[0]).unwrap();
    assert_eq!(fs_err::read(&path).unwrap(), before, "the same again, byte for byte");
    // The same key twice, and a stranger, are one.
    fs_err::copy(&path, dir.path().join("copy.intoto.jsonl")).unwrap();
    write(&plan, &file, dir.path(), &keys[2]).unwrap();
    let text = render(&demand(&file, dir.path(), &trust, 2).unwrap_err());
    assert!(text.contains("1 trusted keys vouch for") && text.contains("no trusted key has signed it"), "{text}");
    assert!(text.contains(&stranger.to_string()), "{text}");
    write(&plan, &file, dir.path(), &keys[1]).unwrap();
    let vouched = demand(&file, dir.path(), &trust, 2).unwrap();
    assert_eq!(
        vouched.by.keys().collect::<Vec<_>>(),
        std::collections::BTreeSet::from([&one.id(), &two.id()]).into_iter().collect::<Vec<_>>()
    );
    fs_err::write(&file, "another package").unwrap();
    let text = render(&demand(&file, dir.path(), &trust, 1).unwrap_err());
    assert!(text.contains("0 trusted keys") && text.contains("it is about other bytes"), "{text}");
}

trait Publics {
    fn each_public(&self) -> [PublicKey; 3];
}

impl Publics for Vec<SigningKey> {
    fn each_public(&self) -> [PublicKey; 3] {
        [self[0].public(), self[1].public(), self[2].public()]
    }
}

/// The shape that in-toto and SLSA give; nothing says where or when.
#[test]
fn a_statement_has_the_shape_of_slsa_and_no_names_of_machines() {
    let plan = crate::plan::test_plan();
    let key = SigningKey::generate().unwrap().public();
    let value = statement(&plan, "python.pkg", Sha256::of(b"x"), &key);
    assert_eq!(value["_type"], STATEMENT);
    assert_eq!(value["subject"][0]["digest"]["sha256"], Sha256::of(b"x").to_string());
    let definition = &value["predicate"]["buildDefinition"];
    assert_eq!(definition["internalParameters"]["steps"]["stage"], plan.keys["stage"].to_string());
    let dependencies = definition["resolvedDependencies"].as_array().unwrap();
    assert_eq!(dependencies.len(), plan.sources().len());
    assert!(dependencies.iter().all(|one| one["digest"]["sha256"].as_str().is_some_and(|text| text.len() == 64)));
    assert!(value["predicate"]["runDetails"].get("metadata").is_none());
}
