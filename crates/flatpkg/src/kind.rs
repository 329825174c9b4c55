//! What a file is, by its first and last bytes, whatever its name says.
//!
//! | kind                 | how it is told                                                                   |
//! |----------------------|----------------------------------------------------------------------------------|
//! | flat package         | `xar!`, and a `Distribution` or `PackageInfo` at the top                         |
//! | xar archive          | `xar!`                                                                           |
//! | Xara drawing         | `XARA` (drawings are named `.xar` too)                                           |
//! | bill of materials    | `BOMStore`                                                                       |
//! | disk image           | the last 512 bytes start with `koly`                                             |
//! | encrypted disk image | starts with `encrcdsa`, or ends with `cdsaencr`                                  |
//! | volume               | `H+` or `HX` at byte 1024, `NXSB` at byte 32                                     |
//! | bundle package       | a folder with `Contents/Info.plist` in which `IFPkgFormatVersion` or a like key is |
//! | metapackage          | the same with `IFPkgFlagPackageList`                                             |
//!
//! Sources: the formats' own modules, where there is one; `XARA` is what Xara's drawings start with.

use std::fmt;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::package::{self, Package};
use crate::plist;

/// The longest `Info.plist` that is looked at, in bytes.
const MAX_PLIST: u64 = 1 << 20;

/// What a file or folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileKind {
    /// A component package or product archive.
    FlatPackage,
    /// A folder with one package in the format before 10.5.
    BundlePackage,
    /// A folder with several of them.
    Metapackage,
    /// A bill of materials by itself.
    Bom,
    /// A UDIF disk image.
    DiskImage,
    /// One that needs a password.
    EncryptedImage,
    /// An HFS+ volume without an image around it.
    HfsVolume,
    /// An APFS volume without an image around it.
    ApfsVolume,
    /// A xar archive that is no package.
    Xar,
    /// A drawing by Xara's programs.
    XaraDrawing,
    /// gzip: perhaps a `Payload` or `Scripts` taken out of a package.
    Gzip,
    /// bzip2.
    Bzip2,
    /// A payload in blocks of xz.
    Pbzx,
    /// A cpio archive.
    Cpio,
    /// A ZIP archive.
    Zip,
    /// A program or library for macOS.
    MachO,
    /// XML text, such as a `Distribution`.
    Xml,
    /// A folder that is no package.
    Folder,
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// Looks at a file or folder. What is inside is not checked.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of(path: &Path) -> io::Result<FileKind> {
        // What can't be looked at can't be opened either, and then says so.
        let metadata = fs_err::metadata(path).or_else(|_| fs_err::File::open(path)?.metadata())?;
        if metadata.is_dir() {
            return folder(path);
        }
        if !metadata.is_file() {
            // Opening a FIFO would wait for somebody to write to it.
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{} is not a regular file", path.display()),
            ));
        }
        let mut file = fs_err::File::open(path)?;
        let mut start = Vec::new();
        file.by_ref().take(2048).read_to_end(&mut start)?;
        let length = file.metadata()?.len();
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(length.saturating_sub(512)))?;
        file.take(512).read_to_end(&mut end)?;
        Ok(match of_bytes(&start, &end) {
            FileKind::Xar => match Package::open(path) {
                Err(package::PackageError::NotAPackage) => FileKind::Xar,
                // One that can't be read is one too: what is wrong with it is another question.
                Ok(_) | Err(_) => FileKind::FlatPackage,
            },
            kind => kind,
        })
    }

    /// Whether it is a package in the format before Mac OS X 10.5.
    #[must_use]
    pub fn is_bundle(self) -> bool {
        matches!(self, FileKind::BundlePackage | FileKind::Metapackage)
    }
}

fn of_bytes(start: &[u8], end: &[u8]) -> FileKind {
    let at = |offset: usize, magic: &[u8]| start.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    match start {
        [] => FileKind::Empty,
        _ if end.len() == 512 && end.starts_with(b"koly") => FileKind::DiskImage,
        _ if at(0, b"encrcdsa") || end.ends_with(b"cdsaencr") => FileKind::EncryptedImage,
        _ if at(0, b"xar!") => FileKind::Xar,
        _ if at(0, b"XARA") => FileKind::XaraDrawing,
        _ if at(0, b"BOMStore") => FileKind::Bom,
        _ if at(0, b"pbzx") => FileKind::Pbzx,
        _ if at(0, b"0707") => FileKind::Cpio,
        _ if at(0, &[0x1f, 0x8b]) => FileKind::Gzip,
        _ if at(0, b"BZh") => FileKind::Bzip2,
        _ if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") => FileKind::Zip,
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => FileKind::MachO,
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, ..] => FileKind::MachO,
        _ if at(0, b"<?xml") => FileKind::Xml,
        _ if at(1024, b"H+\0") || at(1024, b"HX\0") => FileKind::HfsVolume,
        _ if at(32, b"NXSB") => FileKind::ApfsVolume,
        _ => FileKind::Unknown,
    }
}

