//! The threads that hash, and the queue before them. What a hash is they do not know.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use doorward_domain::AddressBlock;
use doorward_domain::ports::HasherError;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::working_memory::WorkingMemory;

/// How many threads there are and how much may wait for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolLimits {
    /// Jobs done at once, each on a thread of its own.
    pub(crate) threads: NonZeroUsize,
    /// The most jobs that wait while all threads are at work.
    pub(crate) waiting: usize,
    /// The longest that a job waits for its start.
    pub(crate) longest_wait: Duration,
}

impl PoolLimits {
    /// 64 waiting jobs a thread, a second of work at some 15 ms each, and 5 seconds for machines that are slower.
    pub(crate) const fn of(threads: NonZeroUsize) -> Self {
        Self { threads, waiting: threads.get().saturating_mul(64), longest_wait: Duration::from_secs(5) }
    }
}

/// What the hashing threads have to do, and have done since they started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashingLoad {
    /// Passwords that wait for a thread.
    pub waiting: usize,
    /// Passwords that a thread is working on.
    pub at_work: usize,
    /// Passwords that a thread is done with.
    pub done: u64,
    /// How long the threads worked on those, all together.
    pub busy: Duration,
}

/// Threads of its own, which serve the addresses that jobs come from in turn.
///
/// The scheduler prefers every other thread of the process to these, so that the threads that answer requests are not kept
/// waiting by hashes. Dropping the pool ends the threads, each after the job in its hands.
pub(crate) struct HashingPool {
    queue: Arc<Queue>,
    tally: Arc<Tally>,
    longest_wait: Duration,
}

impl HashingPool {
    /// Starts the threads, each with a memory that keeps so many KiB.
    ///
    /// # Errors
    /// The system gave fewer threads than asked for.
    pub(crate) fn start(limits: PoolLimits, kept_kib: usize) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(limits.waiting));
        let pool = Self { queue: Arc::clone(&queue), tally: Arc::default(), longest_wait: limits.longest_wait };
        for number in 0..limits.threads.get() {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("hashing-{number}")).spawn(move || {
                step_back();
                work_off(&queue, WorkingMemory::keeping_kib(kept_kib));
            })?;
        }
        Ok(pool)
    }

    /// Does the work on one of the threads. Dropping the future before the work started takes it out of the queue.
    ///
    /// # Errors
    /// [`HasherError::Overloaded`] at once where the queue is full and the source has its share of it, and later where the
    /// work did not start in time or made room for a source with less;
    /// [`HasherError::Failed`] where it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        source: AddressBlock,
        work: impl FnOnce(&mut WorkingMemory) -> T + Send + 'static,
    ) -> Result<T, HasherError> {
        let (answer, mut answered) = oneshot::channel();
        let tally = Arc::clone(&self.tally);
        let job = Box::new(move |memory: Option<&mut WorkingMemory>| {
            let done = memory.map(|memory| {
                let _at_work = AtWork::begin(&tally);
                work(memory)
            });
            // The caller may be gone by now.
            let _ = answer.send(done);
        });
        let place = self.queue.take_place(source, job).ok_or(HasherError::Overloaded)?;
        let done = match tokio::time::timeout(self.longest_wait, &mut answered).await {
            Ok(done) => done,
            Err(_) if place.give_up() => return Err(HasherError::Overloaded),
            Err(_) => answered.await,
        };
        done.map_err(|_| HasherError::Failed(JobLost.into()))?.ok_or(HasherError::Overloaded)
    }

    /// How the threads stand.
    pub(crate) fn load(&self) -> HashingLoad {
        HashingLoad {
            waiting: self.queue.line().waiting.len(),
            at_work: self.tally.at_work.load(Ordering::Relaxed),
            done: self.tally.done.load(Ordering::Relaxed),
            busy: Duration::from_nanos(self.tally.busy_nanos.load(Ordering::Relaxed)),
        }
    }
}

