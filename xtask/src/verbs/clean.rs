//! `cargo xtask clean`.

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Result, anyhow};
use clap::Args;

use release::build::finished::{self, State};
use release::clean::{self, What};
use release::context::Context;
use release::hint::WithHint as _;
use release::ui::size;

/// Say what can be removed and how big it is, ask, and remove it; or check what is kept.
///
/// Everything in the cache can be made again. Nothing outside of the cache and of dist is ever touched, and no link is followed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask clean                  steps that no release of Mac/releases uses any more, and unfinished work
  cargo xtask clean steps logs      all that was built, and the logs
  cargo xtask clean --check         are all finished steps what they were when they were made?
  cargo xtask clean damaged         those that are not
  cargo xtask clean all --yes       the whole cache and dist, without a question")]
pub struct Clean {
    /// What to remove.
    #[arg(value_enum, default_values = ["old", "work"])]
    what: Vec<What>,

    /// Don't ask.
    #[arg(long)]
    yes: bool,

    /// Remove nothing: read every file of all finished steps, and hold it against what it was when it was made.
    #[arg(long, conflicts_with_all = ["what", "yes"])]
    check: bool,
}

impl Clean {
    /// Lists, asks, removes.
    ///
    /// # Errors
    /// When a build or release is at work in the folders, or something can't be removed.
    pub fn run(self, cx: &Context) -> Result<()> {
        if self.check { check(cx) } else { self.carry_out(cx, |question| ask(cx, question)) }
    }

    fn carry_out(self, cx: &Context, agreed: impl FnOnce(&str) -> bool) -> Result<()> {
        let items = clean::find(cx, &self.what)?;
        if items.is_empty() {
            cx.ui.say("nothing to remove");
            return Ok(());
        }
        for item in &items {
            cx.ui.result(format_args!("{:>10}  {}", size(item.bytes), item.path.display()));
        }
        let total = size(items.iter().map(|item| item.bytes).sum());
        if !self.yes && !agreed(&format!("remove {total}?")) {
            cx.ui.say(format_args!("nothing was removed; --yes removes these {total}"));
            return Ok(());
        }
        clean::remove(cx, &items)?;
        cx.ui.say(format_args!("{total} removed"));
        Ok(())
    }
}

fn check(cx: &Context) -> Result<()> {
    let states = clean::states(cx)?;
    let mut changed = 0;
    for (name, state) in &states {
        match state {
            State::Sound => cx.ui.result(format_args!("sound    {name}")),
            State::Unknown => cx.ui.result(format_args!("unknown  {name}: made before manifests were kept")),
            State::Changed(lines) => {
                changed += 1;
                cx.ui.result(format_args!("changed  {}", finished::told(name, lines)));
            }
        }
    }
    if changed == 0 {
        return Ok(());
    }
    Err(anyhow!("{changed} of {} finished steps have changed since they were made", states.len()))
        .hint("`cargo xtask clean damaged` removes them; the next build makes them again")
}

/// Asks at the terminal; without one the answer is no.
fn ask(cx: &Context, question: &str) -> bool {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return false;
    }
    cx.ui.say(format_args!("{question} [y/N]"));
    _ = std::io::stderr().flush();
    let mut answer = String::new();
    stdin.read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_yes_nothing_goes() {
        let dir = tempfile::tempdir().unwrap();
        let cx = Context::new(Some(dir.path().join("cache")), Some(dir.path().join("dist")), true, Some(1)).unwrap();
        fs_err::create_dir_all(cx.paths.work().join("x")).unwrap();
        Clean { what: vec![What::Work], yes: false, check: false }.carry_out(&cx, |_| false).unwrap();
        assert!(cx.paths.work().join("x").is_dir());
    }
}
