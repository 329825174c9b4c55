//! Sockets: addresses have a length on Darwin, families and options other numbers.

use std::ffi::{c_char, c_int, c_void};

use libc::socklen_t;

use super::{d, errno, shims};

/// Families that differ: the others are alike (`sys/socket.h`).
pub fn family_to_linux(darwin: c_int) -> c_int {
    if darwin == d::AF_INET6 { libc::AF_INET6 } else { darwin }
}

/// The other way.
pub fn family_to_darwin(linux: c_int) -> c_int {
    if linux == libc::AF_INET6 { d::AF_INET6 } else { linux }
}

/// The largest address of any family, bytes.
pub const ADDRESS: usize = 128;

/// A socket address: length and family are a byte each on Darwin, two bytes of family here; the rest is alike.
pub struct Address {
    bytes: [u8; ADDRESS],
    len: socklen_t,
}

impl Address {
    /// # Safety
    /// `at` is null or leads to `len` bytes.
    pub unsafe fn from_darwin(at: *const c_void, len: socklen_t) -> Self {
        let mut bytes = [0; ADDRESS];
        let len = len.min(ADDRESS as socklen_t);
        if !at.is_null() {
            std::ptr::copy_nonoverlapping(at.cast::<u8>(), bytes.as_mut_ptr(), len as usize);
            if len >= 2 {
                let family = family_to_linux(bytes[1].into()) as u16;
                bytes[..2].copy_from_slice(&family.to_ne_bytes());
            }
        }
        Self { bytes, len }
    }

    /// Whether it is a path of nothing: Linux would choose a name, or take the rest for one that is no file's.
    fn is_empty_path(&self) -> bool {
        let local = self.bytes[..2] == (libc::AF_UNIX as u16).to_ne_bytes();
        local && (self.len <= 2 || self.bytes[2] == 0)
    }

    pub fn as_ptr(&self) -> *const libc::sockaddr {
        self.bytes.as_ptr().cast()
    }

    pub fn len(&self) -> socklen_t {
        self.len
    }
}

/// Turns an address that Linux wrote into Darwin's, in place.
///
/// # Safety
/// `at` is null or leads to `len` bytes, or to fewer when the buffer was short.
pub unsafe fn address_to_darwin(at: *mut c_void, len: socklen_t) {
    if !at.is_null() && len >= 2 {
        let bytes = at.cast::<u8>();
        let family = bytes.cast::<u16>().read_unaligned();
        bytes.write(len.min(255) as u8);
        bytes.add(1).write(family_to_darwin(family.into()) as u8);
    }
}

unsafe extern "C" fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int {
    libc::socket(family_to_linux(family), kind, protocol)
}

unsafe extern "C" fn socketpair(family: c_int, kind: c_int, protocol: c_int, out: *mut c_int) -> c_int {
    libc::socketpair(family_to_linux(family), kind, protocol, out)
}

unsafe extern "C" fn bind(socket: c_int, at: *const c_void, len: socklen_t) -> c_int {
    let address = Address::from_darwin(at, len);
    if address.is_empty_path() {
        return errno::fail(d::ENOENT);
    }
    libc::bind(socket, address.as_ptr(), address.len())
}

unsafe extern "C" fn connect(socket: c_int, at: *const c_void, len: socklen_t) -> c_int {
    let address = Address::from_darwin(at, len);
    if address.is_empty_path() {
        return errno::fail(d::ENOENT);
    }
    libc::connect(socket, address.as_ptr(), address.len())
}

type GetAddress = unsafe extern "C" fn(c_int, *mut libc::sockaddr, *mut socklen_t) -> c_int;

unsafe fn get_address(call: GetAddress, socket: c_int, at: *mut c_void, len: *mut socklen_t) -> c_int {
    let room = if len.is_null() { 0 } else { *len };
    let result = call(socket, at.cast(), len);
    if result >= 0 && !at.is_null() && !len.is_null() {
        // The socket of a pair has an address of its family alone; Darwin says nothing, or pads it.
        address_to_darwin(at, (*len).min(room));
    }
    result
}

