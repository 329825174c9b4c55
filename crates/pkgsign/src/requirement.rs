//! Code requirements: what code says of those who may replace it, compiled.
//!
//! A set of requirements (`CSMAGIC_REQUIREMENTS`) is a table of kinds and offsets, then the requirements; each is an expression
//! in prefix order. Numbers are big-endian and of 4 bytes, texts have their length before them and zeros after them up to a
//! multiple of 4. Operation codes are those of `ExprOp` and `MatchOperation` in Security's `requirement.h`; those that Apple's
//! tools write for a Developer ID were seen in their signatures.
//!
//! | code | operation | evaluated |
//! |---|---|---|
//! | 0, 1 | `never`, `always` | yes |
//! | 2 | `identifier "…"` | yes |
//! | 3 | `anchor apple` | no |
//! | 4 | `certificate N = H"…"` | yes |
//! | 6, 7, 9 | `and`, `or`, `!` | yes |
//! | 8 | `cdhash H"…"` | yes |
//! | 11 | `certificate N[subject.…]` | CN, OU, O, C, UID |
//! | 14, 17 | `certificate N[field.…]`, `[policy.…]` | whether they exist |
//! | 15 | `anchor apple generic` | yes: the chain ends at a root that is trusted |
//! | others | `Info.plist`, entitlements, trust settings, platforms, tickets, dates | no |
//!
//! What is not evaluated makes the whole set unreadable: it is never taken for met.

use std::fmt;

use x509_cert::der::asn1::ObjectIdentifier;

use super::asn1::{Malformed, name};
use super::certificate::Certificate;
use super::hash::Hash;
use super::oid;

/// `CSMAGIC_REQUIREMENTS` and `CSMAGIC_REQUIREMENT`.
const SET: u32 = 0xfade_0c01;
const REQUIREMENT: u32 = 0xfade_0c00;

/// `kSecDesignatedRequirementType`: who may replace the code. The others are about its host, its guests and its libraries.
const DESIGNATED: u32 = 3;

/// `exprForm`, the only form of a requirement that we read.
const EXPRESSION: u32 = 1;

/// More expressions in each other than anybody writes; Security's own limit is 1,000.
const DEEPEST: usize = 64;

/// What an expression is about.
pub(super) struct Subject<'a> {
    /// The code's name.
    pub(super) identifier: &'a [u8],
    /// The signer's certificate first, the root last; empty for code that is signed ad hoc.
    pub(super) chain: Vec<&'a Certificate>,
    /// Whether that root is one that is trusted.
    pub(super) anchored: bool,
    /// The digests of the code directories, cut.
    pub(super) cdhashes: Vec<Vec<u8>>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Requirement {
    Constant(bool),
    Identifier(Vec<u8>),
    CertificateHash(Slot, Vec<u8>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    CdHash(Vec<u8>),
    Not(Box<Self>),
    Subject(Slot, Attribute, Match),
    Extension(Slot, Vec<u8>, bool),
    SignaturePolicy(Slot, Vec<u8>, bool),
    Anchored,
}

/// Which certificate: 0 is the signer's, the next who vouches for it; -1 is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(i32);

/// What of a certificate's subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute(&'static str, ObjectIdentifier);

const ATTRIBUTES: [Attribute; 5] = [
    Attribute("CN", oid::COMMON_NAME),
    Attribute("OU", oid::ORGANIZATIONAL_UNIT),
    Attribute("O", oid::ORGANIZATION),
    Attribute("C", oid::COUNTRY),
    Attribute("UID", oid::USER_ID),
];

/// What a text has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Match {
    Exists,
    Equal(Vec<u8>),
    Contains(Vec<u8>),
    Begins(Vec<u8>),
    Ends(Vec<u8>),
    Absent,
}

