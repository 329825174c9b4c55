//! The compressed bytes on their way out.

use std::io::Write;

use super::error::PayloadError;

/// Counts what is written, for the error that names the place.
pub(super) struct Output<'a, W> {
    out: &'a mut W,
    offset: u64,
}

impl<'a, W: Write> Output<'a, W> {
    pub(super) fn new(out: &'a mut W) -> Output<'a, W> {
        Output { out, offset: 0 }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), PayloadError> {
        self.out.write_all(bytes).map_err(|source| PayloadError::Output { offset: self.offset, source })?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}
