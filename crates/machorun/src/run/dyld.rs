//! dyld's own functions.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::abi as d;
use super::library::{self, System};
use super::loader::{self, Loaded};
use super::process::below_root;
use super::shim::list::shims;
use super::shim::version::macos;

/// What `dlopen` gave back.
#[derive(Clone, Copy)]
enum Handle {
    Everything,
    Image(&'static Loaded),
    System(&'static System),
}

thread_local! {
    static ERROR: RefCell<CString> = RefCell::default();
    static PENDING: Cell<bool> = const { Cell::new(false) };
}

fn fail(text: String) {
    ERROR.set(CString::new(text.replace('\0', " ")).unwrap_or_default());
    PENDING.set(true);
}

fn handle(handle: Handle) -> *mut c_void {
    Box::into_raw(Box::new(handle)).cast()
}

fn open(name: &CStr) -> Result<Handle, String> {
    let text = name.to_string_lossy();
    let failed = |why: &dyn std::fmt::Display| format!("dlopen({text}, 0x0002): {why}");
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    let absolute = path.is_absolute().then(|| below_root(&text));
    for candidate in std::iter::once(path.to_owned()).chain(absolute) {
        if candidate.is_file() {
            return loader::load(&candidate).map(Handle::Image).map_err(|error| failed(&error));
        }
    }
    // A name without a folder is looked for where DYLD_FALLBACK_LIBRARY_PATH leads when it isn't set (dyld(1)).
    let system = if text.contains('/') { text.to_string() } else { format!("/usr/lib/{text}") };
    match library::find(&system) {
        Ok(Some(system)) => Ok(Handle::System(system)),
        Ok(None) => Err(failed(&format_args!("tried: '{text}' (no such file)"))),
        Err(error) => Err(failed(&error)),
    }
}

unsafe extern "C" fn dlopen(path: *const c_char, _mode: c_int) -> *mut c_void {
    if path.is_null() {
        return handle(Handle::Everything);
    }
    match open(CStr::from_ptr(path)) {
        Ok(found) => handle(found),
        Err(error) => {
            fail(error);
            std::ptr::null_mut()
        }
    }
}

/// `RTLD_DEFAULT` and the like are small negative numbers (`dlfcn.h`).
unsafe extern "C" fn dlsym(from: *mut c_void, name: *const c_char) -> *mut c_void {
    let name = CStr::from_ptr(name).to_bytes();
    let symbol = [b"_", name].concat();
    let from = if (from as isize) <= 0 { Handle::Everything } else { *from.cast::<Handle>() };
    let found = match from {
        Handle::Everything => loader::flat(&symbol),
        Handle::Image(image) => image.export(&symbol, 0),
        Handle::System(system) => system.resolve(&symbol).ok(),
    };
    if found.is_none() {
        fail(format!("dlsym({:p}, {}): symbol not found", from_name(from), String::from_utf8_lossy(name)));
    }
    found.unwrap_or(0) as *mut c_void
}

fn from_name(handle: Handle) -> *const () {
    match handle {
        Handle::Everything => std::ptr::without_provenance(usize::MAX - 1),
        Handle::Image(image) => std::ptr::from_ref(image).cast(),
        Handle::System(system) => std::ptr::from_ref(system).cast(),
    }
}

unsafe extern "C" fn dlerror() -> *const c_char {
    if !PENDING.replace(false) {
        return std::ptr::null();
    }
    ERROR.with_borrow(|text| text.as_ptr())
}

/// Images stay.
unsafe extern "C" fn dlclose(_handle: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn dladdr(address: u64, out: *mut d::DlInfo) -> c_int {
    let Some(image) = loader::image_at(address) else { return 0 };
    let symbol = image.symbol_before(address);
    // The name lies in the symbol table, which ends with a zero byte after each.
    let name = symbol.map_or(std::ptr::null(), |(name, _)| name.as_ptr().cast());
    out.write(d::DlInfo {
        dli_fname: image.path.as_ptr(),
        dli_fbase: image.base() as *mut c_void,
        dli_sname: name,
        dli_saddr: symbol.map_or(0, |(_, at)| at) as *mut c_void,
    });
    1
}

unsafe extern "C" fn _dyld_image_count() -> u32 {
    loader::images().len() as u32
}

/// Images stay, and so do their numbers.
unsafe extern "C" fn _dyld_get_image_name(index: u32) -> *const c_char {
    loader::images().get(index as usize).map_or(std::ptr::null(), |image| image.path.as_ptr())
}

unsafe extern "C" fn image_header(index: u32) -> *const c_void {
    loader::images().get(index as usize).map_or(std::ptr::null(), |image| image.base() as *const c_void)
}

unsafe extern "C" fn image_slide(index: u32) -> isize {
    loader::images().get(index as usize).map_or(0, |image| image.slide() as isize)
}

/// The functions of before Mac OS X 10.4 (`mach-o/dyld.h`), with which Python 3.3 asks where its own library lies. A symbol
/// and a module are opaque: both are the symbol's address here.
unsafe extern "C" fn lookup_and_bind_symbol(name: *const c_char) -> *mut c_void {
    loader::flat(CStr::from_ptr(name).to_bytes()).unwrap_or(0) as *mut c_void
}

unsafe extern "C" fn module_for_symbol(symbol: *mut c_void) -> *mut c_void {
    symbol
}

unsafe extern "C" fn library_name_for_module(module: *mut c_void) -> *const c_char {
    loader::image_at(module as u64).map_or(std::ptr::null(), |image| image.path.as_ptr())
}

/// Whether macOS has a library, though no file of that name: what the SDK has a stub of.
unsafe extern "C" fn _dyld_shared_cache_contains_path(path: *const c_char) -> c_int {
    matches!(library::find(&CStr::from_ptr(path).to_string_lossy()), Ok(Some(_))).into()
}

/// A platform and its version, packed as in load commands: `0xXXXXYYZZ` is X.Y.Z.
#[repr(C)]
struct BuildVersion {
    platform: u32,
    version: u32,
}

/// Whether the system is at least one of the versions; what `__builtin_available` ends up with. 1 is macOS.
unsafe extern "C" fn _availability_version_check(count: u32, versions: *const BuildVersion) -> c_int {
    let [major, minor, patch] = macos();
    let system = major << 16 | minor << 8 | patch;
    let versions = (0..count as usize).map(|index| &*versions.add(index));
    versions.into_iter().any(|wanted| wanted.platform == 1 && wanted.version <= system).into()
}

shims! {
    [dlopen]
    [dlsym]
    [dlerror]
    [dlclose]
    [dladdr]
    ["_NSLookupAndBindSymbol" => lookup_and_bind_symbol]
    ["_NSModuleForSymbol" => module_for_symbol]
    ["_NSLibraryNameForModule" => library_name_for_module]
    [_dyld_image_count]
    [_dyld_get_image_name]
    ["__dyld_get_image_header" => image_header]
    ["__dyld_get_image_vmaddr_slide" => image_slide]
    ["__availability_version_check" => _availability_version_check]
    ["__dyld_shared_cache_contains_path" => _dyld_shared_cache_contains_path]
}
