//! xar, the container of a flat package: a header, a compressed table of contents, and a heap.
//!
//! ```text
//! 0        ┌──────────────────────────────────────────────┐
//!          │ header, 28 bytes                             │  header.rs
//! 28       ├──────────────────────────────────────────────┤
//!          │ table of contents: XML in a zlib stream      │  toc.rs
//! heap 0   ├──────────────────────────────────────────────┤
//!          │ digest of the *compressed* table of contents │  20 bytes for SHA-1, 32 for SHA-256
//!          │ RSA signature, CMS signature (if signed)     │  signature.rs
//!          │ the members, one after the other             │
//! heap end ├──────────────────────────────────────────────┤
//!          │ stapled ticket (if notarised)                │  staple.rs
//!          └──────────────────────────────────────────────┘
//! ```
//!
//! Offsets in the table of contents count from the start of the heap. Every member carries two checksums: one of its bytes
//! in the heap (*archived*) and one of its bytes after decoding (*extracted*).
//!
//! [`Writer`] makes archives in the shape of Apple's `productbuild`; [`Archive`] reads any archive that Apple's
//! `Installer` would, and says what it saw rather than what it hoped for: judging is the business of [`crate::verify`] and
//! the crate `pkgsign`. [`Signable`] puts signatures into an archive.

mod checksum;
mod error;
mod header;
mod read;
mod sign;
mod signature;
mod staple;
mod toc;
mod values;
mod write;

pub use checksum::{Digester, Style};
pub use error::XarError;
pub use header::Header;
pub use read::{Archive, Member, Section};
pub use sign::Signable;
pub use signature::{Certificate, Signature};
pub use staple::{Staple, Trailer};
pub use toc::{Checksum, Data, Encoding, Extended, Extent, File, FinderCreateTime, MemberKind, Stat, Toc, TocChecksum};
pub use write::{MemberWriter, Options, Summary, Writer};