impl Drop for HashingPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What the threads keep count of.
#[derive(Default)]
struct Tally {
    at_work: AtomicUsize,
    done: AtomicU64,
    busy_nanos: AtomicU64,
}

/// A thread at work on a job, from here until this is dropped, by a panic as well.
struct AtWork<'a> {
    tally: &'a Tally,
    since: Instant,
}

impl<'a> AtWork<'a> {
    fn begin(tally: &'a Tally) -> Self {
        tally.at_work.fetch_add(1, Ordering::Relaxed);
        Self { tally, since: Instant::now() }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let nanos = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.tally.busy_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.tally.done.fetch_add(1, Ordering::Relaxed);
        self.tally.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The work was begun and not ended.
#[derive(Debug, Error)]
#[error("the work on a password panicked")]
struct JobLost;

/// Work to do, or to refuse where there is no memory for it.
type Job = Box<dyn FnOnce(Option<&mut WorkingMemory>) + Send>;

/// The jobs that wait.
struct Queue {
    most: usize,
    line: Mutex<Line>,
    changed: Condvar,
}

/// Start-time fair queueing (Goyal, Vin and Cheng, 1996): a job gets a turn, which is the present one for a source with
/// nothing waiting, and later by a share for each job that the source, or a wider block around it, has waiting already. The
/// lowest turn is served first. Where there are too many jobs, that with the highest turn is refused, which is the last of
/// the source with the most: so one source may fill the queue, and never keeps another out of it.
#[derive(Default)]
struct Line {
    waiting: BTreeMap<Turn, (AddressBlock, Job)>,
    blocks: HashMap<AddressBlock, Block>,
    present: u64,
    next_number: u64,
    closed: bool,
}

/// When a job is served; jobs of one turn in the order in which they came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: u64,
    number: u64,
}

/// What is waiting from a block of addresses.
#[derive(Default)]
struct Block {
    jobs: usize,
    next_turn: u64,
}

impl Line {
    /// How far one job moves the next turn of a block that stands for one client.
    const SHARE: u64 = 16;

    fn push(&mut self, source: AddressBlock, job: Job) -> Turn {
        let next_turns = source.widths().filter_map(|(block, _)| self.blocks.get(&block).map(|block| block.next_turn));
        let at = next_turns.fold(self.present, u64::max);
        for (block, clients) in source.widths() {
            let block = self.blocks.entry(block).or_default();
            block.jobs += 1;
            block.next_turn = block.next_turn.max(self.present) + Self::SHARE / u64::from(clients);
        }
        let turn = Turn { at, number: self.next_number };
        self.next_number += 1;
        self.waiting.insert(turn, (source, job));
        turn
    }

    fn pop(&mut self) -> Option<Job> {
        let turn = *self.waiting.first_key_value()?.0;
        self.present = turn.at;
        self.remove(turn)
    }

    fn remove(&mut self, turn: Turn) -> Option<Job> {
        let (source, job) = self.waiting.remove(&turn)?;
        for (block, _) in source.widths() {
            if let Some(waiting) = self.blocks.get_mut(&block) {
                waiting.jobs -= 1;
                if waiting.jobs == 0 {
                    self.blocks.remove(&block);
                }
            }
        }
        Some(job)
    }
}

impl Queue {
    fn new(most: usize) -> Self {
        Self { most, line: Mutex::default(), changed: Condvar::new() }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing panics while it holds the lock.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a job into the line. If that is too long now, it loses the job with the highest turn.
    fn take_place(&self, source: AddressBlock, job: Job) -> Option<Place<'_>> {
        let mut line = self.line();
        let turn = line.push(source, job);
        let highest = line.waiting.last_key_value().map(|(turn, _)| *turn).filter(|_| line.waiting.len() > self.most);
        let lost = highest.and_then(|highest| line.remove(highest));
        drop(line);
        self.changed.notify_one();
        if let Some(lost) = lost {
            lost(None);
        }
        (highest != Some(turn)).then_some(Place { queue: self, turn })
    }

