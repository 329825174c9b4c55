//! What a machine can build, and what it lacks: a pure function of what the machine is, so that tests can try any.

mod account;
mod machine;
mod programs;

use std::fmt;

use serde::Serialize;

use crate::ui::size;
pub use account::account;
pub use machine::{Machine, System};
use programs::{LINUX_PROGRAMS, MAC_PROGRAMS};

/// What a build from nothing takes up at most, bytes: the toolchain, the sources, every step's product and work.
const DISK: u64 = 6 << 30;

/// What a build takes when all that comes before it is in the cache, bytes.
const DISK_AT_LEAST: u64 = 1 << 30;

/// What one compiler and linker need at the same time, bytes.
const MEMORY_PER_JOB: u64 = 1 << 30;

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// A build works, with less comfort.
    Advice,
    /// No build works without it.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What: `gcc`, `disk`.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was found, and what it is for.
    pub found: String,
    /// The command or step that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// Everything at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The machine, in a line.
    pub host: String,
    /// Whether installers can be built here: the main job. Packages can be looked at anywhere.
    pub builds: bool,
    /// How they are built here.
    pub how: String,
    /// Everything that was looked at.
    pub items: Vec<Item>,
    /// One command that installs every missing package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install: Option<String>,
}

/// Judges a machine. Looks at nothing but its description.
pub fn examine(machine: &Machine) -> Diagnosis {
    let mut items = Vec::new();
    let mut packages = Vec::new();
    let how = match &machine.system {
        System::Linux { apt, .. } => {
            for (name, what_for, package) in LINUX_PROGRAMS {
                let found = machine.programs.get(*name);
                items.push(program(name, what_for, found, &format!("apt-get install {package}")));
                packages.extend(found.is_none().then_some(*package));
            }
            items.push(match apt {
                Ok(codename) => {
                    ok("apt sources", format!("of {codename}; used as an ordinary user, nothing is installed"))
                }
                Err(said) => missing("apt sources", said.clone(), "build on Debian or Ubuntu"),
            });
            "x86_64 and arm64 by clang and lld against the open SDK"
        }
        System::Mac { tools } => {
            items.push(match tools {
                Ok(tools) => ok("Apple's tools", tools.clone()),
                Err(said) => missing("Apple's tools", said.clone(), "xcode-select --install"),
            });
            for (name, what_for) in MAC_PROGRAMS {
                items.push(program(name, what_for, machine.programs.get(*name), "xcode-select --install"));
            }
            "x86_64 and arm64 by Apple's clang and SDK"
        }
        System::Other(name) => {
            items.push(missing(
                "system",
                format!("{name}: no compiler for macOS is known here"),
                "build on a Mac or Linux",
            ));
            "not at all"
        }
    };
    if !machine.null_is_device {
        let found = "is a file: a program run as root replaced the device";
        items.push(missing("/dev/null", found.into(), "rm -f /dev/null; mknod -m 666 /dev/null c 1 3"));
    }
    items.extend(space(machine));
    items.extend(machine.slices.iter().map(|(arch, how)| {
        let name = format!("test on {arch}");
        match how {
            Ok(how) => ok(&name, (*how).to_owned()),
            Err((what, remedy)) => {
                let found = format!("not here: {what}");
                Item { name, state: State::Advice, found, fix: Some((*remedy).to_owned()) }
            }
        }
    }));
    items.extend(machine.network.iter().map(|(host, said)| match said {
        None => ok(host, "answers".into()),
        Some(said) => {
            let fix = "look at https_proxy and no_proxy; one provider of each source is enough, or --sources DIR";
            Item { name: host.clone(), state: State::Advice, found: said.clone(), fix: Some(fix.into()) }
        }
    }));
    Diagnosis {
        host: machine.to_string(),
        builds: items.iter().all(|item| item.state != State::Missing),
        how: how.into(),
        items,
        install: (!packages.is_empty()).then(|| format!("apt-get install {}", packages.join(" "))),
    }
}

fn ok(name: &str, found: String) -> Item {
    Item { name: name.into(), state: State::Ok, found, fix: None }
}

fn missing(name: &str, found: String, fix: &str) -> Item {
    Item { name: name.into(), state: State::Missing, found, fix: Some(fix.into()) }
}

fn program(name: &str, what_for: &str, found: Option<&String>, fix: &str) -> Item {
    match found {
        Some(path) => ok(name, path.clone()),
        None => missing(name, format!("not installed; {what_for}"), fix),
    }
}

/// Room in the cache, and memory for the jobs.
fn space(machine: &Machine) -> Vec<Item> {
    let cache = machine.cache.display();
    let mut items = Vec::new();
    if let Some(said) = &machine.unwritable {
        items.push(missing("cache", said.clone(), "name a folder you can write to with --cache DIR"));
    }
    if let Some(free) = machine.disk_free {
        let needed = DISK.saturating_sub(machine.cache_used).max(DISK_AT_LEAST);
        let found = format!("{} free for {cache}, which takes {} more", size(free), size(needed));
        items.push(if free < needed {
            missing("disk", found, "free some space, or name another disk with --cache DIR")
        } else {
            ok("disk", found)
        });
    }
    if let Some(memory) = machine.memory {
        let jobs = memory / MEMORY_PER_JOB;
        let found = format!("{} available for {} jobs", size(memory), machine.jobs);
        items.push(if jobs < machine.jobs as u64 {
            let fix = format!("--jobs {} keeps the machine from swapping", jobs.max(1));
            Item { name: "memory".into(), state: State::Advice, found, fix: Some(fix) }
        } else {
            ok("memory", found)
        });
    }
    items
}

impl fmt::Display for Item {
    /// A line, and one more for the fix; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.state {
            State::Ok => "ok",
            State::Advice => "advice",
            State::Missing => "MISSING",
        };
        write!(f, "  {mark:8} {}: {}", self.name, self.found)?;
        match &self.fix {
            Some(fix) => write!(f, "\n           fix: {fix}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Diagnosis {
    /// One line a thing, then what it comes to; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.host)?;
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))?;
        writeln!(f, "packages can be inspected, expanded and verified here: yes")?;
        write!(f, "installers can be built here: {}", if self.builds { &self.how } else { "no" })?;
        if let Some(install) = &self.install {
            write!(f, "\nall missing packages at once: {install}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
