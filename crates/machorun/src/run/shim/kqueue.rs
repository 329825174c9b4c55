//! `kqueue` for what can be read and written, made of epoll: the queue's descriptor is epoll's.
//!
//! Other filters (processes, files, timers, signals) are refused, event by event, as Darwin refuses what it doesn't know.
//! epoll has one entry a descriptor where a queue has one for each filter, so entries are put together here.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, PoisonError};

use libc::timespec;

use super::{d, errno, shims};

/// One filter of one descriptor.
#[derive(Clone, Copy)]
struct Filter {
    flags: u16,
    udata: *mut c_void,
}

// SAFETY: `udata` is only handed back, never looked at.
unsafe impl Send for Filter {}

/// By descriptor and filter.
type Filters = HashMap<(u64, i16), Filter>;

/// Filters by queue.
static QUEUES: Mutex<Option<HashMap<c_int, Filters>>> = Mutex::new(None);

const READ: i16 = d::EVFILT_READ as i16;
const WRITE: i16 = d::EVFILT_WRITE as i16;

unsafe extern "C" fn kqueue() -> c_int {
    let queue = libc::epoll_create1(libc::EPOLL_CLOEXEC);
    if queue >= 0 {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        // A number that was used before belongs to a queue that was closed.
        queues.get_or_insert_default().insert(queue, HashMap::new());
    }
    queue
}

const fn has(flags: u16, flag: i32) -> bool {
    flags as i32 & flag != 0
}

/// Makes epoll watch what the filters of a descriptor ask for together. Gives back one of Linux's error numbers, or 0.
unsafe fn watch(queue: c_int, ident: u64, filters: &Filters) -> c_int {
    let mut interest = 0;
    for (filter, bits) in [(READ, libc::EPOLLIN | libc::EPOLLRDHUP), (WRITE, libc::EPOLLOUT)] {
        if let Some(found) = filters.get(&(ident, filter))
            && !has(found.flags, d::EV_DISABLE)
        {
            interest |= bits;
            if has(found.flags, d::EV_CLEAR) {
                interest |= libc::EPOLLET;
            }
        }
    }
    let mut event = libc::epoll_event { events: interest as u32, u64: ident };
    let file = ident as c_int;
    let call = |operation, event: &mut libc::epoll_event| {
        // SAFETY: epoll's own structure.
        if unsafe { libc::epoll_ctl(queue, operation, file, event) } == 0 {
            0
        } else {
            // SAFETY: the cell of this thread.
            unsafe { *libc::__errno_location() }
        }
    };
    if interest == 0 {
        call(libc::EPOLL_CTL_DEL, &mut event)
    } else {
        match call(libc::EPOLL_CTL_MOD, &mut event) {
            libc::ENOENT => call(libc::EPOLL_CTL_ADD, &mut event),
            other => other,
        }
    }
}

/// Makes one change. Gives back one of Darwin's error numbers, or 0.
unsafe fn change(queue: c_int, filters: &mut Filters, wanted: &d::Kevent) -> c_int {
    if ![READ, WRITE].contains(&wanted.filter) {
        return d::ENOTSUP;
    }
    let key = (wanted.ident, wanted.filter);
    let known = filters.get(&key).copied();
    if has(wanted.flags, d::EV_DELETE) {
        if filters.remove(&key).is_none() {
            return d::ENOENT;
        }
        return match watch(queue, wanted.ident, filters) {
            libc::EBADF => d::EBADF,
            _ => 0,
        };
    }
    if !has(wanted.flags, d::EV_ADD) && known.is_none() {
        return d::ENOENT;
    }
    let mut flags = if has(wanted.flags, d::EV_ADD) { wanted.flags } else { known.map_or(0, |filter| filter.flags) };
    if has(wanted.flags, d::EV_ENABLE) {
        flags &= !(d::EV_DISABLE as u16);
    }
    if has(wanted.flags, d::EV_DISABLE) {
        flags |= d::EV_DISABLE as u16;
    }
    filters.insert(key, Filter { flags, udata: wanted.udata });
    match watch(queue, wanted.ident, filters) {
        0 => 0,
        error => {
            filters.remove(&key);
            errno::darwin(error)
        }
    }
}

/// How many bytes can be read, or an estimate of how many written.
unsafe fn amount(file: c_int, filter: i16) -> i64 {
    let mut count: c_int = 0;
    if filter == WRITE {
        return 8192;
    }
    if libc::ioctl(file, libc::FIONREAD, &mut count) == 0 { count.into() } else { 1 }
}

