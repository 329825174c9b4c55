//! The service's log as a table.

use serde_json::Value;

/// What the log complains about: a line a complaint, errors first; nothing when there are none.
pub fn table(log: &Value) -> String {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let issues = log.get("issues").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut rows: Vec<[String; 4]> = issues
        .iter()
        .map(|issue| ["severity", "path", "architecture", "message"].map(|key| text(issue, key)))
        .collect();
    if rows.is_empty() {
        let summary = text(log, "statusSummary");
        return if text(log, "status") == "Accepted" { String::new() } else { summary };
    }
    rows.sort();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |[severity, path, architecture, message]: &[String; 4]| {
        let [first, second, third] = widths;
        format!("  {severity:first$}  {path:second$}  {architecture:third$}  {message}")
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    format!("{} complaints of Apple's notary service:\n{}", rows.len(), lines.join("\n"))
}
