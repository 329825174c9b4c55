//! The Python package index, through `pip`, with the machine's own settings for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::pace;
use crate::exec::{Needs, cmd, read, read_within, shell_for};
use crate::hint::WithHint as _;
use crate::recipe::PypiFile;

/// Whom `pip` asks, by its own settings, proxies too.
pub fn addresses() -> BTreeSet<String> {
    let listed = shell_for(Needs::Pip, Path::new("/")).and_then(|sh| read(cmd!(sh, "python3 -m pip config list")));
    let mut found = servers(&listed.unwrap_or_default());
    if found.is_empty() {
        found.insert("https://pypi.org/".to_owned());
    }
    found
}

/// The indexes and proxies in what `pip config list` prints, a line each: `global.index-url='https://pypi.org/simple'`.
fn servers(listed: &str) -> BTreeSet<String> {
    let settings = listed.lines().filter_map(|line| line.split_once('='));
    let servers = settings.filter(|(name, _)| name.ends_with("index-url") || name.ends_with("proxy"));
    let values = servers.flat_map(|(_, value)| value.trim_matches('\'').split_whitespace());
    values.map(str::to_owned).collect()
}

/// Downloads a wheel, for whatever platform it is made.
///
/// # Errors
/// When there is no `pip`, or it finds no such wheel.
pub fn download(wheel: &PypiFile, into: &Path) -> Result<PathBuf> {
    let sh = shell_for(Needs::Pip, into)?;
    let PypiFile { package, version, platform, python } = wheel;
    let options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-cache-dir"];
    // Which Python this machine has doesn't matter: nothing is installed.
    let mut any = vec!["--ignore-requires-python"];
    any.extend(python.iter().flat_map(|python| ["--python-version", python]));
    let pip =
        cmd!(sh, "python3 -m pip download {options...} {any...} --platform {platform} --dest . {package}=={version}");
    read_within(pace::WHOLE, pip)
        .hint("this needs python3 with pip, and a network that reaches the Python package index")?;
    let mut files = fs_err::read_dir(into)?.filter_map(Result::ok).map(|entry| entry.path());
    match files.find(|path| path.extension().is_some_and(|extension| extension == "whl")) {
        Some(file) => Ok(file),
        None => bail!("pip downloaded no wheel of {package} {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_those_of_pip_s_settings() {
        let listed = ":env:.extra-index-url='https://a.example/simple https://b.example/simple'\n\
                      global.cert='/etc/ssl/certs/ca-certificates.crt'\nglobal.proxy='http://c.example:3128'\n";
        let expected = ["https://a.example/simple", "https://b.example/simple", "http://c.example:3128"];
        assert_eq!(servers(listed), expected.map(str::to_owned).into());
    }
}
