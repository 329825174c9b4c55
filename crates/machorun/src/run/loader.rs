//! Loads images: finds what they are linked with, maps, binds and initialises them.
//!
//! The rules are dyld's, the strictest reading of them: an import is looked for in the one library it is bound to
//! (two-level namespace), and an import that isn't there is an error before anything of the image runs. All of an
//! image's errors come together.

use std::ffi::{CString, c_char, c_int};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use macho::FileType;
use macho::exports::Export;
use macho::fixups::{Import, Origin};
use macho::image::{Image, Initialisers};

use super::library::{self, System};
use super::process::{below_root, c_string, environment, process};
use super::turn::Turn;
use super::{arch, map, stand_ins, thread_locals};
use crate::error::Error;
use crate::{ARCH, launch};

/// How deep libraries may re-export each other.
const MAX_REEXPORTS: usize = 8;

/// An image in memory. Images are never unloaded: macOS doesn't either, once they have thread-local variables.
pub struct Loaded {
    /// Its file, for `dladdr`.
    pub path: CString,
    image: Image<'static>,
    slide: u64,
    libraries: OnceLock<Vec<Library>>,
    initialisation: Turn,
}

/// What an image is linked with.
#[derive(Clone, Copy)]
enum Library {
    Image(&'static Loaded),
    System(&'static System),
    /// Weakly linked, and not there.
    Absent,
}

/// All whose fixups are done, in the order in which they were found. It only grows.
static IMAGES: RwLock<Vec<&'static Loaded>> = RwLock::new(Vec::new());

/// Held while images are mapped and linked, not while they initialise themselves.
static LOADING: Mutex<()> = Mutex::new(());

/// Everything that is loaded, in order; the program is first.
pub fn images() -> Vec<&'static Loaded> {
    IMAGES.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Loads a file and all it is linked with. When it comes back, their initialisers have ended, whichever thread ran them; but an
/// initialiser that loads its own image gets it as it is.
///
/// # Errors
/// When a file is missing or malformed, or an import has no answer. Nothing of it has run then, and nobody has seen it.
pub fn load(path: &Path) -> Result<&'static Loaded, Error> {
    let path = fs_err::canonicalize(path)?;
    let image = {
        let _guard = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut loading = Loading::begin();
        let image = loading.find(&path)?;
        loading.link(image)?;
        image
    };
    for image in image.after_libraries() {
        image.initialisation.take(|| image.initialise());
    }
    Ok(image)
}

/// What one call of [`load`] sees: what was there, and what it adds, which nobody else sees before all of it is linked.
struct Loading {
    images: Vec<&'static Loaded>,
    /// How many were there.
    before: usize,
}

impl Loading {
    fn begin() -> Self {
        let images = images();
        Self { before: images.len(), images }
    }

