//! What somebody who wasn't there needs to understand a failure, in a file that can be sent: without personal data.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::{Machine, examine};
use crate::context::Context;
use crate::exec::{Cmd, cmd, read, shell, tail};

/// How many lines of a log are told: the failure is at its end.
const LINES: usize = 200;

/// Everything about the machine, and the end of the newest log, as JSON text.
///
/// # Errors
/// When no program can be run here at all.
pub fn account(cx: &Context, machine: &Machine) -> Result<String> {
    let sh = shell(Path::new("/"))?;
    let asked = |command: Cmd<'_>| read(command).ok().filter(|text| !text.is_empty());
    let value = json!({
        "tool": env!("CARGO_PKG_VERSION"),
        "system": {
            "kernel": asked(cmd!(sh, "uname -srm")),
            "macos": asked(cmd!(sh, "sw_vers")),
            "clang": asked(cmd!(sh, "xcrun clang --version")),
            "sdk": asked(cmd!(sh, "xcrun --sdk macosx --show-sdk-version")),
        },
        "doctor": examine(machine),
        "newest log": newest(&cx.paths.logs()).and_then(|log| {
            let text = tail(&log, LINES).ok()?;
            Some(json!({ "name": log.file_name()?.to_string_lossy(), "lines": text.lines().collect::<Vec<_>>() }))
        }),
    });
    let private = Private {
        home: std::env::var("HOME").ok(),
        user: asked(cmd!(sh, "id -un")),
        host: asked(cmd!(sh, "uname -n")),
    };
    Ok(private.without(&serde_json::to_string_pretty(&value)?) + "\n")
}

/// The log that was written last.
fn newest(logs: &Path) -> Option<PathBuf> {
    let logs = fs_err::read_dir(logs).ok()?.filter_map(Result::ok);
    logs.filter_map(|log| Some((log.metadata().ok()?.modified().ok()?, log.path()))).max().map(|(_, path)| path)
}

/// What is nobody's business.
struct Private {
    home: Option<String>,
    user: Option<String>,
    host: Option<String>,
}

impl Private {
    /// The text without home folder, user and host name, where they are words of their own. What is a folder of every system,
    /// `/root` or `/dev`, says nothing of anybody.
    fn without(&self, text: &str) -> String {
        let names = [(&self.home, "~"), (&self.host, "HOST"), (&self.user, "USER")];
        let names = names.into_iter().filter_map(|(name, other)| Some((name.as_deref()?.trim(), other)));
        let telling = names.filter(|(name, _)| {
            let below = name.trim_start_matches('/');
            !below.is_empty() && (below.contains('/') || !Path::new("/").join(below).exists())
        });
        telling.fold(text.to_owned(), |text, (name, other)| replace_word(&text, name, other))
    }
}

fn replace_word(text: &str, word: &str, other: &str) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(word) {
        let is_part = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        replaced.extend([before, if is_part { word } else { other }]);
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn nobody_is_named() {
        let some = |text: &str| Some(text.to_owned());
        let private = Private { home: some("/Users/jane"), user: some("jane"), host: some("janes-mac.local") };
        let text = "/Users/jane/cpython on janes-mac.local: jane has no clang";
        assert_eq!(private.without(text), "~/cpython on HOST: USER has no clang");
        assert_eq!(private.without("janet and /Users/janet are others"), "janet and /Users/janet are others");
        let system = Private { home: some("/home/dev"), user: some("dev"), host: some("x") };
        assert_eq!(
            system.without("/home/dev/a wrote to /dev/null on x, not exec"),
            "~/a wrote to /dev/null on HOST, not exec"
        );
        let anyone = Private { home: some("/root"), user: some("root"), host: None };
        assert_eq!(anyone.without("the root of /root"), "the root of /root");
    }

    #[test]
    fn the_newest_log_is_told_from_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let cx = crate::package::tests::context(dir.path());
        let logs = cx.paths.cache.join("logs");
        fs_err::create_dir_all(&logs).unwrap();
        fs_err::write(logs.join("python-1.log"), "line\n".repeat(300) + "it failed\n").unwrap();
        let text = account(&cx, &Machine::here(&cx)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let lines = value.pointer("/newest log/lines").and_then(Value::as_array).unwrap();
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (LINES, Some("it failed")));
        assert!(value.pointer("/doctor/items").is_some(), "{text}");
    }
}
