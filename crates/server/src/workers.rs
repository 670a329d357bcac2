//! The threads that answer requests, one for every core. Each has an event loop of its own, and a connection stays with
//! the one it was given to (ADR 0027): where one thread may take work from another, each that wakes wakes the next to
//! look for some, which costs more than many an answer does.

use std::io;
use std::num::NonZeroUsize;
use std::thread::{self, JoinHandle};

use tokio::runtime::{self, Handle};
use tokio::sync::oneshot;

/// Threads with an event loop each, until this is dropped.
pub(crate) struct Workers(Vec<Worker>);

/// What each keeps open of its event loop: epoll twice, what wakes it, and what tells of signals.
pub(crate) const DESCRIPTORS_OF_ONE: u64 = 4;

struct Worker {
    event_loop: Handle,
    /// Dropped to end the thread, and what is left in its event loop with it.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Workers {
    /// One for every core.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wait on.
    pub(crate) fn start() -> io::Result<Self> {
        Self::start_so_many(cores())
    }

    fn start_so_many(count: NonZeroUsize) -> io::Result<Self> {
        (0..count.get()).map(Worker::start).collect::<io::Result<_>>().map(Self)
    }

    /// The event loop with the least to look after, and not one whose thread has ended while there is another.
    pub(crate) fn least_busy(&self) -> &Handle {
        let worker = self.0.iter().min_by_key(|worker| {
            let ended = worker.thread.as_ref().is_none_or(JoinHandle::is_finished);
            (ended, worker.event_loop.metrics().num_alive_tasks())
        });
        &worker.expect("there is at least one").event_loop
    }
}

/// How many cores this process may use.
pub(crate) fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

impl Worker {
    fn start(number: usize) -> io::Result<Self> {
        let event_loop = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = event_loop.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            // An error is the end of the other side, which is what is waited for.
            let _ = event_loop.block_on(stopped);
        };
        let thread = thread::Builder::new().name(format!("worker-{number}")).spawn(run)?;
        Ok(Self { event_loop: handle, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.0 {
            drop(worker.stop.take());
        }
        for thread in self.0.iter_mut().filter_map(|worker| worker.thread.take()) {
            // One that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread::ThreadId;

    use tokio::sync::mpsc;

    use super::*;

    fn three() -> Workers {
        Workers::start_so_many(NonZeroUsize::new(3).expect("three")).expect("threads")
    }

    #[tokio::test]
    async fn whoever_has_least_to_look_after_is_given_more() {
        let workers = three();
        let (told, mut threads) = mpsc::unbounded_channel::<ThreadId>();
        for _ in 0..6 {
            let told = told.clone();
            workers.least_busy().spawn(async move {
                told.send(thread::current().id()).expect("a test that listens");
                std::future::pending::<()>().await;
            });
        }
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(threads.recv().await.expect("a thread"));
        }
        for thread in &seen {
            assert_ne!(*thread, thread::current().id());
            assert_eq!(seen.iter().filter(|other| *other == thread).count(), 2);
        }
    }

    #[test]
    fn what_is_not_done_at_the_end_is_dropped_by_then() {
        let workers = three();
        let held = Arc::new(());
        for _ in 0..6 {
            let held = Arc::clone(&held);
            workers.least_busy().spawn(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
        }
        drop(workers);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