/// What epoll said about a descriptor, as events of its filters.
unsafe fn events_of(queue: c_int, filters: &mut Filters, found: &libc::epoll_event, out: &mut Vec<d::Kevent>) {
    let (ident, bits) = (found.u64, found.events as i32);
    let mut changed = false;
    for (filter, wanted) in [(READ, libc::EPOLLIN | libc::EPOLLRDHUP), (WRITE, libc::EPOLLOUT)] {
        let ended = libc::EPOLLHUP | libc::EPOLLERR;
        let Some(known) = filters.get_mut(&(ident, filter)) else { continue };
        if bits & (wanted | ended) == 0 || has(known.flags, d::EV_DISABLE) {
            continue;
        }
        let over = bits & ended != 0 || filter == READ && bits & libc::EPOLLRDHUP != 0;
        let mut flags = known.flags & !((d::EV_ADD | d::EV_ENABLE) as u16);
        if over {
            flags |= d::EV_EOF as u16;
        }
        let data = amount(ident as c_int, filter);
        out.push(d::Kevent { ident, filter, flags, fflags: 0, data, udata: known.udata });
        if has(known.flags, d::EV_ONESHOT) {
            filters.remove(&(ident, filter));
            changed = true;
        }
    }
    if changed {
        watch(queue, ident, filters);
    }
}

unsafe extern "C" fn kevent(
    queue: c_int,
    changes: *const d::Kevent,
    change_count: c_int,
    events: *mut d::Kevent,
    event_count: c_int,
    timeout: *const timespec,
) -> c_int {
    let mut answers = Vec::new();
    let room = event_count.max(0) as usize;
    {
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(filters) = queues.as_mut().and_then(|queues| queues.get_mut(&queue)) else {
            return errno::fail(d::EBADF);
        };
        for index in 0..change_count.max(0) as usize {
            let wanted = &*changes.add(index);
            let error = change(queue, filters, wanted);
            if error == 0 && !has(wanted.flags, d::EV_RECEIPT) {
                continue;
            }
            if answers.len() == room {
                return errno::fail(error);
            }
            answers.push(d::Kevent { flags: d::EV_ERROR as u16, data: error.into(), ..*wanted });
        }
    }
    if answers.is_empty() && room > 0 {
        let wait = timeout.as_ref().map_or(-1, |time| {
            let milliseconds = time.tv_sec.saturating_mul(1000).saturating_add((time.tv_nsec + 999_999) / 1_000_000);
            i32::try_from(milliseconds).unwrap_or(i32::MAX)
        });
        // Each of epoll's entries may become two events.
        let mut found = vec![libc::epoll_event { events: 0, u64: 0 }; room.div_ceil(2).min(1024)];
        let count = libc::epoll_wait(queue, found.as_mut_ptr(), found.len() as c_int, wait);
        if count < 0 {
            return -1;
        }
        let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(filters) = queues.as_mut().and_then(|queues| queues.get_mut(&queue)) {
            for found in found.iter().take(count as usize) {
                events_of(queue, filters, found, &mut answers);
            }
        }
    }
    errno::set_host(0);
    answers.truncate(room);
    for (index, answer) in answers.iter().enumerate() {
        events.add(index).write(*answer);
    }
    answers.len() as c_int
}

shims! {
    [kqueue]
    [kevent]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(ident: c_int, filter: i16, flags: i32) -> d::Kevent {
        d::Kevent { ident: ident as u64, filter, flags: flags as u16, fflags: 0, data: 0, udata: std::ptr::null_mut() }
    }

    #[test]
    fn a_pipe_can_be_read_once_it_was_written() {
        // SAFETY: all pointers lead to variables of their type and length.
        unsafe {
            let queue = kqueue();
            let mut ends = [0; 2];
            assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
            let wanted = event(ends[0], READ, d::EV_ADD);
            let none = timespec { tv_sec: 0, tv_nsec: 0 };
            let mut got = [event(0, 0, 0); 4];
            assert_eq!(kevent(queue, &wanted, 1, got.as_mut_ptr(), 4, &none), 0);
            libc::write(ends[1], c"abc".as_ptr().cast(), 3);
            assert_eq!(kevent(queue, std::ptr::null(), 0, got.as_mut_ptr(), 4, &none), 1);
            assert_eq!((got[0].ident, got[0].filter, got[0].data), (ends[0] as u64, READ, 3));
            let mut read = [0u8; 3];
            assert_eq!(libc::read(ends[0], read.as_mut_ptr().cast(), 3), 3);
            libc::close(ends[1]);
            // A program that another test starts at this moment holds a copy of this end until it has begun: an event, not a moment, says it is over.
            let long = timespec { tv_sec: 60, tv_nsec: 0 };
            assert_eq!(kevent(queue, std::ptr::null(), 0, got.as_mut_ptr(), 4, &long), 1);
            assert!(has(got[0].flags, d::EV_EOF));
            let gone = event(ends[0], READ, d::EV_DELETE);
            assert_eq!(kevent(queue, &gone, 1, std::ptr::null_mut(), 0, std::ptr::null()), 0);
            assert_eq!(kevent(queue, &gone, 1, std::ptr::null_mut(), 0, std::ptr::null()), -1);
        }
    }
}
