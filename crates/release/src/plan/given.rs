//! Steps that take folders of the user's.

use std::collections::BTreeMap;

use super::step::{Given, Op, Step};
use crate::digest::Sha256;
use crate::given::{GivenSdk, TclTk};

/// The name of the step that has prebuilt Tcl and Tk.
pub const TCLTK: &str = "tcltk";

/// The step that has prebuilt Tcl and Tk: headers in `include`, what is shipped in `lib`.
pub fn tcltk(tcltk: &TclTk) -> Step {
    let op = Op::Given { what: Given::TclTk, digest: tcltk.digest, into: "@out@".into() };
    Step {
        name: TCLTK.into(),
        title: format!("take Tcl and Tk {}", tcltk.version),
        needs: vec![],
        env: BTreeMap::new(),
        ops: vec![op],
    }
}

/// The operation that links to an SDK. Its place is part of the key, since links would not survive a move.
pub fn sdk(sdk: &GivenSdk) -> Op {
    let text = format!("{} {}", sdk.settings, sdk.dir.display());
    Op::Given { what: Given::Sdk, digest: Sha256::of(text.as_bytes()), into: "@out@".into() }
}
