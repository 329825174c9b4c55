//! Debian's package client, used as an ordinary user and with a state of our own.
//!
//! The machine's own source stanzas and keyrings are repeated in a private folder; the system's lists, locks and
//! caches are never touched, and nothing is installed. Works as root and without, and needs no `dpkg-dev`.
//!
//! Each *view* is one suite seen for one purpose, with lists of its own: programs come from the machine's own suite
//! only (those of another would need that one's C library), sources from any suite.

mod gone;
mod listed;
mod stanza;
mod uris;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::digest::Sha256;
use crate::exec::{self, Needs, cmd};
use crate::hint::{WithHint as _, hinted};
use crate::recipe::LockedPackage;
use stanza::Stanza;
pub use uris::Listed;
use uris::Uri;

/// Ships with `apt` itself; downloads what it is told with apt's own transports and proxies.
const APT_HELPER: &str = "/usr/lib/apt/apt-helper";

/// How long one call of apt may take. It gives up a server that says nothing, but not one that says a byte a second; the
/// compilers' packages, 40 MB for each connection, come in half of it over a line of 50 kB/s.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// How many downloads run at a time.
const CONNECTIONS: usize = 4;

/// Packages taken for granted when programs are resolved, whatever the machine has installed. The C and C++ run-time
/// libraries come from the host: apt needs them too, so every machine that has apt has them. The rest is for making
/// Linux programs, which nothing here does.
const FROM_HOST: &[&str] = &["libc6", "libgcc-s1", "libstdc++6", "libc6-dev", "binutils"];

/// The same, for names that carry gcc's version: what they start with, and what they end with.
const FROM_HOST_VERSIONED: &[(&str, &str)] = &[("libstdc++-", "-dev"), ("libgcc-", "-dev"), ("libobjc-", "-dev")];

/// The package client and its private state.
pub struct Apt {
    state: PathBuf,
    /// The distribution's own stanzas, as the machine has them.
    stanzas: Vec<Stanza>,
    /// `bookworm`.
    codename: String,
    /// `amd64`.
    architecture: String,
    /// The machine's settings for downloads: proxies, timeouts.
    acquire: String,
    /// Views whose lists were brought up to date by this process.
    updated: BTreeSet<String>,
}

/// The proxies in settings as `apt-config dump` prints them: `Acquire::http::Proxy "http://cache:3142/";`. `DIRECT` is none, and so is
/// an empty value; a program that finds one can't be foreseen, and is given back as it stands.
fn proxies(acquire: &str) -> BTreeSet<String> {
    let values = acquire.lines().filter_map(|line| {
        let (name, value) = line.split_once(' ')?;
        name.to_ascii_lowercase().contains("proxy").then(|| value.trim_matches(['"', ';']).to_owned())
    });
    values.filter(|value| !value.is_empty() && value != "DIRECT").collect()
}

/// One suite, seen for one purpose.
struct View {
    name: String,
    config: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Binaries,
    Sources,
}

impl Kind {
    /// As `Types:` says it.
    fn name(self) -> &'static str {
        match self {
            Kind::Binaries => "deb",
            Kind::Sources => "deb-src",
        }
    }
}

impl Apt {
    /// Reads the machine's own configuration; touches no network. `state` is ours to fill.
    ///
    /// # Errors
    /// On a machine without apt, or one whose sources don't name its own distribution.
    pub fn open(state: &Path) -> Result<Self> {
        const HINT: &str = "name a mirror of Debian's (XTASK_DEBIAN_MIRROR=https://…/debian), or a folder with the files (--sources DIR)";
        let state = std::path::absolute(state)?;
        fs_err::create_dir_all(&state)?;
        let sh = exec::shell_for(Needs::Apt, &state)?;
        let config = exec::read(cmd!(sh, "apt-config dump")).context("no apt on this machine").hint(HINT)?;
        let architecture = exec::read(cmd!(sh, "dpkg --print-architecture")).hint(HINT)?;
        let places =
            exec::read(cmd!(sh, "apt-config shell LIST Dir::Etc::sourcelist/f PARTS Dir::Etc::sourceparts/d"))?;
        let os_release = fs_err::read_to_string("/etc/os-release").context("no way to tell the distribution")?;
        let codename = shell_value(&os_release, "VERSION_CODENAME")
            .context("/etc/os-release has no VERSION_CODENAME")
            .hint(HINT)?;
        let all = stanza::read_all(shell_value(&places, "LIST").as_deref(), shell_value(&places, "PARTS").as_deref())?;
        let mut stanzas: Vec<Stanza> = Vec::new();
        for stanza in all.iter().filter_map(|stanza| stanza.of_distribution(&codename)) {
            // `deb` and `deb-src` lines of the same place become the same here.
            if !stanzas.contains(&stanza) {
                stanzas.push(stanza);
            }
        }
        if stanzas.is_empty() {
            let error = anyhow!("apt's sources on this machine don't name {codename} itself");
            return Err(hinted(error, "see /etc/apt/sources.list.d: a stanza with the suite's own name is needed"));
        }
        let acquire = config
            .lines()
            .filter(|line| line.starts_with("Acquire::") && !line.starts_with("Acquire::IndexTargets"))
            .fold(String::new(), |text, line| text + line + "\n");
        Ok(Self { state, stanzas, codename, architecture, acquire, updated: BTreeSet::new() })
    }

