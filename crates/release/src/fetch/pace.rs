//! How slow a server may be before another one is asked.

use std::time::Duration;

/// How long one provider may take for one file, all tries together. The largest source has 60 MB: a line of 35 kB/s,
/// slower than any that a release is built on, brings it in that time.
pub const WHOLE: Duration = Duration::from_secs(30 * 60);

/// The least that has to come in a second, bytes, averaged over a [`WINDOW`]: what a telephone line with a modem brought
/// (56 kbit/s, a little above 5 KiB/s) is not worth waiting for while another provider may do better, but is no fault.
const FLOOR: u64 = 4 << 10;

/// Over how long speed is measured: longer than a network stumbles, shorter than a person waits. A server that is silent
/// for as long is too slow, too.
pub const WINDOW: Duration = Duration::from_secs(30);

/// Limits of a download.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For one file from one provider.
    pub whole: Duration,
    /// Bytes a second.
    pub floor: u64,
    /// Over how long they are averaged; a server that is silent for as long is too slow, too.
    pub window: Duration,
    /// Until a server takes the connection.
    pub connect: Duration,
    /// Until it begins to answer.
    pub answer: Duration,
    /// Until it says that it has stored what it was sent.
    pub stored: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // A person without a network learns it before wondering.
        let (connect, answer) = (Duration::from_secs(5), Duration::from_secs(30));
        Self { whole: WHOLE, floor: FLOOR, window: WINDOW, connect, answer, stored: WINDOW }
    }
}

/// Watches one file come from one server, or go there. Times are those of any clock that only goes forward.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    limits: Limits,
    /// When the first request was made.
    began: Duration,
    /// When what is measured now began, and what came since.
    window: (Duration, u64),
}

impl Pace {
    /// The first request is made now.
    pub fn new(limits: Limits, now: Duration) -> Self {
        Self { limits, began: now, window: (now, 0) }
    }

    /// What is left of the time for the whole.
    ///
    /// # Errors
    /// Nothing is; the error says so.
    pub fn left(&self, now: Duration) -> Result<Duration, String> {
        let left = self.limits.whole.saturating_sub(now.saturating_sub(self.began));
        if left.is_zero() {
            return Err(format!("is not done after {} seconds", self.limits.whole.as_secs()));
        }
        Ok(left)
    }

    /// Another answer begins: the pause before it does not count as slowness.
    pub fn begin(&mut self, now: Duration) {
        self.window = (now, 0);
    }

    /// Bytes have come.
    ///
    /// # Errors
    /// They come too slowly, or have come for too long; the error says so.
    pub fn came(&mut self, bytes: u64, now: Duration) -> Result<(), String> {
        self.moved("sent", bytes, now)
    }

    /// Bytes have gone.
    ///
    /// # Errors
    /// They go too slowly, or have gone for too long; the error says so.
    pub fn went(&mut self, bytes: u64, now: Duration) -> Result<(), String> {
        self.moved("took", bytes, now)
    }

    fn moved(&mut self, verb: &str, bytes: u64, now: Duration) -> Result<(), String> {
        self.left(now)?;
        let (since, before) = self.window;
        let (elapsed, sum) = (now.saturating_sub(since), before.saturating_add(bytes));
        if elapsed < self.limits.window {
            self.window = (since, sum);
            return Ok(());
        }
        let speed = sum as f64 / elapsed.as_secs_f64();
        if speed < self.limits.floor as f64 {
            let (floor, window) = (self.limits.floor, elapsed.as_secs());
            return Err(format!(
                "{verb} {speed:.0} bytes a second for {window} seconds; at least {floor} are expected"
            ));
        }
        self.window = (now, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        whole: Duration::from_secs(100),
        floor: 1000,
        window: Duration::from_secs(10),
        connect: Duration::from_secs(1),
        answer: Duration::from_secs(1),
        stored: Duration::from_secs(1),
    };

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_byte_a_second_is_too_slow_after_one_window() {
        let mut pace = Pace::new(LIMITS, secs(5));
        assert!((6..15).all(|second| pace.came(1, secs(second)).is_ok()));
        let said = pace.came(1, secs(15)).unwrap_err();
        assert_eq!(said, "sent 1 bytes a second for 10 seconds; at least 1000 are expected");
    }

    #[test]
    fn a_burst_does_not_pay_for_the_windows_after_it() {
        let mut pace = Pace::new(LIMITS, secs(0));
        pace.came(1_000_000, secs(1)).unwrap();
        pace.came(0, secs(10)).unwrap();
        assert!(pace.came(9_999, secs(20)).is_err());
        let mut pace = Pace::new(LIMITS, secs(0));
        assert!((1..10).all(|window| pace.came(10_000, secs(10 * window)).is_ok()));
        let said = pace.went(0, secs(100)).unwrap_err();
        assert_eq!(said, "is not done after 100 seconds");
    }

    #[test]
    fn a_server_that_takes_nothing_is_too_slow_too() {
        let mut pace = Pace::new(LIMITS, secs(0));
        let said = pace.went(10, secs(10)).unwrap_err();
        assert_eq!(said, "took 1 bytes a second for 10 seconds; at least 1000 are expected");
    }

    #[test]
    fn a_pause_between_tries_is_not_slowness() {
        let mut pace = Pace::new(LIMITS, secs(0));
        pace.begin(secs(60));
        pace.came(1, secs(61)).unwrap();
    }

    #[test]
    fn the_whole_has_an_end_however_fast_it_is() {
        let mut pace = Pace::new(LIMITS, secs(5));
        assert_eq!(pace.left(secs(45)), Ok(secs(60)));
        pace.came(u64::MAX, secs(104)).unwrap();
        assert_eq!(pace.came(u64::MAX, secs(105)).unwrap_err(), "is not done after 100 seconds");
    }
}