unsafe extern "C" fn accept(socket: c_int, at: *mut c_void, len: *mut socklen_t) -> c_int {
    let accepted = get_address(libc::accept, socket, at, len);
    if accepted >= 0 {
        // Darwin's accepted sockets inherit O_NONBLOCK.
        let flags = libc::fcntl(socket, libc::F_GETFL);
        if flags & libc::O_NONBLOCK != 0 {
            libc::fcntl(accepted, libc::F_SETFL, libc::O_NONBLOCK);
        }
    }
    accepted
}

unsafe extern "C" fn getsockname(socket: c_int, at: *mut c_void, len: *mut socklen_t) -> c_int {
    get_address(libc::getsockname, socket, at, len)
}

unsafe extern "C" fn getpeername(socket: c_int, at: *mut c_void, len: *mut socklen_t) -> c_int {
    get_address(libc::getpeername, socket, at, len)
}

const LEVEL_SOCKET: &[(i32, i32)] = &[
    (d::SO_DEBUG, libc::SO_DEBUG),
    (d::SO_ACCEPTCONN, libc::SO_ACCEPTCONN),
    (d::SO_REUSEADDR, libc::SO_REUSEADDR),
    (d::SO_KEEPALIVE, libc::SO_KEEPALIVE),
    (d::SO_DONTROUTE, libc::SO_DONTROUTE),
    (d::SO_BROADCAST, libc::SO_BROADCAST),
    (d::SO_LINGER, libc::SO_LINGER),
    (d::SO_OOBINLINE, libc::SO_OOBINLINE),
    (d::SO_REUSEPORT, libc::SO_REUSEPORT),
    (d::SO_TIMESTAMP, libc::SO_TIMESTAMP),
    (d::SO_SNDBUF, libc::SO_SNDBUF),
    (d::SO_RCVBUF, libc::SO_RCVBUF),
    (d::SO_SNDLOWAT, libc::SO_SNDLOWAT),
    (d::SO_RCVLOWAT, libc::SO_RCVLOWAT),
    (d::SO_SNDTIMEO, libc::SO_SNDTIMEO),
    (d::SO_RCVTIMEO, libc::SO_RCVTIMEO),
    (d::SO_ERROR, libc::SO_ERROR),
    (d::SO_TYPE, libc::SO_TYPE),
];

const LEVEL_IP: &[(i32, i32)] = &[
    (d::IP_OPTIONS, libc::IP_OPTIONS),
    (d::IP_HDRINCL, libc::IP_HDRINCL),
    (d::IP_TOS, libc::IP_TOS),
    (d::IP_TTL, libc::IP_TTL),
    (d::IP_RECVTOS, libc::IP_RECVTOS),
    (d::IP_MULTICAST_IF, libc::IP_MULTICAST_IF),
    (d::IP_MULTICAST_TTL, libc::IP_MULTICAST_TTL),
    (d::IP_MULTICAST_LOOP, libc::IP_MULTICAST_LOOP),
    (d::IP_ADD_MEMBERSHIP, libc::IP_ADD_MEMBERSHIP),
    (d::IP_DROP_MEMBERSHIP, libc::IP_DROP_MEMBERSHIP),
];

/// Also the types of its control messages.
pub const LEVEL_IPV6: &[(i32, i32)] = &[
    (d::IPV6_V6ONLY, libc::IPV6_V6ONLY),
    (d::IPV6_UNICAST_HOPS, libc::IPV6_UNICAST_HOPS),
    (d::IPV6_MULTICAST_IF, libc::IPV6_MULTICAST_IF),
    (d::IPV6_MULTICAST_HOPS, libc::IPV6_MULTICAST_HOPS),
    (d::IPV6_MULTICAST_LOOP, libc::IPV6_MULTICAST_LOOP),
    (d::IPV6_JOIN_GROUP, libc::IPV6_ADD_MEMBERSHIP),
    (d::IPV6_LEAVE_GROUP, libc::IPV6_DROP_MEMBERSHIP),
    (d::IPV6_TCLASS, libc::IPV6_TCLASS),
    (d::IPV6_RECVTCLASS, libc::IPV6_RECVTCLASS),
    (d::IPV6_HOPLIMIT, libc::IPV6_HOPLIMIT),
    (d::IPV6_RECVHOPLIMIT, libc::IPV6_RECVHOPLIMIT),
    (d::IPV6_PKTINFO, libc::IPV6_PKTINFO),
    (d::IPV6_RECVPKTINFO, libc::IPV6_RECVPKTINFO),
];

