//! Launchable copies: Mach-O files that Linux itself can start.
//!
//! The kernel hands a file that begins with `#!` to the program named there. A launchable copy is a Mach-O file with
//! one block of text before it: that line, and where the loader finds the root and the SDK. So a program under test can
//! be started by anybody, by `/bin/sh` too, and copying it, as `venv` does, gives another such program.
//!
//! ```text
//! #!/path/of/machorun
//! machorun 1
//! root /path/of/the/root
//! sdk /path/of/the/sdk
//! emulator /path/of/qemu-aarch64
//! loader /path/of/machorun/for/that/processor
//! ```
//!
//! The last two are there when the program is for another processor than the machine's: the loader that the kernel starts
//! then becomes the emulator. Lines end with a line feed; NUL bytes fill the block, so that pages stay aligned.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use macho::Arch;
use macho::image::{self, ImageError};

/// Size of the block, bytes: the largest page of a Mach-O slice.
pub const BLOCK: usize = 16 << 10;

/// What the second line says.
const MARK: &str = "machorun 1";

/// The kernel reads no more of the first line than this, bytes: `BINPRM_BUF_SIZE` in `linux/binfmts.h`.
const LINE: usize = 255;

/// Where the loader finds what it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Absolute install names are below this folder; empty is the machine's own root.
    pub root: PathBuf,
    /// The SDK whose stubs say what macOS exports.
    pub sdk: PathBuf,
    /// What runs programs that are for another processor than this machine's.
    pub emulation: Option<Emulation>,
}

/// How programs for another processor are run: an emulator runs the loader of that processor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emulation {
    /// A program of this machine's that runs Linux programs of the other processor.
    pub emulator: PathBuf,
    /// This loader, as a Linux program of the other processor.
    pub loader: PathBuf,
}

impl Places {
    /// The loader's options that say the same.
    pub fn options(&self) -> Vec<OsString> {
        let mut options: Vec<OsString> =
            vec!["--root".into(), self.root.clone().into(), "--sdk".into(), self.sdk.clone().into()];
        if let Some(Emulation { emulator, loader }) = &self.emulation {
            options.extend(["--emulator".into(), emulator.into(), "--loader".into(), loader.into()]);
        }
        options
    }
}

/// How many bytes precede the Mach-O file: [`BLOCK`], or nothing.
pub fn header_len(file: &[u8]) -> usize {
    if parse(file).is_some() { BLOCK } else { 0 }
}

/// The part of a file, be it a launchable copy, that holds code for an architecture: its offset and bytes.
///
/// # Errors
/// When there is none.
pub fn slice(file: &[u8], arch: Arch) -> Result<(u64, &[u8]), ImageError> {
    let start = header_len(file);
    let (offset, slice) = image::slice(file.get(start..).unwrap_or_default(), arch)?;
    Ok((start as u64 + offset, slice))
}

/// What the block says, when there is one.
pub fn parse(file: &[u8]) -> Option<Places> {
    let block = file.get(..BLOCK)?.strip_prefix(b"#!")?;
    let text = block.split(|&byte| byte == 0).next()?;
    let mut lines = std::str::from_utf8(text).ok()?.lines().skip(1);
    if lines.next()? != MARK {
        return None;
    }
    let root = lines.next()?.strip_prefix("root ")?.into();
    let sdk = lines.next()?.strip_prefix("sdk ")?.into();
    let mut rest = lines.map_while(|line| line.strip_prefix("emulator ").or_else(|| line.strip_prefix("loader ")));
    let emulation = match (rest.next(), rest.next()) {
        (Some(emulator), Some(loader)) => Some(Emulation { emulator: emulator.into(), loader: loader.into() }),
        _ => None,
    };
    Some(Places { root, sdk, emulation })
}

/// The block to put before a Mach-O file.
///
/// # Errors
/// When a path doesn't fit or has a line break.
pub fn block(loader: &Path, places: &Places) -> Result<Vec<u8>, String> {
    let line = |path: &Path| {
        let text = path.to_str().filter(|text| !text.contains(['\n', '\0']));
        text.map(str::to_owned).ok_or_else(|| format!("a path that can't stand in a line: {}", path.display()))
    };
    let (loader, root, sdk) = (line(loader)?, line(&places.root)?, line(&places.sdk)?);
    if loader.len() + 2 > LINE || loader.contains(' ') {
        return Err(format!("the kernel can't start {loader}: longer than {LINE} bytes, or a space in it"));
    }
    let mut text = format!("#!{loader}\n{MARK}\nroot {root}\nsdk {sdk}\n");
    if let Some(Emulation { emulator, loader }) = &places.emulation {
        text += &format!("emulator {}\nloader {}\n", line(emulator)?, line(loader)?);
    }
    let mut block = text.into_bytes();
    if block.len() > BLOCK {
        return Err(format!("{} bytes of paths don't fit into {BLOCK}", block.len()));
    }
    block.resize(BLOCK, 0);
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let emulation = Emulation { emulator: "/an emulator".into(), loader: "/loader".into() };
        for emulation in [None, Some(emulation)] {
            let places = Places { root: "/a root".into(), sdk: "/sdk".into(), emulation };
            let mut file = block(Path::new("/bin/machorun"), &places).unwrap();
            assert_eq!(file.len(), BLOCK);
            assert!(file.starts_with(b"#!/bin/machorun\n"));
            file.extend(b"Mach-O");
            assert_eq!(parse(&file), Some(places));
            assert_eq!(header_len(&file), BLOCK);
        }
    }

    #[test]
    fn other_files_have_no_block() {
        assert_eq!(header_len(b""), 0);
        assert_eq!(header_len(&vec![b'#'; 1 << 16]), 0);
        let mut script = b"#!/bin/sh\necho\n".to_vec();
        script.resize(1 << 16, 0);
        assert_eq!(header_len(&script), 0);
    }

    #[test]
    fn a_loader_that_the_kernel_could_not_start_is_refused() {
        assert!(block(Path::new("/with space"), &Places::default()).is_err());
        assert!(block(Path::new(&"x".repeat(300)), &Places::default()).is_err());
    }
}
