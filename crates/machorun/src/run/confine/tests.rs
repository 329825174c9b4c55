//! What a program can't do to the machine, as root and as an ordinary user. Each test starts this file's `guest` in a process
//! of its own, which confines itself and tries everything.

use std::ffi::{CString, c_char, c_int};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::stand_ins;

/// The system's library, where all of them would be.
const SYSTEM: &str = "/usr/lib/libSystem.B.dylib";

/// Where the guest may write.
const FOLDER: &str = "MACHORUN_TEST_FOLDER";

/// Functions of macOS that change the machine, and that programs here can't even be linked with. By header.
const ABSENT: &[&str] = &[
    // sys/time.h, sys/timex.h, time.h, mach/clock_priv.h
    "settimeofday",
    "adjtime",
    "ntp_adjtime",
    "stime",
    "clock_set_time",
    "host_set_multiuser_config_flags",
    // unistd.h
    "setdomainname",
    "sethostid",
    "setlogin",
    "acct",
    "reboot",
    "swapon",
    "revoke",
    "undelete",
    "setwgroups_np",
    "initgroups_np",
    "syscall",
    "__syscall",
    "setresuid",
    "setresgid",
    "setruid",
    "setrgid",
    "pthread_setugid_np",
    // sys/mount.h, sys/quota.h, nfs
    "mount",
    "fmount",
    "unmount",
    "quotactl",
    "nfssvc",
    "fs_snapshot_create",
    // sys/ptrace.h, mach/mach.h, libproc.h
    "ptrace",
    "task_terminate",
    "thread_terminate",
    "processor_set_tasks",
    "host_reboot",
    "host_set_special_port",
    "proc_setpcontrol",
    "proc_terminate",
    "proc_rlimit_control",
    "setiopolicy_np",
    "kas_info",
    // sys/sysctl.h, the kernel's extensions, auditing, sandbox
    "sysctl",
    "sysctlnametomib",
    "kext_request",
    "kextload",
    "KextManagerLoadKextWithURL",
    "audit",
    "auditon",
    "auditctl",
    "setaudit_addr",
    "sandbox_init",
    // net
    "if_attach",
    "socketpair_np",
    "sethostent_np",
    "setnetgrent",
    // raw privileges
    "AuthorizationExecuteWithPrivileges",
    "csr_set_allow_all",
    "launch_activate_socket",
    "xpc_connection_create",
    "sigqueue",
    "sched_setaffinity",
    "thread_policy_set",
    "pthread_setschedparam",
    "lio_listio",
];

/// Calls a function of the shim's, or of the host's where it passes, as a Mach-O program would.
fn darwin(name: &str, arguments: &[usize]) -> Result<i32, i32> {
    let found = address(name).unwrap_or_else(|| panic!("{name} is a function here"));
    let at = |index: usize| arguments.get(index).copied().unwrap_or(0);
    type Function = unsafe extern "C" fn(usize, usize, usize, usize, usize, usize) -> c_int;
    type Cell = unsafe extern "C" fn() -> *mut c_int;
    let cell = address("__error").unwrap();
    // SAFETY: both are functions with arguments of the machine's words, fewer than six.
    unsafe {
        let cell = std::mem::transmute::<u64, Cell>(cell);
        *cell() = 0;
        let result = std::mem::transmute::<u64, Function>(found)(at(0), at(1), at(2), at(3), at(4), at(5));
        if result == -1 { Err(*cell()) } else { Ok(result) }
    }
}

fn address(name: &str) -> Option<u64> {
    let system = stand_ins::stand_in(SYSTEM).unwrap();
    let name = format!("_{name}");
    if let Some(address) = system.shim(&name) {
        return Some(address);
    }
    let host = CString::new(system.passed(&name)?).unwrap();
    // SAFETY: a name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, host.as_ptr()) };
    (!found.is_null()).then_some(found as u64)
}

fn raw(call: i64, arguments: [i64; 3]) -> Result<i64, i32> {
    let [first, second, third] = arguments;
    // SAFETY: what is tried here fails before it follows a pointer, or gets none.
    match unsafe { libc::syscall(call, first, second, third, 0, 0, 0) } {
        -1 => Err(std::io::Error::last_os_error().raw_os_error().unwrap()),
        result => Ok(result),
    }
}

