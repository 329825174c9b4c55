//! One thread's turn at something that is done once, for which the others wait.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::ThreadId;

/// Who runs the initialisers of an image: one thread, once.
#[derive(Default)]
pub struct Turn {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Waiting,
    Running(ThreadId),
    Ended,
}

impl Turn {
    /// Runs it when nobody has. Comes back when it has ended; at once in the thread that runs it.
    pub fn take(&self, run: impl FnOnce()) {
        let own = std::thread::current().id();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match *state {
                State::Waiting => break,
                State::Running(thread) if thread != own => {
                    state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                State::Running(_) | State::Ended => return,
            }
        }
        *state = State::Running(own);
        drop(state);
        run();
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Ended;
        self.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn others_come_back_when_it_has_ended() {
        let turn = Turn::default();
        let (asked, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let mut other = None;
            turn.take(|| {
                other = Some(scope.spawn(|| {
                    asked.store(true, Ordering::Release);
                    turn.take(|| panic!("it runs once"));
                    ended.load(Ordering::Acquire)
                }));
                // The other thread gets every chance to come back too early.
                let mut chances = 0;
                while !asked.load(Ordering::Acquire) || chances < 1000 {
                    std::thread::yield_now();
                    chances += 1;
                }
                ended.store(true, Ordering::Release);
            });
            assert!(other.unwrap().join().unwrap(), "it came back before the end");
        });
    }

    #[test]
    fn the_same_thread_goes_on() {
        let turn = Turn::default();
        let mut runs = 0;
        turn.take(|| {
            turn.take(|| panic!("it runs once"));
            runs += 1;
        });
        turn.take(|| panic!("it runs once"));
        assert_eq!(runs, 1);
    }
}
