//! Signals: other numbers, smaller sets, other structures.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};

use libc::{pthread_t, sigset_t};

use super::{d, errno, shims};
use crate::run::family::{self, Reach};

/// Linux has nothing like `SIGEMT` and `SIGINFO`; two signals that nobody uses take their places.
const NUMBERS: &[(i32, i32)] = &[
    (d::SIGHUP, libc::SIGHUP),
    (d::SIGINT, libc::SIGINT),
    (d::SIGQUIT, libc::SIGQUIT),
    (d::SIGILL, libc::SIGILL),
    (d::SIGTRAP, libc::SIGTRAP),
    (d::SIGABRT, libc::SIGABRT),
    (d::SIGEMT, libc::SIGSTKFLT),
    (d::SIGFPE, libc::SIGFPE),
    (d::SIGKILL, libc::SIGKILL),
    (d::SIGBUS, libc::SIGBUS),
    (d::SIGSEGV, libc::SIGSEGV),
    (d::SIGSYS, libc::SIGSYS),
    (d::SIGPIPE, libc::SIGPIPE),
    (d::SIGALRM, libc::SIGALRM),
    (d::SIGTERM, libc::SIGTERM),
    (d::SIGURG, libc::SIGURG),
    (d::SIGSTOP, libc::SIGSTOP),
    (d::SIGTSTP, libc::SIGTSTP),
    (d::SIGCONT, libc::SIGCONT),
    (d::SIGCHLD, libc::SIGCHLD),
    (d::SIGTTIN, libc::SIGTTIN),
    (d::SIGTTOU, libc::SIGTTOU),
    (d::SIGIO, libc::SIGIO),
    (d::SIGXCPU, libc::SIGXCPU),
    (d::SIGXFSZ, libc::SIGXFSZ),
    (d::SIGVTALRM, libc::SIGVTALRM),
    (d::SIGPROF, libc::SIGPROF),
    (d::SIGWINCH, libc::SIGWINCH),
    (d::SIGINFO, libc::SIGPWR),
    (d::SIGUSR1, libc::SIGUSR1),
    (d::SIGUSR2, libc::SIGUSR2),
];

const FLAGS: &[(i32, i32)] = &[
    (d::SA_ONSTACK, libc::SA_ONSTACK),
    (d::SA_RESTART, libc::SA_RESTART),
    (d::SA_RESETHAND, libc::SA_RESETHAND),
    (d::SA_NOCLDSTOP, libc::SA_NOCLDSTOP),
    (d::SA_NODEFER, libc::SA_NODEFER),
    (d::SA_NOCLDWAIT, libc::SA_NOCLDWAIT),
];

/// Linux's number; 0 stays 0, and what isn't one becomes one that isn't one.
pub fn to_linux(darwin: c_int) -> c_int {
    if darwin == 0 { 0 } else { super::to_linux(NUMBERS, darwin).unwrap_or(-1) }
}

/// Darwin's number.
pub fn to_darwin(linux: c_int) -> c_int {
    super::to_darwin(NUMBERS, linux).unwrap_or(linux)
}

/// A set of Darwin's: bit n-1 is signal n.
pub fn set_to_linux(darwin: u32) -> sigset_t {
    // SAFETY: an empty set is made before signals are added.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        for (signal, linux) in NUMBERS {
            if darwin >> (signal - 1) & 1 != 0 {
                libc::sigaddset(&mut set, *linux);
            }
        }
        set
    }
}

fn set_to_darwin(linux: &sigset_t) -> u32 {
    // SAFETY: `linux` is a set.
    let has = |signal: c_int| unsafe { libc::sigismember(linux, signal) == 1 };
    NUMBERS.iter().filter(|(_, linux)| has(*linux)).fold(0, |set, (signal, _)| set | 1 << (signal - 1))
}

/// What Darwin's code asked for, by its number.
struct Wanted {
    handler: AtomicUsize,
    mask: AtomicU32,
    flags: AtomicI32,
}

static WANTED: [Wanted; 32] =
    [const { Wanted { handler: AtomicUsize::new(0), mask: AtomicU32::new(0), flags: AtomicI32::new(0) } }; 32];

unsafe extern "C" fn deliver(signal: c_int, information: *mut libc::siginfo_t, context: *mut c_void) {
    let saved = errno::save();
    let darwin = to_darwin(signal);
    let Some(wanted) = WANTED.get(darwin as usize) else { return };
    let handler = wanted.handler.load(Ordering::Acquire);
    let mut info: d::Siginfo = std::mem::zeroed();
    info.si_signo = darwin;
    info.si_code = (*information).si_code;
    info.si_pid = (*information).si_pid();
    info.si_uid = (*information).si_uid();
    info.si_status = (*information).si_status();
    info.si_addr = (*information).si_addr();
    if handler > 1 {
        // SAFETY: a handler of Darwin's code; one that wants a single argument doesn't look at the others.
        let handler: unsafe extern "C" fn(c_int, *mut d::Siginfo, *mut c_void) = std::mem::transmute(handler);
        handler(darwin, &mut info, context);
    }
    errno::restore(saved);
}

