//! Writes tiny Mach-O files: every field that the audit looks at can be chosen, and chosen wrong.
//!
//! A slice is laid out as header, load commands, padding, one section, then what `__LINKEDIT` holds: bind opcodes,
//! export trie, symbols, strings, signature.

use fake_apple::{Cms, FakeApple, IdentityKind};
use pkgsign::Hash;

use macho::Arch;

pub(super) const EXECUTE: u32 = 2;
pub(super) const DYLIB: u32 = 6;
pub(super) const BUNDLE: u32 = 8;

/// A signature by somebody; else it is ad hoc.
#[derive(Clone, Copy)]
pub(super) struct By {
    pub fake: &'static FakeApple,
    pub kind: IdentityKind,
    pub timestamp: bool,
    /// The team that the code directory names.
    pub team: &'static str,
}

/// A slice to be written.
#[derive(Clone)]
pub(super) struct Author {
    pub arch: Arch,
    pub file_type: u32,
    /// Version numbers of `LC_VERSION_MIN_MACOSX` (x86_64) or `LC_BUILD_VERSION` (arm64).
    pub minimum: Option<(u32, u32)>,
    pub platform: u32,
    pub install_name: Option<String>,
    /// Load command and install name.
    pub dylibs: Vec<(u32, String)>,
    pub rpaths: Vec<String>,
    pub stack_size: Option<u64>,
    pub exports: Vec<String>,
    pub imports: Vec<Import>,
    /// Texts of `N_OSO` symbols.
    pub debug: Vec<String>,
    /// Bytes between the load commands and the section.
    pub room: usize,
    pub contents: Vec<u8>,
    pub signed: bool,
    /// What the code directory claims to cover, when that is not everything.
    pub code_limit: Option<u32>,
    /// Add an empty set of requirements as a blob.
    pub requirements: bool,
    /// Hash the requirements in their special slot.
    pub sealed: bool,
    /// Who signs.
    pub by: Option<By>,
    /// Flags of the code directory.
    pub flags: u32,
    /// A property list.
    pub entitlements: Option<String>,
    /// The SDK, when it isn't the one of the minimum macOS.
    pub sdk: Option<(u32, u32)>,
    /// Processor and subtype in the header, when they are not those of `arch`.
    pub cpu: Option<(u32, u32)>,
    /// Hash types of the code directories: the first is in slot 0.
    pub hashes: Vec<u8>,
    /// List the code directories in the signature.
    pub listed: bool,
    /// DER entitlements.
    pub der: Option<Vec<u8>>,
    /// The requirements as a blob, when they are not an empty set.
    pub requirement: Option<Vec<u8>>,
    /// What more the special slots have the hash of: `Info.plist`, the seal.
    pub special: Vec<(u32, Vec<u8>)>,
    /// What is done to the blobs before the first code directory is signed, and after.
    pub before: fn(&mut Blobs),
    pub after: fn(&mut Blobs),
}

/// Blobs by their slots, in their order.
pub(super) type Blobs = Vec<(u32, Vec<u8>)>;

#[derive(Clone)]
pub(super) struct Import {
    pub name: String,
    /// 1 is the first library; -2 is flat lookup.
    pub ordinal: i8,
    pub weak: bool,
}

/// Bytes of a signature by somebody. Its SignedData is padded, as `codesign` pads it.
const WITH_CMS: usize = 16_384;

pub(super) const LOAD_DYLIB: u32 = 0xc;
pub(super) const LOAD_WEAK_DYLIB: u32 = 0x8000_0018;
pub(super) const REEXPORT_DYLIB: u32 = 0x8000_001f;

impl Author {
    pub(super) fn new(arch: Arch, file_type: u32) -> Self {
        Self {
            arch,
            file_type,
            minimum: Some(if arch == Arch::Arm64 { (11, 0) } else { (10, 13) }),
            platform: 1,
            install_name: None,
            dylibs: vec![(LOAD_DYLIB, "/usr/lib/libSystem.B.dylib".into())],
            rpaths: Vec::new(),
            stack_size: None,
            exports: Vec::new(),
            imports: Vec::new(),
            debug: Vec::new(),
            room: 64,
            contents: vec![0xc3; 5000],
            signed: arch == Arch::Arm64,
            code_limit: None,
            requirements: false,
            sealed: true,
            by: None,
            flags: 2,
            entitlements: None,
            sdk: None,
            cpu: None,
            hashes: vec![2],
            listed: false,
            der: None,
            requirement: None,
            special: Vec::new(),
            before: |_| (),
            after: |_| (),
        }
    }