    /// Maps a file and what it is linked with, unless they are.
    fn find(&mut self, path: &Path) -> Result<&'static Loaded, Error> {
        let bytes = path.as_os_str().as_bytes();
        if let Some(image) = self.images.iter().find(|image| image.path.as_bytes() == bytes) {
            return Ok(image);
        }
        let name = path.display().to_string();
        let (file, contents) = map::file(path)?;
        let parsed = launch::slice(contents, ARCH).and_then(|(offset, slice)| Ok((offset, Image::parse(slice, ARCH)?)));
        let (offset, image) = parsed.map_err(|error| Error::of_image(&name, error))?;
        let slide = map::image(path, &image.segments, &file, offset)?;
        let loaded: &'static Loaded = Box::leak(Box::new(Loaded {
            path: c_string(bytes.to_vec())?,
            image,
            slide,
            libraries: OnceLock::new(),
            initialisation: Turn::default(),
        }));
        self.images.push(loaded);
        let libraries = loaded.image.libraries.iter();
        let libraries = libraries.map(|library| self.find_library(&library.path, library.weak, loaded));
        let libraries = libraries.collect::<Result<Vec<_>, Error>>()?;
        let _ = loaded.libraries.set(libraries);
        Ok(loaded)
    }

    /// Writes the fixups of the new ones, libraries first, and shows them to everybody.
    fn link(&self, image: &'static Loaded) -> Result<(), Error> {
        let new = self.images.get(self.before..).unwrap_or_default();
        let is_new = |image: &&Loaded| new.iter().any(|one| std::ptr::eq(*one, *image));
        let order = image.after_libraries();
        for image in order.into_iter().filter(is_new) {
            image.link(&self.images)?;
        }
        IMAGES.write().unwrap_or_else(PoisonError::into_inner).extend(new);
        Ok(())
    }

    fn find_library(&mut self, install_name: &str, weak: bool, wanted_by: &Loaded) -> Result<Library, Error> {
        let named = |image: &&&'static Loaded| image.image.install_name.as_deref() == Some(install_name);
        if let Some(image) = self.images.iter().find(named) {
            return Ok(Library::Image(image));
        }
        let file = below_root(install_name);
        if file.is_file() {
            let image = self.find(&fs_err::canonicalize(&file)?)?;
            // A library that calls itself something else is not the one that was linked.
            if image.image.install_name.as_deref() == Some(install_name) {
                return Ok(Library::Image(image));
            }
            return Err(Error::NoLibrary {
                library: install_name.to_owned(),
                path: wanted_by.name(),
                looked: format!(
                    "{}, whose install name is {}",
                    file.display(),
                    image.image.install_name.as_deref().unwrap_or("missing")
                ),
            });
        }
        if let Some(system) = library::find(install_name)? {
            return Ok(Library::System(system));
        }
        if weak {
            return Ok(Library::Absent);
        }
        Err(Error::NoLibrary {
            library: install_name.to_owned(),
            path: wanted_by.name(),
            looked: format!("{}, {}", file.display(), library::stub(install_name).display()),
        })
    }
}

/// Looks a name up in everything that is loaded: program and libraries first, then the system's.
pub fn flat(name: &[u8]) -> Option<u64> {
    flat_in(&images(), name)
}

fn flat_in(images: &[&Loaded], name: &[u8]) -> Option<u64> {
    let global = images.iter().filter(|image| image.image.file_type != FileType::Bundle);
    let found = global.filter_map(|image| image.export(name, 0)).next();
    found.or_else(|| {
        let mut systems = images.iter().flat_map(|image| image.libraries.get().into_iter().flatten());
        systems.find_map(|library| match library {
            Library::System(system) => system.resolve(name).ok(),
            _ => None,
        })
    })
}

/// The image that an address lies in.
pub fn image_at(address: u64) -> Option<&'static Loaded> {
    images().into_iter().find(|image| {
        let span = image.image.segments.span();
        (span.start..span.end).contains(&address.wrapping_sub(image.slide))
    })
}

impl Loaded {
    fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Those it is linked with, each after its own, and then itself.
    fn after_libraries(&'static self) -> Vec<&'static Loaded> {
        let (mut seen, mut order) = (Vec::new(), Vec::new());
        self.visit(&mut seen, &mut order);
        order
    }

    fn visit(&'static self, seen: &mut Vec<&'static Loaded>, order: &mut Vec<&'static Loaded>) {
        if seen.iter().any(|image| std::ptr::eq(*image, self)) {
            return;
        }
        seen.push(self);
        for library in self.libraries.get().into_iter().flatten() {
            if let Library::Image(image) = library {
                image.visit(seen, order);
            }
        }
        order.push(self);
    }

    /// The address of its Mach-O header.
    pub fn base(&self) -> u64 {
        self.image.segments.span().start.wrapping_add(self.slide)
    }

    /// How far it lies from where it was linked to be.
    pub fn slide(&self) -> u64 {
        self.slide
    }

    /// How its functions are left while an exception passes them; addresses are unslid.
    ///
    /// # Errors
    /// What is wrong with its sections about that.
    pub fn unwinding(&self) -> Result<macho::unwind::Table<'static>, String> {
        self.image.unwinding.table(self.image.segments.span().start)
    }

