//! `cargo xtask doctor`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use rayon::prelude::*;

use release::context::Context;
use release::doctor::{Machine, State, account, examine};
use release::hint::WithHint as _;
use release::output::write_whole;
use release::recipe::{Recipes, newest_built};
use release::sign::{Wanted, preflight};
use release::ui::counted;

/// Say what this machine can build, what is missing, and the command that fixes it.
///
/// Exit code 1 when no installer can be built here.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask doctor --network
  cargo xtask doctor --sign --profile signing.toml")]
pub struct Doctor {
    /// Ask the hosts that the newest release's sources come from, too.
    #[arg(long)]
    network: bool,

    /// Look at the identities that the flags below name, and at nothing else: what `sign` would refuse or advise.
    #[arg(long)]
    sign: bool,

    /// Write everything that somebody needs to understand a failure on this machine into a file: what is looked at here, versions of
    /// system and tools, the end of the newest log. Home folder, user and host name are left out.
    #[arg(long, value_name = "FILE", conflicts_with = "sign")]
    report: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    signers: super::signers::Signers,
}

impl Doctor {
    /// Looks at everything, and reports all problems at once.
    ///
    /// # Errors
    /// When something is missing that every build needs.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.sign {
            return self.identities(cx);
        }
        let mut machine = Machine::here(cx);
        if self.network && !cx.offline {
            let recipes = Recipes::load(&cx.paths.mac(), newest_built(&cx.paths.mac())?)?;
            let sources = recipes.libraries.iter().map(|library| &library.source).chain([&recipes.release.source]);
            let urls = sources.flat_map(|source| &source.urls);
            let hosts: BTreeMap<&str, &str> =
                urls.map(|url| (url.split('/').nth(2).unwrap_or(url), url.as_str())).collect();
            let asked = hosts.par_iter().map(|(host, url)| ((*host).to_owned(), release::fetch::unreachable(url)));
            machine.network = asked.collect();
        }
        if let Some(file) = &self.report {
            write_whole(file, account(cx, &machine)?.as_bytes(), 0o644)?;
            cx.ui.result(format_args!("{}: please read it before you send it", file.display()));
            return Ok(());
        }
        let report = examine(&machine);
        if self.json {
            cx.ui.json(&report)?;
        } else {
            cx.ui.result(&report);
        }
        if report.builds { Ok(()) } else { bail!("no installer can be built on this machine as it is") }
    }

    fn identities(&self, cx: &Context) -> Result<()> {
        let request = self.signers.request()?;
        if !request.names_somebody() {
            return Err(anyhow!("no signing identity was given"))
                .hint("--application-p12, --installer-pem and so on, or --profile FILE");
        }
        let items = preflight(cx, &request, Wanted::Look)?.items;
        if self.json {
            cx.ui.json(&serde_json::json!({ "items": items }))?;
        } else {
            items.iter().for_each(|item| cx.ui.result(item));
        }
        let problems = items.iter().filter(|item| item.state == State::Missing).count();
        if problems == 0 { Ok(()) } else { bail!("who signs: {}", counted(problems, "problem")) }
    }
}
