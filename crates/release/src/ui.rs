//! The terminal: what is running, for how long, and how much is left. The only place that prints.
//!
//! Results go to standard output, everything else to standard error. Off a terminal there are no moving lines:
//! one line when a step ends. What a terminal would obey instead of showing it is escaped here, whoever wrote it; names and
//! values of packages are escaped before, where a line break in them is told from one of ours ([`mod@flatpkg::shown`]).

use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use flatpkg::payload::Progress;
use flatpkg::shown;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// The user's terminal.
#[derive(Clone)]
pub struct Ui {
    bars: MultiProgress,
    live: bool,
}

impl Default for Ui {
    fn default() -> Self {
        Self::new()
    }
}

impl Ui {
    /// Talks to standard error, with moving lines when that is a terminal.
    pub fn new() -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let live = !bars.is_hidden();
        Self { bars, live }
    }

    /// A line of the result, on standard output.
    pub fn result(&self, line: impl Display) {
        // A reader that went away (`| head`) is not our failure.
        self.bars.suspend(|| _ = writeln!(std::io::stdout(), "{}", safe(line)));
    }

    /// A result for programs.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        self.result(shown::json(&serde_json::to_string_pretty(value)?));
        Ok(())
    }

    /// A line about the work, on standard error.
    pub fn say(&self, line: impl Display) {
        self.bars.suspend(|| _ = writeln!(std::io::stderr(), "{}", safe(line)));
    }

    /// Starts to show a task. `expected` is how long it took the last time.
    pub fn task(&self, name: impl Into<String>, expected: Option<Duration>) -> Task {
        let name = safe(name.into());
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {elapsed:>4} {msg}"));
        let left = expected.map(|time| format!(" (took {} last time)", brief(time))).unwrap_or_default();
        bar.set_message(format!("{name}{left}"));
        if self.live {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Task { ui: self.clone(), bar, name, started: Instant::now() }
    }

    /// A line that changes while something goes on, shown on a terminal only.
    pub fn status(&self) -> Status {
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {elapsed:>4} {msg}"));
        Status { bar }
    }

    /// A bar over a known number of bytes or files.
    pub fn bar(&self, name: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new(total));
        bar.set_style(style("  {msg:24} {wide_bar} {percent:>3}% {eta:>4} left"));
        bar.set_message(safe(name.into()));
        bar
    }

    /// A bar over files and their bytes; how many there are is said with every step.
    pub fn files(&self, name: impl Into<String>) -> Files {
        let bar = self.bars.add(ProgressBar::new(0));
        bar.set_style(style("  {msg:24} {wide_bar} {prefix} files, {bytes} of {total_bytes}, {eta} left"));
        bar.set_message(safe(name.into()));
        Files(bar)
    }
}

fn safe(text: impl Display) -> String {
    shown::lines(&text.to_string()).into_owned()
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A changing line; goes away when dropped.
pub struct Status {
    bar: ProgressBar,
}

impl Status {
    /// Changes the line.
    pub fn show(&self, text: impl Display) {
        self.bar.set_message(safe(text));
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar over files and bytes; gone when dropped.
pub struct Files(ProgressBar);

impl Files {
    /// Shows how far it has come.
    pub fn show(&self, progress: Progress) {
        if self.0.is_hidden() {
            return;
        }
        self.0.set_length(progress.bytes);
        self.0.set_prefix(format!("{} of {}", progress.entries_done, progress.entries));
        self.0.set_position(progress.bytes_done);
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Something under way; ends with [`Task::done`], or silently when dropped.
pub struct Task {
    ui: Ui,
    bar: ProgressBar,
    name: String,
    started: Instant,
}

impl Task {
    /// Says that it is done and how long it took.
    pub fn done(self, note: impl Display) -> Duration {
        let time = self.started.elapsed();
        self.bar.finish_and_clear();
        self.ui.say(format_args!("{:>7} {}{note}", brief(time), self.name));
        time
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A duration as people say it: `0.4s`, `52s`, `5m07s`.
pub fn brief(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        secs @ 10..60 => format!("{secs}s"),
        secs => format!("{}m{:02}s", secs / 60, secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_brief() {
        let texts = [400, 9_940, 52_000, 307_000].map(|millis| brief(Duration::from_millis(millis)));
        assert_eq!(texts, ["0.4s", "9.9s", "52s", "5m07s"]);
    }
}