    pub(super) fn import(mut self, name: &str, ordinal: i8) -> Self {
        self.imports.push(Import { name: name.into(), ordinal, weak: false });
        self
    }

    pub(super) fn export(mut self, name: &str) -> Self {
        self.exports.push(name.into());
        self
    }

    /// The bytes of the slice.
    pub(super) fn thin(&self) -> Vec<u8> {
        // The commands have the same size whatever the offsets in them are.
        let size = self.commands(&Offsets::default()).iter().map(Vec::len).sum::<usize>();
        let section = 32 + size + self.room;
        let mut linkedit = Vec::new();
        let start = section + self.contents.len();
        let mut offsets = Offsets { section, linkedit: start, ..Offsets::default() };
        let mut put = |bytes: Vec<u8>, align: usize| {
            linkedit.resize((start + linkedit.len()).next_multiple_of(align) - start, 0);
            let at = start + linkedit.len();
            linkedit.extend(&bytes);
            (at, bytes.len())
        };
        offsets.bind = put(self.bind_opcodes(), 8);
        offsets.trie = put(self.export_trie(), 8);
        let (symbols, strings) = self.symbols();
        offsets.symbols = put(symbols, 8);
        offsets.strings = put(strings, 8);
        if self.signed {
            let limit = put(Vec::new(), 16).0;
            let ad_hoc = Self { by: None, ..self.clone() };
            let length = if self.by.is_some() { WITH_CMS } else { ad_hoc.signature(&vec![0; limit]).len() };
            offsets.signature = (limit, length);
        }

        let commands = self.commands(&offsets);
        let cpu = self.cpu.unwrap_or(if self.arch == Arch::Arm64 { (0x0100_000c, 0) } else { (0x0100_0007, 3) });
        let header = [0xfeed_facf, cpu.0, cpu.1, self.file_type, commands.len() as u32, size as u32, 0x85, 0];
        let mut bytes: Vec<u8> = header.iter().flat_map(|field: &u32| field.to_le_bytes()).collect();
        bytes.extend(commands.concat());
        bytes.resize(section, 0);
        bytes.extend(&self.contents);
        bytes.extend(linkedit);
        if self.signed {
            let signature = self.signature(&bytes);
            bytes.extend(signature);
        }
        bytes
    }

    fn commands(&self, at: &Offsets) -> Vec<Vec<u8>> {
        let mut commands = vec![
            segment("__TEXT", 0, at.section + self.contents.len(), Some((at.section, self.contents.len()))),
            segment("__LINKEDIT", at.linkedit, 0, None),
        ];
        if let Some(name) = &self.install_name {
            commands.push(dylib(0xd, name));
        }
        commands.extend(self.dylibs.iter().map(|(kind, name)| dylib(*kind, name)));
        commands.extend(self.rpaths.iter().map(|path| with_text(0x8000_001c, &[], path)));
        if let Some((major, minor)) = self.minimum {
            let number = |(major, minor): (u32, u32)| major << 16 | minor << 8;
            let (version, sdk) = (number((major, minor)), number(self.sdk.unwrap_or((major, minor))));
            commands.push(match self.arch {
                Arch::Ppc | Arch::I386 | Arch::X86_64 => command(0x24, &[version, sdk]),
                Arch::Arm64 => command(0x32, &[self.platform, version, sdk, 0]),
            });
        }
        if let Some(size) = self.stack_size {
            commands.push(command(0x8000_0028, &[at.section as u32, 0, size as u32, (size >> 32) as u32]));
        }
        let pair = |(offset, size): (usize, usize)| [offset as u32, size as u32];
        let mut info = vec![0, 0];
        info.extend(pair(at.bind));
        info.extend([0; 4]);
        info.extend(pair(at.trie));
        commands.push(command(0x8000_0022, &info));
        let [symbols, size] = pair(at.symbols);
        let [strings, strings_size] = pair(at.strings);
        commands.push(command(2, &[symbols, size / 16, strings, strings_size]));
        if self.signed {
            commands.push(command(0x1d, &pair(at.signature)));
        }
        commands
    }

    fn bind_opcodes(&self) -> Vec<u8> {
        let mut opcodes = Vec::new();
        for import in &self.imports {
            opcodes.push(if import.ordinal > 0 { 0x10 } else { 0x30 } | (import.ordinal as u8 & 0xf));
            opcodes.push(0x40 | u8::from(import.weak));
            opcodes.extend(import.name.bytes().chain([0]));
            opcodes.push(0x90);
        }
        opcodes.push(0);
        opcodes
    }

