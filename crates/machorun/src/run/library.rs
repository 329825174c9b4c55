//! The system's libraries: what the SDK says they export, and what stands in for them here.

use std::collections::{HashMap, HashSet};
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use macho::tbd;

use super::absent;
use super::process::process;
use super::stand_ins::{self, StandIn};
use crate::ARCH;
use crate::error::Error;

/// A library of macOS.
pub struct System {
    install_name: String,
    /// What the SDK's stub exports. A name that isn't here is never found, whatever the host has.
    exports: HashSet<&'static str>,
    stand_in: &'static StandIn,
    /// Handles of the host's libraries, from `dlopen`.
    host: Vec<usize>,
}

static SYSTEMS: Mutex<Option<HashMap<String, Option<&'static System>>>> = Mutex::new(None);

/// Where the SDK's stub of a library would be.
pub fn stub(install_name: &str) -> PathBuf {
    process().places.sdk.join(tbd::stub_path(install_name))
}

/// A library by its install name; `None` when macOS, as the SDK tells it, has none of that name.
///
/// # Errors
/// When the stub can't be read, or nothing stands in for the library.
pub fn find(install_name: &str) -> Result<Option<&'static System>, Error> {
    let mut systems = SYSTEMS.lock().unwrap_or_else(PoisonError::into_inner);
    let systems = systems.get_or_insert_default();
    if let Some(known) = systems.get(install_name) {
        return Ok(*known);
    }
    let found = open(install_name)?;
    systems.insert(install_name.to_owned(), found);
    Ok(found)
}

fn open(install_name: &str) -> Result<Option<&'static System>, Error> {
    let stub = stub(install_name);
    if !stub.is_file() {
        return Ok(None);
    }
    let text: &'static str = String::leak(fs_err::read_to_string(&stub)?);
    let described = tbd::read(text)
        .map_err(|error| Error::Unsuitable { path: stub.display().to_string(), what: error.to_string() })?;
    // `/usr/lib/libSystem.dylib`, for one, leads to `libSystem.B.dylib`.
    let install_name = described.first().map_or(install_name, |library| library.install_name);
    let Some(stand_in) = stand_ins::stand_in(install_name) else {
        let what = format!("the SDK has {install_name}, but nothing stands in for it");
        return Err(Error::Unsuitable { path: stub.display().to_string(), what });
    };
    let mut host = Vec::new();
    for name in stand_in.host {
        let c_name = CString::new(*name).unwrap_or_default();
        // SAFETY: a library of the host, loaded as any program would.
        let handle = unsafe { libc::dlopen(c_name.as_ptr(), libc::RTLD_NOW) };
        if handle.is_null() {
            let what = format!("stands in for {install_name}, and is not installed");
            return Err(Error::Unsuitable { path: (*name).to_owned(), what });
        }
        host.push(handle as usize);
    }
    // Of the libraries inlined into it, too: whoever is linked with it may have been bound to them.
    let groups = described.iter().flat_map(|library| &library.exports).filter(|group| group.is_for(ARCH));
    let classes = |group: &tbd::Group<'static>| group.objc_symbols().map(|name| &*name.leak()).collect::<Vec<&str>>();
    let exports = groups.flat_map(|group| group.symbols.iter().copied().chain(classes(group))).collect();
    let system = System { install_name: install_name.to_owned(), exports, stand_in, host };
    Ok(Some(Box::leak(Box::new(system))))
}

impl System {
    /// The address of a symbol, by its name with underscore.
    ///
    /// # Errors
    /// When macOS has no such symbol, or nothing stands in for it; then why.
    pub fn resolve(&self, name: &[u8]) -> Result<u64, String> {
        let name = std::str::from_utf8(name).map_err(|_| "not a name of the system's".to_owned())?;
        if !self.exports.contains(name) {
            return Err(format!("not exported by {}, the SDK says", self.install_name));
        }
        if let Some(address) = self.stand_in.shim(name) {
            return Ok(address);
        }
        if let Some(host) = self.stand_in.passed(name) {
            let c_name = CString::new(host).unwrap_or_default();
            for &handle in &self.host {
                // SAFETY: handles are from `dlopen`.
                let address = unsafe { libc::dlsym(handle as *mut libc::c_void, c_name.as_ptr()) };
                if !address.is_null() {
                    return Ok(address as u64);
                }
            }
            return Err(format!("passed on to {host}, which the host doesn't have"));
        }
        let absent = || {
            absent::is_absent(&self.install_name).then(|| absent::data(name).or_else(|| stand_ins::named_trap(name)))
        };
        stand_ins::trap(name)
            .or_else(|| absent().flatten())
            .ok_or_else(|| format!("in {}, but without a shim here", self.install_name))
    }
}