fn run_guest(user: Option<u32>) {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    fs_err::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    // The path of the test may lie where another user can't go.
    let mut command = Command::new("/proc/self/exe");
    command.args(["run::confine::tests::guest", "--exact", "--ignored", "--nocapture"]).current_dir("/");
    command.env(FOLDER, folder.path()).env_remove("TMPDIR");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn nothing_that_changes_the_machine_is_left_to_this_user() {
    run_guest(None);
}

#[test]
fn nothing_that_changes_the_machine_is_left_to_an_ordinary_user() {
    // SAFETY: always safe.
    let root = unsafe { libc::geteuid() } == 0;
    run_guest(root.then_some(65534));
}

#[test]
#[ignore = "confines its process, in which no other test can run then: the two tests above start it in one of its own"]
fn guest() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("started by the tests above"));
    // Users are changed by all threads of a process, and confined is only one of the test's; the child has just one.
    // SAFETY: the other thread of this process waits for this one, and holds no lock.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let result = std::panic::catch_unwind(|| confined(&folder));
        // SAFETY: always safe.
        unsafe { libc::_exit(result.is_err().into()) }
    }
    let mut status = 0;
    // SAFETY: a child of this process.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
}

/// What the kernel says of the process's rights. The rest of the file changes as the process runs.
fn privileges() -> String {
    let status = fs_err::read_to_string("/proc/thread-self/status").unwrap();
    let of_rights =
        |line: &&str| ["Cap", "NoNewPrivs", "Seccomp", "Uid", "Gid"].iter().any(|name| line.starts_with(name));
    status.lines().filter(of_rights).collect::<Vec<_>>().join("\n")
}

fn confined(folder: &Path) {
    // SAFETY: always safe.
    let (was_root, parent) = unsafe { (libc::geteuid() == 0, libc::getppid()) };
    assert!(!super::calls::refused_already());
    assert!(super::check().is_err());
    super::enter(folder).unwrap();
    stand_ins::prepare(&[]);
    assert!(super::calls::refused_already());
    super::check().unwrap();
    let before = privileges();
    super::enter(folder).unwrap();
    assert_eq!(privileges(), before, "a second time changes nothing");
    assert!(before.contains("NoNewPrivs:\t1"), "{before}");

    functions_of_macos(parent as usize, folder);
    calls_of_linux(parent);
    writes(folder, was_root);
    what_is_its_own(folder, was_root);
}

