//! Debian's source packages: the same bytes as upstream's, on any machine that reaches a Debian mirror.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::context::Context;
use crate::recipe::{DebianSource, Pin, Upstream};

/// The variable that names a mirror of Debian's, as its list of mirrors does: for machines without apt, such as Macs.
pub const MIRROR: &str = "XTASK_DEBIAN_MIRROR";

/// The address of a file in the pool of the mirror that the user names.
pub fn address(source: &DebianSource) -> Option<String> {
    at(&std::env::var(MIRROR).ok()?, source)
}

fn at(mirror: &str, DebianSource { pool, file, .. }: &DebianSource) -> Option<String> {
    Some(format!("{}/{}/{file}", mirror.trim_end_matches('/'), pool.as_ref()?))
}

/// Downloads one file of a source package with the machine's own package client: from its place in the pool where that is
/// known, else from its suite, else from wherever another suite's lists have a file with its digest.
///
/// # Errors
/// When there is no such client, or it has no such package.
pub fn download(cx: &Context, source: &DebianSource, pin: Pin, into: &Path) -> Result<PathBuf> {
    let DebianSource { suite, package, version, file, pool } = source;
    let others = Upstream::read(&cx.paths.mac())?.debian.suites;
    cx.with_apt(|apt| {
        if let (Some(pool), Some(sha256)) = (pool, pin.sha256())
            && let Some(found) = apt.from_pool(&format!("{pool}/{file}"), sha256, into)?
        {
            return Ok(found);
        }
        let own = match suite {
            Some(suite) => apt.source(suite, package, version, file, into),
            None => Err(anyhow!("no mirror has it in its pool")),
        };
        let Err(error) = own else { return own };
        let Some(sha256) = pin.sha256() else { return Err(error) };
        // Where lists can't be had, those of other suites can't either.
        if suite.as_ref().is_some_and(|suite| !apt.knows_sources_of(suite)) {
            return Err(error);
        }
        for other in others.iter().filter(|other| Some(*other) != suite.as_ref()) {
            if let Ok(place) = apt.source_place(other, package, sha256)
                && let Some(found) = apt.from_pool(&place, sha256, into)?
            {
                cx.ui.say(format_args!("{file} is gone from where it was: {other} has it, in {place}"));
                return Ok(found);
            }
        }
        Err(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_a_file_in_its_pool() {
        let mut source = DebianSource {
            suite: None,
            package: "tcl8.6".into(),
            version: "8.6.18+dfsg-1".into(),
            file: "tcl8.6_8.6.18+dfsg.orig.tar.gz".into(),
            pool: Some("pool/main/t/tcl8.6".into()),
        };
        let place = "https://example.org/any/pool/main/t/tcl8.6/tcl8.6_8.6.18+dfsg.orig.tar.gz";
        assert_eq!(at("https://example.org/any/", &source).as_deref(), Some(place));
        source.pool = None;
        assert_eq!(at("https://example.org/any", &source), None);
    }
}
