//! Which processors and systems a file was built for.

use super::expectations::Expectations;
use super::finding::{Check, Findings};
use macho::Arch;
use macho::{Slice, Unreadable};

/// A Mach-O file has exactly the expected slices, each where the system can map it.
pub(super) fn check(slices: &[Slice<'_>], expect: &Expectations, findings: &mut Findings<'_>) {
    let mut got = Vec::new();
    for slice in slices {
        match &slice.details {
            Ok(image) => {
                got.push(image.arch.name().to_owned());
                check_offset(slice.offset, image.arch, findings);
            }
            // Nobody maps an archive, so its slices may start anywhere.
            Err(Unreadable::Archive(arch)) => got.push(arch.name().to_owned()),
            Err(Unreadable::Foreign(name)) => got.push(name.clone()),
            Err(Unreadable::Malformed(error)) => findings.add(Check::MachO, error, "a Mach-O file"),
        }
    }
    // A slice that can't be read has been reported; what it is for isn't known.
    if slices.iter().any(|slice| matches!(slice.details, Err(Unreadable::Malformed(_)))) {
        return;
    }
    let mut expected: Vec<_> = expect.archs.clone();
    if findings.path().ends_with("-intel64") {
        expected.retain(|arch| *arch == Arch::X86_64);
    }
    let mut expected: Vec<_> = expected.into_iter().map(|arch| arch.name().to_owned()).collect();
    got.sort();
    expected.sort();
    if got != expected {
        findings.add(Check::Slices, names(&got), names(&expected));
    }
}

fn names(archs: &[String]) -> String {
    if archs.is_empty() { "no slice".to_owned() } else { archs.join(" and ") }
}

/// The kernel maps a slice from the file, so that it starts on a page: 4 KiB on Intel, 16 KiB on arm64.
fn check_offset(offset: u64, arch: Arch, findings: &mut Findings<'_>) {
    let page = arch.page_size();
    if !offset.is_multiple_of(page) {
        let got = format!("a slice at byte {offset}");
        findings.of_slice(arch).add(Check::MachO, got, format!("a multiple of {page}"));
    }
}

/// Nothing built for another system came along: an extension module of the build machine would.
pub(super) fn check_foreign(bytes: &[u8], findings: &mut Findings<'_>) {
    if bytes.starts_with(b"\x7fELF") {
        findings.add(Check::Slices, "an ELF file", "no binary of another system");
    }
    let is_library = [".so", ".dylib"].iter().any(|suffix| findings.path().ends_with(suffix));
    if is_library && !macho::is_macho(bytes) && !bytes.starts_with(b"\x7fELF") {
        findings.add(Check::MachO, "other bytes", "a Mach-O file");
    }
}
