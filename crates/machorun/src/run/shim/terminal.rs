//! Terminals: `ioctl` and termios.

use std::ffi::{c_char, c_int, c_void};

use super::{d, errno, shims};

/// Requests have the size of their argument in them (`sys/ioccom.h`), so the numbers are large; `winsize` and
/// integers are alike.
unsafe extern "C" fn ioctl(file: c_int, request: u64, argument: *mut c_void) -> c_int {
    let table = [
        (d::FIONBIO, libc::FIONBIO as i32),
        (d::FIOASYNC, libc::FIOASYNC as i32),
        (d::FIONREAD, libc::FIONREAD as i32),
        (d::TIOCGWINSZ, libc::TIOCGWINSZ as i32),
        (d::TIOCSWINSZ, libc::TIOCSWINSZ as i32),
        (d::TIOCGPGRP, libc::TIOCGPGRP as i32),
        (d::TIOCSPGRP, libc::TIOCSPGRP as i32),
        (d::TIOCOUTQ, libc::TIOCOUTQ as i32),
        (d::TIOCSTI, libc::TIOCSTI as i32),
        (d::TIOCNOTTY, libc::TIOCNOTTY as i32),
    ];
    match request as i32 {
        d::FIOCLEX => libc::fcntl(file, libc::F_SETFD, libc::FD_CLOEXEC),
        d::FIONCLEX => libc::fcntl(file, libc::F_SETFD, 0),
        d::TIOCSCTTY => libc::ioctl(file, libc::TIOCSCTTY, 0),
        other => match super::to_linux(&table, other) {
            Some(request) => libc::ioctl(file, request as u64, argument),
            None => errno::fail(d::ENOTTY),
        },
    }
}

crate::run::arch::optional! {
    variadic_ioctl: 2 => ioctl;
}

const INPUT: &[(i32, i32)] = &[
    (d::IGNBRK, libc::IGNBRK as i32),
    (d::BRKINT, libc::BRKINT as i32),
    (d::IGNPAR, libc::IGNPAR as i32),
    (d::PARMRK, libc::PARMRK as i32),
    (d::INPCK, libc::INPCK as i32),
    (d::ISTRIP, libc::ISTRIP as i32),
    (d::INLCR, libc::INLCR as i32),
    (d::IGNCR, libc::IGNCR as i32),
    (d::ICRNL, libc::ICRNL as i32),
    (d::IXON, libc::IXON as i32),
    (d::IXOFF, libc::IXOFF as i32),
    (d::IXANY, libc::IXANY as i32),
    (d::IMAXBEL, libc::IMAXBEL as i32),
    (d::IUTF8, libc::IUTF8 as i32),
];

const OUTPUT: &[(i32, i32)] = &[
    (d::OPOST, libc::OPOST as i32),
    (d::ONLCR, libc::ONLCR as i32),
    (d::OCRNL, libc::OCRNL as i32),
    (d::ONOCR, libc::ONOCR as i32),
    (d::ONLRET, libc::ONLRET as i32),
    (d::OFILL, libc::OFILL as i32),
];

/// Character sizes are two bits, 0 for 5 bits, on both.
const CONTROL: &[(i32, i32)] = &[
    (d::CS6, libc::CS6 as i32),
    (d::CS7, libc::CS7 as i32),
    (d::CSTOPB, libc::CSTOPB as i32),
    (d::CREAD, libc::CREAD as i32),
    (d::PARENB, libc::PARENB as i32),
    (d::PARODD, libc::PARODD as i32),
    (d::HUPCL, libc::HUPCL as i32),
    (d::CLOCAL, libc::CLOCAL as i32),
];

