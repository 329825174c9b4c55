//! A Mach-O file: read for either processor, checked against what a loader relies on, and asked for symbols. Good inputs to start from
//! are the smaller extension modules of a staged root, put into `corpus/image/`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho::image::{Image, Initialisers, slice};
use macho::{Arch, damage};

fuzz_target!(|bytes: &[u8]| {
    for arch in [Arch::X86_64, Arch::Arm64] {
        check(bytes, arch);
    }
});

fn check(bytes: &[u8], arch: Arch) {
    let Ok((offset, slice)) = slice(bytes, arch) else { return };
    assert!(offset as usize + slice.len() <= bytes.len());
    let Ok(image) = Image::parse(slice, arch) else { return };
    let span = image.segments.span();
    assert!(span.end - span.start <= 1 << 31);
    let inside = |start: u64, len: u64, access: u32| {
        let range = start..start.checked_add(len).unwrap();
        image.segments.iter().any(|segment| segment.holds(&range) && segment.protection & access == access)
    };
    for segment in image.segments.mapped() {
        assert!(slice.get(segment.file.start as usize..segment.file.end as usize).is_some());
    }
    for at in image.fixups.rebases.iter().map(|rebase| rebase.at) {
        assert!(inside(at, 8, 2));
    }
    for bind in &image.fixups.binds {
        assert!(inside(bind.at, 8, 2) && bind.import < image.fixups.imports.len());
    }
    for initialisers in &image.initialisers {
        let (Initialisers::Pointers(range) | Initialisers::Offsets(range)) = initialisers;
        assert!(range.is_empty() || inside(range.start, range.end - range.start, 1));
    }
    for name in [b"_main".as_slice(), b"_PyInit_math", b""] {
        let _ = image.export(name);
    }
    let _ = image.symbol_before(span.end);
    if let Ok(table) = image.unwinding.table(span.start) {
        assert!(table.functions.iter().all(|function| function.rules < table.rules.len()));
        assert!(table.functions.len() <= slice.len() / 4);
    }
    let mut copy = bytes.to_vec();
    let _ = damage::forget_rebases(&mut copy, arch);
    let _ = damage::swap_exports(&mut copy, arch, "_main", "_PyInit_math");
}
