//! The stapled ticket: what `stapler` appends after the heap of a notarised package.
//!
//! Unlike everything else in the file these records are little-endian. The trailer is found from the end of the file:
//!
//! ```text
//! ┌─────────────────────────────┐
//! │ record, type 1, length 0    │  the terminator: a reader that walks backwards stops here
//! │ the ticket                  │
//! │ record, type 2, its length  │  the last 16 bytes of the file
//! └─────────────────────────────┘
//! ```
//!
//! The layout is as apple-codesign's `stapling.rs` documents it.

use serde::Serialize;
use zerocopy::byteorder::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

const MAGIC: [u8; 4] = *b"t8lr";
const TERMINATOR: u16 = 1;
const TICKET: u16 = 2;

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Record {
    magic: [u8; 4],
    version: U16,
    kind: U16,
    /// Bytes of the data before this record.
    length: U32,
    reserved: U32,
}

/// Bytes of one record.
pub(super) const RECORD_LEN: u64 = size_of::<Record>() as u64;

/// What follows the last byte of the heap that the table of contents speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trailer {
    /// Nothing: the file ends with its last member.
    Nothing,
    /// A stapled ticket and nothing else.
    Stapled(Staple),
    /// Bytes that mean nothing, then perhaps a ticket. Apple's tools leave such slack in some packages.
    Slack {
        /// How many.
        bytes: u64,
        /// The ticket after them.
        staple: Option<Staple>,
    },
}

impl Trailer {
    /// The ticket, if there is one.
    #[must_use]
    pub fn staple(&self) -> Option<&Staple> {
        match self {
            Self::Nothing => None,
            Self::Stapled(staple) => Some(staple),
            Self::Slack { staple, .. } => staple.as_ref(),
        }
    }
}

/// A well-formed stapled ticket. The ticket itself is signed by Apple; we do not look into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Staple {
    /// Where the trailer begins: offset of the terminator record from the start of the file, in bytes.
    pub offset: u64,
    /// Bytes of the ticket.
    pub ticket_len: u64,
}

/// The ticket length that the last record of a file names, if it is one.
pub(super) fn ticket_length(last_record: &[u8]) -> Option<u64> {
    let record = Record::read_from_bytes(last_record).ok()?;
    let fits =
        record.magic == MAGIC && record.version.get() == 1 && record.kind.get() == TICKET && record.reserved.get() == 0;
    fits.then(|| u64::from(record.length.get()))
}

/// What is appended to a file to staple a ticket to it.
pub(super) fn trailer(ticket: &[u8]) -> std::io::Result<Vec<u8>> {
    let length = u32::try_from(ticket.len()).map_err(|_| {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("a ticket has {} bytes", ticket.len()))
    })?;
    let record = |kind, length| Record {
        magic: MAGIC,
        version: U16::new(1),
        kind: U16::new(kind),
        length: U32::new(length),
        reserved: U32::new(0),
    };
    Ok([record(TERMINATOR, 0).as_bytes(), ticket, record(TICKET, length).as_bytes()].concat())
}

/// Whether these bytes are the record before the ticket.
pub(super) fn is_terminator(bytes: &[u8]) -> bool {
    Record::read_from_bytes(bytes).is_ok_and(|record| {
        record.magic == MAGIC
            && record.version.get() == 1
            && record.kind.get() == TERMINATOR
            && record.length.get() == 0
            && record.reserved.get() == 0
    })
}
