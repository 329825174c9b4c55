//! Who may have a source.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use anyhow::anyhow;

use super::part::PartialFile;
use super::refusal::Refusal;
use super::url::Client;
use super::{debian, pypi};
use crate::context::Context;
use crate::recipe::{DebianSource, PypiFile, Source};

/// A place that may have a source.
#[derive(Debug, Clone)]
pub enum Provider<'a> {
    /// A file in a folder that the user named.
    Folder {
        /// As the user named it.
        folder: PathBuf,
        /// In it, or below it.
        file: PathBuf,
    },
    /// Upstream's own address, or a mirror's.
    Url(Cow<'a, str>),
    /// A file of a Debian source package.
    Debian(&'a DebianSource),
    /// A file of the Python package index.
    Pypi(&'a PypiFile),
}

impl<'a> Provider<'a> {
    /// Those who have it for everybody.
    pub fn publishers(source: &'a Source) -> impl Iterator<Item = Self> {
        let urls = source.urls.iter().map(|url| Provider::Url(Cow::Borrowed(url)));
        let others = source.debian.as_ref().map(Provider::Debian).into_iter();
        urls.chain(others).chain(source.pypi.as_ref().map(Provider::Pypi))
    }

    /// Where it is asked.
    pub fn addresses(&self, cx: &Context) -> BTreeSet<String> {
        match self {
            Provider::Folder { .. } => BTreeSet::new(),
            Provider::Url(url) => BTreeSet::from([url.as_ref().to_owned()]),
            Provider::Debian(package) => match debian::address(package) {
                Some(url) => BTreeSet::from([url]),
                // Without apt nobody is asked.
                None => cx.with_apt(|apt| Ok(apt.servers())).unwrap_or_default(),
            },
            Provider::Pypi(_) => pypi::addresses(),
        }
    }

    /// Puts the file into `part`; whether it is the right one is for the caller to see.
    ///
    /// # Errors
    /// When it hasn't got the file, or the part can't be written.
    pub fn deliver(
        &self,
        cx: &Context,
        client: &Client,
        source: &Source,
        part: &mut PartialFile,
    ) -> Result<(), Refusal> {
        let file = match self {
            Provider::Url(url) => return client.download(&cx.ui, url, source.size, part),
            Provider::Folder { file, .. } if !file.is_file() => {
                let name = file.file_name().unwrap_or_default().display();
                return Err(Refusal::Absent(anyhow!("its index lists {name}, and it isn't there")));
            }
            Provider::Folder { file, .. } => file.clone(),
            Provider::Debian(package) => {
                if let Some(url) = debian::address(package) {
                    return client.download(&cx.ui, &url, source.size, part);
                }
                let scratch = part.scratch().map_err(Refusal::Local)?;
                debian::download(cx, package, source.pin, &scratch).map_err(Refusal::Absent)?
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
            Provider::Folder { folder, .. } => write!(f, "{}", folder.display()),
            Provider::Url(url) => f.write_str(url),
            Provider::Debian(package) => write!(f, "Debian's source package {} {}", package.package, package.version),
            Provider::Pypi(wheel) => write!(f, "the Python package index ({} {})", wheel.package, wheel.version),
        }
    }
}
