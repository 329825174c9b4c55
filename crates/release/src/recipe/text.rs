//! Texts that obey rules. They are checked while a file is read, so that an error shows the line.

use std::fmt;
use std::path::{Component, Path};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Any text, but some: a reason, a licence.
pub(super) fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Err(D::Error::custom("nothing is said here")) } else { Ok(text) }
}

/// The name of a file, without a folder.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || text.starts_with('.') || text.contains(['/', '\\']) {
        return Err(D::Error::custom(format!("`{text}` is not the name of a file, without a folder")));
    }
    Ok(text)
}

/// A path that stays inside the folder it starts from.
pub(crate) fn inside<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked_path(String::deserialize(deserializer)?)
}

/// The same, where there is one.
pub(super) fn maybe_inside<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    inside(deserializer).map(Some)
}

/// The same for several paths.
pub(super) fn all_inside<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.into_iter().map(checked_path).collect()
}

fn checked_path<E: Error>(text: String) -> Result<String, E> {
    let mut parts = Path::new(&text).components().peekable();
    if parts.peek().is_none() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        return Err(E::custom(format!("`{text}` is not a path inside the folder it starts from")));
    }
    Ok(text)
}

/// Addresses that can be downloaded from.
pub(super) fn urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let urls = Vec::<String>::deserialize(deserializer)?;
    let is_one = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    match urls.iter().find(|url| !is_one(url)) {
        Some(url) => Err(D::Error::custom(format!("`{url}` does not begin with https:// or http://"))),
        None => Ok(urls),
    }
}

/// A day: `2025-06-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// The day of a moment, in seconds since 1970, in UTC.
    pub fn of(seconds: u64) -> Option<Self> {
        let moment = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
        Some(Self(moment.to_zoned(jiff::tz::TimeZone::UTC).date()))
    }

    /// Seconds since 1970 at its midnight UTC; nothing before 1970 and after 2106.
    pub fn seconds(self) -> Option<u32> {
        let midnight = self.0.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        u32::try_from(midnight.timestamp().as_second()).ok()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("`{text}` is not a day, such as 2025-06-11"));
        let day = text.parse().map(Self).map_err(|_| wrong())?;
        if day.seconds().is_some() && text == day.0.to_string() { Ok(day) } else { Err(wrong()) }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
