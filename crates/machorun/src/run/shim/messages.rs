//! Messages over sockets, and names of hosts.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use libc::socklen_t;

use super::sockets::{ADDRESS, Address, LEVEL_IPV6, address_to_darwin, family_to_darwin, family_to_linux};
use super::{d, errno, shims};

const FLAGS: &[(i32, i32)] = &[
    (d::MSG_OOB, libc::MSG_OOB),
    (d::MSG_PEEK, libc::MSG_PEEK),
    (d::MSG_DONTROUTE, libc::MSG_DONTROUTE),
    (d::MSG_EOR, libc::MSG_EOR),
    (d::MSG_TRUNC, libc::MSG_TRUNC),
    (d::MSG_CTRUNC, libc::MSG_CTRUNC),
    (d::MSG_WAITALL, libc::MSG_WAITALL),
    (d::MSG_DONTWAIT, libc::MSG_DONTWAIT),
    (d::MSG_NOSIGNAL, libc::MSG_NOSIGNAL),
];

fn flags(darwin: c_int) -> c_int {
    super::bits_to_linux(FLAGS, darwin)
}

unsafe extern "C" fn send(socket: c_int, data: *const c_void, len: usize, darwin: c_int) -> isize {
    libc::send(socket, data, len, flags(darwin))
}

unsafe extern "C" fn recv(socket: c_int, data: *mut c_void, len: usize, darwin: c_int) -> isize {
    libc::recv(socket, data, len, flags(darwin))
}

unsafe extern "C" fn sendto(
    socket: c_int,
    data: *const c_void,
    len: usize,
    darwin: c_int,
    to: *const c_void,
    to_len: socklen_t,
) -> isize {
    if to.is_null() {
        return libc::send(socket, data, len, flags(darwin));
    }
    let address = Address::from_darwin(to, to_len);
    libc::sendto(socket, data, len, flags(darwin), address.as_ptr(), address.len())
}

unsafe extern "C" fn recvfrom(
    socket: c_int,
    data: *mut c_void,
    len: usize,
    darwin: c_int,
    from: *mut c_void,
    from_len: *mut socklen_t,
) -> isize {
    let result = libc::recvfrom(socket, data, len, flags(darwin), from.cast(), from_len);
    if result >= 0 && !from.is_null() && !from_len.is_null() {
        address_to_darwin(from, *from_len);
    }
    result
}

/// Control messages are padded to 4 bytes there, 8 here, with headers of 12 and 16 bytes.
const DARWIN_HEADER: usize = size_of::<d::Cmsghdr>();
const LINUX_HEADER: usize = size_of::<libc::cmsghdr>();

/// The control messages of Darwin's, as Linux's.
unsafe fn control_to_linux(darwin: &d::Msghdr) -> Vec<u64> {
    let mut linux: Vec<u8> = Vec::new();
    let (mut at, end) = (0, darwin.msg_controllen as usize);
    while !darwin.msg_control.is_null() && at + DARWIN_HEADER <= end {
        let header = darwin.msg_control.add(at).cast::<d::Cmsghdr>().read_unaligned();
        let len = header.cmsg_len as usize;
        if len < DARWIN_HEADER || at + len > end {
            break;
        }
        let data = std::slice::from_raw_parts(darwin.msg_control.add(at + DARWIN_HEADER), len - DARWIN_HEADER);
        let (level, kind) = match (header.cmsg_level, header.cmsg_type) {
            (d::SOL_SOCKET, kind) => (libc::SOL_SOCKET, kind),
            (d::IPPROTO_IPV6, kind) => (d::IPPROTO_IPV6, super::to_linux(LEVEL_IPV6, kind).unwrap_or(kind)),
            other => other,
        };
        linux.extend((LINUX_HEADER + data.len()).to_ne_bytes());
        linux.extend(level.to_ne_bytes());
        linux.extend(kind.to_ne_bytes());
        linux.extend(data);
        linux.resize(linux.len().next_multiple_of(8), 0);
        at += len.next_multiple_of(4);
    }
    linux.chunks_exact(8).map(|word| word.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))).collect()
}

/// What Linux received, into the space that Darwin's code has for it; gives back its length, and whether all fit.
unsafe fn control_to_darwin(linux: &libc::msghdr, to: *mut u8, room: usize) -> (usize, bool) {
    let mut used = 0;
    let mut header = libc::CMSG_FIRSTHDR(linux);
    while let Some(message) = header.as_ref() {
        let len = message.cmsg_len - LINUX_HEADER;
        let fits = room.saturating_sub(used + DARWIN_HEADER).min(len);
        if used + DARWIN_HEADER > room {
            return (used, false);
        }
        let (cmsg_level, cmsg_type) = match (message.cmsg_level, message.cmsg_type) {
            (libc::SOL_SOCKET, kind) => (d::SOL_SOCKET, kind),
            (libc::IPPROTO_IPV6, kind) => (d::IPPROTO_IPV6, super::to_darwin(LEVEL_IPV6, kind).unwrap_or(kind)),
            other => other,
        };
        let out = d::Cmsghdr { cmsg_len: (DARWIN_HEADER + fits) as u32, cmsg_level, cmsg_type };
        to.add(used).cast::<d::Cmsghdr>().write_unaligned(out);
        std::ptr::copy_nonoverlapping(libc::CMSG_DATA(header), to.add(used + DARWIN_HEADER), fits);
        used += (DARWIN_HEADER + fits).next_multiple_of(4);
        if fits < len {
            return (used.min(room), false);
        }
        header = libc::CMSG_NXTHDR(linux, header);
    }
    (used.min(room), true)
}

