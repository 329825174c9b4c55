//! CoreFoundation's run loop (`CFRunLoop.h`), which Tcl's notifier waits in: sources that are signalled, observers, timers. Here a
//! loop has one mode: whatever is added to it counts in all.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::shims;

/// `CFRunLoopRunResult`.
const STOPPED: i32 = 2;
const TIMED_OUT: i32 = 3;
const HANDLED_SOURCE: i32 = 4;

/// `CFRunLoopActivity`.
const ENTRY: u64 = 1 << 0;
const BEFORE_TIMERS: u64 = 1 << 1;
const BEFORE_SOURCES: u64 = 1 << 2;
const BEFORE_WAITING: u64 = 1 << 5;
const AFTER_WAITING: u64 = 1 << 6;
const EXIT: u64 = 1 << 7;

/// Seconds from 1970 to 2001, which dates count from.
const EPOCH: f64 = 978_307_200.0;

/// What is added to a loop. It is never freed: a process makes few.
enum Item {
    /// `perform` of `CFRunLoopSourceContext`, and its argument.
    Source { perform: Option<unsafe extern "C" fn(*mut c_void)>, info: *mut c_void },
    /// The activities that it is told of.
    Observer { activities: u64, call: Observe, info: *mut c_void },
    /// Its interval, seconds; 0 fires once.
    Timer { interval: f64, call: Fire, info: *mut c_void },
}

type Observe = unsafe extern "C" fn(*mut Entry, u64, *mut c_void);
type Fire = unsafe extern "C" fn(*mut Entry, *mut c_void);

/// An item, and what changes of it.
pub struct Entry {
    item: Item,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    signalled: bool,
    invalid: bool,
    /// When a timer fires next, seconds since 2001.
    fires: f64,
}

/// A thread's loop.
pub struct RunLoop {
    inner: Mutex<Inner>,
    woken: Condvar,
}

#[derive(Default)]
struct Inner {
    entries: Vec<usize>,
    wake: bool,
    stop: bool,
    waiting: bool,
}

