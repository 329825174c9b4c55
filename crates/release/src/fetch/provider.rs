//! Who may have a source.

use std::fmt;
use std::path::PathBuf;

use super::part::Part;
use super::refusal::Refusal;
use super::url::Client;
use super::{debian, pypi};
use crate::context::Context;
use crate::recipe::{DebianSource, PypiFile, Source};

/// A place that may have a source.
#[derive(Debug, Clone)]
pub enum Provider<'a> {
    /// A file in a folder that the user named.
    Folder(PathBuf),
    /// Upstream's own address, or a mirror's.
    Url(&'a str),
    /// A file of a Debian source package.
    Debian(&'a DebianSource),
    /// A file of the Python package index.
    Pypi(&'a PypiFile),
}

impl<'a> Provider<'a> {
    /// Those that may have a source, the nearest first.
    pub fn of(source: &'a Source, folder: Option<&std::path::Path>, offline: bool) -> Vec<Self> {
        let nearby = folder.map(|folder| folder.join(&source.file)).filter(|file| file.is_file());
        let mut providers: Vec<Self> = nearby.map(Provider::Folder).into_iter().collect();
        if !offline {
            providers.extend(source.urls.iter().map(|url| Provider::Url(url)));
            providers.extend(source.debian.as_ref().map(Provider::Debian));
            providers.extend(source.pypi.as_ref().map(Provider::Pypi));
        }
        providers
    }

    /// Puts the file into `part`; whether it is the right one is for the caller to see.
    ///
    /// # Errors
    /// When it hasn't got the file, or the part can't be written.
    pub fn deliver(&self, cx: &Context, client: &Client, size: u64, part: &mut Part) -> Result<(), Refusal> {
        let file = match self {
            Provider::Url(url) => return client.download(&cx.ui, url, size, part),
            Provider::Folder(file) => file.clone(),
            Provider::Debian(package) => {
                let scratch = part.scratch().map_err(Refusal::Local)?;
                debian::download(cx, package, &scratch).map_err(Refusal::Absent)?
            }
            Provider::Pypi(wheel) => {
                let scratch = part.scratch().map_err(Refusal::Local)?;
                pypi::download(wheel, &scratch).map_err(Refusal::Absent)?
            }
        };
        part.fill(&file).map_err(Refusal::Local)
    }
}

impl fmt::Display for Provider<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provider::Folder(file) => write!(f, "{}", file.parent().unwrap_or(file).display()),
            Provider::Url(url) => f.write_str(url),
            Provider::Debian(package) => write!(f, "Debian's source package {} {}", package.package, package.version),
            Provider::Pypi(wheel) => write!(f, "the Python package index ({} {})", wheel.package, wheel.version),
        }
    }
}