unsafe extern "C" fn sigaction(signal: c_int, new: *const d::Sigaction, old: *mut d::Sigaction) -> c_int {
    let (Some(linux), Some(wanted)) = (super::to_linux(NUMBERS, signal), WANTED.get(signal as usize)) else {
        return errno::fail(d::EINVAL);
    };
    let mut before: libc::sigaction = std::mem::zeroed();
    if libc::sigaction(linux, std::ptr::null(), &mut before) != 0 {
        return -1;
    }
    let ours = before.sa_sigaction == deliver as *const () as usize;
    let before = d::Sigaction {
        // A handler that was reset, or inherited, is the host's to know.
        sa_handler: if ours { wanted.handler.load(Ordering::Acquire) } else { before.sa_sigaction & 1 },
        sa_mask: wanted.mask.load(Ordering::Relaxed),
        sa_flags: wanted.flags.load(Ordering::Relaxed),
    };
    if let Some(new) = new.as_ref() {
        if [d::SIGKILL, d::SIGSTOP].contains(&signal) {
            return errno::fail(d::EINVAL);
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_mask = set_to_linux(new.sa_mask);
        action.sa_flags = super::bits_to_linux(FLAGS, new.sa_flags);
        if new.sa_handler <= 1 {
            action.sa_sigaction = new.sa_handler;
        } else {
            action.sa_sigaction = deliver as *const () as usize;
            action.sa_flags |= libc::SA_SIGINFO;
        }
        wanted.handler.store(new.sa_handler, Ordering::Release);
        wanted.mask.store(new.sa_mask, Ordering::Relaxed);
        wanted.flags.store(new.sa_flags, Ordering::Relaxed);
        if libc::sigaction(linux, &action, std::ptr::null_mut()) != 0 {
            wanted.handler.store(before.sa_handler, Ordering::Release);
            return -1;
        }
    }
    if !old.is_null() {
        old.write(before);
    }
    0
}

/// As BSD has it: calls that it interrupts are taken up again.
unsafe extern "C" fn signal(number: c_int, handler: usize) -> usize {
    let new = d::Sigaction { sa_handler: handler, sa_mask: 0, sa_flags: d::SA_RESTART };
    let mut old = d::Sigaction { sa_handler: 0, sa_mask: 0, sa_flags: 0 };
    if sigaction(number, &new, &mut old) == 0 { old.sa_handler } else { usize::MAX }
}

/// Gives back an error number.
pub unsafe extern "C" fn pthread_sigmask(how: c_int, new: *const u32, old: *mut u32) -> c_int {
    let table =
        [(d::SIG_BLOCK, libc::SIG_BLOCK), (d::SIG_UNBLOCK, libc::SIG_UNBLOCK), (d::SIG_SETMASK, libc::SIG_SETMASK)];
    let mut before = std::mem::zeroed();
    let result = match (new.as_ref(), super::to_linux(&table, how)) {
        (None, _) => libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut before),
        (Some(_), None) => return d::EINVAL,
        (Some(new), Some(how)) => libc::pthread_sigmask(how, &set_to_linux(*new), &mut before),
    };
    if result == 0 && !old.is_null() {
        old.write(set_to_darwin(&before));
    }
    errno::darwin(result)
}

unsafe extern "C" fn sigprocmask(how: c_int, new: *const u32, old: *mut u32) -> c_int {
    match pthread_sigmask(how, new, old) {
        0 => 0,
        error => errno::fail(error),
    }
}

unsafe extern "C" fn sigpending(out: *mut u32) -> c_int {
    let mut set = std::mem::zeroed();
    let result = libc::sigpending(&mut set);
    if result == 0 {
        out.write(set_to_darwin(&set));
    }
    result
}

unsafe extern "C" fn sigwait(set: *const u32, out: *mut c_int) -> c_int {
    let mut signal = 0;
    let result = libc::sigwait(&set_to_linux(*set), &mut signal);
    if result == 0 {
        out.write(to_darwin(signal));
    }
    errno::darwin(result)
}

