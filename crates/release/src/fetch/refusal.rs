//! Why a file did not come, or was not taken.

use std::fmt;

use anyhow::Error;

/// How much of an answer is read for its reason, bytes.
pub const LONGEST_REASON: u64 = 4 << 10;

/// Why a provider did not deliver.
#[derive(Debug)]
pub enum Refusal {
    /// It has no such file; another may.
    Absent(Error),
    /// What it delivered can't be kept: nobody can help.
    Local(Error),
}

/// An answer that is neither the file nor thanks for one.
#[derive(Debug, PartialEq, Eq)]
pub struct Denial {
    code: u16,
    /// `404 Not Found`.
    line: String,
    /// What a store that speaks S3 says: `NoSuchBucket`, and a sentence.
    reason: Option<(String, String)>,
}

impl Denial {
    /// From the answer's status, as a number and as a line, and the beginning of its text.
    pub fn new(code: u16, line: String, text: &str) -> Self {
        let reason = element(text, "Code").map(|code| (code, element(text, "Message").unwrap_or_default()));
        Self { code, line, reason }
    }

    /// Whether there is no such file, where there could be one.
    pub fn is_absence(&self) -> bool {
        let bucket = self.reason.as_ref().is_some_and(|(code, _)| code == "NoSuchBucket");
        matches!(self.code, 404 | 410) && !bucket
    }

    /// Whether the server doesn't know how to answer such a request.
    pub fn is_ignorance(&self) -> bool {
        matches!(self.code, 405 | 501)
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            None => f.write_str(&self.line),
            Some((code, sentence)) if sentence.is_empty() => write!(f, "{} ({code})", self.line),
            Some((code, sentence)) => write!(f, "{} ({code}: {sentence})", self.line),
        }
    }
}

impl std::error::Error for Denial {}

/// The text of the first element of a name, in one line.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = after.split_once(&format!("</{name}>"))?;
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let inside = plain.iter().fold(inside.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(inside.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_is_one_line() {
        let text = "<?xml version=\"1.0\"?>\n<Error>\n<Code>NoSuchBucket</Code><Message>The bucket\n &lt;a&gt; &amp;amp; \
                    is not there</Message><BucketName>a</BucketName></Error>";
        let denial = Denial::new(404, "404 Not Found".into(), text);
        assert_eq!(denial.to_string(), "404 Not Found (NoSuchBucket: The bucket <a> &amp; is not there)");
        assert!(!denial.is_absence(), "nothing can be put there either");
        let key = text.replace("NoSuchBucket", "NoSuchKey");
        assert!(Denial::new(404, "404 Not Found".into(), &key).is_absence());
        assert!(!Denial::new(403, "403 Forbidden".into(), "<Code>AccessDenied</Code>").is_absence());
        for page in ["", "<html>Not here</html>", "<Code>never ends"] {
            assert_eq!(Denial::new(410, "410 Gone".into(), page).to_string(), "410 Gone");
        }
    }
}