    /// Downloads one file of a source package, such as `python3.13_3.13.5.orig.tar.xz`, into a folder.
    ///
    /// When that version of the package is gone but another one of the suite has a file of the same name, that one is
    /// taken. apt checks the digest that the signed lists promise; whether it is the digest we pinned is for the
    /// caller to check.
    ///
    /// # Errors
    /// Unknown package or file, no network.
    pub fn source(&mut self, suite: &str, package: &str, version: &str, file: &str, into: &Path) -> Result<PathBuf> {
        let view = self.view(Kind::Sources, suite)?;
        let found = self.with_fresh_lists(&view, |apt| {
            let uri = apt.source_uri(&view, package, version, file)?;
            apt.download(&view, std::slice::from_ref(&uri), into)?;
            Ok(into.join(file))
        });
        found.with_context(|| format!("failed to get {file} of the source package {package} from {suite}"))
    }

    /// Names packages and all that they need, except what [`FROM_HOST`] says, as the suite has them now. The answer depends
    /// on the suite's lists alone, not on what the machine has installed.
    ///
    /// # Errors
    /// Unknown package, no network.
    pub fn resolve(&mut self, packages: &[String]) -> Result<Vec<LockedPackage>> {
        let view = self.view(Kind::Binaries, &self.codename.clone())?;
        let resolved = self.update(&view).and_then(|()| {
            self.assume_from_host(&view)?;
            let fixed = ["install", "--print-uris", "--yes", "--no-install-recommends", "--"];
            let uris = uris::parse(&self.read(&view, "apt-get", &fixed, packages)?)?;
            if uris.is_empty() {
                bail!("apt names no package to download");
            }
            let mut locked = uris.iter().map(Uri::locked).collect::<Result<Vec<LockedPackage>>>()?;
            locked.sort();
            Ok(locked)
        });
        resolved
            .with_context(|| format!("failed to find the packages {}", packages.join(", ")))
            .hint("this needs a network that reaches the machine's Debian mirror; apt honours `http_proxy`")
    }

