//! The SDK that this tool is linked against: the one that Python is linked against, and in a layer of its own the libraries that
//! only this tool needs. What it needs may change without building Python again.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::plan::{Layer, Op, Step};
use crate::recipe::read_toml;
use crate::toolchain::Stub;

/// The step's name.
pub(super) const STEP: &str = "tool-sdk";

/// The steps of a cross toolchain.
pub(super) const NEEDS: [&str; 3] = ["llvm", "shims", "sdk"];

/// The step that makes it. A stub in `Mac/tool/stubs` stands beside one of the same name in `Mac/sdk/stubs`, and adds to it.
pub(super) fn step(mac: &Path) -> Result<Step> {
    let mut ops =
        vec![Op::Overlay { layers: vec![Layer { from: "@sdk@".into(), at: String::new() }], into: "@out@".into() }];
    for entry in fs_err::read_dir(mac.join("tool/stubs"))?.collect::<Result<Vec<_>, _>>()? {
        let mut stub: Stub = read_toml(&entry.path())?;
        let base = mac.join("sdk/stubs").join(entry.file_name());
        if base.is_file() {
            let base: Stub = read_toml(&base)?;
            stub.symbols.extend(base.symbols);
            stub.classes.extend(base.classes);
        }
        let text = stub.to_tbd();
        ops.extend(stub.paths.iter().flat_map(|path| {
            let path = format!("@out@/{path}");
            [Op::Remove { path: path.clone() }, Op::Write { path, text: text.clone(), executable: false }]
        }));
    }
    ops.sort_by_key(|op| match op {
        Op::Remove { path } | Op::Write { path, .. } => path.clone(),
        _ => String::new(),
    });
    Ok(Step {
        name: STEP.into(),
        title: "make the SDK that this tool is linked against".into(),
        needs: vec!["sdk".into()],
        env: BTreeMap::new(),
        ops,
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn its_own_stubs_stand_over_those_of_the_sdk() {
        let mac = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac"));
        let step = step(&mac).unwrap();
        assert!(matches!(step.ops.first(), Some(Op::Overlay { .. })), "{:?}", step.ops.first());
        let written = |name: &str| {
            let ops = step.ops.iter().enumerate();
            let mut found = ops.filter_map(|(at, op)| match op {
                Op::Write { path, text, .. } if path.ends_with(name) => Some((at, path.clone(), text.as_str())),
                _ => None,
            });
            found.next().unwrap()
        };
        // What was there is removed first, and is not lost.
        let (at, path, text) = written("Versions/A/CoreFoundation.tbd");
        assert_eq!(step.ops[at - 1], Op::Remove { path });
        assert!(text.contains(" _CFErrorGetCode,") && text.contains(" _CFRelease,"), "{text}");
        let (_, _, text) = written("usr/lib/libiconv.tbd");
        assert!(text.contains("install-name:    '/usr/lib/libiconv.2.dylib'"), "{text}");
        // The order of a folder's entries is nobody's promise, and the step's key depends on its operations.
        assert!(step.ops.iter().skip(1).is_sorted_by_key(|op| match op {
            Op::Remove { path } | Op::Write { path, .. } => path.clone(),
            _ => String::new(),
        }));
    }
}
