//! The privileges of root's that a program keeps: over files. CPython's tests, as root, change the owner of files and
//! read what they may not; nothing else of root's is theirs.

use caps::errors::CapsError;
use caps::{CapSet, Capability, CapsHashSet};

/// See `capabilities(7)`. `CAP_DAC_READ_SEARCH` is not among them: it opens files by handle, outside of any folder.
const KEPT: [Capability; 4] =
    [Capability::CAP_CHOWN, Capability::CAP_DAC_OVERRIDE, Capability::CAP_FOWNER, Capability::CAP_FSETID];

/// Gives up all others, and what a set-id bit on the loader gave.
pub fn give_up() -> Result<(), CapsError> {
    // SAFETY: no pointers; a process may always take its real identity.
    unsafe {
        let (user, group) = (libc::getuid(), libc::getgid());
        if libc::setresgid(group, group, group) != 0 || libc::setresuid(user, user, user) != 0 {
            return Err(std::io::Error::last_os_error().to_string().into());
        }
    }
    // The bounding set holds what a program that root executes would get. Without this capability nothing can be taken out of
    // it, and `no_new_privs` alone keeps such a program from getting it.
    if caps::has_cap(None, CapSet::Effective, Capability::CAP_SETPCAP)? {
        for capability in caps::runtime::thread_all_supported().into_iter().filter(|one| !KEPT.contains(one)) {
            caps::drop(None, CapSet::Bounding, capability)?;
        }
    }
    let permitted = caps::read(None, CapSet::Permitted)?;
    let kept: CapsHashSet = permitted.into_iter().filter(|one| KEPT.contains(one)).collect();
    if caps::runtime::ambient_set_supported().is_ok() {
        caps::clear(None, CapSet::Ambient)?;
    }
    caps::clear(None, CapSet::Inheritable)?;
    caps::set(None, CapSet::Effective, &kept)?;
    caps::set(None, CapSet::Permitted, &kept)
}