/// Tries each with arguments that change nothing should it succeed, and expects the errno of `man 2` on macOS.
fn functions_of_macos(parent: usize, folder: &Path) {
    for name in ABSENT {
        assert_eq!(address(name), None, "{name}");
        assert_eq!(stand_ins::trap(&format!("_{name}")), None, "{name}");
    }
    for name in ["task_for_pid", "task_suspend", "task_resume"] {
        let mut task = 0_u32;
        let answer = darwin(name, &[1, parent, &raw mut task as usize]);
        assert_eq!(answer, Ok(5), "{name} says KERN_FAILURE");
    }
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let other = [1_u32];
    let high = [u64::MAX >> 1; 2];
    let low = [64_u64; 2];
    let device = CString::new(folder.join("device").into_os_string().into_encoded_bytes()).unwrap();
    // SAFETY: a clock that exists; a file that nobody needs.
    let file = unsafe {
        libc::clock_gettime(libc::CLOCK_REALTIME, &mut now);
        libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0)
    } as usize;
    let text = |text: &'static std::ffi::CStr| text.as_ptr() as usize;
    let (minus, winch) = (|number: i32| number as usize, 28);
    let other_group = parent_group();
    assert_eq!(darwin("setrlimit", &[8, low.as_ptr() as usize]), Ok(0), "lower limits are everybody's");
    #[rustfmt::skip]
    let tried: &[(&str, Vec<usize>, i32)] = &[
        ("clock_settime", vec![0, &raw const now as usize], libc::EPERM),
        ("sethostname", vec![text(c"here"), 4], libc::EPERM),
        ("chroot", vec![text(c"/")], libc::EPERM),
        ("setuid", vec![1], libc::EPERM),
        ("seteuid", vec![1], libc::EPERM),
        ("setreuid", vec![1, 1], libc::EPERM),
        ("setgid", vec![1], libc::EPERM),
        ("setegid", vec![1], libc::EPERM),
        ("setregid", vec![1, 1], libc::EPERM),
        ("setgroups", vec![1, other.as_ptr() as usize], libc::EPERM),
        ("initgroups", vec![text(c"daemon"), 1], libc::EPERM),
        ("nice", vec![minus(-5)], libc::EPERM),
        ("setpriority", vec![0, 0, minus(-20)], libc::EACCES),
        ("setpriority", vec![0, parent, 5], libc::EPERM),
        ("setpriority", vec![0, 1, 5], libc::EPERM),
        ("setpriority", vec![1, other_group, 5], libc::EPERM),
        ("setpriority", vec![2, 0, 5], libc::EPERM),
        ("setrlimit", vec![8, high.as_ptr() as usize], libc::EPERM),
        ("kill", vec![parent, winch], libc::EPERM),
        ("kill", vec![1, winch], libc::EPERM),
        ("kill", vec![minus(-1), winch], libc::EPERM),
        ("kill", vec![minus(-(other_group as i32)), winch], libc::EPERM),
        ("killpg", vec![other_group, winch], libc::EPERM),
        ("killpg", vec![1, winch], libc::EPERM),
        ("fcntl", vec![file, 6, parent], libc::EPERM),
        ("fcntl", vec![file, 6, minus(-(other_group as i32))], libc::EPERM),
        ("mknod", vec![device.as_ptr() as usize, 0o020_600, 1 << 24 | 3], libc::EPERM),
        ("mknodat", vec![minus(-2), device.as_ptr() as usize, 0o060_600, 8 << 24], libc::EPERM),
        ("sysctlbyname", vec![text(c"kern.osrelease"), 0, 0, text(c"1"), 1], libc::EPERM),
    ];
    for (name, arguments, errno) in tried {
        assert_eq!(darwin(name, arguments), Err(*errno), "{name}{arguments:x?}");
    }
}

/// The group of the process that started this one, which has left it.
fn parent_group() -> usize {
    // SAFETY: no pointers.
    unsafe {
        let group = libc::getpgrp();
        assert_eq!(libc::setpgid(0, 0), 0);
        group as usize
    }
}

fn calls_of_linux(parent: i32) {
    for (name, call) in super::calls::REFUSED {
        assert_eq!(raw(*call, [0; 3]), Err(libc::EPERM), "{name}");
    }
    let parent = i64::from(parent);
    for (name, call, arguments) in [
        ("kill", libc::SYS_kill, [-1, 0, 0]),
        ("kill", libc::SYS_kill, [0xffff_ffff, 0, 0]),
        ("kill", libc::SYS_kill, [parent, 0, 0]),
        ("kill", libc::SYS_kill, [1, 0, 0]),
        ("tgkill", libc::SYS_tgkill, [parent, parent, 0]),
        ("prlimit64", libc::SYS_prlimit64, [parent, 7, 0]),
        ("sched_setaffinity", libc::SYS_sched_setaffinity, [parent, 0, 0]),
        ("setpriority", libc::SYS_setpriority, [2, 0, 5]),
        ("ioprio_set", libc::SYS_ioprio_set, [3, 0, 0]),
        ("ioctl", libc::SYS_ioctl, [0, 0x5412, 0]),
        ("setuid", libc::SYS_setuid, [1, 0, 0]),
        ("setresuid", libc::SYS_setresuid, [1, 1, 1]),
        ("setgid", libc::SYS_setgid, [1, 0, 0]),
        ("setgroups", libc::SYS_setgroups, [0, 0, 0]),
        // A raw socket: any packet.
        ("socket", libc::SYS_socket, [i64::from(libc::AF_INET), i64::from(libc::SOCK_RAW), 255]),
    ] {
        assert_eq!(raw(call, arguments), Err(libc::EPERM), "{name}{arguments:?}");
    }
}