    /// The address of `main`.
    pub fn entry(&self) -> Option<u64> {
        self.image.entry.map(|entry| self.base().wrapping_add(entry))
    }

    /// The last symbol at or before an address, without its underscore, and where it is.
    pub fn symbol_before(&self, address: u64) -> Option<(&'static [u8], u64)> {
        let (name, at) = self.image.symbol_before(address.wrapping_sub(self.slide))?;
        Some((name.strip_prefix(b"_").unwrap_or(name), at.wrapping_add(self.slide)))
    }

    /// Looks one of its exports up, also those of libraries that it re-exports.
    pub fn export(&self, name: &[u8], depth: usize) -> Option<u64> {
        if depth > MAX_REEXPORTS {
            return None;
        }
        let libraries = self.libraries.get().map(Vec::as_slice).unwrap_or_default();
        let from = |library: &Library, name: &[u8]| match library {
            Library::Image(image) => image.export(name, depth + 1),
            Library::System(system) => system.resolve(name).ok(),
            Library::Absent => None,
        };
        match self.image.export(name).ok().flatten() {
            Some(Export::Offset(offset)) => Some(self.base().wrapping_add(offset)),
            Some(Export::Absolute(value)) => Some(value),
            Some(Export::Reexport(ordinal, other)) => {
                let library = libraries.get(usize::try_from(ordinal).ok()?.checked_sub(1)?)?;
                from(library, if other.is_empty() { name } else { other })
            }
            Some(Export::Resolver(offset)) => {
                let resolver = self.base().wrapping_add(offset);
                // SAFETY: the export trie calls it a resolver: no arguments, gives an address back.
                Some(unsafe { std::mem::transmute::<u64, unsafe extern "C" fn() -> u64>(resolver)() })
            }
            None => {
                let pairs = self.image.libraries.iter().zip(libraries);
                pairs.filter(|(said, _)| said.reexported).find_map(|(_, library)| from(library, name))
            }
        }
    }

    /// The address of an import; 0 is a weak one that is missing, `None` one to leave alone.
    fn resolve(&self, import: &Import<'_>, images: &[&Loaded]) -> Result<Option<u64>, String> {
        let name = String::from_utf8_lossy(import.name);
        let found = match import.origin {
            Origin::Itself => self.export(import.name, 0).ok_or_else(|| format!("{name}: not among its own exports")),
            Origin::Program => {
                let program = images.first().and_then(|program| program.export(import.name, 0));
                program.ok_or_else(|| format!("{name}: not exported by the program"))
            }
            Origin::Flat => {
                flat_in(images, import.name).ok_or_else(|| format!("{name}: exported by nothing that is loaded"))
            }
            Origin::Coalesced => return Ok(images.iter().find_map(|image| image.export(import.name, 0))),
            Origin::Library(index) => {
                let said = self.image.libraries.get(index).map_or("?", |library| library.path.as_str());
                match self.libraries.get().and_then(|libraries| libraries.get(index)) {
                    Some(Library::Image(image)) => {
                        image.export(import.name, 0).ok_or_else(|| format!("{name}: not exported by {said}"))
                    }
                    Some(Library::System(system)) => {
                        system.resolve(import.name).map_err(|why| format!("{name}: {why}"))
                    }
                    _ => Err(format!("{name}: {said} is not there")),
                }
            }
        };
        match found {
            Err(_) if import.weak => Ok(Some(0)),
            other => other.map(Some).map_err(|why| format!("  {why}")),
        }
    }

