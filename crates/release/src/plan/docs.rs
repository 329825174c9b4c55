//! The step that has the documentation as web pages.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};

use super::layout::vars;
use super::options::{BuildOptions, Docs};
use super::python::source;
use super::step::{Given, Op, Step};
use crate::exec::SYSTEM_PATH;
use crate::hint::WithHint as _;
use crate::recipe::{Pins, Recipes};

/// The name of the step; its product is the folder of the pages.
pub const DOCS: &str = "docs";

/// The step, when there is documentation.
///
/// # Errors
/// When nobody has pinned what makes that of this Python.
pub fn step(recipes: &Recipes, options: &BuildOptions, source_date: u32) -> Result<Option<Step>> {
    let (title, ops) = match &options.docs {
        Docs::None => return Ok(None),
        Docs::Archive(given) => (
            "unpack the documentation",
            vec![Op::Given { what: Given::Docs, digest: given.digest, into: "@out@".into() }],
        ),
        Docs::Sphinx => ("make the documentation", from_sources(recipes, options)?),
    };
    let date = source_date.to_string();
    let env = match &options.docs {
        Docs::Sphinx => vars([
            ("PATH", SYSTEM_PATH),
            ("PYTHONPATH", "@work@/packages"),
            ("PYTHONUTF8", "1"),
            ("PYTHONHASHSEED", "0"),
            ("SOURCE_DATE_EPOCH", &date),
        ]),
        _ => BTreeMap::new(),
    };
    Ok(Some(Step { name: DOCS.into(), title: title.into(), needs: vec![], env, ops }))
}

fn from_sources(recipes: &Recipes, options: &BuildOptions) -> Result<Vec<Op>> {
    let Some(Pins { file, digest }) = recipes.documentation.clone() else {
        let python = recipes.release.python;
        return Err(anyhow!("what makes the documentation of Python {python} is not pinned in Mac/documentation"))
            .hint("Mac/documentation/README.md says how to do it; or give prebuilt documentation with --docs FILE");
    };
    let python = |module: &str| format!("@work@/packages/python3 -m {module}");
    let make = [
        "make".to_owned(),
        "html".into(),
        format!("SPHINXBUILD={}", python("sphinx")),
        format!("BLURB={}", python("blurb")),
        // One core, like every step that isn't a `make` of compilations.
        "JOBS=1".into(),
        // Newer packages than the release knew may warn.
        "SPHINXERRORHANDLING=".into(),
    ];
    Ok(vec![
        source(recipes, options),
        Op::PythonPackages { file, digest, into: "packages".into() },
        Op::run("make the documentation", "src/Doc", make),
        // How the pages were made, not what they are.
        Op::Remove { path: "src/Doc/build/html/.buildinfo".into() },
        Op::Copy { from: "src/Doc/build/html".into(), to: "@out@".into() },
    ])
}
