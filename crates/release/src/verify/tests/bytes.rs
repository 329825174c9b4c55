//! Whatever the bytes, the audit ends with a report.

use proptest::prelude::*;

use super::author::{self, Author, DYLIB};
use super::sample::{PREFIX, SSL, Sample, framework};
use crate::verify::{examine, leaks, tree};
use macho::Arch;

/// Looks at a file as if it were in a sound root.
fn look(sample: &Sample, tree: &tree::Tree, bytes: &[u8]) {
    let leaks = leaks::Search::new(&sample.expect.forbidden_paths);
    _ = examine(SSL, tree.get(&format!("{PREFIX}/{SSL}")).unwrap(), bytes, tree, &sample.expect, &leaks);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_do_not_end_the_audit(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let sample = Sample::new();
        let tree = tree::Tree::read(sample.folder.path()).unwrap();
        let mut thin = framework(Arch::Arm64).thin();
        // Most bytes are code; the interesting ones are in front and at the end.
        let code = thin.len() - 5000;
        for (place, byte) in &changes {
            let place = place.index(code);
            let place = if place < 700 { place } else { place + 5000 };
            thin[place] = *byte;
        }
        look(&sample, &tree, &thin);
        look(&sample, &tree, &author::fat(&[(Arch::Arm64, thin.clone())]));
        look(&sample, &tree, &thin[..cut.index(thin.len())]);
    }

    #[test]
    fn any_bytes_with_a_magic_number(bytes in prop::collection::vec(any::<u8>(), 0..200), magic in 0..6_usize) {
        let sample = Sample::new();
        let tree = tree::Tree::read(sample.folder.path()).unwrap();
        let magics: [u32; 6] = [0xfeed_face, 0xfeed_facf, 0xcefa_edfe, 0xcffa_edfe, 0xcafe_babe, 0xcafe_babf];
        look(&sample, &tree, &[&magics[magic].to_be_bytes()[..], &bytes].concat());
    }
}

#[test]
fn a_damaged_binary_is_a_finding() {
    let sample = Sample::new();
    let mut bytes = Author::new(Arch::X86_64, DYLIB).thin();
    // The size of the first load command.
    bytes[36] = 3;
    sample.write("lib/a.dylib", &bytes);
    sample.write("lib/b.dylib", &[0xcf, 0xfa, 0xed, 0xfe, 7]);
    sample.write("lib/c.dylib", &[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2, 1, 0, 0, 7]);
    let mut lying = author::fat(&[(Arch::X86_64, Author::new(Arch::Arm64, DYLIB).thin())]);
    sample.write("lib/d.dylib", &lying);
    lying.truncate(20_000);
    sample.write("lib/e.dylib", &lying);
    insta::assert_snapshot!(sample.findings(), @"
    …/lib/a.dylib: mach-o: got Invalid Mach-O load command size, expected a Mach-O file
    …/lib/a.dylib: entries: got a name like a*b, expected no such thing in an installer
    …/lib/b.dylib: mach-o: got Invalid Mach-O header size or alignment, expected a Mach-O file
    …/lib/c.dylib: mach-o: got a fat file whose table can't be read: Invalid nfat_arch, expected a Mach-O file
    …/lib/d.dylib: mach-o: got a slice for arm64 that the fat table calls x86_64, expected a Mach-O file
    …/lib/e.dylib: mach-o: got a slice of 5668 bytes at 16384, past the file's end, expected a Mach-O file
    ");
}
