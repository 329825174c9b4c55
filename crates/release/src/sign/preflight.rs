//! Everything that can be known to be wrong before anything is signed, at once.

use anyhow::{Error, Result, anyhow};

use super::backend::{Timestamps, choose};
use super::demands::Demands;
use super::identity::{self, Identity, Purpose, Source};
use super::party::{Party, Signing, now};
use super::request::{Request, Wanted};
use super::rules::Rules;
use crate::context::Context;
use crate::doctor::{Item, State};
use crate::hint::{WithHint as _, causes, remedy};

/// What was found.
pub struct Preflight {
    /// Everything that was looked at.
    pub items: Vec<Item>,
    signing: Signing,
}

impl Preflight {
    /// Tells advice, and refuses to go on with problems.
    ///
    /// # Errors
    /// All problems at once.
    pub fn settle(self, cx: &Context) -> Result<Signing> {
        let problems: Vec<String> = self.items.iter().filter(|item| item.state == State::Missing).map(told).collect();
        for item in self.items.iter().filter(|item| item.state == State::Advice) {
            cx.ui.say(item);
        }
        match &problems[..] {
            [] => Ok(self.signing),
            [one] => Err(anyhow!("nothing was signed: {one}")),
            more => Err(anyhow!("nothing was signed: {} problems\n{}", more.len(), more.join("\n"))),
        }
        .hint("`cargo xtask doctor --sign` with the same flags shows everything that was looked at")
    }
}

fn told(item: &Item) -> String {
    let fix = item.fix.as_ref().map(|fix| format!(" (fix: {fix})")).unwrap_or_default();
    format!("{}: {}{fix}", item.name, item.found)
}

/// Opens identities and finds the programs for them.
///
/// # Errors
/// When the rules or the pinned root can't be read; problems with identities are items.
pub fn preflight(cx: &Context, request: &Request, wanted: Wanted) -> Result<Preflight> {
    let rules = Rules::load(&cx.paths.repo)?;
    let timestamps = Timestamps::parse(request.timestamp_url.as_deref().unwrap_or(&rules.timestamp_url));
    let mut items = Vec::new();
    let look = Look { cx, request, rules: &rules, timestamps: &timestamps, now: now()? };
    let application = look.application(wanted, &mut items);
    let installer = look.installer(wanted, &mut items);
    same_team(application.as_ref(), installer.as_ref(), &mut items);
    if timestamps == Timestamps::None {
        let found = "none: without a time stamp it can't be notarized and expires with the certificate".into();
        items.push(Item { name: "time stamps".into(), state: State::Advice, found, fix: None });
    } else if timestamps.text() == rules.timestamp_url {
        items.extend(identity::examine_timestamps(&look.demands()));
    }
    let identity = installer.as_ref().or(application.as_ref()).map(|party| &party.identity);
    let demands = Demands::new(request, identity, &timestamps)?;
    let signing = Signing { rules, application, installer, timestamps, demands };
    Ok(Preflight { items, signing })
}

struct Look<'a> {
    cx: &'a Context,
    request: &'a Request,
    rules: &'a Rules,
    timestamps: &'a Timestamps,
    now: jiff::Timestamp,
}

impl Look<'_> {
    fn demands(&self) -> identity::Demands<'_> {
        identity::Demands { team: self.request.team.as_deref(), now: self.now, expiring: &self.rules.expiring }
    }

    fn application(&self, wanted: Wanted, items: &mut Vec<Item>) -> Option<Party> {
        match (&self.request.application, self.request.ad_hoc) {
            (_, false) if wanted == Wanted::Package => None,
            (Some(source), false) => self.party(Purpose::Application, source, items),
            (None, true) => self.with_program(Purpose::Application, Identity::AdHoc, items),
            (Some(_), true) => {
                items.push(problem(Purpose::Application, &anyhow!("code is signed ad hoc, or by somebody; not both")));
                None
            }
            (None, false) => {
                if wanted == Wanted::Release {
                    items.push(problem(Purpose::Application, &nobody("code", "application")));
                }
                None
            }
        }
    }

    fn installer(&self, wanted: Wanted, items: &mut Vec<Item>) -> Option<Party> {
        if let Some(source) = &self.request.installer {
            return self.party(Purpose::Installer, source, items);
        }
        if wanted == Wanted::Package {
            items.push(problem(Purpose::Installer, &nobody("a package", "installer")));
        }
        None
    }

    fn party(&self, purpose: Purpose, source: &Source, items: &mut Vec<Item>) -> Option<Party> {
        let identity = match source.open() {
            Ok(identity) => identity,
            Err(error) => {
                items.push(problem(purpose, &error));
                return None;
            }
        };
        match &identity {
            Identity::Material(material) => items.extend(identity::examine(purpose, material, &self.demands())),
            Identity::Keychain(name) => items.push(Item {
                name: format!("{} identity", purpose.name()),
                state: State::Ok,
                found: format!("{name}, of the keychain; what it signs is looked at afterwards"),
                fix: None,
            }),
            Identity::AdHoc => {}
        }
        self.with_program(purpose, identity, items)
    }

    fn with_program(&self, purpose: Purpose, identity: Identity, items: &mut Vec<Item>) -> Option<Party> {
        match choose(self.cx, self.rules, self.request.signer, &identity, self.timestamps) {
            Ok(signer) => {
                let name = format!("{} signer", purpose.name());
                items.push(Item { name, state: State::Ok, found: signer.tool(), fix: None });
                Some(Party { identity, signer })
            }
            Err(error) => {
                items.push(Item { name: format!("{} signer", purpose.name()), ..problem(purpose, &error) });
                None
            }
        }
    }
}

fn nobody(what: &str, flag: &str) -> Error {
    crate::hint::hinted(
        anyhow!("no identity for signing {what} was given"),
        format!("--{flag}-p12, --{flag}-pem, --{flag}-keychain, or a --profile with [{flag}]"),
    )
}

fn problem(purpose: Purpose, error: &Error) -> Item {
    Item {
        name: format!("{} identity", purpose.name()),
        state: State::Missing,
        found: causes(error),
        fix: remedy(error),
    }
}

/// Code and package are of one team, or Gatekeeper wonders.
fn same_team(application: Option<&Party>, installer: Option<&Party>, items: &mut Vec<Item>) {
    let team = |party: Option<&Party>| party.and_then(|party| party.identity.leaf()).and_then(|leaf| leaf.unit());
    if let (Some(code), Some(package)) = (team(application), team(installer))
        && code != package
    {
        let found = format!("code would be signed by team {code}, the package by team {package}");
        let fix = Some("give two identities of one team".into());
        items.push(Item { name: "team".into(), state: State::Missing, found, fix });
    }
}
