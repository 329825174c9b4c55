//! Contents that lie in pieces of another file.

use std::io::{self, Read, Seek as _, SeekFrom};
use std::ops::Range;

/// Reads one piece after the other.
pub(super) struct Pieces<'a> {
    pub(super) file: fs_err::File,
    /// Those not read completely.
    pub(super) pieces: &'a [Range<u64>],
    /// Bytes read of the first of them.
    pub(super) done: u64,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((piece, rest)) = self.pieces.split_first() {
            let at = piece.start.saturating_add(self.done);
            let left = piece.end.saturating_sub(at);
            if left == 0 {
                (self.pieces, self.done) = (rest, 0);
                continue;
            }
            if self.done == 0 {
                self.file.seek(SeekFrom::Start(at))?;
            }
            let room = left.min(buffer.len() as u64) as usize;
            let count = self.file.read(buffer.get_mut(..room).unwrap_or_default())?;
            if count == 0 && room != 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.done += count as u64;
            return Ok(count);
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Contents;
    use std::io::Read as _;

    #[test]
    fn pieces_are_read_in_their_order() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"0123456789").unwrap();
        let contents = |pieces: &[std::ops::Range<u64>]| Contents::Pieces {
            path: file.path().to_owned(),
            pieces: pieces.to_vec().into(),
        };
        let mut text = String::new();
        let mixed = contents(&[5..8, 0..0, 1..3]);
        mixed.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), mixed.size()), ("56712", 5));
        let beyond = contents(std::slice::from_ref(&(8..20)));
        assert!(beyond.open().unwrap().read_to_end(&mut Vec::new()).is_err());
    }
}
