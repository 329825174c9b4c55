//! How far a verification has come.

use std::sync::{Mutex, PoisonError};

use crate::package::Package;
use crate::payload::Progress;

/// Adds up what is read of all components at the same time.
pub(super) struct Meter<'a> {
    report: &'a (dyn Fn(Progress) + Sync),
    done: Mutex<Progress>,
}

impl<'a> Meter<'a> {
    /// A meter that expects the entries which the package states, and the bytes of its archives as they are stored.
    pub(super) fn new(package: &Package, report: &'a (dyn Fn(Progress) + Sync)) -> Self {
        let mut all = Progress::default();
        for component in package.components() {
            let stated = component.package_info().ok().and_then(|info| info.payload);
            all.entries = all.entries.saturating_add(stated.map_or(0, |payload| payload.number_of_files));
            all.bytes = all.bytes.saturating_add(component.archive_bytes());
        }
        Self { report, done: Mutex::new(all) }
    }

    /// One more entry.
    pub(super) fn entry(&self) {
        self.add(|done| done.entries_done += 1);
    }

    /// More bytes.
    pub(super) fn bytes(&self, count: u64) {
        self.add(|done| done.bytes_done += count);
    }

    fn add(&self, change: impl FnOnce(&mut Progress)) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut done);
        let now = *done;
        drop(done);
        (self.report)(now);
    }
}
