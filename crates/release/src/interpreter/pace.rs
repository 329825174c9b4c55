//! How slow it is here, for the limits of tests: an emulator takes its share, and so does whatever else the machine does.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Starts, and goes round in a circle; Python 3.3 reads it, too.
const PROGRAM: &str = "for _ in range(10**6): pass";

/// What that takes on a machine for which the limits were set.
const USUAL: Duration = Duration::from_millis(50);

/// How many times as long as usual Python takes here, at least once; `python` runs it with arguments.
///
/// # Errors
/// When it can't be started.
pub(super) fn measure(python: impl FnOnce(&[String]) -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    python(&["-E", "-s", "-S", "-c", PROGRAM].map(str::to_owned))?;
    Ok(times(start.elapsed()))
}

fn times(took: Duration) -> f64 {
    (took.as_secs_f64() / USUAL.as_secs_f64()).max(1.0)
}

/// A limit in seconds, so many times as long.
pub(super) fn scaled(seconds: u32, pace: f64) -> u64 {
    (f64::from(seconds) * pace).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_what_it_takes_and_never_shrink() {
        assert_eq!(scaled(60, times(Duration::from_millis(600))), 720);
        assert_eq!(scaled(60, times(Duration::from_millis(1))), 60);
    }
}
