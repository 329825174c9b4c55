//! What is said of a source by those who sign: a suite's lists, and the description beside it in the pool.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};

use super::uris::{Listed, listed};
use super::{APT_HELPER, Apt, Kind};
use crate::exec::{self, Needs, cmd};

/// The package with the keys of those who may sign descriptions of source packages.
const KEYRING: &str = "debian-keyring";

impl Apt {
    /// What the signed lists of a suite say of a file of a source package.
    ///
    /// # Errors
    /// When they can't be had, or have no version of the package with that file.
    pub fn listed(&mut self, suite: &str, package: &str, file: &str) -> Result<Listed> {
        let view = self.view(Kind::Sources, suite)?;
        self.with_fresh_lists(&view, |apt| {
            let text = apt.read(&view, "apt-cache", &["showsrc", "--only-source", "--"], &[package.to_owned()])?;
            listed(&text, file).with_context(|| format!("no version of {package} there has {file}"))
        })
    }

    /// What a source package's description in the pool (`….dsc`) says of a file, when a developer of Debian's signed it.
    ///
    /// # Errors
    /// When no mirror has it, the keys can't be had, or the signature isn't good.
    pub fn described(&mut self, place: &str, file: &str) -> Result<Listed> {
        let view = self.view(Kind::Sources, &self.codename.clone())?;
        let dir = tempfile::Builder::new().prefix("dsc-").tempdir_in(&self.state)?;
        let dsc = dir.path().join("signed.dsc");
        let to = dsc.to_str().context("apt can't use a folder of that name")?.to_owned();
        let mirrors: Vec<String> = self.mirrors().into_iter().collect();
        let came = |mirror: &&String| {
            let args = [format!("{mirror}/{place}"), to.clone()];
            self.read(&view, APT_HELPER, &["download-file"], &args).is_ok() && dsc.is_file()
        };
        if !mirrors.iter().any(|mirror| came(&mirror)) {
            bail!("no mirror has it");
        }
        let keys = self.keyrings()?;
        let sh = exec::shell_for(Needs::Apt, &self.state)?;
        let keyrings = keys.iter().flat_map(|key| ["--keyring".as_ref(), key.as_os_str()]);
        let output = dir.path().join("text");
        exec::read(sh.cmd("gpgv").args(keyrings).arg("--output").arg(&output).arg(&dsc))
            .context("its signature isn't good")?;
        // Only what is signed: a file may have text around that.
        let pool = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let text = format!("{}\nDirectory: {pool}\n", fs_err::read_to_string(&output)?.trim_end());
        listed(&text, file).ok_or_else(|| anyhow!("it doesn't name {file}"))
    }

    /// The keyrings of the newest package that has them, whose digest the signed lists state.
    fn keyrings(&mut self) -> Result<Vec<PathBuf>> {
        let packages = self.resolve(&[KEYRING.to_owned()])?;
        let folder = self.state.join("keyring");
        let missing = self.download_locked(&packages.iter().collect::<Vec<_>>(), &folder)?;
        if !missing.is_empty() {
            bail!("the package {KEYRING} can't be had");
        }
        let tree = folder.join("tree");
        let sh = exec::shell_for(Needs::Apt, &folder)?;
        for package in &packages {
            let file = folder.join(format!("{}.deb", package.sha256));
            exec::read(cmd!(sh, "dpkg-deb --extract {file} {tree}"))?;
        }
        let files = fs_err::read_dir(tree.join("usr/share/keyrings"))?.map(|entry| Ok(entry?.path()));
        let files: Vec<PathBuf> = files.collect::<Result<_>>()?;
        let is_one = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "gpg" || ending == "pgp");
        Ok(files.into_iter().filter(is_one).collect())
    }
}
