//! Reads a few text files out of a source archive, without laying any of it down.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use fs_err::File;

/// The largest file that is read, bytes: configure of 3.15 has 1 MB.
const LARGEST: u64 = 8 << 20;

/// How many bytes an archive may have unpacked: that of 3.15 has 0.3 GB.
const WHOLE: u64 = 4 << 30;

/// What was read of an archive.
#[derive(Debug, Default)]
pub struct Texts {
    /// Texts by their paths below the archive's top folder.
    pub texts: BTreeMap<String, String>,
    /// When the newest of all its files was changed: seconds since 1970.
    pub newest: u64,
}

/// Reads files of a `.tar.gz` or `.tar.xz`; one that isn't there is left out.
///
/// # Errors
/// When the archive is damaged or too large, or one of them isn't text.
pub fn read(archive: &Path, wanted: &[&str]) -> Result<Texts> {
    read_texts(archive, wanted).with_context(|| format!("could not read {}", archive.display()))
}

fn read_texts(archive: &Path, wanted: &[&str]) -> Result<Texts> {
    let file = BufReader::with_capacity(1 << 16, File::open(archive)?);
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let reader: Box<dyn Read> = match name.rsplit('.').next() {
        Some("gz" | "tgz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("xz") => Box::new(lzma_rust2::XzReader::new(file, true)),
        _ => bail!("its name ends in none of .gz, .tgz, .xz"),
    };
    let mut found = Texts::default();
    let mut tar = tar::Archive::new(reader.take(WHOLE));
    for entry in tar.entries()? {
        let entry = entry?;
        found.newest = found.newest.max(entry.header().mtime().unwrap_or_default());
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let below = path.trim_start_matches("./").split_once('/').map_or("", |(_, below)| below);
        if !wanted.contains(&below) {
            continue;
        }
        let mut bytes = Vec::new();
        let below = below.to_owned();
        entry.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            bail!("its file {below} is larger than {LARGEST} bytes");
        }
        let text = String::from_utf8(bytes).with_context(|| format!("its file {below} isn't UTF-8"))?;
        found.texts.insert(below, text);
    }
    Ok(found)
}
