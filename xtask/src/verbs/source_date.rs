//! The date that the environment asks for.

use anyhow::{Context as _, Result};

/// When what is made is said to be made, if the user says so: <https://reproducible-builds.org/specs/source-date-epoch/>.
///
/// # Errors
/// When it is no number.
pub fn source_date_epoch() -> Result<Option<u32>> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let text = text.to_string_lossy();
    let seconds =
        text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is `{text}`, expected seconds since 1970"))?;
    Ok(Some(seconds))
}
