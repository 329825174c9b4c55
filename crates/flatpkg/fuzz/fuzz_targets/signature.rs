//! Anything as a signature over code: it is never good, and is always judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pkgsign::{Anchor, Code, CodeDirectory, Hash, SignatureExpectations, SignaturePolicy, Time, check_code};

fuzz_target!(|bytes: &[u8]| {
    let anchors = [Anchor::apple().unwrap()];
    let now = Time::from_unix(1_790_000_000);
    let expect = SignatureExpectations { policy: SignaturePolicy::DeveloperId, anchors: &anchors, team: None, now };
    let directories = [CodeDirectory { bytes: b"code", hash: Hash::Sha256 }];
    let code = Code { cms: Some(bytes), directories: &directories, identifier: b"code", requirements: Some(bytes) };
    let report = check_code(&code, &expect, "code");
    assert!(!report.findings.is_empty());
    let _ = Anchor::from_bytes(bytes);
});
