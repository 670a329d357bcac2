//! The threads that answer requests, one for every core. Each has an event loop of its own, and a connection stays with
//! the one it was given to (ADR 0027): where one thread may take work from another, each that wakes wakes the next to
//! look for some, which costs more than many an answer does.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::oneshot;

/// Threads with an event loop each, until this is dropped.
pub(crate) struct Workers {
    event_loops: EventLoops,
    threads: Vec<Worker>,
}

/// The event loops of all workers, which do not keep the threads from ending.
#[derive(Clone)]
pub(crate) struct EventLoops(Arc<[Handle]>);

/// What each keeps open: of its event loop epoll twice, what wakes it and what tells of signals; and two listeners.
pub(crate) const DESCRIPTORS_OF_ONE: u64 = 6;

/// How many connections more than another a worker may have before it hands one over. To hand one over costs more than
/// many an answer, and where connections are short the next is there before it would be even.
const SLACK: usize = 1;

impl Workers {
    /// One for every core.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wait on.
    pub(crate) fn start() -> io::Result<Self> {
        Self::start_so_many(cores())
    }

    fn start_so_many(count: NonZeroUsize) -> io::Result<Self> {
        let (mut handles, mut threads) = (Vec::new(), Vec::new());
        for number in 0..count.get() {
            let event_loop = runtime::Builder::new_current_thread().enable_all().build()?;
            handles.push(event_loop.handle().clone());
            threads.push(Worker::start(number, event_loop)?);
        }
        Ok(Self { event_loops: EventLoops(handles.into()), threads })
    }

    pub(crate) fn event_loops(&self) -> &EventLoops {
        &self.event_loops
    }
}

/// How many cores this process may use.
pub(crate) fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

impl EventLoops {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Handle> {
        self.0.iter()
    }

    /// Where to look after what has come to this one: another, if that has clearly less to look after.
    pub(crate) fn less_busy_than(&self, this: &Handle) -> Option<&Handle> {
        let tasks = |event_loop: &Handle| event_loop.metrics().num_alive_tasks();
        let other = self.0.iter().min_by_key(|event_loop| tasks(event_loop))?;
        (tasks(other) + SLACK < tasks(this)).then_some(other)
    }
}

struct Worker {
    /// Dropped to end the thread, and what is left in its event loop with it.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(number: usize, event_loop: Runtime) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            // An error is the end of the other side, which is what is waited for.
            let _ = event_loop.block_on(stopped);
        };
        let thread = thread::Builder::new().name(format!("worker-{number}")).spawn(run)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.threads {
            drop(worker.stop.take());
        }
        for thread in self.threads.iter_mut().filter_map(|worker| worker.thread.take()) {
            // One that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Workers {
        Workers::start_so_many(NonZeroUsize::new(3).expect("three")).expect("threads")
    }

    #[test]
    fn what_one_has_clearly_more_of_goes_to_the_one_with_least() {
        let workers = three();
        let event_loops = workers.event_loops();
        let [first, second, third] = [0, 1, 2].map(|number| &event_loops.0[number]);
        let busy = |event_loop: &Handle| drop(event_loop.spawn(std::future::pending::<()>()));
        busy(first);
        assert!(event_loops.less_busy_than(first).is_none(), "one more is not worth the while");
        busy(first);
        busy(second);
        let other = event_loops.less_busy_than(first).expect("a worker with less");
        assert_eq!(other.id(), third.id());
        assert!(event_loops.less_busy_than(second).is_none());
        for event_loop in [second, third, third] {
            busy(event_loop);
        }
        assert!(event_loops.less_busy_than(first).is_none(), "all have as much");
    }

    #[test]
    fn what_is_not_done_at_the_end_is_dropped_by_then() {
        let workers = three();
        let held = Arc::new(());
        for event_loop in workers.event_loops().iter() {
            let held = Arc::clone(&held);
            event_loop.spawn(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
        }
        drop(workers);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
