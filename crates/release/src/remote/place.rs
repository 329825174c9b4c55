//! Where a remote cache is.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

use super::record::LIMIT;
use super::s3;
use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::{Client, Denial, Limits, PartialFile, Refusal};
use crate::hint::WithHint as _;
use crate::output::write_from;
use crate::sign::identity::read_private;
use crate::ui::Ui;

/// How slow it may be. What it has can be made here: nobody waits long for it.
const LIMITS: Limits = Limits {
    whole: Duration::from_secs(10 * 60),
    floor: 64 << 10,
    window: Duration::from_secs(10),
    connect: Duration::from_secs(3),
    answer: Duration::from_secs(5),
    // A store that has copies of everything makes them first.
    stored: Duration::from_secs(60),
};

/// How long a server that could not answer is left alone before it is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// A file of the cache, by its name.
#[derive(Debug, Clone, Copy)]
pub enum Name {
    /// The record of a step, by its key.
    Record(Sha256),
    /// An archive, by its digest.
    Archive(Sha256),
}

/// A store of files.
pub enum Place {
    /// On this machine, or mounted here.
    Folder(PathBuf),
    /// On a server; the address ends with a slash.
    Server(Box<Client>, String),
    /// In a bucket.
    Bucket(Box<Client>, Box<s3::Store>),
}

impl Name {
    fn text(self) -> String {
        match self {
            Self::Record(key) => format!("ac/{key}"),
            Self::Archive(digest) => format!("cas/{digest}"),
        }
    }
}

impl Place {
    /// From what the user wrote. `authorization` is a file with what a server is told.
    ///
    /// # Errors
    /// With `--offline` for what is on a server; credentials that are missing.
    pub fn parse(cx: &Context, text: &str, authorization: Option<&Path>) -> Result<Self> {
        let is_address = ["https://", "http://", "s3://"].iter().any(|scheme| text.starts_with(scheme));
        if !is_address {
            return Ok(Self::Folder(std::path::absolute(text)?));
        }
        if cx.offline {
            return Err(anyhow!("the remote cache {text} is on a server, and --offline was given"))
                .hint("leave out --offline, or add --remote none");
        }
        let began = std::time::Instant::now();
        Self::on_server(text, authorization, Client::with(PAUSE, LIMITS, move || began.elapsed()))
    }

    pub(super) fn on_server(text: &str, authorization: Option<&Path>, client: Client) -> Result<Self> {
        if let Some(bucket) = text.strip_prefix("s3://") {
            return Ok(Self::Bucket(Box::new(client), Box::new(s3::Store::parse(bucket)?)));
        }
        let client = match authorization {
            None => client,
            Some(file) => {
                let secret = read_private(file)?;
                let line = secret.text()?.lines().next().unwrap_or_default();
                let client = client.with_authorization(line);
                client.with_context(|| format!("the first line of {} can't be a header", file.display()))?
            }
        };
        Ok(Self::Server(Box::new(client), format!("{}/", text.trim_end_matches('/'))))
    }

    /// The record of a step; nothing when there is none.
    ///
    /// # Errors
    /// When there is no answer, or a longer one than any record.
    pub fn record(&self, key: Sha256) -> Result<Option<String>> {
        let name = Name::Record(key).text();
        match self {
            Self::Folder(folder) => {
                if !folder.is_dir() {
                    return Err(anyhow!("{} is not a folder", folder.display()));
                }
                let path = folder.join(name);
                match path.metadata() {
                    Err(_) => Ok(None),
                    Ok(found) if found.len() > LIMIT => Err(anyhow!("{} is longer than any record", path.display())),
                    Ok(_) => Ok(Some(String::from_utf8_lossy(&fs_err::read(path)?).into_owned())),
                }
            }
            Self::Server(client, base) => client.text(&format!("{base}{name}"), LIMIT),
            Self::Bucket(client, store) => client.text(&store.get(&name), LIMIT).map_err(unsigned),
        }
    }

    /// Gets an archive.
    ///
    /// # Errors
    /// When it doesn't come, or the part can't be written.
    pub fn archive(&self, ui: &Ui, digest: Sha256, size: u64, part: &mut PartialFile) -> Result<(), Refusal> {
        let name = Name::Archive(digest).text();
        match self {
            Self::Folder(folder) => match folder.join(name) {
                path if path.metadata().is_ok_and(|found| found.len() == size) => {
                    part.fill(&path).map_err(Refusal::Local)
                }
                path => Err(Refusal::Absent(anyhow!("{} is missing, or has not {size} bytes", path.display()))),
            },
            Self::Server(client, base) => client.download(ui, &format!("{base}{name}"), size, part),
            Self::Bucket(client, store) => {
                client.download(ui, &store.get(&name), size, part).map_err(|error| match error {
                    Refusal::Absent(error) => Refusal::Absent(unsigned(error)),
                    local => local,
                })
            }
        }
    }

    /// Whether an archive of a size is there. A server that can't say is believed to have it: its record says so.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn has(&self, digest: Sha256, size: u64) -> Result<bool> {
        let name = Name::Archive(digest).text();
        let found = match self {
            Self::Folder(folder) => Ok(folder.join(name).metadata().ok().map(|found| found.len())),
            Self::Server(client, base) => client.size(&format!("{base}{name}")),
            Self::Bucket(client, store) => client.size(&store.head(&name)).map_err(unsigned),
        };
        match found {
            Err(error) if error.downcast_ref().is_some_and(Denial::is_ignorance) => Ok(true),
            found => Ok(found? == Some(size)),
        }
    }

    /// Puts a file there.
    ///
    /// # Errors
    /// When it can't be written, or the server doesn't take it.
    pub fn put(&self, ui: &Ui, name: Name, size: u64, contents: &mut (impl Read + Seek)) -> Result<()> {
        let name = name.text();
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                path.parent().map_or(Ok(()), fs_err::create_dir_all)?;
                contents.rewind()?;
                write_from(&path, contents, 0o644)
            }
            Self::Server(client, base) => client.upload(ui, &format!("{base}{name}"), size, contents),
            Self::Bucket(client, store) => client.upload(ui, &store.put(&name), size, contents).map_err(unsigned),
        }
    }
}

/// An error of a client may show the address that it asked, which is good for whoever has it.
fn unsigned(error: anyhow::Error) -> anyhow::Error {
    if error.is::<Denial>() {
        // It has what the server said, and nothing of what it was asked.
        return error;
    }
    let text = crate::hint::causes(&error);
    anyhow!("{}", text.split(['?']).next().unwrap_or_default().to_owned())
}
