use std::io::Cursor;

use proptest::prelude::*;

use super::{Error, Image, write};

fn image(volume: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, |to| to.write_all(volume).map_err(Error::Write)).unwrap();
    out
}

fn unpacked(image: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Cursor::new(Vec::new());
    Image::new(Cursor::new(image))?.unpack(&mut out, 1 << 22)?;
    Ok(out.into_inner())
}

/// Text, noise and zeros, of more than one block.
fn volume() -> Vec<u8> {
    let mut volume = b"spam and eggs ".repeat(30_000);
    volume.extend((0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    volume.resize(2_000 * 512, 0);
    volume
}

#[test]
fn what_is_written_is_read() {
    let volume = volume();
    let made = image(&volume);
    assert_eq!(unpacked(&made).unwrap(), volume);
    assert_eq!(made, image(&volume));
    assert!(made.len() < volume.len());
    assert_eq!(unpacked(&image(&[])).unwrap(), [0; 0]);
    let mut out = Vec::new();
    let error = write(&mut out, |to| to.write_all(b"half a sector").map_err(Error::Write)).unwrap_err();
    assert!(matches!(error, Error::Sectors { length: 13 }));
}

#[test]
fn damage_is_found() {
    let made = image(&volume());
    let mut flipped = made.clone();
    flipped[1000] ^= 1;
    assert!(matches!(unpacked(&flipped), Err(Error::Block { .. } | Error::Checksum { .. })));
    assert!(matches!(unpacked(&made[1..]), Err(Error::Read { .. } | Error::Plist(_))));
    assert!(matches!(unpacked(b"no image"), Err(Error::Trailer)));
    let mut out = Cursor::new(Vec::new());
    let error = Image::new(Cursor::new(&made)).unwrap().unpack(&mut out, 512).unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 512, .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damaged_image_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let mut made = image(&volume()[..4096]);
        let end = made.len();
        // Most of the list and of the trailer matter; blocks do not.
        for (at, byte) in changes {
            made[at.index(end)] = byte;
        }
        let _ = unpacked(&made);
        let _ = unpacked(&made[cut.index(end)..]);
        let _ = unpacked(&made[..cut.index(end)]);
    }
}