    /// Writes all fixups, then protects the memory. Imports are looked for in `images`.
    fn link(&self, images: &[&Loaded]) -> Result<(), Error> {
        let fixups = &self.image.fixups;
        let answers: Vec<_> = fixups.imports.iter().map(|import| self.resolve(import, images)).collect();
        let missing: Vec<String> = answers.iter().filter_map(|answer| answer.clone().err()).collect();
        if !missing.is_empty() {
            return Err(Error::Unresolved { path: self.name(), missing });
        }
        // SAFETY: every place lies in a writable segment (`fixups::place`), and all are writable until `protect`.
        unsafe {
            for rebase in &fixups.rebases {
                let at = rebase.at.wrapping_add(self.slide) as *mut u64;
                let target = rebase.target.unwrap_or_else(|| at.read_unaligned());
                at.write_unaligned(target.wrapping_add(self.slide));
            }
            for bind in &fixups.binds {
                let Some(Ok(Some(address))) = answers.get(bind.import) else { continue };
                let value = if *address == 0 { 0 } else { address.wrapping_add_signed(bind.addend) };
                (bind.at.wrapping_add(self.slide) as *mut u64).write_unaligned(value);
            }
            let descriptors = &self.image.thread_locals.descriptors;
            let key = if descriptors.is_empty() { None } else { thread_locals::register(self.template()) };
            for range in descriptors {
                for at in range.clone().step_by(24) {
                    let descriptor = at.wrapping_add(self.slide) as *mut u64;
                    // The linker binds the function to `_tlv_bootstrap`; anything else is no descriptor.
                    if descriptor.read() != stand_ins::tlv_bootstrap() || key.is_none() {
                        let what = format!("the thread-local variable at {at:#x} has no descriptor");
                        return Err(Error::Malformed { path: self.name(), what });
                    }
                    descriptor.write(thread_locals::thunk as *const () as u64);
                    descriptor.add(1).write(key.unwrap_or_default());
                }
            }
        }
        let here = |address: u64| address.wrapping_add(self.slide);
        let code: Vec<_> = self.image.code.iter().map(|range| here(range.start)..here(range.end)).collect();
        // SAFETY: instructions lie in segments that are writable until `protect` (`Image::check`).
        unsafe { arch::find_blocks_in(&code, here(self.image.segments.span().end))? };
        map::protect(&self.image.segments, self.slide)
    }

    /// The initial values of its thread-local variables.
    fn template(&self) -> &'static [u8] {
        let template = &self.image.thread_locals.template;
        let start = template.start.wrapping_add(self.slide) as *const u8;
        // SAFETY: `Image::parse` guarantees that the template lies in a readable segment, and images stay.
        unsafe { std::slice::from_raw_parts(start, (template.end - template.start) as usize) }
    }

    /// Calls its initialisers.
    fn initialise(&self) {
        type Initialiser =
            unsafe extern "C" fn(c_int, *const *const c_char, *const *const c_char, *const *const c_char, usize);
        let process = process();
        let apple = [process.program.as_ptr(), std::ptr::null()];
        let call = |address: u64| {
            // SAFETY: the image says that a function is there; dyld calls it with the arguments of `main` and a
            // pointer to the program's variables, which only old C libraries use.
            unsafe {
                let function: Initialiser = std::mem::transmute(address);
                function(process.argc(), process.argv(), (*environment()).cast(), apple.as_ptr(), 0);
            }
        };
        for initialisers in &self.image.initialisers {
            // SAFETY: the ranges lie in readable segments (`Image::check`).
            unsafe {
                match initialisers {
                    Initialisers::Pointers(range) => {
                        let start = range.start.wrapping_add(self.slide) as *const u64;
                        let count = (range.end - range.start) / 8;
                        (0..count as usize).for_each(|index| call(start.add(index).read()));
                    }
                    Initialisers::Offsets(range) => {
                        let start = range.start.wrapping_add(self.slide) as *const u32;
                        let count = (range.end - range.start) / 4;
                        let base = self.base();
                        (0..count as usize).for_each(|index| call(base + u64::from(start.add(index).read())));
                    }
                }
            }
        }
    }
}
