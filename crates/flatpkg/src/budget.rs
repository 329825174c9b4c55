//! How much a reader looks at for the bytes it was given.
//!
//! A reference costs a hostile file a few bytes, following it may cost the reader megabytes: many keys share one block, all
//! members are the whole file, every name is in the deepest folder. So readers count what they follow, and stop at a
//! small multiple of the length of their input. The factor is theirs to state; honest files refer to each byte about
//! once.

use std::cell::Cell;

/// Bytes that may still be looked at.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    spent: Cell<u64>,
}

/// More was referenced than any honest file refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes referenced; refusing")]
pub struct Exceeded {
    /// How many bytes would have been accepted.
    pub limit: u64,
}

impl Budget {
    /// `times` the length of the input, in bytes.
    pub fn new(length: u64, times: u64) -> Budget {
        Budget { limit: length.saturating_mul(times), spent: Cell::new(0) }
    }

    /// As many bytes as asked for at the least, however short the input is.
    pub fn at_least(self, bytes: u64) -> Budget {
        Budget { limit: self.limit.max(bytes), ..self }
    }

    /// Counts bytes before they are looked at.
    ///
    /// # Errors
    /// That is more than the budget allows.
    pub fn take(&self, bytes: u64) -> Result<(), Exceeded> {
        let spent = self.spent.get().saturating_add(bytes);
        self.spent.set(spent);
        if spent > self.limit { Err(Exceeded { limit: self.limit }) } else { Ok(()) }
    }

    /// Bytes counted so far.
    #[cfg(test)]
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_is_accepted_and_no_more() {
        let budget = Budget::new(10, 3);
        budget.take(29).unwrap();
        budget.take(1).unwrap();
        assert_eq!(budget.take(1).unwrap_err().to_string(), "more than 30 bytes referenced; refusing");
        assert_eq!(budget.spent(), 31);
        let short = Budget::new(10, 3).at_least(100);
        short.take(100).unwrap();
        assert_eq!(short.take(1).unwrap_err().limit, 100);
        assert_eq!(Budget::new(10, 3).at_least(7).take(31).unwrap_err().limit, 30);
        assert!(Budget::new(u64::MAX, 2).take(u64::MAX).is_ok());
    }
}
