//! Points in time.

use std::fmt;

use serde::{Serialize, Serializer};
use x509_cert::der::asn1::GeneralizedTime;
use x509_cert::der::{Decode as _, Tag};

use super::asn1::{Malformed, Value};

/// A second: `2026-11-23T04:48:56Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// Seconds since 1970.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn to_unix(self) -> u64 {
        self.0
    }

    /// `UTCTime` or `GeneralizedTime`, as RFC 5280 restricts them.
    pub(super) fn from_der(value: Value<'_>) -> Result<Self, Malformed> {
        let time = x509_cert::time::Time::from_der(value.whole).map_err(Malformed::because("a time"))?;
        Ok(Self(time.to_unix_duration().as_secs()))
    }

    /// `GeneralizedTime` as RFC 3161 has it: with a fraction of a second, which is dropped.
    pub(super) fn from_der_with_fraction(value: Value<'_>) -> Result<Self, Malformed> {
        let text = value.contents.split(|byte| *byte == b'.').next().unwrap_or_default();
        let text = [text.strip_suffix(b"Z").unwrap_or(text), b"Z"].concat();
        let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
        let whole = [&[Tag::GeneralizedTime.octet(), length], text.as_slice()].concat();
        let time = GeneralizedTime::from_der(&whole).map_err(Malformed::because("genTime"))?;
        Ok(Self(time.to_unix_duration().as_secs()))
    }
}

impl From<x509_cert::time::Time> for Time {
    fn from(time: x509_cert::time::Time) -> Self {
        Self(time.to_unix_duration().as_secs())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = i64::try_from(self.0).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        match timestamp {
            Some(timestamp) => write!(f, "{timestamp}"),
            None => write!(f, "{} seconds after 1970", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