/// The designated requirement of a set, if it has one.
///
/// # Errors
/// The set is damaged, or one of its requirements can't be evaluated.
pub(super) fn designated(set: &[u8]) -> Result<Option<Requirement>, Malformed> {
    let whole = blob(set, 0, SET).filter(|whole| whole.len() == set.len()).ok_or_else(|| Malformed::new("cut off"))?;
    let mut table = Reader(whole.get(8..).unwrap_or_default());
    let mut found = None;
    for _ in 0..table.number()? {
        let (kind, offset) = (table.number()?, table.number()?);
        let bytes = usize::try_from(offset).ok().and_then(|offset| blob(whole, offset, REQUIREMENT));
        let mut reader = Reader(bytes.and_then(|bytes| bytes.get(8..)).ok_or_else(|| Malformed::new("cut off"))?);
        let form = reader.number()?;
        if form != EXPRESSION {
            return Err(Malformed::new(format_args!("a requirement of the form {form} is not evaluated")));
        }
        let requirement = reader.expression(DEEPEST)?;
        if !reader.0.is_empty() {
            return Err(Malformed::new("there is more than an expression"));
        }
        if kind == DESIGNATED && found.replace(requirement).is_some() {
            return Err(Malformed::new("there are two designated requirements"));
        }
    }
    Ok(found)
}

/// A blob with that magic number, by its own length.
fn blob(bytes: &[u8], start: usize, magic: u32) -> Option<&[u8]> {
    let mut header = Reader(bytes.get(start..)?);
    let (found, length) = (header.number().ok()?, header.number().ok()?);
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    bytes.get(start..end).filter(|_| found == magic)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Result<u32, Malformed> {
        let (number, rest) = self.0.split_first_chunk().ok_or_else(|| Malformed::new("cut off"))?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn slot(&mut self) -> Result<Slot, Malformed> {
        self.number().map(|number| Slot(number.cast_signed()))
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let cut = || Malformed::new("cut off");
        let (bytes, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        let padding = length.next_multiple_of(4) - length;
        let (_, rest) = rest.split_at_checked(padding).ok_or_else(cut)?;
        self.0 = rest;
        Ok(bytes.to_vec())
    }

    fn expression(&mut self, depth: usize) -> Result<Requirement, Malformed> {
        let depth = depth.checked_sub(1).ok_or_else(|| Malformed::new("expressions nested too deep"))?;
        Ok(match self.number()? {
            0 => Requirement::Constant(false),
            1 => Requirement::Constant(true),
            2 => Requirement::Identifier(self.bytes()?),
            4 => Requirement::CertificateHash(self.slot()?, self.bytes()?),
            6 => Requirement::And(Box::new(self.expression(depth)?), Box::new(self.expression(depth)?)),
            7 => Requirement::Or(Box::new(self.expression(depth)?), Box::new(self.expression(depth)?)),
            8 => Requirement::CdHash(self.bytes()?),
            9 => Requirement::Not(Box::new(self.expression(depth)?)),
            11 => Requirement::Subject(self.slot()?, self.attribute()?, self.matching()?),
            14 => Requirement::Extension(self.slot()?, self.bytes()?, self.existence()?),
            15 => Requirement::Anchored,
            17 => Requirement::SignaturePolicy(self.slot()?, self.bytes()?, self.existence()?),
            other => return Err(Malformed::new(format_args!("operation {other} is not evaluated"))),
        })
    }

    fn attribute(&mut self) -> Result<Attribute, Malformed> {
        let name = self.bytes()?;
        let known = ATTRIBUTES.into_iter().find(|known| name.strip_prefix(b"subject.") == Some(known.0.as_bytes()));
        known.ok_or_else(|| {
            let name = String::from_utf8_lossy(&name).into_owned();
            Malformed::new(format_args!("the field {name:?} of a certificate is not evaluated"))
        })
    }

    fn matching(&mut self) -> Result<Match, Malformed> {
        Ok(match self.number()? {
            0 => Match::Exists,
            1 => Match::Equal(self.bytes()?),
            2 => Match::Contains(self.bytes()?),
            3 => Match::Begins(self.bytes()?),
            4 => Match::Ends(self.bytes()?),
            14 => Match::Absent,
            other => return Err(Malformed::new(format_args!("comparison {other} is not evaluated"))),
        })
    }

    /// Whether something has to be there, or not to be.
    fn existence(&mut self) -> Result<bool, Malformed> {
        match self.matching()? {
            Match::Exists => Ok(true),
            Match::Absent => Ok(false),
            _ => Err(Malformed::new("comparing the value of an extension is not evaluated")),
        }
    }
}

impl Requirement {
    /// Whether some code is what is required.
    pub(super) fn is_met_by(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Identifier(identifier) => identifier == subject.identifier,
            Self::CertificateHash(slot, hash) => {
                slot.of(subject).is_some_and(|certificate| Hash::Sha1.digest(certificate.der()) == *hash)
            }
            Self::And(left, right) => left.is_met_by(subject) && right.is_met_by(subject),
            Self::Or(left, right) => left.is_met_by(subject) || right.is_met_by(subject),
            Self::CdHash(hash) => subject.cdhashes.contains(hash),
            Self::Not(inner) => !inner.is_met_by(subject),
            Self::Subject(slot, Attribute(_, attribute), wanted) => {
                let values = || slot.of(subject).into_iter().flat_map(|certificate| certificate.attribute(*attribute));
                match wanted {
                    Match::Absent => values().next().is_none(),
                    wanted => values().any(|value| wanted.is_met_by(value.as_bytes())),
                }
            }
            Self::Extension(slot, oid, there) => {
                slot.of(subject).is_some_and(|certificate| certificate.has_extension(oid)) == *there
            }
            Self::SignaturePolicy(slot, oid, there) => {
                slot.of(subject).is_some_and(|certificate| certificate.has_policy(oid)) == *there
            }
            Self::Anchored => subject.anchored,
        }
    }
}

impl Match {
    fn is_met_by(&self, value: &[u8]) -> bool {
        match self {
            Self::Exists => true,
            Self::Equal(text) => value == text,
            Self::Contains(text) => text.is_empty() || value.windows(text.len()).any(|window| window == text),
            Self::Begins(text) => value.starts_with(text),
            Self::Ends(text) => value.ends_with(text),
            Self::Absent => false,
        }
    }
}

impl Slot {
    fn of<'a>(self, subject: &Subject<'a>) -> Option<&'a Certificate> {
        let index = match usize::try_from(self.0) {
            Ok(index) => index,
            Err(_) => subject.chain.len().checked_sub(usize::try_from(self.0.unsigned_abs()).ok()?)?,
        };
        subject.chain.get(index).copied()
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("certificate leaf"),
            -1 => f.write_str("certificate root"),
            other => write!(f, "certificate {other}"),
        }
    }
}

