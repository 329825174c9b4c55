//! System calls that are refused by their number, whoever makes them: a shim, a program's own `syscall` instruction, or a
//! Linux program that it started.
//!
//! Most of them would fail without capabilities anyway. Here they fail on every kernel alike, also for users who
//! get capabilities from a name space of their own.

use std::collections::BTreeMap;

use libc::{c_int, c_long};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

/// Refused with any arguments.
pub const REFUSED: &[(&str, c_long)] = &[
    // the clock
    ("settimeofday", libc::SYS_settimeofday),
    ("clock_settime", libc::SYS_clock_settime),
    ("adjtimex", libc::SYS_adjtimex),
    ("clock_adjtime", libc::SYS_clock_adjtime),
    // the names
    ("sethostname", libc::SYS_sethostname),
    ("setdomainname", libc::SYS_setdomainname),
    // what is mounted, and where the root is
    ("mount", libc::SYS_mount),
    ("umount2", libc::SYS_umount2),
    ("move_mount", libc::SYS_move_mount),
    ("open_tree", libc::SYS_open_tree),
    ("fsopen", libc::SYS_fsopen),
    ("fsconfig", libc::SYS_fsconfig),
    ("fsmount", libc::SYS_fsmount),
    ("fspick", libc::SYS_fspick),
    ("mount_setattr", libc::SYS_mount_setattr),
    ("pivot_root", libc::SYS_pivot_root),
    ("chroot", libc::SYS_chroot),
    ("unshare", libc::SYS_unshare),
    ("setns", libc::SYS_setns),
    // the kernel
    ("init_module", libc::SYS_init_module),
    ("finit_module", libc::SYS_finit_module),
    ("delete_module", libc::SYS_delete_module),
    ("kexec_load", libc::SYS_kexec_load),
    ("kexec_file_load", libc::SYS_kexec_file_load),
    ("bpf", libc::SYS_bpf),
    ("perf_event_open", libc::SYS_perf_event_open),
    ("syslog", libc::SYS_syslog),
    ("reboot", libc::SYS_reboot),
    // disks, and what is written about their users
    ("swapon", libc::SYS_swapon),
    ("swapoff", libc::SYS_swapoff),
    ("acct", libc::SYS_acct),
    ("quotactl", libc::SYS_quotactl),
    ("quotactl_fd", libc::SYS_quotactl_fd),
    ("open_by_handle_at", libc::SYS_open_by_handle_at),
    // hardware
    #[cfg(target_arch = "x86_64")]
    ("iopl", libc::SYS_iopl),
    #[cfg(target_arch = "x86_64")]
    ("ioperm", libc::SYS_ioperm),
    // other processes
    ("ptrace", libc::SYS_ptrace),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("process_madvise", libc::SYS_process_madvise),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("move_pages", libc::SYS_move_pages),
    ("migrate_pages", libc::SYS_migrate_pages),
    // the keys of a user's session
    ("add_key", libc::SYS_add_key),
    ("request_key", libc::SYS_request_key),
    ("keyctl", libc::SYS_keyctl),
    // a second way to make any call
    ("io_uring_setup", libc::SYS_io_uring_setup),
];

/// An argument of a call, by its position, and what it must be for the call to be refused.
type Argument = (u8, SeccompCmpOp, i32);

/// Refused when all of these arguments are so.
pub const REFUSED_SO: &[(&str, c_long, &[Argument])] = &[
    // -1: everything that may be reached.
    ("kill -1", libc::SYS_kill, &[(0, SeccompCmpOp::Eq, -1)]),
    // Another process; one's own is 0.
    ("prlimit64 of another", libc::SYS_prlimit64, &[(0, SeccompCmpOp::Ne, 0)]),
    ("sched_setaffinity of another", libc::SYS_sched_setaffinity, &[(0, SeccompCmpOp::Ne, 0)]),
    ("setpriority of a user", libc::SYS_setpriority, &[(0, SeccompCmpOp::Eq, libc::PRIO_USER as i32)]),
    ("ioprio_set of a user", libc::SYS_ioprio_set, &[(0, SeccompCmpOp::Eq, 3)]),
    // Pushes keys into a terminal, as if its user had pressed them.
    ("ioctl TIOCSTI", libc::SYS_ioctl, &[(1, SeccompCmpOp::Eq, libc::TIOCSTI as i32)]),
];

/// `prctl` has no such operation; a process that is confined gets [`MARK_ERRNO`] from it, any other one `EINVAL`.
const MARK: c_int = 0x6d61_6368;

/// No `prctl` gives this.
const MARK_ERRNO: c_int = libc::EALREADY;

/// Whether this process, or one that it descends from, has called [`refuse`].
pub fn refused_already() -> bool {
    // SAFETY: no pointers.
    let result = unsafe { libc::prctl(MARK, 0, 0, 0, 0) };
    result == -1 && std::io::Error::last_os_error().raw_os_error() == Some(MARK_ERRNO)
}

/// Whether signals to everything are refused, which an emulator passes on, unlike what [`refused_already`] asks. The kernel alone
/// never says `EPERM` to them.
pub fn refuses_kill_of_everything() -> bool {
    // SAFETY: no pointers; 0 is no signal.
    unsafe { libc::kill(-1, 0) == -1 && *libc::__errno_location() == libc::EPERM }
}

/// Refuses them from now on, with `EPERM`.
pub fn refuse() -> Result<(), Error> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|(_, call)| (*call, Vec::new())).collect();
    for (_, call, arguments) in REFUSED_SO {
        rules.insert(*call, vec![rule(arguments)?]);
    }
    let mark = BTreeMap::from([(libc::SYS_prctl, vec![rule(&[(0, SeccompCmpOp::Eq, MARK)])?])]);
    for (rules, error) in [(rules, libc::EPERM), (mark, MARK_ERRNO)] {
        let refusal = SeccompAction::Errno(error as u32);
        let filter =
            SeccompFilter::new(rules, SeccompAction::Allow, refusal, TargetArch::try_from(std::env::consts::ARCH)?)?;
        // Sets `no_new_privs`, too.
        apply_filter(&BpfProgram::try_from(filter)?)?;
    }
    Ok(())
}

fn rule(arguments: &[Argument]) -> Result<SeccompRule, Error> {
    let conditions = arguments.iter().map(|(position, relation, value)| {
        let value = u64::from(*value as u32);
        SeccompCondition::new(*position, SeccompCmpArgLen::Dword, relation.clone(), value)
    });
    Ok(SeccompRule::new(conditions.collect::<Result<_, _>>()?)?)
}