/// Files by which root changes the machine; to an ordinary user they are nothing new.
fn writes(folder: &Path, was_root: bool) {
    let open = |path: &str| {
        let path = CString::new(path).unwrap();
        let path: *const c_char = path.as_ptr();
        darwin("open", &[path as usize, libc::O_WRONLY as usize]).map(|_| ())
    };
    for file in ["/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/etc/passwd", "/etc/hosts", "/usr/bin/env"] {
        if Path::new(file).exists() {
            assert_eq!(open(file), Err(libc::EACCES), "{file}");
        }
    }
    for file in ["/etc/machorun-test", "/usr/machorun-test", "/var/machorun-test", "/run/machorun-test"] {
        assert_eq!(std::fs::create_dir(file).unwrap_err().raw_os_error(), Some(libc::EACCES), "{file}");
    }
    let own = folder.join("own");
    fs_err::write(&own, "").unwrap();
    let moved = std::fs::rename(&own, "/etc/machorun-test").unwrap_err().raw_os_error();
    assert!(matches!(moved, Some(libc::EACCES | libc::EXDEV)), "{moved:?}");
    for file in ["/dev/null", "/dev/zero", "/dev/ptmx"] {
        assert_eq!(open(file), Ok(()), "{file}");
    }
    // Between folders, too.
    fs_err::create_dir(folder.join("folder")).unwrap();
    fs_err::rename(&own, folder.join("folder/moved")).unwrap();
    if was_root {
        std::os::unix::fs::chown(folder.join("folder/moved"), Some(1), Some(1)).unwrap();
        fs_err::write(folder.join("folder/moved"), "of another, and written to").unwrap();
    }
}

/// What a program may do to its children and to itself.
fn what_is_its_own(folder: &Path, was_root: bool) {
    let start = || {
        Command::new("/bin/sleep")
            .arg("100")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap()
    };
    let killed = |mut child: std::process::Child| {
        let status = child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
    };
    let child = start();
    assert_eq!(darwin("setpriority", &[0, child.id() as usize, 19]), Ok(0));
    assert_eq!(darwin("kill", &[child.id() as usize, 9]), Ok(0));
    killed(child);
    let child = start();
    assert_eq!(darwin("killpg", &[child.id() as usize, 9]), Ok(0));
    killed(child);
    // Nobody waits for the child of a child that ended; it is of the family all the same.
    let script = "sleep 100 >/dev/null 2>&1 & echo $!";
    let output = Command::new("/bin/sh").args(["-c", script]).output().unwrap();
    let orphan: usize = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    assert_eq!(darwin("kill", &[orphan, 9]), Ok(0));
    // Nothing has this number; the kernel says so.
    assert_eq!(darwin("kill", &[4_000_000, 0]), Err(libc::ESRCH));
    // SAFETY: no pointers.
    let (own, group) = unsafe { (libc::getpid() as usize, libc::getpgrp() as usize) };
    for (name, arguments) in [
        ("kill", vec![own, 28]),
        ("kill", vec![0, 28]),
        ("killpg", vec![group, 28]),
        ("setuid", vec![user(was_root)]),
        ("seteuid", vec![user(was_root)]),
        ("setpriority", vec![0, 0, 19]),
        ("nice", vec![0]),
    ] {
        let result = darwin(name, &arguments);
        assert!(result.is_ok(), "{name}{arguments:?}: {result:?}");
    }
    let fifo = CString::new(folder.join("fifo").into_os_string().into_encoded_bytes()).unwrap();
    assert_eq!(darwin("mknod", &[fifo.as_ptr() as usize, 0o010_600, 0]), Ok(0));
    // A program that it starts has got nothing back.
    let output = Command::new("/bin/cat").arg("/proc/self/status").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID: bits 0, 1, 3, 4.
    let capabilities = if was_root { "000000000000001b" } else { "0000000000000000" };
    for line in ["CapPrm", "CapEff"] {
        assert!(said.contains(&format!("{line}:\t{capabilities}\n")), "{said}");
    }
}

fn user(was_root: bool) -> usize {
    if was_root { 0 } else { 65534 }
}
