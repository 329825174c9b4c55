//! Putting signatures into an archive.
//!
//! A signature is over the digest of a table of contents that already says where the signature lies, how long it is and which
//! certificates go with it. So room is made first, then the digest is known, then the signatures are filled in:
//!
//! ```text
//! Signable::new(archive, certificates, sizes) ──▶ digest() ──▶ whoever has the key ──▶ write(rsa, cms, ticket, out)
//! ```
//!
//! The same signatures put into the same archive give the same bytes, so a signature can be kept apart from what it signs.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::signature::{Certificate, Signature};
use super::{Archive, Header, Style, Summary, Toc, XarError, staple};
use crate::output::Output;

/// An archive with room for signatures that are still to be made.
#[derive(Debug)]
pub struct Signable<'a> {
    archive: &'a Archive,
    toc: Toc,
    header: Header,
    compressed: Vec<u8>,
    digest: Vec<u8>,
    /// Stretches of the archive's heap, in their new order: offset and length in bytes.
    stretches: Vec<(u64, u64)>,
    sizes: [u64; 2],
}

impl<'a> Signable<'a> {
    /// Makes room for an RSA and a CMS signature of at most so many bytes; one of 0 bytes is not named in the table of contents.
    /// Signatures that the archive has are left out, and so is a ticket: it is for the old ones.
    ///
    /// # Errors
    /// The archive has a checksum that Apple refuses, or sizes that don't fit 64 bits.
    pub fn new(archive: &'a Archive, certificates: &[Certificate], rsa: u64, cms: u64) -> Result<Self, XarError> {
        let style = archive.header().checksum;
        let mut toc = archive.toc().clone();
        let mut end = style.len();
        let mut room = |size: u64| {
            let offset = end;
            end = end.checked_add(size).ok_or(XarError::TocTooLong { what: "heap", got: size, limit: u64::MAX })?;
            Ok::<_, XarError>(offset)
        };
        toc.checksum = super::TocChecksum { style, offset: 0, size: style.len() };
        toc.signatures = Vec::new();
        for (extended, name, size) in [(false, "RSA", rsa), (true, "CMS", cms)] {
            if size == 0 {
                continue;
            }
            let certificates = certificates.to_vec();
            toc.signatures.push(Signature {
                extended,
                style: name.to_owned(),
                offset: room(size)?,
                size,
                certificates,
            });
        }
        let mut data: Vec<_> = toc
            .files
            .iter_mut()
            .flat_map(|file| file.data.iter_mut().chain(file.extended.iter_mut().map(|extended| &mut extended.data)))
            .collect();
        data.sort_by_key(|data| data.offset);
        let mut stretches = Vec::with_capacity(data.len());
        for data in data {
            stretches.push((data.offset, data.length));
            data.offset = room(data.length)?;
        }
        let (compressed, header, digest) = seal(&toc, style)
            .map_err(|source| XarError::Io { doing: "compress", path: archive.path().to_owned(), source })?
            .ok_or(XarError::Unusable { got: style })?;
        Ok(Self { archive, toc, header, compressed, digest, stretches, sizes: [rsa, cms] })
    }

    /// What is to be signed: the digest of the table of contents.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// Writes the signed archive and puts it in its place, with a ticket if there is one.
    ///
    /// # Errors
    /// A signature that needs more room than was made for it; reading or writing fails: then there is nothing at the output, or
    /// what was there before.
    pub fn write(&self, rsa: &[u8], cms: &[u8], ticket: Option<&[u8]>, out: &Path) -> Result<Summary, XarError> {
        let io = |doing| move |source| XarError::Io { doing, path: out.to_owned(), source };
        let mut file = Output::create(out).map_err(io("create"))?;
        let mut output = BufWriter::with_capacity(1 << 18, file.file());
        let mut write = || -> io::Result<()> {
            output.write_all(&self.header.to_bytes())?;
            output.write_all(&self.compressed)?;
            output.write_all(&self.digest)?;
            for (signature, size) in [rsa, cms].into_iter().zip(self.sizes) {
                output.write_all(&padded(signature, size)?)?;
            }
            for (offset, length) in &self.stretches {
                let copied = io::copy(&mut self.archive.section(*offset, *length), &mut output)?;
                if copied != *length {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside a member"));
                }
            }
            if let Some(ticket) = ticket {
                output.write_all(&staple::trailer(ticket)?)?;
            }
            output.flush()
        };
        write().map_err(io("write"))?;
        drop(output);
        let len = file.file().metadata().map_err(io("write"))?.len();
        file.finish().map_err(io("rename to"))?;
        Ok(Summary { len, toc: self.toc.clone() })
    }
}

/// A compressed table of contents, the header before it, and its digest.
type Sealed = (Vec<u8>, Header, Vec<u8>);

/// The compressed table of contents, the header before it, and its digest; nothing for checksums that Apple refuses.
fn seal(toc: &Toc, style: Style) -> io::Result<Option<Sealed>> {
    let xml = toc.to_xml();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(xml.as_bytes())?;
    let compressed = encoder.finish()?;
    let header = Header {
        header_len: Header::LEN as u16,
        version: Header::VERSION,
        toc_len_compressed: compressed.len() as u64,
        toc_len: xml.len() as u64,
        checksum: style,
    };
    Ok(style.digester().map(|mut digest| {
        digest.update(&compressed);
        (compressed, header, digest.finish())
    }))
}

/// A signature with zeros after it, as Apple's tools pad theirs.
fn padded(signature: &[u8], size: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if signature.len() > size {
        let message = format!("a signature has {} bytes, there is room for {size}", signature.len());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let mut padded = signature.to_vec();
    padded.resize(size, 0);
    Ok(padded)
}
