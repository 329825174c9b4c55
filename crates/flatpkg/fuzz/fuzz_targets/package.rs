//! Two packages whose containers are right and whose contents are anything: dumped, verified, installed in every situation,
//! compared, and shown as a page.
#![no_main]

use effect::{Installable, Situation, compare, install};
use flatpkg::package::Package;
use flatpkg::{dump, verify};
use flatpkg_fuzz::Made;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|packages: (Made, Made)| {
    let opened = [packages.0, packages.1].map(|Made(bytes)| Package::from_bytes(bytes));
    let [Ok(old), Ok(new)] = opened else { return };
    for package in [&old, &new] {
        let _ = dump::dump(package);
        let _ = verify::verify(package, verify::Options { strict: true });
        let _ = preview::page(package, "package.pkg", "en", None);
    }
    let [Ok(old), Ok(new)] = [old, new].map(|package| Installable::Flat(package).offer()) else { return };
    // Following its links may take more work than its size allows.
    if let Ok(report) = compare(&old, &old, None, &Situation::ALL) {
        assert!(report.is_equal(), "a package differs from itself");
    }
    let _ = compare(&old, &new, None, &Situation::ALL);
    for situation in Situation::ALL {
        let Ok((disk, receipts)) = situation.disk([&old, &new]) else { continue };
        let _ = install(&new, &new.initial(), disk, &receipts);
    }
});
