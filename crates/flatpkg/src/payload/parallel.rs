//! Work in parallel, results in order, memory bounded.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Where the producer leaves jobs.
#[derive(Debug)]
pub struct Jobs<J, R> {
    work: SyncSender<(J, SyncSender<R>)>,
    order: SyncSender<Receiver<R>>,
}

/// The consumer has given up; nothing more is wanted.
#[derive(Debug)]
pub struct Closed;

impl<J, R> Jobs<J, R> {
    /// Queues a job; waits while as many as are allowed are under way.
    ///
    /// # Errors
    /// The consumer has given up.
    pub fn push(&self, job: J) -> Result<(), Closed> {
        let (result, receiver) = sync_channel(1);
        self.order.send(receiver).map_err(|_| Closed)?;
        self.work.send((job, result)).map_err(|_| Closed)
    }
}

/// Runs `produce` on this thread, `work` on `workers` threads and `consume` on one more, which gets the results in
/// the order of the jobs until it returns an error. At most `workers` + 2 jobs and results wait at any time, beside
/// those being worked on.
pub fn in_order<J: Send, R: Send, P, E: Send>(
    workers: usize,
    produce: impl FnOnce(Jobs<J, R>) -> P,
    work: impl Fn(J) -> R + Sync,
    mut consume: impl FnMut(R) -> Result<(), E> + Send,
) -> (P, Result<(), E>) {
    let workers = workers.max(1);
    let (work_sender, work_receiver) = sync_channel::<(J, SyncSender<R>)>(workers);
    let (order_sender, order_receiver) = sync_channel::<Receiver<R>>(workers + 1);
    let work_receiver = Mutex::new(work_receiver);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = work_receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((job, result)) = next else { break };
                    // The consumer may have given up: then the result is dropped.
                    let _ = result.send(work(job));
                }
            });
        }
        let consumer = scope.spawn(move || {
            for receiver in order_receiver {
                // No result comes only from a worker that panicked; the scope passes that panic on.
                let Ok(result) = receiver.recv() else { break };
                consume(result)?;
            }
            Ok(())
        });
        let produced = produce(Jobs { work: work_sender, order: order_sender });
        let consumed = consumer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (produced, consumed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        for workers in [1, 2, 7] {
            let mut seen = Vec::new();
            let (produced, consumed) = in_order(
                workers,
                |jobs| (0..500u32).try_for_each(|job| jobs.push(job)).is_ok(),
                |job| (0..job % 7 * 1000).fold(job, |x, _| std::hint::black_box(x)),
                |result| {
                    seen.push(result);
                    Ok::<(), ()>(())
                },
            );
            assert!(produced && consumed.is_ok());
            assert_eq!(seen, (0..500).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_failed_consumer_stops_the_producer() {
        let (produced, consumed) = in_order(
            2,
            |jobs| (0..).find(|&job| jobs.push(job).is_err()),
            |job: u64| job,
            |result| if result == 10 { Err("disk full") } else { Ok(()) },
        );
        assert!(produced.is_some_and(|job| job < 100));
        assert_eq!(consumed, Err("disk full"));
    }
}
