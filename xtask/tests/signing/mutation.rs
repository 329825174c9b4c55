//! No bit of what rcodesign signed, and what was stapled to it, can be changed unseen.

use std::fs;

use fake_apple::Script;
use flatpkg::package::Package;
use flatpkg::verify::{Options, verify};
use pkgsign::{Anchor, SignatureExpectations, SignaturePolicy, Time, check};
use rayon::prelude::*;

use crate::notary::Case;
use crate::said;

/// After the time stamps of these tests, and before their certificates end.
const NOW: Time = Time::from_unix(2_000_000_000);

#[test]
fn no_flipped_bit_survives() {
    let Some(case) = Case::set(Script::saying(&["Accepted"])) else { return };
    let (code, _, error) = said(&case.run(&[]));
    assert_eq!(code, Some(0), "{error}");
    let bytes = fs::read(&case.package).unwrap();
    let anchors = [Anchor::from_bytes(&case.stage.fake.root().der).unwrap()];
    let team = Some(fake_apple::TEAM);
    let expect = SignatureExpectations { policy: SignaturePolicy::Gatekeeper, anchors: &anchors, team, now: NOW };
    let reported = |bytes: Vec<u8>| {
        let Ok(package) = Package::from_bytes(bytes) else { return true };
        !check(package.archive(), &expect).is_clean() || !verify(&package, Options { strict: true }).is_clean()
    };
    assert!(!reported(bytes.clone()));
    let flips = (0..bytes.len()).into_par_iter().filter(|at| {
        let mut changed = bytes.clone();
        changed[*at] ^= 1 << (at % 8);
        !reported(changed)
    });
    assert_eq!(flips.collect::<Vec<_>>(), [0; 0], "of {} bytes", bytes.len());
}
