use std::io::Cursor;

use proptest::prelude::*;

use std::io::Write as _;

use zerocopy::{FromZeros as _, IntoBytes as _};

use super::format::{Checksum, Run, Table, Trailer, method};
use super::{Image, UdifError, write};
use flatpkg::plist::{self, Value, dictionary};

fn image(volume: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, |to| to.write_all(volume).map_err(UdifError::Write)).unwrap();
    out
}

fn unpacked(image: &[u8]) -> Result<Vec<u8>, UdifError> {
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
    let error = write(&mut out, |to| to.write_all(b"half a sector").map_err(UdifError::Write)).unwrap_err();
    assert!(matches!(error, UdifError::Sectors { length: 13 }));
}

#[test]
fn damage_is_found() {
    let made = image(&volume());
    let mut flipped = made.clone();
    flipped[1000] ^= 1;
    assert!(matches!(unpacked(&flipped), Err(UdifError::Block { .. } | UdifError::Checksum { .. })));
    assert!(matches!(unpacked(&made[1..]), Err(UdifError::Read { .. } | UdifError::Plist(_))));
    assert!(matches!(unpacked(b"no image"), Err(UdifError::Trailer)));
    let mut out = Cursor::new(Vec::new());
    let error = Image::new(Cursor::new(&made)).unwrap().unpack(&mut out, 512).unwrap_err();
    assert!(matches!(error, UdifError::TooLarge { limit: 512, .. }));
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

/// An image of one partition with these runs: method, sectors, stored bytes.
fn made_of(name: &str, runs: &[(u32, u64, Vec<u8>)], checksum: u32) -> Vec<u8> {
    let (mut data, mut table, mut sector) = (Vec::new(), Vec::new(), 0);
    for (method, sectors, bytes) in runs {
        let (offset, length) = ((data.len() as u64).into(), (bytes.len() as u64).into());
        let run = Run {
            method: (*method).into(),
            comment: 0.into(),
            sector: sector.into(),
            sectors: (*sectors).into(),
            offset,
            length,
        };
        table.extend_from_slice(run.as_bytes());
        data.extend_from_slice(bytes);
        sector += sectors;
    }
    let head = Table {
        magic: *b"mish",
        version: 1.into(),
        sectors: sector.into(),
        checksum: Checksum::crc32(checksum),
        runs: (runs.len() as u32).into(),
        ..Table::new_zeroed()
    };
    let partition =
        dictionary([("Name", Value::from(name)), ("Data", Value::Data([head.as_bytes(), &table].concat()))]);
    let list = dictionary([("blkx", Value::Array(vec![partition]))]);
    let list = plist::write(&dictionary([("resource-fork", list)])).unwrap();
    let trailer = Trailer {
        magic: *b"koly",
        plist_offset: (data.len() as u64).into(),
        plist_length: (list.len() as u64).into(),
        ..Trailer::new_zeroed()
    };
    [data.as_slice(), list.as_bytes(), trailer.as_bytes()].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

const HFS: &str = "disk image (Apple_HFS : 1)";

/// zlib, bzip2 and LZMA; zeros count in the checksum and ignored runs don't, as `hdiutil` has it.
#[test]
fn every_method_of_hdiutils_images() {
    let text = b"spam and eggs, x".repeat(64);
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    zlib.write_all(&text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip2.write_all(&text).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(6)).unwrap();
    xz.write_all(&text).unwrap();
    let runs = [
        (method::ZLIB, 2, zlib.finish().unwrap()),
        (method::IGNORED, 3, Vec::new()),
        (method::BZIP2, 2, bzip2.finish().unwrap()),
        (method::ZEROS, 5, Vec::new()),
        (method::LZMA, 2, xz.finish().unwrap()),
        (method::STORED, 2, text.clone()),
        (method::END, 0, Vec::new()),
    ];
    let (three, five) = (vec![0; 3 * 512], vec![0; 5 * 512]);
    let volume = [text.as_slice(), &three, &text, &five, &text, &text].concat();
    let counted = [text.as_slice(), &text, &five, &text, &text].concat();
    assert_eq!(unpacked(&made_of(HFS, &runs, crc(&counted))).unwrap(), volume);
    assert!(matches!(unpacked(&made_of(HFS, &runs, crc(&volume))), Err(UdifError::Checksum { .. })));
    for at in [0, 2, 4] {
        let mut broken = runs.clone();
        broken[at].2.truncate(20);
        assert!(matches!(unpacked(&made_of(HFS, &broken, 0)), Err(UdifError::Block { .. })), "run {at}");
    }
}

/// What isn't read is named, with what reads it.
#[test]
fn other_images_are_told_by_their_names() {
    let error = |name: &str, method| unpacked(&made_of(name, &[(method, 1, vec![0; 9])], 0)).unwrap_err().to_string();
    let mut encrypted = made_of(HFS, &[], 0);
    encrypted.splice(..0, *b"encrcdsa");
    let errors = [
        error(HFS, method::LZFSE),
        error(HFS, method::ADC),
        error(HFS, 0x8000_0099),
        error("disk image (Apple_APFS : 4)", method::STORED),
        unpacked(&encrypted).unwrap_err().to_string(),
        unpacked(&[&[0; 600][..], b"cdsaencr"].concat()).unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    the disk image is compressed with LZFSE (ULFO) from sector 0 on, which is not read here; `7zz x` and `hdiutil convert -format UDZO` on a Mac read it
    the disk image is compressed with ADC (UDCO) from sector 0 on, which is not read here; `7zz x` and `hdiutil convert -format UDZO` on a Mac read it
    the disk image is compressed with an unknown method (0x80000099) from sector 0 on, which is not read here; `7zz x` and `hdiutil convert -format UDZO` on a Mac read it
    the disk image holds an APFS volume, which is not read here; `7zz x` and `hdiutil attach` on a Mac read it
    the disk image is encrypted, which is not read here; `hdiutil convert -format UDZO` on a Mac reads it with its password
    the disk image is encrypted, which is not read here; `hdiutil convert -format UDZO` on a Mac reads it with its password
    ");
}

/// Runs that share one block, and a run of very many zeros in a few hundred bytes.
#[test]
fn small_images_are_little_work() {
    let block = vec![7; 512 * 64];
    let runs: Vec<_> = [(method::STORED, 64, block)].into_iter().collect();
    let one = made_of(HFS, &runs, 0);
    // The same place in the file, many times.
    let mut image = Image::new(Cursor::new(one)).unwrap();
    let mut partition = image.partitions()[0].clone();
    partition.runs = vec![partition.runs[0].clone(); 1000];
    let mut out = Cursor::new(Vec::new());
    assert!(matches!(image.copy(&partition, &mut out, u64::MAX), Err(UdifError::Budget(_))));
    assert!(out.into_inner().len() < 4 * 512 * 64);

    let sectors = 1 << 34;
    let mut zeros = flate2::Crc::new();
    super::read::add_zeros(&mut zeros, 512 << 34);
    struct Nothing(u64);
    impl std::io::Write for Nothing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    impl std::io::Seek for Nothing {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(0)
        }
    }
    let mut image =
        Image::new(Cursor::new(made_of(HFS, &[(method::ZEROS, sectors, Vec::new())], zeros.sum()))).unwrap();
    let mut out = Nothing(0);
    image.unpack(&mut out, u64::MAX).unwrap();
    assert_eq!(out.0, 1, "8 TiB of zeros are one byte at the end");
}

#[test]
fn zeros_are_added_as_if_one_by_one() {
    for length in [0, 1, 2, 3, 511, 512, 65_537, 1 << 20] {
        let mut sum = flate2::Crc::new();
        sum.update(b"before");
        super::read::add_zeros(&mut sum, length);
        assert_eq!(sum.sum(), crc(&[&b"before"[..], &vec![0; length as usize]].concat()), "{length}");
    }
}
