//! Property lists and disk images that nobody made.
#![no_main]

use std::io::Cursor;

use flatpkg::plist;
use libfuzzer_sys::fuzz_target;
use oldpkg::udif::Image;

fuzz_target!(|bytes: &[u8]| {
    let _ = plist::read(bytes);
    if let Ok(mut image) = Image::new(Cursor::new(bytes)) {
        let _ = image.unpack(&mut Cursor::new(Vec::new()), 1 << 22);
    }
});
