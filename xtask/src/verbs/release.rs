//! `cargo xtask release`.

use anyhow::{Result, anyhow};
use clap::Args;
use release::context::Context;
use release::hint::WithHint as _;
use release::interrupt;
use release::next;
use release::package::Format;
use release::pipeline::{self, Order};
use release::planning::planned_or_newest;
use release::recipe::LeftOut;
use release::sign::{Signing, Wanted, preflight};
use release::upgrade;
use release::version::PythonVersion;

use super::build_flags::BuildFlags;
use super::fetch::From;
use super::notaries::Notaries;
use super::notarize::Waiting;
use super::product_flags::{Kind, Owners};
use super::remote_flags::RemoteFlags;
use super::signers::Signers;
use super::vouching::VouchingFlags;

/// From a version number to a finished installer in dist/: fetch, build, audit, package, verify, evidence.
///
/// Beside the package come a receipt, an SPDX bill of materials, an mtree manifest, an uninstall script, samples of choices
/// for unattended installs, the rows for python.org and SHA256SUMS. Killed or failed, the same command goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask release 3.13.5
  cargo xtask release 3.13.5 --profile signing.toml")]
pub struct Release {
    /// A version that `list` shows, such as 3.13.5 [default: that of --source-dir, else the newest that was built].
    version: Option<PythonVersion>,

    #[command(flatten)]
    from: From,

    /// Insist on an installer that is not signed: for trying, not for publishing. It is what one gets without a signing
    /// identity, and its file name says so.
    #[arg(long)]
    unsigned: bool,

    #[command(flatten)]
    vouching: VouchingFlags,

    #[command(flatten)]
    owners: Owners,

    #[command(flatten)]
    kind: Kind,

    #[command(flatten)]
    waiting: Waiting,

    #[command(flatten)]
    build: BuildFlags,

    #[command(flatten)]
    remote: RemoteFlags,

    #[command(flatten)]
    signers: Signers,

    #[command(flatten)]
    notaries: Notaries,
}

impl Release {
    /// Makes the release, and says what it is and what is next.
    ///
    /// # Errors
    /// The first stage that fails; what is finished is kept for the next run.
    pub fn run(self, cx: &Context) -> Result<()> {
        let planned = planned_or_newest(cx, self.version, &self.build.options()?)?;
        if let Some(line) = planned.plan.in_short() {
            cx.ui.say(line);
        }
        for line in LeftOut::lines(&planned.plan.left_out) {
            cx.ui.say(line);
        }
        let format = self.kind.format(cx, &planned.plan)?;
        let supply = self.from.supply(cx)?;
        let signing = self.signing(cx)?;
        let vouching = self.vouching.vouching(self.remote.signer())?;
        let remote = self.remote.open(cx)?;
        if signing.is_some() && format == Format::Mpkg {
            return Err(anyhow!(
                "a metapackage in a disk image can't be signed: the systems it is for check no signature"
            ))
            .hint("leave out the signing identities");
        }
        let notary = match &signing {
            Some(_) => self.notaries.desk(cx, &self.signers, self.waiting.patiently())?,
            None => None,
        };
        let order =
            Order { planned, supply, remote, ownership: self.owners.ownership(), format, signing, notary, vouching };
        interrupt::tell_what_is_kept(cx)?;
        let released = pipeline::release(cx, order)?;
        cx.ui.result(released.product.path().display());
        cx.ui.say(&released.product);
        let not_asked = Err("cargo xtask upgrade-check asks".to_owned());
        cx.ui.say(upgrade::check(cx, &released.planned.recipes, not_asked)?.in_short());
        let beside = released.evidence.len() + released.vouched.len();
        cx.ui.say(format_args!("  {beside} files beside it say what it is and who vouches for it"));
        next::lines(cx, &released)?.iter().for_each(|line| cx.ui.say(line));
        Ok(())
    }

    /// Who signs, found fit before hours of work are spent; nothing when nobody shall.
    fn signing(&self, cx: &Context) -> Result<Option<Signing>> {
        let request = self.signers.request()?;
        match (self.unsigned, request.names_somebody()) {
            (_, false) => Ok(None),
            (true, true) => {
                Err(anyhow!("--unsigned can't be combined with a signing identity")).hint("leave one of them out")
            }
            (false, true) => preflight(cx, &request, Wanted::Release)?.settle(cx).map(Some),
        }
    }
}
