//! The step that lays everything down as the installer will: the staged root.

use std::collections::BTreeMap;

use super::STAGE;
use super::libraries::LICENSES;
use super::step::{Op, Step};
use super::toolchain::{Toolchain, framework_prefix};
use crate::recipe::{Prefix, Recipes};

/// The main thread's stack of the interpreter, as CPython's Makefile asks ld for it: 16 MiB.
pub const STACK_SIZE: u64 = 0x100_0000;

/// The staging step.
pub fn step(recipes: &Recipes, toolchain: &dyn Toolchain) -> Step {
    let python = recipes.release.python;
    let short = python.short();
    let prefix = format!("@out@{}", framework_prefix(python));
    let applications = format!("@out@/Applications/Python {short}");
    let copy = |from: String, to: String| Op::Copy { from, to };
    let mut ops: Vec<Op> =
        ["Library", "Applications", "usr"].map(|top| copy(format!("@python@/{top}"), format!("@out@/{top}"))).to_vec();
    for library in recipes.libraries.iter().filter(|library| library.build.prefix == Prefix::Framework) {
        let from = format!("@{}@{}", library.name, framework_prefix(python));
        ops.extend(library.build.ship.iter().map(|file| copy(format!("{from}/{file}"), format!("{prefix}/{file}"))));
    }
    ops.push(Op::Folder { path: format!("{prefix}/etc/openssl") });

    let licenses = format!("{prefix}/share/doc/python{short}/licenses");
    ops.push(copy(format!("@python@/{LICENSES}/python.txt"), format!("{licenses}/python.txt")));
    for library in &recipes.libraries {
        let file = format!("{LICENSES}/{}.txt", library.name);
        // A merged library's licence is that of each of its parts.
        ops.push(copy(format!("@{}@/{file}", library.name), format!("{licenses}/{}.txt", library.name)));
    }
    ops.push(copy(format!("@python@/{LICENSES}/python.txt"), format!("{applications}/License.txt")));

    let left_out = |name: &str| {
        recipes.release.modules.left_out.iter().any(|item| item.name == name && (toolchain.is_cross() || !item.cross))
    };
    if left_out("IDLE.app") {
        ops.push(Op::Remove { path: format!("{applications}/IDLE.app") });
        for dir in [format!("{prefix}/bin"), "@out@/usr/local/bin".into()] {
            ops.extend(
                ["idle3".to_owned(), format!("idle{short}")].map(|name| Op::Remove { path: format!("{dir}/{name}") }),
            );
        }
    }
    // Compiled at install time, as python.org's installer does.
    ops.push(Op::Prune { dir: "@out@".into(), names: vec!["*.pyc".into(), "__pycache__".into()] });
    if toolchain.is_cross() {
        let file = format!("{prefix}/Resources/Python.app/Contents/MacOS/Python");
        ops.push(Op::StackSize { file, bytes: STACK_SIZE });
    }
    ops.push(Op::RelativeLinks { root: "@out@".into() });

    let needs = ["python".to_owned()].into_iter().chain(recipes.libraries.iter().map(|library| library.name.clone()));
    Step {
        name: STAGE.into(),
        title: format!("stage Python {python}"),
        needs: needs.collect(),
        env: BTreeMap::new(),
        ops,
    }
}
