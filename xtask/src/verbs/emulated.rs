//! What `cargo xtask ci` runs of the arm64 slice, where an emulator can.

use anyhow::Result;
use macho::Arch;

use release::context::Context;
use release::interpreter::{ARCH, From, obstacle};
use release::plan::Plan;
use release::staged;
use release::trial::{self, Trial};

use super::checks;

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

/// Runs the arm64 slice on another processor: all parts of the smoke test, the faults, the loader's own tests, and the files above.
///
/// # Errors
/// When the copy can't run, or something came out otherwise than it should.
pub fn check(cx: &Context, plan: &Plan) -> Result<()> {
    let arch = Arch::Arm64;
    if arch == ARCH || !plan.archs.contains_key(&arch) {
        return Ok(());
    }
    if let Some((what, remedy)) = obstacle(arch) {
        return checks::leave_out(cx, &format!("{arch} can't run here: {what}"), remedy);
    }
    cx.ui.say("#### smoke test, faults and chosen tests of the arm64 slice");
    let regrtest = ON_ARM64.iter().map(|&name| name.to_owned()).collect();
    let trial = Trial { archs: vec![arch], smoke: true, self_check: true, suite: true, regrtest, ..Trial::default() };
    // The package's scripts compile all of the standard library, which takes an emulator minutes.
    trial::run(cx, plan, &From::Root(staged::find(cx, plan, None)?), &trial)
}