const LOCAL: &[(i32, i32)] = &[
    (d::ECHOKE, libc::ECHOKE as i32),
    (d::ECHOE, libc::ECHOE as i32),
    (d::ECHOK, libc::ECHOK as i32),
    (d::ECHO, libc::ECHO as i32),
    (d::ECHONL, libc::ECHONL as i32),
    (d::ECHOPRT, libc::ECHOPRT as i32),
    (d::ECHOCTL, libc::ECHOCTL as i32),
    (d::ISIG, libc::ISIG as i32),
    (d::ICANON, libc::ICANON as i32),
    (d::IEXTEN, libc::IEXTEN as i32),
    (d::EXTPROC, libc::EXTPROC as i32),
    (d::TOSTOP, libc::TOSTOP as i32),
    (d::FLUSHO, libc::FLUSHO as i32),
    (d::PENDIN, libc::PENDIN as i32),
    (d::NOFLSH, libc::NOFLSH as i32),
];

const CHARACTERS: &[(i32, usize)] = &[
    (d::VEOF, libc::VEOF),
    (d::VEOL, libc::VEOL),
    (d::VEOL2, libc::VEOL2),
    (d::VERASE, libc::VERASE),
    (d::VWERASE, libc::VWERASE),
    (d::VKILL, libc::VKILL),
    (d::VREPRINT, libc::VREPRINT),
    (d::VINTR, libc::VINTR),
    (d::VQUIT, libc::VQUIT),
    (d::VSUSP, libc::VSUSP),
    (d::VSTART, libc::VSTART),
    (d::VSTOP, libc::VSTOP),
    (d::VLNEXT, libc::VLNEXT),
    (d::VDISCARD, libc::VDISCARD),
    (d::VMIN, libc::VMIN),
    (d::VTIME, libc::VTIME),
];

/// An unused character is 0xff on Darwin (`_POSIX_VDISABLE`), 0 here.
fn character(value: u8, from: u8, to: u8, counts: bool) -> u8 {
    if value == from && !counts { to } else { value }
}

/// Speeds are themselves on Darwin (`sys/termios.h`: `B9600` is 9600), numbered here.
const SPEEDS: &[(u64, libc::speed_t)] = &[
    (0, libc::B0),
    (50, libc::B50),
    (75, libc::B75),
    (110, libc::B110),
    (134, libc::B134),
    (150, libc::B150),
    (200, libc::B200),
    (300, libc::B300),
    (600, libc::B600),
    (1200, libc::B1200),
    (1800, libc::B1800),
    (2400, libc::B2400),
    (4800, libc::B4800),
    (9600, libc::B9600),
    (19200, libc::B19200),
    (38400, libc::B38400),
    (57600, libc::B57600),
    (115_200, libc::B115200),
    (230_400, libc::B230400),
];

fn speed_to_darwin(linux: libc::speed_t) -> u64 {
    SPEEDS.iter().find(|(_, number)| *number == linux).map_or(9600, |(speed, _)| *speed)
}

fn speed_to_linux(darwin: u64) -> libc::speed_t {
    SPEEDS.iter().find(|(speed, _)| *speed == darwin).map_or(libc::B9600, |(_, number)| *number)
}

unsafe extern "C" fn tcgetattr(file: c_int, out: *mut d::Termios) -> c_int {
    let mut linux: libc::termios = std::mem::zeroed();
    if libc::tcgetattr(file, &mut linux) != 0 {
        return -1;
    }
    let bits = |table, value: u32| super::bits_to_darwin(table, value as i32) as u32 as u64;
    let mut c_cc = [0xff; 20];
    for (darwin, index) in CHARACTERS {
        let counts = [d::VMIN, d::VTIME].contains(darwin);
        if let (Some(to), Some(from)) = (c_cc.get_mut(*darwin as usize), linux.c_cc.get(*index)) {
            *to = character(*from, 0, 0xff, counts);
        }
    }
    out.write(d::Termios {
        c_iflag: bits(INPUT, linux.c_iflag),
        c_oflag: bits(OUTPUT, linux.c_oflag),
        c_cflag: bits(CONTROL, linux.c_cflag),
        c_lflag: bits(LOCAL, linux.c_lflag),
        c_cc,
        c_ispeed: speed_to_darwin(libc::cfgetispeed(&linux)),
        c_ospeed: speed_to_darwin(libc::cfgetospeed(&linux)),
    });
    0
}

