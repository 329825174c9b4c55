//! Reading DER field by field, leaving nothing over.
//!
//! What is built on this has no freedom: every field is named, of one type, in its place. The `der` crate sees to it that
//! tags and lengths have their only encoding. The types of the `cms` crate are not used because they sort sets when they are
//! read, and Apple's sets of certificates are not sorted.

use std::fmt;

use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber};

/// Why bytes are not what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Malformed {
    pub(super) fn new(text: impl fmt::Display) -> Self {
        Self(text.to_string())
    }

    pub(super) fn because<E: fmt::Display>(what: &str) -> impl Fn(E) -> Self {
        move |error| Self(format!("{what}: {error}"))
    }
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// With tag and length.
    pub(super) whole: &'a [u8],
    /// Without.
    pub(super) contents: &'a [u8],
}

impl<'a> Value<'a> {
    /// What is in it, as fields.
    pub(super) fn fields(self, name: &'static str) -> Result<Fields<'a>, Malformed> {
        Fields::new(name, self.contents)
    }
}

/// `[N]` of something constructed.
pub(super) fn context(number: TagNumber) -> Tag {
    Tag::ContextSpecific { constructed: true, number }
}

/// Values one after the other.
pub(super) struct Fields<'a> {
    name: &'static str,
    reader: SliceReader<'a>,
}

impl<'a> Fields<'a> {
    /// The fields in the contents of a value called `name`.
    pub(super) fn new(name: &'static str, contents: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self { name, reader: SliceReader::new(contents).map_err(Malformed::because(name))? })
    }

    /// The fields of a sequence that is all of the bytes.
    pub(super) fn of_sequence(name: &'static str, der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Self::new(name, der)?;
        let value = outer.take("value", Tag::Sequence)?;
        outer.end()?;
        value.fields(name)
    }

    /// The next field.
    pub(super) fn take(&mut self, field: &str, tag: Tag) -> Result<Value<'a>, Malformed> {
        if self.reader.is_finished() {
            return Err(Malformed::new(format_args!("{}: there is no {field}", self.name)));
        }
        let (found, value) = self.any(field)?;
        if found != tag {
            return Err(Malformed::new(format_args!("{}: {field} is {found}, expected {tag}", self.name)));
        }
        Ok(value)
    }

    /// The next field, whatever it is.
    pub(super) fn any(&mut self, field: &str) -> Result<(Tag, Value<'a>), Malformed> {
        let failed = |error| Malformed::new(format_args!("{}: {field}: {error}", self.name));
        let whole = self.reader.tlv_bytes().map_err(failed)?;
        let value = AnyRef::from_der(whole).map_err(failed)?;
        Ok((x509_cert::der::Tagged::tag(&value), Value { whole, contents: value.value() }))
    }

    /// The next field, if it is of that type.
    pub(super) fn take_if(&mut self, field: &str, tag: Tag) -> Result<Option<Value<'a>>, Malformed> {
        if self.reader.peek_byte() == Some(tag.octet()) { self.take(field, tag).map(Some) } else { Ok(None) }
    }

    /// A field that can have no other bytes.
    pub(super) fn exactly(&mut self, field: &str, tag: Tag, contents: &[u8]) -> Result<(), Malformed> {
        let value = self.take(field, tag)?;
        if value.contents == contents {
            return Ok(());
        }
        let show = |bytes: &[u8]| match tag {
            Tag::ObjectIdentifier => name(bytes),
            _ => hex::encode(bytes),
        };
        let (got, expected) = (show(value.contents), show(contents));
        Err(Malformed::new(format_args!("{}: {field} is {got}, expected {expected}", self.name)))
    }

    /// An `AlgorithmIdentifier` whose parameters are NULL or left out: the bytes of its object identifier.
    pub(super) fn algorithm(&mut self, field: &'static str) -> Result<&'a [u8], Malformed> {
        let mut fields = self.take(field, Tag::Sequence)?.fields(field)?;
        let oid = fields.take("algorithm", Tag::ObjectIdentifier)?.contents;
        if let Some(null) = fields.take_if("parameters", Tag::Null)?
            && !null.contents.is_empty()
        {
            return Err(Malformed::new(format_args!("{field}: NULL has bytes")));
        }
        fields.end()?;
        Ok(oid)
    }

    /// Whether there are no more.
    pub(super) fn is_finished(&self) -> bool {
        self.reader.is_finished()
    }

    /// There are no more.
    pub(super) fn end(self) -> Result<(), Malformed> {
        if self.reader.is_finished() {
            return Ok(());
        }
        Err(Malformed::new(format_args!("{}: there is more than there should be", self.name)))
    }
}

/// An object identifier as text, from its bytes.
pub(super) fn name(oid: &[u8]) -> String {
    ObjectIdentifier::from_bytes(oid).map_or_else(|_| hex::encode(oid), |oid| oid.to_string())
}