thread_local! {
    static OWN: Cell<*mut RunLoop> = const { Cell::new(null_mut()) };
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a program asks for the time")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()) - EPOCH
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFAbsoluteTimeGetCurrent() -> f64 {
    now()
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopGetCurrent() -> *mut RunLoop {
    if OWN.get().is_null() {
        OWN.set(Box::into_raw(Box::new(RunLoop { inner: Mutex::default(), woken: Condvar::new() })));
    }
    OWN.get()
}

fn entry(item: Item, fires: f64) -> *mut Entry {
    Box::into_raw(Box::new(Entry { item, state: Mutex::new(State { fires, ..State::default() }) }))
}

/// `context`: version, info, retain, release, copyDescription, equal, hash, schedule, cancel, perform.
#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopSourceCreate(
    _allocator: *const c_void,
    _order: isize,
    context: *const usize,
) -> *mut Entry {
    let perform = context.add(9).cast::<Option<unsafe extern "C" fn(*mut c_void)>>().read();
    entry(Item::Source { perform, info: context.add(1).read() as *mut c_void }, 0.0)
}

/// `context`: version, info, and functions that nothing here calls.
#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopObserverCreate(
    _allocator: *const c_void,
    activities: u64,
    _repeats: u8,
    _order: isize,
    call: Observe,
    context: *const usize,
) -> *mut Entry {
    entry(Item::Observer { activities, call, info: info(context) }, 0.0)
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopTimerCreate(
    _allocator: *const c_void,
    fires: f64,
    interval: f64,
    _flags: u64,
    _order: isize,
    call: Fire,
    context: *const usize,
) -> *mut Entry {
    entry(Item::Timer { interval, call, info: info(context) }, fires)
}

unsafe fn info(context: *const usize) -> *mut c_void {
    if context.is_null() { null_mut() } else { context.add(1).read() as *mut c_void }
}

unsafe extern "C" fn add(run_loop: *mut RunLoop, item: *mut Entry, _mode: *const c_void) {
    let mut inner = lock(&(*run_loop).inner);
    if !inner.entries.contains(&(item as usize)) {
        inner.entries.push(item as usize);
    }
}

unsafe extern "C" fn remove(run_loop: *mut RunLoop, item: *mut Entry, _mode: *const c_void) {
    lock(&(*run_loop).inner).entries.retain(|other| *other != item as usize);
}

unsafe extern "C" fn invalidate(item: *mut Entry) {
    lock(&(*item).state).invalid = true;
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopSourceSignal(source: *mut Entry) {
    lock(&(*source).state).signalled = true;
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopTimerSetNextFireDate(timer: *mut Entry, fires: f64) {
    lock(&(*timer).state).fires = fires;
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopTimerGetNextFireDate(timer: *mut Entry) -> f64 {
    lock(&(*timer).state).fires
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopWakeUp(run_loop: *mut RunLoop) {
    lock(&(*run_loop).inner).wake = true;
    (*run_loop).woken.notify_all();
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopStop(run_loop: *mut RunLoop) {
    lock(&(*run_loop).inner).stop = true;
    (*run_loop).woken.notify_all();
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopIsWaiting(run_loop: *mut RunLoop) -> u8 {
    lock(&(*run_loop).inner).waiting.into()
}

/// The loop's items that are still valid. What they call may change the loop.
unsafe fn items(run_loop: *mut RunLoop) -> Vec<*mut Entry> {
    let entries = lock(&(*run_loop).inner).entries.clone();
    let items = entries.into_iter().map(|address| address as *mut Entry);
    items.filter(|item| !lock(&(**item).state).invalid).collect()
}

unsafe fn observe(run_loop: *mut RunLoop, activity: u64) {
    for item in items(run_loop) {
        if let Item::Observer { activities, call, info } = &(*item).item
            && activities & activity != 0
        {
            call(item, activity, *info);
        }
    }
}

/// Fires timers that are due; gives the time of the next one.
unsafe fn timers(run_loop: *mut RunLoop) -> f64 {
    let mut next = f64::INFINITY;
    for item in items(run_loop) {
        let Item::Timer { interval, call, info } = &(*item).item else { continue };
        let due = {
            let mut state = lock(&(*item).state);
            let due = state.fires <= now();
            if due {
                state.fires = if *interval > 0.0 { now() + interval } else { f64::INFINITY };
            }
            due
        };
        if due {
            call(item, *info);
        }
        next = next.min(lock(&(*item).state).fires);
    }
    next
}

/// Calls signalled sources; says whether there was one.
unsafe fn sources(run_loop: *mut RunLoop) -> bool {
    let mut any = false;
    for item in items(run_loop) {
        let Item::Source { perform, info } = &(*item).item else { continue };
        let signalled = std::mem::take(&mut lock(&(*item).state).signalled);
        if let Some(perform) = perform.filter(|_| signalled) {
            perform(*info);
            any = true;
        }
    }
    any
}

#[allow(non_snake_case)]
unsafe extern "C" fn CFRunLoopRunInMode(_mode: *const c_void, seconds: f64, return_after: u8) -> i32 {
    let run_loop = CFRunLoopGetCurrent();
    let until = now() + seconds;
    observe(run_loop, ENTRY);
    let result = loop {
        observe(run_loop, BEFORE_TIMERS);
        let next = timers(run_loop);
        observe(run_loop, BEFORE_SOURCES);
        let handled = sources(run_loop);
        if std::mem::take(&mut lock(&(*run_loop).inner).stop) {
            break STOPPED;
        }
        if handled && return_after != 0 {
            break HANDLED_SOURCE;
        }
        if now() >= until {
            break TIMED_OUT;
        }
        if handled {
            continue;
        }
        observe(run_loop, BEFORE_WAITING);
        wait(&*run_loop, until.min(next));
        observe(run_loop, AFTER_WAITING);
    };
    observe(run_loop, EXIT);
    result
}

/// Waits for whoever wakes the loop, or for a time.
fn wait(run_loop: &RunLoop, until: f64) {
    // Nothing waits for longer than a day.
    let deadline = Instant::now() + Duration::from_secs_f64((until - now()).clamp(0.0, 86_400.0));
    let mut inner = lock(&run_loop.inner);
    inner.waiting = true;
    while !inner.wake && !inner.stop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        inner = run_loop.woken.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    inner.wake = false;
    inner.waiting = false;
}

shims! {
    [CFAbsoluteTimeGetCurrent]
    [CFRunLoopGetCurrent]
    [CFRunLoopIsWaiting]
    [CFRunLoopObserverCreate]
    [CFRunLoopRunInMode]
    [CFRunLoopSourceCreate]
    [CFRunLoopSourceSignal]
    [CFRunLoopStop]
    [CFRunLoopTimerCreate]
    [CFRunLoopTimerGetNextFireDate]
    [CFRunLoopTimerSetNextFireDate]
    [CFRunLoopWakeUp]
    ["_CFRunLoopAddObserver" => add]
    ["_CFRunLoopAddSource" => add]
    ["_CFRunLoopAddTimer" => add]
    ["_CFRunLoopObserverInvalidate" => invalidate]
    ["_CFRunLoopRemoveObserver" => remove]
    ["_CFRunLoopRemoveSource" => remove]
    ["_CFRunLoopRemoveTimer" => remove]
    ["_CFRunLoopSourceInvalidate" => invalidate]
    ["_CFRunLoopTimerInvalidate" => invalidate]
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    unsafe extern "C" fn count(info: *mut c_void) {
        (*info.cast::<AtomicUsize>()).fetch_add(1, Ordering::SeqCst);
    }

    unsafe extern "C" fn seen(_observer: *mut Entry, activity: u64, info: *mut c_void) {
        (*info.cast::<AtomicUsize>()).fetch_or(activity as usize, Ordering::SeqCst);
    }

    unsafe extern "C" fn fired(_timer: *mut Entry, info: *mut c_void) {
        count(info);
    }

    /// `CFRunLoopSourceContext` with this information.
    fn context(info: &AtomicUsize) -> [usize; 10] {
        [0, std::ptr::from_ref(info) as usize, 0, 0, 0, 0, 0, 0, 0, count as *const () as usize]
    }

    const LONG: f64 = 3600.0;

    #[test]
    fn a_source_that_another_thread_signals_ends_the_wait() {
        let (calls, activities) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // SAFETY: what the loop calls outlives it, and contexts have the form of the header.
        unsafe {
            let run_loop = CFRunLoopGetCurrent();
            assert_eq!(run_loop, CFRunLoopGetCurrent());
            let source = CFRunLoopSourceCreate(std::ptr::null(), 0, context(&calls).as_ptr());
            let observer =
                CFRunLoopObserverCreate(std::ptr::null(), u64::MAX, 1, 0, seen, context(&activities).as_ptr());
            add(run_loop, source, std::ptr::null());
            add(run_loop, source, std::ptr::null());
            add(run_loop, observer, std::ptr::null());
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), 0.0, 1), TIMED_OUT);
            assert_eq!(calls.load(Ordering::SeqCst), 0, "nobody signalled it");
            let (there, signal) = (run_loop as usize, source as usize);
            let other = std::thread::spawn(move || {
                CFRunLoopSourceSignal(signal as *mut Entry);
                CFRunLoopWakeUp(there as *mut RunLoop);
            });
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), LONG, 1), HANDLED_SOURCE);
            other.join().unwrap();
            assert_eq!(calls.load(Ordering::SeqCst), 1, "once, though it was added twice");
            let all = ENTRY | BEFORE_TIMERS | BEFORE_SOURCES | EXIT;
            assert_eq!(activities.load(Ordering::SeqCst) as u64 & all, all);
            invalidate(source);
            CFRunLoopSourceSignal(source);
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), 0.0, 1), TIMED_OUT);
            remove(run_loop, observer, std::ptr::null());
            assert!(!items(run_loop).contains(&observer));
        }
    }

    #[test]
    fn a_timer_that_is_due_fires_and_a_stopped_loop_returns() {
        let calls = AtomicUsize::new(0);
        // SAFETY: as above.
        unsafe {
            let run_loop = CFRunLoopGetCurrent();
            let timer = CFRunLoopTimerCreate(std::ptr::null(), now() - 1.0, 0.0, 0, 0, fired, context(&calls).as_ptr());
            add(run_loop, timer, std::ptr::null());
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), 0.0, 0), TIMED_OUT);
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), 0.0, 0), TIMED_OUT);
            assert_eq!(calls.load(Ordering::SeqCst), 1, "it doesn't repeat");
            CFRunLoopTimerSetNextFireDate(timer, now() - 1.0);
            CFRunLoopStop(run_loop);
            assert_eq!(CFRunLoopRunInMode(std::ptr::null(), LONG, 0), STOPPED);
            assert_eq!(calls.load(Ordering::SeqCst), 2);
        }
    }
}