    /// Downloads pinned packages into a folder, each named by its digest, from whichever of the machine's mirrors has them.
    /// Gives back those that none has.
    ///
    /// # Errors
    /// When no mirror can be reached at all, or the folder not be written.
    pub fn download_locked<'a>(
        &mut self,
        packages: &[&'a LockedPackage],
        into: &Path,
    ) -> Result<Vec<&'a LockedPackage>> {
        let view = self.view(Kind::Binaries, &self.codename.clone())?;
        let file = |package: &LockedPackage| format!("{}.deb", package.sha256);
        let mut missing = packages.to_vec();
        let mut trouble = None;
        for base in self.mirrors() {
            let uris = missing.iter().map(|package| Uri {
                uri: format!("{base}/{}", package.pool),
                file: file(package),
                sha256: package.sha256,
            });
            trouble = self.download(&view, &uris.collect::<Vec<_>>(), into).err().or(trouble);
            missing.retain(|package| !into.join(file(package)).is_file());
        }
        match trouble {
            // Not one came: that is the network, not the packages.
            Some(error) if missing.len() == packages.len() && !packages.is_empty() && self.is_unreachable(&view) => {
                Err(error)
                    .context("failed to fetch the packages of the toolchain")
                    .hint("this needs a network that reaches the machine's Debian mirror; apt honours `http_proxy`")
            }
            _ => Ok(missing),
        }
    }

    /// The machine's mirrors, without slashes at their ends.
    fn mirrors(&self) -> BTreeSet<String> {
        self.stanzas.iter().flat_map(Stanza::uris).map(|uri| uri.trim_end_matches('/').to_owned()).collect()
    }

    /// Whom apt connects to: the proxies of its own settings, else the mirrors.
    pub fn servers(&self) -> BTreeSet<String> {
        let proxies = proxies(&self.acquire);
        if proxies.is_empty() { self.mirrors() } else { proxies }
    }

    /// Whether the machine's mirror gives no lists either.
    fn is_unreachable(&mut self, view: &View) -> bool {
        self.update(view).is_err()
    }

    /// The distribution's code name: `bookworm`.
    pub fn codename(&self) -> &str {
        &self.codename
    }

    /// Writes a view's configuration and stanzas.
    fn view(&self, kind: Kind, suite: &str) -> Result<View> {
        if suite.is_empty() || !suite.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
            bail!("`{suite}` is not the name of a suite");
        }
        let name = format!("{suite}-{}", kind.name());
        let dir = self.state.join(&name);
        for below in ["lists/partial", "cache/archives/partial", "sources", "empty"] {
            fs_err::create_dir_all(dir.join(below))?;
        }
        let stanzas = self.stanzas.iter().filter_map(|stanza| stanza.in_suite(&self.codename, suite));
        let stanzas: Vec<String> = stanzas.map(|stanza| stanza.to_deb822(kind.name())).collect();
        write_when_changed(&dir.join("sources/distribution.sources"), &stanzas.join("\n"))?;
        if !dir.join("status").exists() {
            fs_err::write(dir.join("status"), "")?;
        }
        let config = dir.join("apt.conf");
        write_when_changed(&config, &self.config(&dir)?)?;
        Ok(View { name, config })
    }

    /// The whole configuration of a view: none of the machine's hooks, preferences or foreign architectures.
    fn config(&self, dir: &Path) -> Result<String> {
        let dir = dir.to_str().filter(|dir| !dir.contains('"')).context("apt can't use a folder of that name")?;
        let mut text = self.acquire.clone();
        let architecture = &self.architecture;
        write!(
            text,
            "APT::Architecture \"{architecture}\";\n\
             APT::Architectures {{ \"{architecture}\"; }};\n\
             APT::Sandbox::User \"root\";\n\
             APT::Update::Error-Mode \"any\";\n\
             Acquire::ForceHash \"SHA256\";\n\
             Acquire::Languages {{ \"none\"; }};\n\
             Acquire::Retries \"3\";\n\
             Debug::NoLocking \"true\";\n\
             Dir::Etc::main \"/dev/null\";\n\
             Dir::Etc::parts \"{dir}/empty\";\n\
             Dir::Etc::preferences \"/dev/null\";\n\
             Dir::Etc::preferencesparts \"{dir}/empty\";\n\
             Dir::Etc::sourcelist \"/dev/null\";\n\
             Dir::Etc::sourceparts \"{dir}/sources\";\n\
             Dir::State \"{dir}\";\n\
             Dir::State::lists \"{dir}/lists\";\n\
             Dir::State::status \"{dir}/status\";\n\
             Dir::State::extended_states \"{dir}/extended_states\";\n\
             Dir::Cache \"{dir}/cache\";\n\
             Dir::Log \"{dir}\";\n"
        )?;
        Ok(text)
    }

    /// Runs one of apt's programs on a view: its fixed arguments, then names.
    fn read(&self, view: &View, program: &str, fixed: &[&str], names: &[String]) -> Result<String> {
        let sh = exec::shell_for(Needs::Apt, &self.state)?;
        exec::read_within(LIMIT, sh.cmd(program).args(fixed).args(names).env("APT_CONFIG", &view.config))
    }

    /// Tries with the lists at hand; when that fails, brings them up to date, once a process, and tries again.
    fn with_fresh_lists<T>(&mut self, view: &View, attempt: impl Fn(&Self) -> Result<T>) -> Result<T> {
        if self.has_lists(view)? {
            match attempt(self) {
                Err(_) if !self.updated.contains(&view.name) => {}
                result => return result,
            }
        }
        self.update(view)?;
        attempt(self)
    }

    fn has_lists(&self, view: &View) -> Result<bool> {
        let lists = self.state.join(&view.name).join("lists");
        Ok(fs_err::read_dir(lists)?.flatten().any(|entry| entry.path().is_file()))
    }

    fn update(&mut self, view: &View) -> Result<()> {
        // Two of us must not write the same lists at a time.
        let lock = fs_err::File::create(self.state.join(&view.name).join("update.lock"))?;
        lock.file().lock().context("failed to wait for another update of the package lists")?;
        self.read(view, "apt-get", &["update", "--quiet"], &[])
            .with_context(|| format!("failed to read the package lists of {}", view.name))?;
        self.updated.insert(view.name.clone());
        Ok(())
    }

    /// Where a file of a source package lies.
    fn source_uri(&self, view: &View, package: &str, version: &str, file: &str) -> Result<Uri> {
        let text = self.read(view, "apt-cache", &["showsrc", "--only-source", "--"], &[package.to_owned()])?;
        let version = uris::version_with(&text, version, file)?;
        let wanted = [format!("{package}={version}")];
        let text = self.read(view, "apt-get", &["source", "--print-uris", "--only-source", "--"], &wanted)?;
        let uris = uris::parse(&text)?;
        uris.into_iter().find(|uri| uri.file == file).with_context(|| format!("apt doesn't say where {file} is"))
    }

    /// Declares [`FROM_HOST`] installed, at a version that satisfies everyone.
    fn assume_from_host(&self, view: &View) -> Result<()> {
        let mut names: BTreeSet<String> = FROM_HOST.iter().map(|name| (*name).to_owned()).collect();
        for (start, end) in FROM_HOST_VERSIONED {
            let text = self.read(view, "apt-cache", &["pkgnames", "--", start], &[])?;
            names.extend(text.lines().filter(|name| name.ends_with(end)).map(ToOwned::to_owned));
        }
        let status = names.iter().fold(String::new(), |text, name| {
            text + &format!(
                "Package: {name}\nStatus: install ok installed\nArchitecture: {}\nMulti-Arch: same\n\
                 Version: 9999\nMaintainer: none\nDescription: comes from the host\n\n",
                self.architecture
            )
        });
        write_when_changed(&self.state.join(&view.name).join("status"), &status)
    }

    /// Downloads files, a few at a time, and checks their digests.
    fn download(&self, view: &View, uris: &[Uri], into: &Path) -> Result<()> {
        let into = std::path::absolute(into)?;
        fs_err::create_dir_all(&into)?;
        let partial = tempfile::Builder::new().prefix(".apt-").tempdir_in(&into)?;
        let share = uris.len().div_ceil(CONNECTIONS).max(1);
        std::thread::scope(|scope| {
            let running: Vec<_> = uris
                .chunks(share)
                .map(|uris| scope.spawn(|| self.download_in_turn(view, uris, partial.path(), &into)))
                .collect();
            running.into_iter().try_for_each(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }

    fn download_in_turn(&self, view: &View, uris: &[Uri], partial: &Path, into: &Path) -> Result<()> {
        let mut args = Vec::new();
        for uri in uris {
            let to = partial.join(&uri.file).into_os_string();
            let to = to.into_string().ok().context("apt can't use a folder of that name")?;
            args.extend([uri.uri.clone(), to, format!("SHA256:{}", uri.sha256)]);
        }
        // It goes on when it can't have one of them, and fails at the end.
        let downloaded = self.read(view, APT_HELPER, &["download-file"], &args);
        for uri in uris {
            let file = partial.join(&uri.file);
            if downloaded.is_err() && !file.is_file() {
                continue;
            }
            let got = Sha256::of_file(&file)?;
            if got != uri.sha256 {
                bail!("sha256 of {} is {got}, the suite's lists say {}", uri.file, uri.sha256);
            }
            flatpkg::output::replace(&file, &into.join(&uri.file))?;
        }
        downloaded.map(drop)
    }
}

/// The value of `NAME=value` or `NAME='value'` among lines of such.
fn shell_value(text: &str, name: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    let value = value.trim().trim_matches(['\'', '"']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// apt rebuilds its index of the lists when its configuration looks newer.
fn write_when_changed(path: &Path, text: &str) -> Result<()> {
    if fs_err::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    Ok(fs_err::write(path, text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_shell_assignments() {
        let text = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nPARTS='/etc/apt/sources.list.d/'\nEMPTY=''\n";
        assert_eq!(shell_value(text, "VERSION_CODENAME").as_deref(), Some("bookworm"));
        assert_eq!(shell_value(text, "PARTS").as_deref(), Some("/etc/apt/sources.list.d/"));
        assert_eq!(shell_value(text, "EMPTY"), None);
        assert_eq!(shell_value(text, "CODENAME"), None);
    }

    #[test]
    fn proxies_are_those_of_the_settings() {
        let found = |value: &str| proxies(&format!("Acquire::Retries \"3\";\nAcquire::http::Proxy \"{value}\";\n"));
        assert_eq!(found("http://cache.example:3142/"), BTreeSet::from(["http://cache.example:3142/".to_owned()]));
        assert_eq!([found("DIRECT"), found("")], [BTreeSet::new(), BTreeSet::new()]);
    }
}