    /// One node for the root, and one for each name.
    fn export_trie(&self) -> Vec<u8> {
        let size = 2 + self.exports.iter().map(|name| name.len() + 3).sum::<usize>();
        let mut trie = vec![0, self.exports.len() as u8];
        for (index, name) in self.exports.iter().enumerate() {
            let child = size + index * 4;
            trie.extend(name.bytes().chain([0, 0x80 | (child & 0x7f) as u8, (child >> 7) as u8]));
        }
        for _ in &self.exports {
            trie.extend([2, 0, 0x10, 0]);
        }
        trie
    }

    fn symbols(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut symbols, mut strings) = (Vec::new(), vec![0]);
        for path in &self.debug {
            symbols.extend((strings.len() as u32).to_le_bytes());
            symbols.extend([0x66, 0, 1, 0]);
            symbols.extend([0; 8]);
            strings.extend(path.bytes().chain([0]));
        }
        (symbols, strings)
    }

    fn signature(&self, code: &[u8]) -> Vec<u8> {
        let mut blobs: Blobs = Vec::new();
        if self.requirements {
            blobs.push((2, self.requirement.clone().unwrap_or_else(|| blob(0xfade_0c01, &[0; 4]))));
        }
        blobs.extend(self.entitlements.iter().map(|text| (5, blob(0xfade_7171, text.as_bytes()))));
        blobs.extend(self.der.iter().map(|der| (7, blob(0xfade_7172, der))));
        let directories = self.hashes.iter().enumerate().map(|(index, hash)| {
            let slot = if index == 0 { 0 } else { 0xfff + index as u32 };
            (slot, self.directory(code, &blobs, *hash))
        });
        let directories: Vec<_> = directories.collect();
        blobs.splice(0..0, directories);
        (self.before)(&mut blobs);
        if let Some(by) = self.by {
            let identity = by.fake.identity(by.kind);
            let how = if by.timestamp { Cms::default() } else { Cms::default().unstamped() };
            let directories: Vec<_> =
                blobs.iter().filter(|(_, blob)| blob.starts_with(&[0xfa, 0xde, 0x0c, 0x02])).collect();
            let cms = if self.listed {
                let hash = |blob: &[u8]| match blob[37] {
                    1 => Hash::Sha1,
                    4 => Hash::Sha384,
                    _ => Hash::Sha256,
                };
                let directories: Vec<_> = directories.iter().map(|(_, blob)| (hash(blob), blob.as_slice())).collect();
                by.fake.code_cms(identity, &directories, how)
            } else {
                by.fake.cms(identity, &directories[0].1, how)
            };
            blobs.push((0x10000, blob(0xfade_0b01, &cms)));
        }
        (self.after)(&mut blobs);
        let mut bytes = super_blob(&blobs);
        if self.by.is_some() {
            assert!(bytes.len() <= WITH_CMS, "a signature of {} bytes", bytes.len());
            bytes.resize(WITH_CMS, 0);
        }
        bytes
    }

    fn directory(&self, code: &[u8], blobs: &Blobs, hash_type: u8) -> Vec<u8> {
        let (hash, size) = match hash_type {
            1 => (Hash::Sha1, 20),
            2 => (Hash::Sha256, 32),
            4 => (Hash::Sha384, 48),
            other => panic!("hash type {other}"),
        };
        let sealed = blobs.iter().filter(|(slot, _)| *slot != 2 || self.sealed).chain(&self.special);
        let sealed: std::collections::BTreeMap<_, _> =
            sealed.map(|(slot, bytes)| (*slot, hash.digest(bytes))).collect();
        let special = sealed.last_key_value().map_or(0, |(slot, _)| *slot);
        let mut hashes: Vec<u8> =
            (1..=special).rev().flat_map(|slot| sealed.get(&slot).cloned().unwrap_or(vec![0; size])).collect();
        let pages = code.chunks(4096);
        let count = pages.len();
        hashes.extend(pages.flat_map(|page| hash.digest(page)));
        let identifier = b"org.python.test\0";
        let team = self.by.map(|by| format!("{}\0", by.team)).unwrap_or_default();
        let names = if team.is_empty() { 48 } else { 52 };
        let version = if team.is_empty() { 0x20100 } else { 0x20200 };
        let length = names + identifier.len() + team.len() + hashes.len();
        let first_page = length - count * size;
        let limit = self.code_limit.unwrap_or(code.len() as u32);
        let (flags, count) = (self.flags, count as u32);
        let fields =
            [0xfade_0c02, length as u32, version, flags, first_page as u32, names as u32, special, count, limit];
        let mut directory = big_endian(&fields);
        directory.extend([size as u8, hash_type, 0, 12]);
        directory.extend([0; 8]);
        if !team.is_empty() {
            directory.extend(((names + identifier.len()) as u32).to_be_bytes());
        }
        directory.extend(identifier);
        directory.extend(team.bytes());
        directory.extend(hashes);
        directory
    }
}

