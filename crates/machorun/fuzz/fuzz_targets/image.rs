//! A Mach-O file: read, checked against what the running half relies on, and asked for symbols. Good inputs to start from
//! are the smaller extension modules of a staged root, put into `corpus/image/`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use machorun::damage;
use machorun::image::{Image, Initialisers, slice};

fuzz_target!(|bytes: &[u8]| {
    let Ok((offset, slice)) = slice("input", bytes) else { return };
    assert!(offset as usize + slice.len() <= bytes.len());
    let Ok(image) = Image::parse("input", slice) else { return };
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
    let mut copy = bytes.to_vec();
    let _ = damage::forget_rebases(&mut copy);
    let _ = damage::swap_exports(&mut copy, "_main", "_PyInit_math");
});
