//! Upstream's own patches: fetched, and applied by the program `patch`.

use super::*;
use crate::digest::Sha256;
use crate::recipe::{Pin, Source};

/// In the form of readline's, of which unified readers know nothing.
const PATCH: &str = "What it is for.\n
*** ../lib-1/lib.c\t2010-01-01 00:00:00.000000000 +0000
--- lib.c\t2010-02-01 00:00:00.000000000 +0000
***************
*** 1,3 ****
  one
! two
  three
--- 1,3 ----
  one
! 2
  three
";

#[test]
fn a_patch_of_upstreams_is_applied_before_anything_is_compiled() {
    if !oracle::has("patch") {
        return;
    }
    let (bench, archives) = (Bench::new(), tempfile::tempdir().unwrap());
    fs_err::write(archives.path().join("lib-001"), PATCH).unwrap();
    let pin = Pin::Sha256 { sha256: Sha256::of(PATCH.as_bytes()), md5: None };
    let source = Source { file: "lib-001".into(), size: 0, pin, urls: vec![], debian: None, pypi: None };
    let plan = plan_of(vec![step_of(
        STAGE,
        &[],
        vec![
            Op::Write { path: "src/lib.c".into(), text: "one\ntwo\nthree\n".into(), executable: false },
            Op::Fetched { source: source.clone(), to: "lib-001".into() },
            Op::run("patch lib", "src", ["patch", "-p0", "-i", "../lib-001"]),
            Op::Copy { from: "src/lib.c".into(), to: "@out@/lib.c".into() },
        ],
    )]);
    assert_eq!(plan.sources(), [&source], "what is fetched for a plan");
    let cx = bench.context();
    let sources =
        crate::fetch::all(&cx, &plan.sources(), &crate::fetch::Supply::folder(archives.path()).unwrap()).unwrap();
    let built = run(&cx, &plan, &sources, OnFailure::Stop).unwrap();
    assert_eq!(fs_err::read_to_string(built.root.join("lib.c")).unwrap(), "one\n2\nthree\n");
}