unsafe extern "C" fn tcsetattr(file: c_int, when: c_int, new: *const d::Termios) -> c_int {
    let new = &*new;
    let mut linux: libc::termios = std::mem::zeroed();
    if libc::tcgetattr(file, &mut linux) != 0 {
        return -1;
    }
    // What Darwin doesn't know stays as it is.
    let merge = |table: &[(i32, i32)], now: u32, wanted: u64| {
        let known = table.iter().fold(0, |all, (_, linux)| all | linux) as u32;
        now & !known | super::bits_to_linux(table, wanted as i32) as u32
    };
    linux.c_iflag = merge(INPUT, linux.c_iflag, new.c_iflag);
    linux.c_oflag = merge(OUTPUT, linux.c_oflag, new.c_oflag);
    linux.c_cflag = merge(CONTROL, linux.c_cflag, new.c_cflag);
    linux.c_lflag = merge(LOCAL, linux.c_lflag, new.c_lflag);
    for (darwin, index) in CHARACTERS {
        let counts = [d::VMIN, d::VTIME].contains(darwin);
        if let (Some(from), Some(to)) = (new.c_cc.get(*darwin as usize), linux.c_cc.get_mut(*index)) {
            *to = character(*from, 0xff, 0, counts);
        }
    }
    libc::cfsetispeed(&mut linux, speed_to_linux(new.c_ispeed));
    libc::cfsetospeed(&mut linux, speed_to_linux(new.c_ospeed));
    // TCSANOW, TCSADRAIN and TCSAFLUSH are 0, 1, 2 on both; Darwin may add TCSASOFT.
    libc::tcsetattr(file, when & 3, &linux)
}

unsafe extern "C" fn cfgetispeed(from: *const d::Termios) -> u64 {
    (*from).c_ispeed
}

unsafe extern "C" fn cfgetospeed(from: *const d::Termios) -> u64 {
    (*from).c_ospeed
}

unsafe extern "C" fn cfsetispeed(to: *mut d::Termios, speed: u64) -> c_int {
    (*to).c_ispeed = speed;
    0
}

unsafe extern "C" fn cfsetospeed(to: *mut d::Termios, speed: u64) -> c_int {
    (*to).c_ospeed = speed;
    0
}

/// Queues are numbered from 1 on Darwin, from 0 here.
unsafe extern "C" fn tcflush(file: c_int, queue: c_int) -> c_int {
    libc::tcflush(file, queue - 1)
}

unsafe extern "C" fn tcflow(file: c_int, action: c_int) -> c_int {
    libc::tcflow(file, action - 1)
}

/// The structures that a new terminal starts with, when given, are Darwin's.
unsafe extern "C" fn openpty(
    leader: *mut c_int,
    follower: *mut c_int,
    name: *mut c_char,
    attributes: *const d::Termios,
    size: *const libc::winsize,
) -> c_int {
    let result = libc::openpty(leader, follower, name, std::ptr::null(), size);
    if result == 0 && !attributes.is_null() {
        tcsetattr(*follower, d::TCSANOW, attributes);
    }
    result
}

unsafe extern "C" fn forkpty(
    leader: *mut c_int,
    name: *mut c_char,
    attributes: *const d::Termios,
    size: *const libc::winsize,
) -> c_int {
    let result = libc::forkpty(leader, name, std::ptr::null(), size);
    if result == 0 && !attributes.is_null() {
        tcsetattr(0, d::TCSANOW, attributes);
    }
    result
}

unsafe extern "C" fn ttyname_r(file: c_int, buffer: *mut c_char, size: usize) -> c_int {
    errno::darwin(libc::ttyname_r(file, buffer, size))
}