const LEVEL_TCP: &[(i32, i32)] = &[
    (d::TCP_NODELAY, libc::TCP_NODELAY),
    (d::TCP_MAXSEG, libc::TCP_MAXSEG),
    (d::TCP_KEEPALIVE, libc::TCP_KEEPIDLE),
    (d::TCP_KEEPINTVL, libc::TCP_KEEPINTVL),
    (d::TCP_KEEPCNT, libc::TCP_KEEPCNT),
    (d::TCP_FASTOPEN, libc::TCP_FASTOPEN),
];

/// Level and name of an option, as Linux has them.
fn option(level: c_int, name: c_int) -> Option<(c_int, c_int)> {
    let (linux, table) = match level {
        d::SOL_SOCKET => (libc::SOL_SOCKET, LEVEL_SOCKET),
        d::IPPROTO_IP => (libc::IPPROTO_IP, LEVEL_IP),
        d::IPPROTO_IPV6 => (libc::IPPROTO_IPV6, LEVEL_IPV6),
        d::IPPROTO_TCP => (libc::IPPROTO_TCP, LEVEL_TCP),
        _ => return None,
    };
    Some((linux, super::to_linux(table, name)?))
}

unsafe extern "C" fn setsockopt(
    socket: c_int,
    level: c_int,
    name: c_int,
    value: *const c_void,
    len: socklen_t,
) -> c_int {
    if level == d::SOL_SOCKET && name == d::SO_NOSIGPIPE {
        // Kept by the caller, which ignores SIGPIPE anyway.
        return 0;
    }
    match option(level, name) {
        Some((level, name)) if [libc::SO_SNDTIMEO, libc::SO_RCVTIMEO].contains(&name) && level == libc::SOL_SOCKET => {
            let time = super::metadata::timeval_to_linux(value.cast::<libc::timeval>().read_unaligned());
            libc::setsockopt(socket, level, name, (&raw const time).cast(), len)
        }
        Some((level, name)) => libc::setsockopt(socket, level, name, value, len),
        None => errno::fail(d::ENOPROTOOPT),
    }
}

unsafe extern "C" fn getsockopt(
    socket: c_int,
    level: c_int,
    name: c_int,
    value: *mut c_void,
    len: *mut socklen_t,
) -> c_int {
    let Some((level, name)) = option(level, name) else { return errno::fail(d::ENOPROTOOPT) };
    let result = libc::getsockopt(socket, level, name, value, len);
    if result == 0 && level == libc::SOL_SOCKET {
        let number = value.cast::<c_int>();
        match name {
            libc::SO_ERROR => number.write(errno::darwin(number.read())),
            // Linux doubles what it was given, to count its own use (socket(7)).
            libc::SO_SNDBUF | libc::SO_RCVBUF => number.write(number.read() / 2),
            _ => {}
        }
    }
    result
}

unsafe extern "C" fn inet_ntop(family: c_int, from: *const c_void, to: *mut c_char, len: socklen_t) -> *const c_char {
    unsafe extern "C" {
        fn inet_ntop(family: c_int, from: *const c_void, to: *mut c_char, len: socklen_t) -> *const c_char;
    }
    inet_ntop(family_to_linux(family), from, to, len)
}

unsafe extern "C" fn inet_pton(family: c_int, from: *const c_char, to: *mut c_void) -> c_int {
    unsafe extern "C" {
        fn inet_pton(family: c_int, from: *const c_char, to: *mut c_void) -> c_int;
    }
    inet_pton(family_to_linux(family), from, to)
}

/// `::` (`netinet6/in6.h`), `in6addr_any`.
static ANY: [u8; 16] = [0; 16];

shims! {
    ["_in6addr_any" => data &raw const ANY]
    [socket]
    [socketpair]
    [bind]
    [connect]
    [accept]
    [getsockname]
    [getpeername]
    [setsockopt]
    [getsockopt]
    [inet_ntop]
    [inet_pton]
}
