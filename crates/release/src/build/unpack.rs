//! Unpacking archives of sources and documentation.

use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use fs_err::File;

/// Unpacks a `.tar.gz`, `.tar.bz2` or `.tar.xz` into a new folder. The archive's single top folder becomes that folder.
///
/// # Errors
/// When the archive is damaged, has no single top folder, or reaches out of it.
pub fn unpack(archive: &Path, into: &Path) -> Result<()> {
    unpack_at(archive, into).with_context(|| format!("could not unpack {}", archive.display()))
}

fn unpack_at(archive: &Path, into: &Path) -> Result<()> {
    let scratch = into.with_extension("unpacking");
    fs_err::create_dir_all(&scratch)?;
    let file = BufReader::new(File::open(archive)?);
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let reader: Box<dyn Read> = match name.rsplit('.').next() {
        Some("gz" | "tgz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("bz2") => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
        Some("xz") => Box::new(lzma_rust2::XzReader::new(file, true)),
        _ => bail!("its name ends in none of .gz, .tgz, .bz2, .xz"),
    };
    let mut tar = tar::Archive::new(reader);
    // Times decide what `make` thinks is up to date.
    tar.set_preserve_mtime(true);
    tar.set_preserve_permissions(true);
    // The crate refuses entries that reach out of the folder.
    tar.unpack(&scratch)?;
    let tops: Vec<_> = fs_err::read_dir(&scratch)?.collect::<Result<_, _>>()?;
    let [top] = &tops[..] else { bail!("it has {} top folders, expected one", tops.len()) };
    fs_err::rename(top.path(), into)?;
    fs_err::remove_dir(&scratch)?;
    Ok(())
}
