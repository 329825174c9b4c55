//! Whose a process is: of those that run under this loader and what they started, or somebody else's.
//!
//! An ordinary user of macOS may signal any process of the same user, which here are the user's own, or root's: the
//! test runner, the shell, the session. A program under test has no business with those. What tells them apart is what
//! the kernel passes on to children and never takes back: the filters of [`super::confine`], counted in
//! `/proc/PID/status`. A process with fewer of them than this one was there before.

use std::io::Write as _;

use libc::pid_t;

/// Whom a call that names a process or a group reaches.
#[derive(Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that it names: the kernel may have it as it is.
    All,
    /// A group has these and others.
    Only(Vec<pid_t>),
    /// Nobody of the family.
    Nobody,
}

/// What is said about a process.
#[derive(Debug, Default, PartialEq, Eq)]
struct Status {
    group: pid_t,
    ended: bool,
    filters: u32,
}

/// Whom `kill(target)` reaches: a process, `0` for the own group, `-GROUP`, or -1 for everything, which is refused.
///
/// For a single process it allocates nothing, so that signal handlers may ask.
pub fn reach(target: pid_t) -> Reach {
    match target {
        -1 => Reach::Nobody,
        1.. if is_foreign(target) => Reach::Nobody,
        1.. => Reach::All,
        // SAFETY: always safe.
        0 => group(unsafe { libc::getpgrp() }),
        group_id => group(group_id.wrapping_neg()),
    }
}

/// Whether a process is somebody else's. One that is gone, or that nobody has waited for yet, is left to the kernel.
fn is_foreign(process: pid_t) -> bool {
    // SAFETY: always safe.
    if process == unsafe { libc::getpid() } {
        return false;
    }
    // This thread's own: another thread may have been there before the filters.
    let own = status("thread-self").unwrap_or_default();
    status(process).is_some_and(|status| !status.ended && status.filters < own.filters)
}

fn group(id: pid_t) -> Reach {
    let folder = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = folder.filter_map(|entry| entry.file_name().to_str()?.parse::<pid_t>().ok());
    let members = processes.filter(|process| status(process).is_some_and(|status| status.group == id));
    let (foreign, own): (Vec<pid_t>, Vec<pid_t>) = members.partition(|process| is_foreign(*process));
    match (foreign.is_empty(), own.is_empty()) {
        (true, _) => Reach::All,
        (false, true) => Reach::Nobody,
        (false, false) => Reach::Only(own),
    }
}

/// Reads `/proc/PROCESS/status`.
fn status(process: impl std::fmt::Display) -> Option<Status> {
    let mut path = [0; 64];
    write!(path.as_mut_slice(), "/proc/{process}/status\0").ok()?;
    let mut text = [0; 8192];
    // SAFETY: the path ends with a zero byte, and the kernel writes no more than the buffer holds.
    let len = unsafe {
        let file = libc::open(path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
        let len = libc::read(file, text.as_mut_ptr().cast(), text.len());
        libc::close(file);
        len
    };
    parse(text.get(..usize::try_from(len).ok()?)?)
}

/// The lines of `proc_pid_status(5)` that count. `Seccomp_filters` is there since Linux 5.9; before, `Seccomp` says whether
/// there are any.
fn parse(text: &[u8]) -> Option<Status> {
    let value = |name: &str| {
        let line = text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(name.as_bytes()))?;
        std::str::from_utf8(line).ok()?.split_ascii_whitespace().next()
    };
    Some(Status {
        group: value("NSpgid:")?.parse().ok()?,
        ended: matches!(value("State:")?, "Z" | "X"),
        filters: value("Seccomp_filters:").or_else(|| value("Seccomp:"))?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_lines_are_read() {
        let text = b"Name:\tx\nState:\tZ (zombie)\nNSpgid:\t12\t3\nNSsid:\t4\nSeccomp:\t2\nSeccomp_filters:\t5\n";
        assert_eq!(parse(text), Some(Status { group: 12, ended: true, filters: 5 }));
        let old = b"State:\tS (sleeping)\nNSpgid:\t12\nSeccomp:\t2\n";
        assert_eq!(parse(old), Some(Status { group: 12, ended: false, filters: 2 }));
        assert_eq!(parse(b""), None);
        assert_eq!(status("no such process"), None);
        // SAFETY: always safe.
        assert_eq!(status("self").map(|status| status.group), Some(unsafe { libc::getpgrp() }));
    }

    #[test]
    fn without_filters_all_are_of_the_family_and_everything_is_still_refused() {
        // SAFETY: always safe.
        let parent = unsafe { libc::getppid() };
        assert_eq!((reach(parent), reach(0), reach(-1)), (Reach::All, Reach::All, Reach::Nobody));
    }
}