impl fmt::Display for Requirement {
    /// In the language that Apple's `csreq` compiles.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |bytes: &[u8]| format!("{:?}", String::from_utf8_lossy(bytes));
        match self {
            Self::Constant(value) => f.write_str(if *value { "always" } else { "never" }),
            Self::Identifier(identifier) => write!(f, "identifier {}", quoted(identifier)),
            Self::CertificateHash(slot, hash) => write!(f, "{slot} = H\"{}\"", hex::encode(hash)),
            Self::And(left, right) => write!(f, "{left} and {right}"),
            Self::Or(left, right) => write!(f, "({left} or {right})"),
            Self::CdHash(hash) => write!(f, "cdhash H\"{}\"", hex::encode(hash)),
            Self::Not(inner) => write!(f, "!({inner})"),
            Self::Subject(slot, attribute, wanted) => {
                write!(f, "{slot}[subject.{}]", attribute.0)?;
                match wanted {
                    Match::Exists => f.write_str(" exists"),
                    Match::Equal(text) => write!(f, " = {}", quoted(text)),
                    Match::Contains(text) => write!(f, " = \"*{}*\"", String::from_utf8_lossy(text).escape_debug()),
                    Match::Begins(text) => write!(f, " = \"{}*\"", String::from_utf8_lossy(text).escape_debug()),
                    Match::Ends(text) => write!(f, " = \"*{}\"", String::from_utf8_lossy(text).escape_debug()),
                    Match::Absent => f.write_str(" absent"),
                }
            }
            Self::Extension(slot, oid, there) => write!(f, "{slot}[field.{}] {}", name(oid), existence(*there)),
            Self::SignaturePolicy(slot, oid, there) => write!(f, "{slot}[policy.{}] {}", name(oid), existence(*there)),
            Self::Anchored => f.write_str("anchor apple generic"),
        }
    }
}

fn existence(there: bool) -> &'static str {
    if there { "exists" } else { "absent" }
}
