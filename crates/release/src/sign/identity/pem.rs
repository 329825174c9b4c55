//! Texts between `-----BEGIN X-----` and `-----END X-----` (RFC 7468).

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One of them.
pub struct Block {
    /// What stands after BEGIN.
    pub label: String,
    /// The bytes.
    pub der: Zeroizing<Vec<u8>>,
}

/// All blocks of a text, in order; what stands between them is comment.
///
/// # Errors
/// When a block has no end, headers (as encrypted keys of old had), or isn't base64.
pub fn blocks(text: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let mut body = Zeroizing::new(String::with_capacity(text.len()));
        loop {
            let line = lines.next().with_context(|| format!("the block {label} has no end"))?;
            if line == end {
                break;
            }
            if line.contains(':') {
                anyhow::bail!("the block {label} is encrypted in a way that nothing should use any more");
            }
            body.push_str(line);
        }
        let der = STANDARD.decode(body.as_bytes()).with_context(|| format!("the block {label} is not base64"))?;
        blocks.push(Block { label: label.to_owned(), der: Zeroizing::new(der) });
    }
    Ok(blocks)
}

/// Bytes as such a text, in lines of 64 columns.
pub fn text(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 64);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    for (column, character) in body.chars().enumerate() {
        if column > 0 && column % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + &format!("\n-----END {label}-----\n")
}
