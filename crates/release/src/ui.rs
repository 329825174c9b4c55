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
use serde_json::Value;

use crate::colours::{self, Tone};

/// What texts call this program.
const ALIAS: &str = "cargo xtask";

/// The user's terminal.
#[derive(Clone)]
pub struct Ui {
    bars: MultiProgress,
    live: bool,
    talk: Talk,
    name: &'static str,
}

/// How much is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Talk {
    /// Results and errors only.
    Quiet,
    /// What is done, and what for.
    #[default]
    Normal,
    /// Every place of every finding, too.
    Verbose,
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
        Self { bars, live, talk: Talk::default(), name: ALIAS }
    }

    /// The same for a program that is called like that: texts call it `cargo xtask`.
    #[must_use]
    pub fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The same, saying so much.
    #[must_use]
    pub fn saying(self, talk: Talk) -> Self {
        if talk == Talk::Quiet {
            self.bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self { live: self.live && talk != Talk::Quiet, talk, ..self }
    }

    /// Whether all is to be said that can be said.
    pub fn is_verbose(&self) -> bool {
        self.talk == Talk::Verbose
    }

    /// A line of the result, on standard output.
    pub fn result(&self, line: impl Display) {
        // A reader that went away (`| head`) is not our failure.
        self.bars.suspend(|| _ = writeln!(std::io::stdout(), "{}", safe(line)));
    }

    /// A verdict, on standard output, in the colour of its tone.
    pub fn verdict(&self, line: impl Display, tone: Tone) {
        let line = colours::toned(tone, &safe(line));
        self.bars.suspend(|| _ = writeln!(anstream::stdout(), "{line}"));
    }

    /// A result for programs, with the number of the format.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        self.json_as_it_is(&formatted(value)?)
    }

    /// A result for programs in a shape that has its number already, or that somebody else defines.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn json_as_it_is(&self, value: &impl Serialize) -> Result<()> {
        self.result(shown::json(&serde_json::to_string_pretty(value)?));
        Ok(())
    }

    /// A line about the work, on standard error.
    pub fn say(&self, line: impl Display) {
        if self.talk == Talk::Quiet {
            return;
        }
        let mut line = safe(line);
        if self.name != ALIAS {
            line = line.replace(ALIAS, self.name);
        }
        self.bars.suspend(|| _ = writeln!(anstream::stderr(), "{}", colours::message(&line)));
    }

    /// Starts to show a task. `expected` is how long it took the last time.
    pub fn task(&self, name: impl Into<String>, expected: Option<Duration>) -> Task {
        let name = safe(name.into());
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {elapsed:>4} {wide_msg}"));
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
        bar.set_style(style("  {elapsed:>4} {wide_msg}"));
        Status { bar }
    }

    /// A bar over a known number of bytes or files.
    pub fn bar(&self, name: impl Into<String>, total: u64) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new(total));
        bar.set_style(style("  {msg:24!} {wide_bar} {percent:>3}% {eta:>4} left"));
        bar.set_message(safe(name.into()));
        bar
    }

    /// A bar over the bytes of files; how many files there are is said with every step.
    pub fn files(&self, name: impl Into<String>) -> Files {
        let bar = self.bars.add(ProgressBar::new(0));
        bar.set_style(style("  {msg:24!} {wide_bar} {prefix} files, {eta} left"));
        bar.set_message(safe(name.into()));
        Files(bar)
    }
}

/// A value for programs with the number of the format, which grows when a key goes or means something else: `docs/json.md`.
///
/// # Errors
/// When it can't be written as JSON.
pub fn formatted(value: &impl Serialize) -> Result<Value> {
    const FORMAT: u32 = 1;
    let mut value = serde_json::to_value(value)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("format".to_owned(), FORMAT.into());
    }
    Ok(value)
}

/// How many there are of something: `1 step`, `3 steps`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Bytes as people read them, in powers of ten as the Finder counts: `812 kB`, `45.2 MB`.
pub fn size(bytes: u64) -> String {
    match bytes as f64 {
        bytes @ 0.0..1e3 => format!("{bytes:.0} B"),
        bytes @ 1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        bytes @ 1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.2} GB", bytes / 1e9),
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
    fn sizes_are_in_powers_of_ten() {
        let texts = [0, 999, 2_500, 70_123_456, 3_210_000_000].map(size);
        assert_eq!(texts, ["0 B", "999 B", "2.5 kB", "70.1 MB", "3.21 GB"]);
    }

    #[test]
    fn durations_are_brief() {
        let texts = [400, 9_940, 52_000, 307_000].map(|millis| brief(Duration::from_millis(millis)));
        assert_eq!(texts, ["0.4s", "9.9s", "52s", "5m07s"]);
    }
}