unsafe extern "C" fn kill(process: libc::pid_t, signal: c_int) -> c_int {
    let signal = to_linux(signal);
    let saved = errno::save();
    let reach = family::reach(process);
    errno::restore(saved);
    match reach {
        Reach::All => libc::kill(process, signal),
        Reach::Only(processes) => {
            // As for any group: it is well when one of them got it.
            let results: Vec<c_int> = processes.into_iter().map(|process| libc::kill(process, signal)).collect();
            if results.contains(&0) { 0 } else { -1 }
        }
        Reach::Nobody => errno::fail(d::EPERM),
    }
}

unsafe extern "C" fn killpg(group: libc::pid_t, signal: c_int) -> c_int {
    match group {
        // `kill(-1)` is for everything.
        1 => errno::fail(d::EPERM),
        0.. => kill(-group, signal),
        _ => errno::fail(d::EINVAL),
    }
}

unsafe extern "C" fn raise(signal: c_int) -> c_int {
    libc::raise(to_linux(signal))
}

unsafe extern "C" fn pthread_kill(thread: pthread_t, signal: c_int) -> c_int {
    errno::darwin(libc::pthread_kill(thread, to_linux(signal)))
}

thread_local! {
    static TEXT: Cell<[u8; 32]> = const { Cell::new([0; 32]) };
}

/// Darwin adds the number: `Terminated: 15`.
unsafe extern "C" fn strsignal(signal: c_int) -> *const c_char {
    let name = match signal {
        d::SIGEMT => "EMT trap",
        d::SIGINFO => "Information request",
        1..32 => &std::ffi::CStr::from_ptr(libc::strsignal(to_linux(signal))).to_string_lossy(),
        _ => "Unknown signal",
    };
    let mut text = [0; 32];
    for (to, from) in text.iter_mut().take(31).zip(format!("{name}: {signal}").bytes()) {
        *to = from;
    }
    TEXT.with(|cell| {
        cell.set(text);
        cell.as_ptr().cast::<c_char>().cast_const()
    })
}

unsafe extern "C" fn sigaltstack(new: *const d::Stack, old: *mut d::Stack) -> c_int {
    let table = [(d::SS_ONSTACK, libc::SS_ONSTACK), (d::SS_DISABLE, libc::SS_DISABLE)];
    let linux = new.as_ref().map(|new| libc::stack_t {
        ss_sp: new.ss_sp,
        // A disabled stack has no size on Darwin; Linux wants none either.
        ss_size: new.ss_size,
        ss_flags: super::bits_to_linux(&table, new.ss_flags),
    });
    let mut before: libc::stack_t = std::mem::zeroed();
    let result = libc::sigaltstack(linux.as_ref().map_or(std::ptr::null(), |linux| linux), &mut before);
    if result == 0 && !old.is_null() {
        let flags = super::bits_to_darwin(&table, before.ss_flags);
        old.write(d::Stack { ss_sp: before.ss_sp, ss_size: before.ss_size, ss_flags: flags });
    }
    result
}

/// One cannot interrupt on Darwin without `SA_RESTART` gone.
unsafe extern "C" fn siginterrupt(signal: c_int, on: c_int) -> c_int {
    let mut action = d::Sigaction { sa_handler: 0, sa_mask: 0, sa_flags: 0 };
    if sigaction(signal, std::ptr::null(), &mut action) != 0 {
        return -1;
    }
    action.sa_flags = if on != 0 { action.sa_flags & !d::SA_RESTART } else { action.sa_flags | d::SA_RESTART };
    sigaction(signal, &action, std::ptr::null_mut())
}

/// Sets have a bit for each of 32 signals (`signal.h`).
unsafe extern "C" fn sigemptyset(set: *mut u32) -> c_int {
    set.write(0);
    0
}

unsafe extern "C" fn sigfillset(set: *mut u32) -> c_int {
    set.write(!0);
    0
}

unsafe extern "C" fn sigaddset(set: *mut u32, signal: c_int) -> c_int {
    if !(1..=32).contains(&signal) {
        return errno::fail(d::EINVAL);
    }
    *set |= 1 << (signal - 1);
    0
}

shims! {
    [sigemptyset]
    [sigfillset]
    [sigaddset]
    [sigaction]
    [signal]
    [pthread_sigmask]
    [sigprocmask]
    [sigpending]
    [sigwait]
    [kill]
    [killpg]
    [raise]
    [pthread_kill]
    [strsignal]
    [sigaltstack]
    [siginterrupt]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_and_set_goes_both_ways() {
        for signal in 1..32 {
            assert_eq!(to_darwin(to_linux(signal)), signal);
            let set = 1 << (signal - 1);
            assert_eq!(set_to_darwin(&set_to_linux(set)), set);
        }
    }
}