unsafe extern "C" fn sendmsg(socket: c_int, message: *const d::Msghdr, darwin: c_int) -> isize {
    let message = &*message;
    let address = Address::from_darwin(message.msg_name, message.msg_namelen);
    let mut control = control_to_linux(message);
    let mut linux: libc::msghdr = std::mem::zeroed();
    if !message.msg_name.is_null() {
        linux.msg_name = address.as_ptr().cast_mut().cast();
        linux.msg_namelen = address.len();
    }
    linux.msg_iov = message.msg_iov;
    linux.msg_iovlen = message.msg_iovlen as usize;
    if !control.is_empty() {
        linux.msg_control = control.as_mut_ptr().cast();
        linux.msg_controllen = control.len() * 8;
    }
    libc::sendmsg(socket, &linux, flags(darwin))
}

/// Whether it is a socket of this machine alone, over which descriptors travel.
unsafe fn is_local(socket: c_int) -> bool {
    let (mut family, mut len) = (0, size_of::<c_int>() as socklen_t);
    let result = libc::getsockopt(socket, libc::SOL_SOCKET, libc::SO_DOMAIN, (&raw mut family).cast(), &mut len);
    result == 0 && family == libc::AF_UNIX
}

unsafe extern "C" fn recvmsg(socket: c_int, message: *mut d::Msghdr, darwin: c_int) -> isize {
    let message = &mut *message;
    let room = if message.msg_control.is_null() { 0 } else { message.msg_controllen as usize };
    // Linux's messages need more room.
    let words = (room + (room / DARWIN_HEADER).min(64) * 8).div_ceil(8);
    let mut control = vec![0_u64; if room < DARWIN_HEADER { 0 } else { words }];
    let mut linux: libc::msghdr = std::mem::zeroed();
    linux.msg_name = message.msg_name;
    linux.msg_namelen = message.msg_namelen;
    linux.msg_iov = message.msg_iov;
    linux.msg_iovlen = message.msg_iovlen as usize;
    if !control.is_empty() {
        linux.msg_control = control.as_mut_ptr().cast();
        // No more descriptors may be received than fit into Darwin's buffer: they come in one message.
        linux.msg_controllen = if is_local(socket) { room + LINUX_HEADER - DARWIN_HEADER } else { control.len() * 8 };
    }
    let result = libc::recvmsg(socket, &mut linux, flags(darwin));
    if result >= 0 {
        address_to_darwin(message.msg_name, linux.msg_namelen);
        message.msg_namelen = linux.msg_namelen;
        let (used, all) = control_to_darwin(&linux, message.msg_control, room);
        message.msg_controllen = used as u32;
        message.msg_flags = super::bits_to_darwin(FLAGS, linux.msg_flags) | if all { 0 } else { d::MSG_CTRUNC };
    }
    result
}

const LOOKUP_FLAGS: &[(i32, i32)] = &[
    (d::AI_PASSIVE, libc::AI_PASSIVE),
    (d::AI_CANONNAME, libc::AI_CANONNAME),
    (d::AI_NUMERICHOST, libc::AI_NUMERICHOST),
    (d::AI_NUMERICSERV, libc::AI_NUMERICSERV),
    (d::AI_ALL, libc::AI_ALL),
    (d::AI_V4MAPPED, libc::AI_V4MAPPED),
    (d::AI_ADDRCONFIG, libc::AI_ADDRCONFIG),
];

const LOOKUP_ERRORS: &[(i32, i32)] = &[
    (0, 0),
    (d::EAI_AGAIN, libc::EAI_AGAIN),
    (d::EAI_BADFLAGS, libc::EAI_BADFLAGS),
    (d::EAI_FAIL, libc::EAI_FAIL),
    (d::EAI_FAMILY, libc::EAI_FAMILY),
    (d::EAI_MEMORY, libc::EAI_MEMORY),
    (d::EAI_NONAME, libc::EAI_NONAME),
    (d::EAI_NODATA, libc::EAI_NODATA),
    (d::EAI_SERVICE, libc::EAI_SERVICE),
    (d::EAI_SOCKTYPE, libc::EAI_SOCKTYPE),
    (d::EAI_SYSTEM, libc::EAI_SYSTEM),
    (d::EAI_OVERFLOW, libc::EAI_OVERFLOW),
];

fn lookup_error(linux: c_int) -> c_int {
    super::to_darwin(LOOKUP_ERRORS, linux).unwrap_or(d::EAI_FAIL)
}

