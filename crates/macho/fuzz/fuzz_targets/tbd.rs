//! A `.tbd` stub: read, and every name of it written out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macho::Arch;

fuzz_target!(|text: &str| {
    for stub in macho::tbd::read(text).unwrap_or_default() {
        assert!(text.contains(stub.install_name));
        let groups = stub.exports.iter().chain(&stub.reexported);
        for group in groups.filter(|group| group.is_for(Arch::Arm64)) {
            let _ = group.objc_symbols().count();
        }
        let _ = macho::tbd::candidates(stub.install_name);
    }
});
