//! The step that has the documentation as web pages.

use std::collections::BTreeMap;

use super::layout::vars;
use super::options::{BuildOptions, Docs};
use super::python::source;
use super::step::{Given, Op, Step};
use crate::recipe::{Documentation, Recipes, Source};

/// The name of the step; its product is the folder of the pages.
pub const DOCS: &str = "docs";

/// Where the `python3` that runs Sphinx is looked for: what an administrator installed comes before the system's own.
pub const PYTHON3_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// The step, when there is documentation.
pub fn step(recipes: &Recipes, options: &BuildOptions, source_date: u32) -> Option<Step> {
    let (title, env, ops) = match (&options.docs, &recipes.documentation) {
        (Docs::None, _) | (Docs::Sphinx, None) => return None,
        (Docs::Archive(given), _) => {
            let op = Op::Given { what: Given::Docs, digest: given.digest, into: "@out@".into() };
            ("unpack the documentation", BTreeMap::new(), vec![op])
        }
        (Docs::Sphinx, Some(documentation)) => {
            let date = source_date.to_string();
            let env = [
                ("PATH", PYTHON3_PATH),
                ("PYTHONPATH", "@work@/packages"),
                ("PYTHONUTF8", "1"),
                ("PYTHONHASHSEED", "0"),
                ("SOURCE_DATE_EPOCH", &date),
            ];
            ("make the documentation", vars(env), from_sources(source(recipes, options), documentation))
        }
    };
    Some(Step { name: DOCS.into(), title: title.into(), needs: vec![], env, ops })
}

fn from_sources(python: Op, documentation: &Documentation) -> Vec<Op> {
    let fetched = |wheel: &Source| Op::Fetched { source: wheel.clone(), to: format!("wheels/{}", wheel.file) };
    let unpack = "for wheel in wheels/*.whl; do python3 -I -m zipfile -e \"$wheel\" packages; done";
    let make = [
        "make",
        "html",
        // Without the packages of the machine.
        "SPHINXBUILD=python3 -S -m sphinx",
        "BLURB=python3 -S -m blurb",
        // One core, like every step that isn't a `make` of compilations.
        "JOBS=1",
        // Newer packages than the release knew may warn.
        "SPHINXERRORHANDLING=",
    ];
    let mut ops = vec![python];
    ops.extend(documentation.wheels.iter().map(fetched));
    ops.extend([
        Op::run("unpack Sphinx and what it needs", "@work@", ["sh", "-ec", unpack]),
        Op::run("make the documentation", "src/Doc", make),
        // How the pages were made, not what they are.
        Op::Remove { path: "src/Doc/build/html/.buildinfo".into() },
        Op::Copy { from: "src/Doc/build/html".into(), to: "@out@".into() },
    ]);
    ops
}