/// One answer, with the address behind it in one allocation.
#[repr(C)]
struct Answer {
    info: d::Addrinfo,
    address: [u8; ADDRESS],
}

unsafe extern "C" fn getaddrinfo(
    host: *const c_char,
    service: *const c_char,
    hints: *const d::Addrinfo,
    out: *mut *mut d::Addrinfo,
) -> c_int {
    let mut wanted: libc::addrinfo = std::mem::zeroed();
    if let Some(hints) = hints.as_ref() {
        wanted.ai_flags = super::bits_to_linux(LOOKUP_FLAGS, hints.ai_flags);
        wanted.ai_family = family_to_linux(hints.ai_family);
        wanted.ai_socktype = hints.ai_socktype;
        wanted.ai_protocol = hints.ai_protocol;
    }
    let mut answers = std::ptr::null_mut();
    let result = libc::getaddrinfo(host, service, &wanted, &mut answers);
    if result != 0 {
        return lookup_error(result);
    }
    let mut next = out;
    next.write(std::ptr::null_mut());
    let mut at = answers;
    while let Some(linux) = at.as_ref() {
        let mut address = [0; ADDRESS];
        let len = linux.ai_addrlen.min(ADDRESS as socklen_t);
        std::ptr::copy_nonoverlapping(linux.ai_addr.cast::<u8>(), address.as_mut_ptr(), len as usize);
        address_to_darwin(address.as_mut_ptr().cast(), len);
        let name = linux.ai_canonname;
        let name = if name.is_null() { name } else { CStr::from_ptr(name).to_owned().into_raw() };
        let info = d::Addrinfo {
            ai_flags: 0,
            ai_family: family_to_darwin(linux.ai_family),
            ai_socktype: linux.ai_socktype,
            ai_protocol: linux.ai_protocol,
            ai_addrlen: len,
            ai_canonname: name,
            ai_addr: std::ptr::null_mut(),
            ai_next: std::ptr::null_mut(),
        };
        let answer = Box::into_raw(Box::new(Answer { info, address }));
        (*answer).info.ai_addr = (&raw mut (*answer).address).cast();
        next.write(answer.cast());
        next = &raw mut (*answer).info.ai_next;
        at = linux.ai_next;
    }
    libc::freeaddrinfo(answers);
    0
}

unsafe extern "C" fn freeaddrinfo(mut at: *mut d::Addrinfo) {
    while !at.is_null() {
        let answer = Box::from_raw(at.cast::<Answer>());
        if !answer.info.ai_canonname.is_null() {
            drop(CString::from_raw(answer.info.ai_canonname));
        }
        at = answer.info.ai_next;
    }
}

unsafe extern "C" fn gai_strerror(error: c_int) -> *const c_char {
    match error {
        d::EAI_NONAME => c"nodename nor servname provided, or not known".as_ptr(),
        _ => libc::gai_strerror(super::to_linux(LOOKUP_ERRORS, error).unwrap_or(error)),
    }
}

unsafe extern "C" fn getnameinfo(
    at: *const c_void,
    len: socklen_t,
    host: *mut c_char,
    host_len: socklen_t,
    service: *mut c_char,
    service_len: socklen_t,
    darwin: c_int,
) -> c_int {
    let table = [
        (d::NI_NOFQDN, libc::NI_NOFQDN),
        (d::NI_NUMERICHOST, libc::NI_NUMERICHOST),
        (d::NI_NAMEREQD, libc::NI_NAMEREQD),
        (d::NI_NUMERICSERV, libc::NI_NUMERICSERV),
        (d::NI_DGRAM, libc::NI_DGRAM),
    ];
    let address = Address::from_darwin(at, len);
    let flags = super::bits_to_linux(&table, darwin);
    lookup_error(libc::getnameinfo(address.as_ptr(), address.len(), host, host_len, service, service_len, flags))
}

/// The structure is alike but for the number of the family in it.
unsafe extern "C" fn gethostbyaddr(address: *const c_void, len: socklen_t, family: c_int) -> *mut libc::hostent {
    unsafe extern "C" {
        fn gethostbyaddr(address: *const c_void, len: socklen_t, family: c_int) -> *mut libc::hostent;
    }
    let found = gethostbyaddr(address, len, family_to_linux(family));
    if let Some(found) = found.as_mut() {
        found.h_addrtype = family_to_darwin(found.h_addrtype);
    }
    found
}

/// A plain variable on Darwin, whatever a thread's own error is.
static mut H_ERRNO: c_int = 0;

/// `errno` says why there is none.
unsafe extern "C" fn gethostuuid(_out: *mut u8, _wait: *const libc::timespec) -> c_int {
    errno::fail(d::ENOSYS)
}

shims! {
    [send]
    [recv]
    [sendto]
    [recvfrom]
    [sendmsg]
    [recvmsg]
    [getaddrinfo]
    [freeaddrinfo]
    [gai_strerror]
    [getnameinfo]
    [gethostbyaddr]
    [gethostuuid]
    ["_h_errno" => data &raw const H_ERRNO]
}