unsafe extern "C" fn ptsname_r(file: c_int, buffer: *mut c_char, size: usize) -> c_int {
    errno::darwin(libc::ptsname_r(file, buffer, size))
}

unsafe extern "C" fn ctermid_r(buffer: *mut c_char) -> *mut c_char {
    let name = c"/dev/tty";
    std::ptr::copy_nonoverlapping(name.as_ptr(), buffer, name.count_bytes() + 1);
    buffer
}

/// Bytes as they come (termios(4)): nothing is edited, echoed or signalled, and a read waits for one byte.
unsafe extern "C" fn cfmakeraw(termios: *mut d::Termios) {
    let input = [
        d::BRKINT,
        d::IGNPAR,
        d::PARMRK,
        d::INPCK,
        d::ISTRIP,
        d::INLCR,
        d::IGNCR,
        d::ICRNL,
        d::IXON,
        d::IXOFF,
        d::IMAXBEL,
    ];
    let local =
        [d::ECHO, d::ECHOE, d::ECHOK, d::ECHONL, d::ICANON, d::ISIG, d::IEXTEN, d::NOFLSH, d::TOSTOP, d::PENDIN];
    let without = |flags: &[i32]| !flags.iter().fold(0, |all, flag| all | u64::from(*flag as u32));
    let raw = &mut *termios;
    raw.c_iflag = raw.c_iflag & without(&input) | d::IGNBRK as u64;
    raw.c_oflag &= without(&[d::OPOST]);
    raw.c_lflag &= without(&local);
    raw.c_cflag = raw.c_cflag & without(&[d::CSIZE, d::PARENB]) | (d::CS8 | d::CREAD) as u64;
    for (index, value) in [(d::VMIN, 1), (d::VTIME, 0)] {
        if let Some(character) = raw.c_cc.get_mut(index as usize) {
            *character = value;
        }
    }
}

shims! {
    ["_ioctl" => variadic_ioctl]
    [tcgetattr]
    [tcsetattr]
    [cfmakeraw]
    [cfgetispeed]
    [cfgetospeed]
    [cfsetispeed]
    [cfsetospeed]
    [tcflush]
    [tcflow]
    [openpty]
    [forkpty]
    [ttyname_r]
    [ptsname_r]
    [ctermid_r]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_keeps_what_it_is_given() {
        let (mut leader, mut follower) = (0, 0);
        // SAFETY: all pointers lead to variables of their type.
        unsafe {
            if openpty(&mut leader, &mut follower, std::ptr::null_mut(), std::ptr::null(), std::ptr::null()) != 0 {
                println!("skipped: no pseudo-terminals here");
                return;
            }
            let mut before: d::Termios = std::mem::zeroed();
            assert_eq!(tcgetattr(follower, &mut before), 0);
            assert_ne!(before.c_lflag & d::ECHO as u64, 0);
            before.c_lflag &= !(d::ECHO as u64);
            before.c_cc[d::VINTR as usize] = 0xff;
            assert_eq!(tcsetattr(follower, d::TCSANOW, &before), 0);
            let mut after: d::Termios = std::mem::zeroed();
            assert_eq!(tcgetattr(follower, &mut after), 0);
            assert_eq!((after.c_lflag, after.c_cc), (before.c_lflag, before.c_cc));
            cfmakeraw(&mut after);
            let cooked = [(after.c_lflag, d::ICANON | d::ISIG), (after.c_oflag, d::OPOST), (after.c_iflag, d::ICRNL)];
            assert!(cooked.iter().all(|(flags, wanted)| flags & *wanted as u64 == 0));
            assert_eq!((after.c_cflag & d::CSIZE as u64, after.c_cc[d::VMIN as usize]), (d::CS8 as u64, 1));
            libc::close(leader);
            libc::close(follower);
        }
    }
}
