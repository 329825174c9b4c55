//! The code of this program that carries operations out, as digests: when it changes, so do the keys of the steps it makes.

use std::collections::BTreeMap;

use crate::digest::Sha256;
use crate::plan::Executor;

/// Behind every operation.
const COMMON: &[&str] = &[include_str!("op.rs"), include_str!("text.rs")];

/// What decides which files are code, and how many slices they have.
const FORM: &str = include_str!("../../../macho/src/form.rs");

/// Behind some, by their names in a plan. Stand-ins and the open SDK have digests of their own in their operations.
const SPECIAL: &[(&[&str], &[&str])] = &[
    (&["unpack", "given"], &[include_str!("unpack.rs")]),
    (
        &["copy", "fetched", "remove", "overlay", "prune", "link-all", "relative-links", "given", "python-packages"],
        &[include_str!("tree.rs")],
    ),
    (&["merge", "thin"], &[include_str!("merge.rs"), FORM]),
    (&["scrub"], &[include_str!("scrub.rs")]),
    (&["debian-packages"], &[include_str!("../toolchain/packages.rs")]),
    (
        &["stack-size"],
        &[
            include_str!("../toolchain/stack_size.rs"),
            include_str!("../toolchain/code_signature.rs"),
            FORM,
            include_str!("../../../macho/src/header.rs"),
            include_str!("../../../macho/src/code_signature.rs"),
        ],
    ),
    (&["compiler-runtime"], &[include_str!("../toolchain/runtime/mod.rs")]),
    (&["run", "write", "patch", "folder", "open-sdk", "cocoa", "shims"], &[]),
];

/// All of it.
pub fn executor() -> Executor {
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (operations, special) in SPECIAL {
        for operation in *operations {
            texts.entry(operation).or_insert_with(|| COMMON.to_vec()).extend(*special);
        }
    }
    let digest = |texts: Vec<&str>| Sha256::of(texts.join("\0").as_bytes());
    Executor(texts.into_iter().map(|(operation, texts)| (operation.to_owned(), digest(texts))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_a_plan_has_its_code_in_the_keys() {
        let Executor(known) = executor();
        for step in crate::plan::test_plan().steps {
            for op in step.ops {
                let value = serde_json::to_value(op).unwrap();
                assert!(known.contains_key(value["op"].as_str().unwrap()), "{value}");
            }
        }
    }
}
