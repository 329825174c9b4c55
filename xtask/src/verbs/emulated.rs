//! What `cargo xtask ci` runs of the arm64 slice, where an emulator can.

use anyhow::Result;
use macho::Arch;

use release::context::Context;
use release::interpreter::{ARCH, From, obstacle};
use release::plan::Plan;
use release::staged;
use release::trial::{self, Trial};

/// Files of CPython's suite that the emulated slice runs: what depends on the processor, and what uses our libraries.
const ON_ARM64: &[&str] = &[
    "test_array",
    "test_cmath",
    "test_complex",
    "test_ctypes",
    "test_float",
    "test_hashlib",
    "test_hmac",
    "test_int",
    "test_math",
    "test_signal",
    "test_sqlite3",
    "test_ssl",
    "test_struct",
    "test_thread",
];

/// The slice that an emulator runs, where there is one: all parts of the smoke test, the faults, the loader's own tests, and what depends on
/// the processor.
///
/// # Errors
/// When the copy can't run, or something came out otherwise than it should.
pub fn check(cx: &Context, plan: &Plan) -> Result<()> {
    let arch = Arch::Arm64;
    if arch == ARCH || !plan.archs.contains_key(&arch) || obstacle(arch).is_some() {
        return Ok(());
    }
    cx.ui.say("#### the same of the arm64 slice, in an emulator");
    let regrtest = ON_ARM64.iter().map(|&name| name.to_owned()).collect();
    let trial = Trial { archs: vec![arch], smoke: true, self_check: true, suite: true, regrtest, ..Trial::default() };
    // The package's scripts compile all of the standard library, which takes an emulator minutes.
    trial::run(cx, plan, &From::Root(staged::find(cx, plan, None)?), &trial)
}