fn folder(path: &Path) -> io::Result<FileKind> {
    let list = path.join("Contents/Info.plist");
    let mut bytes = Vec::new();
    match fs_err::File::open(&list) {
        Ok(file) => file.take(MAX_PLIST).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FileKind::Folder),
        Err(error) => return Err(error),
    };
    let ending = |ending: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    // An application has an Info.plist too; the names of packages' keys start alike.
    let Ok(list) = plist::read(&bytes) else {
        return Ok(if ending("pkg") || ending("mpkg") { FileKind::BundlePackage } else { FileKind::Folder });
    };
    let keys = list.as_dictionary().into_iter().flat_map(|dictionary| dictionary.keys());
    Ok(if plist::key(&list, "IFPkgFlagPackageList").is_some() {
        FileKind::Metapackage
    } else if ending("pkg") || keys.into_iter().any(|key| key.starts_with("IFPkg")) {
        FileKind::BundlePackage
    } else {
        FileKind::Folder
    })
}

impl fmt::Display for FileKind {
    /// With its article: `a disk image`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileKind::FlatPackage => "a flat package",
            FileKind::BundlePackage => "a bundle package (a folder, the format before Mac OS X 10.5)",
            FileKind::Metapackage => "a metapackage (a folder with bundle packages, the format before Mac OS X 10.5)",
            FileKind::Bom => "a bill of materials",
            FileKind::DiskImage => "a disk image",
            FileKind::EncryptedImage => "an encrypted disk image",
            FileKind::HfsVolume => "an HFS+ volume without a disk image around it",
            FileKind::ApfsVolume => "an APFS volume without a disk image around it",
            FileKind::Xar => "a xar archive without a Distribution or PackageInfo, so no package",
            FileKind::XaraDrawing => "a drawing by Xara's programs, whose files are named .xar too",
            FileKind::Gzip => "a gzip file, perhaps a payload taken out of a package",
            FileKind::Bzip2 => "a bzip2 file",
            FileKind::Pbzx => "a pbzx file, perhaps a payload taken out of a package",
            FileKind::Cpio => "a cpio archive",
            FileKind::Zip => "a ZIP archive",
            FileKind::MachO => "a program or library for macOS",
            FileKind::Xml => "an XML document",
            FileKind::Folder => "a folder that is no package",
            FileKind::Empty => "an empty file",
            FileKind::Unknown => "a file of an unknown kind",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(start: &[u8], end: &[u8]) -> FileKind {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, [start, end].concat()).unwrap();
        FileKind::of(&path).unwrap()
    }

    #[test]
    fn files_are_told_by_their_bytes() {
        let mut koly = b"koly".to_vec();
        koly.resize(512, 0);
        let mut hfs = vec![0; 1024];
        hfs.extend(b"H+\0\x04");
        let mut apfs = vec![1; 32];
        apfs.extend(b"NXSB");
        let cases: [(&[u8], &[u8], FileKind); 16] = [
            (b"", b"", FileKind::Empty),
            (b"x", b"", FileKind::Unknown),
            (b"BZh91AY", &koly, FileKind::DiskImage),
            (b"encrcdsa", b"", FileKind::EncryptedImage),
            (b"x", b"cdsaencr", FileKind::EncryptedImage),
            (b"XARA\xa3\xa3\r\n", b"", FileKind::XaraDrawing),
            (b"BOMStore", b"", FileKind::Bom),
            (b"xar!", b"", FileKind::FlatPackage),
            (b"pbzx", b"", FileKind::Pbzx),
            (b"070707", b"", FileKind::Cpio),
            (b"BZh9", b"", FileKind::Bzip2),
            (b"\x1f\x8b\x08", b"", FileKind::Gzip),
            (b"PK\x03\x04", b"", FileKind::Zip),
            (b"\xcf\xfa\xed\xfe", b"", FileKind::MachO),
            (&hfs, b"", FileKind::HfsVolume),
            (&apfs, b"", FileKind::ApfsVolume),
        ];
        for (start, end, expected) in cases {
            assert_eq!(kind(start, end), expected, "{}", start.escape_ascii());
        }
    }

    #[test]
    fn folders_are_told_by_their_property_list() {
        let dir = tempfile::tempdir().unwrap();
        let of = |name: &str, keys: &str| {
            let contents = dir.path().join(name).join("Contents");
            std::fs::create_dir_all(&contents).unwrap();
            let text = format!("<plist version=\"1.0\"><dict>{keys}</dict></plist>");
            std::fs::write(contents.join("Info.plist"), text).unwrap();
            FileKind::of(&dir.path().join(name)).unwrap()
        };
        assert_eq!(of("A.app", "<key>CFBundleName</key><string>A</string>"), FileKind::Folder);
        assert_eq!(of("A.pkg", ""), FileKind::BundlePackage);
        assert_eq!(of("A", "<key>IFPkgFlagIsRequired</key><true/>"), FileKind::BundlePackage);
        assert_eq!(of("A.mpkg", "<key>IFPkgFlagPackageList</key><array/>"), FileKind::Metapackage);
        assert_eq!(FileKind::of(dir.path()).unwrap(), FileKind::Folder);
    }
}