/// A blob of a signature: a magic number, its length, contents.
pub(super) fn blob(magic: u32, contents: &[u8]) -> Vec<u8> {
    [big_endian(&[magic, contents.len() as u32 + 8]), contents.to_vec()].concat()
}

/// A signature of these blobs.
pub(super) fn super_blob(blobs: &Blobs) -> Vec<u8> {
    let mut offset = 12 + 8 * blobs.len();
    let total = offset + blobs.iter().map(|(_, blob)| blob.len()).sum::<usize>();
    let mut bytes = big_endian(&[0xfade_0cc0, total as u32, blobs.len() as u32]);
    for (slot, blob) in blobs {
        bytes.extend(big_endian(&[*slot, offset as u32]));
        offset += blob.len();
    }
    bytes.extend(blobs.iter().flat_map(|(_, blob)| blob));
    bytes
}

#[derive(Default)]
struct Offsets {
    section: usize,
    linkedit: usize,
    bind: (usize, usize),
    trie: (usize, usize),
    symbols: (usize, usize),
    strings: (usize, usize),
    signature: (usize, usize),
}

pub(super) fn big_endian(fields: &[u32]) -> Vec<u8> {
    fields.iter().flat_map(|field| field.to_be_bytes()).collect()
}

fn command(kind: u32, fields: &[u32]) -> Vec<u8> {
    let size = 8 + 4 * fields.len() as u32;
    [kind, size].iter().chain(fields).flat_map(|field| field.to_le_bytes()).collect()
}

/// A load command that ends with a text; the text's offset comes first.
fn with_text(kind: u32, fields: &[u32], text: &str) -> Vec<u8> {
    let offset = 12 + 4 * fields.len();
    let size = (offset + text.len() + 1).next_multiple_of(8);
    let numbers = [kind, size as u32, offset as u32];
    let mut bytes: Vec<u8> = numbers.iter().chain(fields).flat_map(|field| field.to_le_bytes()).collect();
    bytes.extend(text.bytes());
    bytes.resize(size, 0);
    bytes
}

fn dylib(kind: u32, name: &str) -> Vec<u8> {
    with_text(kind, &[2, 0x10000, 0x10000], name)
}

fn segment(name: &str, offset: usize, size: usize, section: Option<(usize, usize)>) -> Vec<u8> {
    let padded = |name: &str| {
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(16, 0);
        bytes
    };
    let mut bytes = Vec::new();
    let total = 72 + if section.is_some() { 80 } else { 0 };
    bytes.extend([0x19_u32, total].iter().flat_map(|field| field.to_le_bytes()));
    bytes.extend(padded(name));
    let words = [offset as u64, size as u64, offset as u64, size as u64];
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend([5, 5, u32::from(section.is_some()), 0].iter().flat_map(|field: &u32| field.to_le_bytes()));
    if let Some((offset, size)) = section {
        bytes.extend(padded("__text"));
        bytes.extend(padded(name));
        bytes.extend([offset as u64, size as u64].iter().flat_map(|word| word.to_le_bytes()));
        let fields = [offset as u32, 4, 0, 0, 0x8000_0400, 0, 0, 0];
        bytes.extend(fields.iter().flat_map(|field: &u32| field.to_le_bytes()));
    }
    bytes
}

/// A fat file, each slice on a page of 16 KiB.
pub(super) fn fat(slices: &[(Arch, Vec<u8>)]) -> Vec<u8> {
    let mut table = vec![0xcafe_babe, slices.len() as u32];
    let mut body: Vec<u8> = Vec::new();
    for (arch, slice) in slices {
        let offset = (16384 + body.len()).next_multiple_of(16384);
        body.resize(offset - 16384, 0);
        let cpu = if *arch == Arch::Arm64 { [0x0100_000c, 0] } else { [0x0100_0007, 3] };
        table.extend(cpu.iter().chain(&[offset as u32, slice.len() as u32, 14]));
        body.extend(slice);
    }
    let mut bytes = big_endian(&table);
    bytes.resize(16384, 0);
    bytes.extend(body);
    bytes
}
