//! The log of signatures: one line each, never changed. Each line has the digest of the one before, so that a line that was
//! changed or taken away shows.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

use crate::context::Context;
use crate::digest::Sha256;
use crate::hint::WithHint as _;

/// The log's place.
pub fn path(cx: &Context) -> PathBuf {
    cx.paths.dist.join("signatures.jsonl")
}

/// Adds a line.
///
/// # Errors
/// When the log can't be written, or was changed by somebody else.
pub fn append(cx: &Context, record: &Value) -> Result<()> {
    let path = path(cx);
    fs_err::create_dir_all(&cx.paths.dist)?;
    let mut file = fs_err::File::options().create(true).read(true).append(true).open(&path)?;
    file.file().lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let previous = check(&text)
        .with_context(|| format!("{} is not as it was written", path.display()))
        .hint("keep it aside and find out who changed it; without it a new one begins")?;
    let mut line = json!({ "previous": previous, "time": super::party::now()?.to_string() });
    if let (Some(line), Some(record)) = (line.as_object_mut(), record.as_object()) {
        line.extend(record.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// The digest of the last line, when every line names the one before it.
///
/// # Errors
/// The first line that doesn't.
pub fn check(text: &str) -> Result<Option<Sha256>> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(anyhow!("its last line has no end"));
    }
    let mut previous = None;
    for (number, line) in text.lines().enumerate() {
        let value: Value = serde_json::from_str(line).with_context(|| format!("line {} is malformed", number + 1))?;
        let named = value.get("previous").and_then(Value::as_str).and_then(|digest| digest.parse().ok());
        if named != previous {
            return Err(anyhow!("line {} doesn't follow the line before it", number + 1));
        }
        previous = Some(Sha256::of(line.as_bytes()));
    }
    Ok(previous)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_or_taken_away_shows() {
        let dir = tempfile::tempdir().unwrap();
        let cx = crate::package::tests::context(dir.path());
        for number in 0..3 {
            append(&cx, &json!({ "number": number })).unwrap();
        }
        let text = fs_err::read_to_string(path(&cx)).unwrap();
        assert!(check(&text).unwrap().is_some());
        let lines: Vec<&str> = text.lines().collect();
        for (first, rest) in [(1, 3), (2, 2)] {
            let kept: String = lines[first..].iter().map(|line| format!("{line}\n")).collect();
            assert!(check(&kept).is_err(), "{first} {rest}");
        }
        fs_err::write(path(&cx), text.replacen("\"number\":1", "\"number\":7", 1)).unwrap();
        let error = append(&cx, &json!({})).unwrap_err();
        assert!(crate::hint::render(&error).contains("line 3 doesn't follow"), "{error:?}");
        fs_err::write(path(&cx), &text[..text.len() - 1]).unwrap();
        assert!(append(&cx, &json!({})).is_err());
    }
}