    /// Waits for a job; `None` once the queue is closed.
    fn next(&self) -> Option<Job> {
        let mut line = self.line();
        loop {
            if line.closed {
                return None;
            }
            if let Some(job) = line.pop() {
                return Some(job);
            }
            line = self.changed.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.line().closed = true;
        self.changed.notify_all();
    }
}

/// A job's place in the line, given up when dropped.
struct Place<'a> {
    queue: &'a Queue,
    turn: Turn,
}

impl Place<'_> {
    /// Takes the job out of the line; `false` where it is no longer in it, since it started.
    fn give_up(&self) -> bool {
        let job = self.queue.line().remove(self.turn);
        job.is_some()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.give_up();
    }
}

fn work_off(queue: &Queue, mut memory: WorkingMemory) {
    while let Some(job) = queue.next() {
        // A job that panics leaves nothing behind but the content of the memory, which has no meaning to the next one.
        // The panic was reported by the hook, and the caller learns of it since no answer comes.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| job(Some(&mut memory))));
        memory.shrink();
    }
}

/// Makes the scheduler prefer other threads to the calling one. Only Linux does this for a single thread.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "a hashing thread keeps its priority");
    }
}

/// How much nicer the hashing threads are than the others, of at most 19.
///
/// Measured on two busy cores: at 0 a short task on another thread is late by 5 ms in one of 100 cases, at 10 by 2 ms,
/// and 15 or 19 make that no better, but leave next to nothing to hashes where another program keeps the machine busy.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::mpsc;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const ANYWHERE: AddressBlock = AddressBlock::NONE;

    fn pool(waiting: usize) -> HashingPool {
        pool_with(waiting, Duration::from_mins(1))
    }

    fn pool_with(waiting: usize, longest_wait: Duration) -> HashingPool {
        let limits = PoolLimits { threads: NonZeroUsize::MIN, waiting, longest_wait };
        HashingPool::start(limits, 8).expect("a thread")
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn is_overloaded<T>(result: &Result<T, HasherError>) -> bool {
        matches!(result, Err(HasherError::Overloaded))
    }

    /// Work that says when it starts and ends when it is let go.
    struct Gate {
        started: mpsc::Receiver<()>,
        release: mpsc::Sender<()>,
    }

    impl Gate {
        fn new() -> (Self, impl FnOnce(&mut WorkingMemory) + Send + 'static) {
            let (start, started) = mpsc::channel();
            let (release, released) = mpsc::channel();
            let work = move |_: &mut WorkingMemory| {
                start.send(()).expect("a test waits for the start");
                released.recv().expect("a test lets go");
            };
            (Self { started, release }, work)
        }

        fn wait_for_start(&self) {
            self.started.recv().expect("the work starts");
        }

        fn release(&self) {
            self.release.send(()).expect("the work waits");
        }
    }

    #[tokio::test]
    async fn work_is_done_in_the_order_in_which_it_came() {
        let pool = pool(8);
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let (done, order) = mpsc::channel();
        let mut works: Vec<_> = (0..8)
            .map(|number| {
                let done = done.clone();
                Box::pin(pool.run(ANYWHERE, move |_| done.send(number).expect("the test listens")))
            })
            .collect();
        for work in &mut works {
            assert!(poll(work.as_mut()).is_pending());
        }
        gate.release();
        for work in works.into_iter().rev() {
            work.await.expect("done");
        }
        assert_eq!(order.try_iter().collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    }

    /// The order in which the numbered sources are served that came in this order, and who was refused, where so many wait.
    async fn served(waiting: usize, sources: &[&str]) -> (Vec<usize>, Vec<usize>) {
        let pool = pool(waiting);
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let (done, order) = mpsc::channel();
        let mut works = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let (done, source) = (done.clone(), AddressBlock::of(Some(source.parse().expect("an address"))));
            let work = move |_: &mut WorkingMemory| done.send(number).expect("the test listens");
            let mut work = Box::pin(pool.run(source, work));
            let first = poll(work.as_mut());
            works.push((work, first));
        }
        gate.release();
        let mut refused = Vec::new();
        for (number, (work, first)) in works.into_iter().enumerate() {
            let result = if let Poll::Ready(result) = first { result } else { work.await };
            if is_overloaded(&result) {
                refused.push(number);
            }
        }
        (order.try_iter().collect(), refused)
    }

    #[tokio::test]
    async fn addresses_are_served_in_turn() {
        let (order, refused) = served(8, &["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"]).await;
        assert_eq!((order, refused.len()), (vec![0, 3, 1, 4, 2], 0));
    }

    #[tokio::test]
    async fn one_address_may_fill_the_queue_and_keeps_no_other_out() {
        let (order, refused) = served(4, &["192.0.2.1"; 6]).await;
        assert_eq!((order, refused), (vec![0, 1, 2, 3], vec![4, 5]));
        let (mut sources, others) = (vec!["192.0.2.1"; 4], ["192.0.2.2", "2001:db8::1", "192.0.2.3"]);
        sources.extend(others);
        let (order, refused) = served(4, &sources).await;
        assert_eq!((order, refused), (vec![0, 4, 5, 6], vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn networks_of_one_ipv6_site_share_the_turns_of_sixteen_addresses() {
        let site: Vec<_> = (0..64).map(|n| format!("2001:db8:0:{:x}::1", n * 0x100)).collect();
        let mut sources: Vec<_> = site.iter().map(String::as_str).collect();
        sources.extend(["192.0.2.1"; 4]);
        let (order, refused) = served(64, &sources).await;
        assert_eq!(refused, [60, 61, 62, 63], "the site gives way");
        let places: Vec<_> = (64..68).map(|number| order.iter().position(|served| *served == number)).collect();
        assert_eq!(places, [Some(1), Some(18), Some(35), Some(52)]);
    }

    #[tokio::test]
    async fn one_network_of_a_site_does_not_hold_back_its_neighbours() {
        let mut sources = vec!["2001:db8:1:1::1"; 8];
        sources.push("2001:db8:1:2::1");
        let (order, _) = served(9, &sources).await;
        // Both are in one /56, which counts as four clients.
        assert_eq!(order, [0, 1, 2, 8, 3, 4, 5, 6, 7]);
        let (order, refused) = served(8, &sources).await;
        assert_eq!(refused, [7], "the network with the most gives way: {order:?}");
    }

    #[tokio::test]
    async fn nothing_is_kept_of_an_address_with_nothing_waiting() {
        let pool = pool(4);
        for n in 0..3 {
            pool.run(AddressBlock::of(Some([192, 0, 2, n].into())), |_| ()).await.expect("done");
        }
        assert!(pool.queue.line().blocks.is_empty());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let pool = pool(1);
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let mut waiting = pin!(pool.run(ANYWHERE, |_| "waited"));
        assert!(poll(waiting.as_mut()).is_pending());
        let Poll::Ready(refused) = poll(pin!(pool.run(ANYWHERE, |_| ()))) else { panic!("it waits") };
        assert!(is_overloaded(&refused));
        gate.release();
        assert_eq!(waiting.await.expect("it had a place"), "waited");
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_frees_its_place_at_once_and_its_work_is_not_done() {
        let pool = pool(1);
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let (done, undone) = mpsc::channel();
        {
            let mut abandoned = pin!(pool.run(ANYWHERE, move |_| done.send(())));
            assert!(poll(abandoned.as_mut()).is_pending());
        }
        assert_eq!(undone.try_recv(), Err(mpsc::TryRecvError::Disconnected), "the work and all it held is dropped");
        let mut next = pin!(pool.run(ANYWHERE, |_| "has the place"));
        assert!(poll(next.as_mut()).is_pending());
        gate.release();
        assert_eq!(next.await.expect("it had a place"), "has the place");
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_not_start_in_time_is_overload() {
        let pool = pool_with(2, Duration::from_secs(5));
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let asked = tokio::time::Instant::now();
        let (done, undone) = mpsc::channel();
        assert!(is_overloaded(&pool.run(ANYWHERE, move |_| done.send(())).await));
        assert_eq!(asked.elapsed().as_secs(), 5);
        assert_eq!(undone.try_recv(), Err(mpsc::TryRecvError::Disconnected), "the work and all it held is dropped");
        gate.release();
    }

    #[tokio::test(start_paused = true)]
    async fn what_started_in_time_is_ended_however_long_it_takes() {
        let pool = pool_with(2, Duration::from_secs(5));
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        tokio::time::advance(Duration::from_secs(6)).await;
        assert!(poll(blocking.as_mut()).is_pending());
        gate.release();
        blocking.await.expect("done");
    }

    #[tokio::test]
    async fn a_panic_costs_neither_the_thread_nor_the_next_caller_anything() {
        let pool = pool(1);
        let lost = pool.run(ANYWHERE, |_| -> () { panic!("on purpose") }).await;
        assert!(matches!(lost, Err(HasherError::Failed(_))));
        assert_eq!(pool.run(ANYWHERE, |_| "done").await.expect("the thread lives"), "done");
    }

    #[tokio::test]
    async fn the_load_counts_what_waits_what_is_at_work_and_what_is_done() {
        let pool = pool(2);
        assert_eq!(pool.load(), HashingLoad::default());
        let (gate, blocking) = Gate::new();
        let mut blocking = pin!(pool.run(ANYWHERE, blocking));
        assert!(poll(blocking.as_mut()).is_pending());
        gate.wait_for_start();
        let mut waiting = pin!(pool.run(ANYWHERE, |_| -> () { panic!("on purpose") }));
        assert!(poll(waiting.as_mut()).is_pending());
        let busy = Duration::ZERO;
        assert_eq!(pool.load(), HashingLoad { waiting: 1, at_work: 1, done: 0, busy });
        gate.release();
        blocking.await.expect("done");
        assert!(waiting.await.is_err(), "it panics");
        let load = pool.load();
        assert_eq!((load.waiting, load.at_work, load.done), (0, 0, 2));
        assert!(load.busy > busy, "{load:?}");
    }

    #[tokio::test]
    async fn a_dropped_pool_ends_its_threads() {
        struct SaysWhenDropped(mpsc::Sender<&'static str>);
        impl Drop for SaysWhenDropped {
            fn drop(&mut self) {
                self.0.send("the thread ended").expect("the test listens");
            }
        }
        thread_local! {
            static OF_THE_THREAD: std::cell::OnceCell<SaysWhenDropped> = const { std::cell::OnceCell::new() };
        }
        let pool = pool(1);
        let (say, said) = mpsc::channel();
        pool.run(ANYWHERE, |_| OF_THE_THREAD.with(|cell| drop(cell.set(SaysWhenDropped(say))))).await.expect("done");
        drop(pool);
        assert_eq!(said.recv_timeout(Duration::from_mins(1)), Ok("the thread ended"));
    }

    #[tokio::test]
    async fn a_thread_keeps_its_usual_memory_and_gives_more_than_that_back() {
        let pool = pool(1);
        for (needed, kept) in [(8, 8), (4, 8), (9, 0), (4, 4)] {
            pool.run(ANYWHERE, move |memory| memory.blocks(needed).is_ok()).await.expect("done");
            assert_eq!(pool.run(ANYWHERE, |memory| memory.held_kib()).await.expect("done"), kept, "after {needed} KiB");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_step_back_behind_all_others() {
        let own = rustix::process::getpriority_process(None).expect("a priority");
        let theirs = pool(1).run(ANYWHERE, |_| rustix::process::getpriority_process(None)).await.expect("done");
        assert_eq!(theirs.expect("a priority"), (own + NICENESS).min(19));
    }

    #[test]
    fn a_thread_has_64_waiting_jobs_that_wait_5_seconds() {
        let limits = PoolLimits::of(NonZeroUsize::new(3).expect("not zero"));
        assert_eq!((limits.threads.get(), limits.waiting, limits.longest_wait.as_secs()), (3, 192, 5));
    }
}
