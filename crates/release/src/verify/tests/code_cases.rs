//! Code signatures, good and forged: each is accepted or refused, with the reason.

use fake_apple::{FakeApple, IdentityKind, TEAM};
use pkgsign::SignaturePolicy;
use rayon::prelude::*;

use super::author::{Author, Blobs, By, DYLIB, EXECUTE, big_endian, blob, fat};
use super::code::{entitlements, good, lint};
use macho::Arch;

const GET_TASK_ALLOW: &str = "com.apple.security.get-task-allow";
const NO_LIBRARY_VALIDATION: &str = "com.apple.security.cs.disable-library-validation";
const JIT: &str = "com.apple.security.cs.allow-jit";

type Make = Box<dyn Fn() -> Vec<u8> + Send + Sync>;

/// Cases by their names: what is to be accepted, and what is forged.
#[derive(Default)]
struct Cases {
    good: Vec<(&'static str, Make)>,
    forged: Vec<(&'static str, Make)>,
}

impl Cases {
    fn accept(&mut self, name: &'static str, author: Author) {
        self.good.push((name, Box::new(move || author.thin())));
    }

    fn refuse(&mut self, name: &'static str, author: Author) {
        self.forged.push((name, Box::new(move || author.thin())));
    }

    fn refuse_bytes(&mut self, name: &'static str, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) {
        self.forged.push((name, Box::new(make)));
    }
}

/// Without the fingerprints of keys that are made anew for each test.
fn without_fingerprints(text: &str) -> String {
    let fingerprint = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words =
        text.split(' ').map(|word| if fingerprint(word.trim_end_matches(',')) { "[fingerprint]" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// A line for each case: its name, and why it is refused.
fn outcome(cases: Vec<(&'static str, Make)>) -> Vec<String> {
    let files: Vec<_> = cases.into_par_iter().map(|(name, make)| (name, make())).collect();
    let lint = lint(&files, SignaturePolicy::DeveloperId, None).unwrap();
    let line = |(name, _): &(&'static str, Vec<u8>)| {
        let issues = lint.issues.iter().filter(|issue| issue.path == *name);
        let mut reasons: Vec<_> = issues
            .map(|issue| if issue.detail.is_empty() { issue.message.to_owned() } else { issue.detail.clone() })
            .collect();
        reasons.dedup();
        let reasons = without_fingerprints(&reasons.join("; "));
        format!("{name}: {}", if reasons.is_empty() { "accepted" } else { reasons.as_str() })
    };
    files.iter().map(line).collect()
}

/// A text of a requirement: its length before it, zeros after it.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    padded.resize(padded.len().next_multiple_of(4), 0);
    padded
}

/// Requirements with these kinds and expressions.
fn requirements(all: &[(u32, &[Vec<u8>])]) -> Option<Vec<u8>> {
    let (mut table, mut body) = (big_endian(&[all.len() as u32]), Vec::new());
    for (kind, expression) in all {
        table.extend(big_endian(&[*kind, (12 + 8 * all.len() + body.len()) as u32]));
        body.extend(blob(0xfade_0c00, &[big_endian(&[1]), expression.concat()].concat()));
    }
    Some(blob(0xfade_0c01, &[table, body].concat()))
}

fn identifier(name: &str) -> Vec<u8> {
    [big_endian(&[2]), padded(name.as_bytes())].concat()
}

fn team(name: &str) -> Vec<u8> {
    [big_endian(&[11, 0]), padded(b"subject.OU"), big_endian(&[1]), padded(name.as_bytes())].concat()
}

/// What Apple's tools demand of a Developer ID: identifier, root, authority, certificate, team.
fn developer_id(name: &str, unit: &str) -> Vec<Vec<u8>> {
    let extension = |slot: u32, last: &[u8]| {
        let oid = [&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x06], last].concat();
        [big_endian(&[14, slot]), padded(&oid), big_endian(&[0])].concat()
    };
    let and = || big_endian(&[6]);
    vec![
        and(),
        identifier(name),
        and(),
        big_endian(&[15]),
        and(),
        extension(1, &[2, 6]),
        and(),
        extension(0, &[1, 0x0d]),
        team(unit),
    ]
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = contents.len();
    if length < 128 {
        return [&[tag, length as u8], contents.as_slice()].concat();
    }
    [&[tag, 0x82, (length >> 8) as u8, length as u8], contents.as_slice()].concat()
}

fn pair(key: &str) -> Vec<u8> {
    der(0x30, &[&der(0x0c, &[key.as_bytes()]), &[1, 1, 0xff]])
}

/// DER entitlements as new tools write them.
fn new_der(pairs: &[Vec<u8>]) -> Option<Vec<u8>> {
    Some(der(0x70, &[&[2, 1, 1], &der(0xb0, &[&pairs.concat()])]))
}

fn both(first: &str, second: &str) -> Option<String> {
    Some(entitlements(first).replace("</dict>", &format!("<key>{second}</key><true/></dict>")))
}

/// Exchanges the contents of blobs that are in the code directory, so that the signature is over the change.
fn sealed_late(blobs: &mut Blobs, change: impl FnOnce(&mut Vec<u8>)) {
    change(&mut blobs[0].1);
}

fn word(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

fn of_files(cases: &mut Cases, fake: &'static FakeApple) {
    let (program, library) = (good(fake, Arch::Arm64, EXECUTE), good(fake, Arch::Arm64, DYLIB));
    let intel = good(fake, Arch::X86_64, EXECUTE);
    let by = |kind| Some(By { kind, ..program.by.unwrap() });
    let unsigned = || Author { signed: false, by: None, ..good(fake, Arch::X86_64, EXECUTE) };
    const ARM64E: Option<(u32, u32)> = Some((0x0100_000c, 0x8000_0002));
    const X86_64H: Option<(u32, u32)> = Some((0x0100_0007, 8));

    cases.accept("a program", program.clone());
    cases.accept("a library", library.clone());
    cases.accept("arm64e, signed", Author { cpu: ARM64E, ..program.clone() });
    cases.accept("x86_64h, signed", Author { cpu: X86_64H, ..intel.clone() });
    let slices = [(Arch::X86_64, intel.clone()), (Arch::Arm64, program.clone())];
    let both = slices.clone();
    cases.good.push(("two slices", Box::new(move || fat(&both.clone().map(|(arch, slice)| (arch, slice.thin()))))));
    cases.good.push(("compiled Java", Box::new(|| [big_endian(&[0xcafe_babe, 52]), vec![0; 2000]].concat())));

    cases.refuse("unsigned", unsigned());
    cases.refuse("unsigned x86_64h", Author { cpu: X86_64H, ..unsigned() });
    cases.refuse("unsigned arm64e", Author { cpu: ARM64E, ..unsigned() });
    cases.refuse("unsigned, of no known processor", Author { cpu: Some((0x0100_0099, 1)), ..unsigned() });
    let old = |magic: u32, cpu: u32| {
        let header = [magic, cpu, 3, 2, 0, 0, 0].map(u32::to_be_bytes).concat();
        move || header.clone()
    };
    cases.refuse_bytes("unsigned ppc", old(0xfeed_face, 18));
    cases.refuse_bytes("unsigned ppc64", old(0xfeed_facf, 0x0100_0012));
    cases.refuse_bytes("unsigned i386", || [0xfeed_face_u32, 7, 3, 2, 0, 0, 0].map(u32::to_le_bytes).concat());
    let [signed, other] = [program.clone(), unsigned()];
    cases.refuse_bytes("one slice of two unsigned", move || {
        fat(&[(Arch::Arm64, signed.thin()), (Arch::X86_64, other.thin())])
    });
    let many = |count: u32| {
        let bytes = unsigned();
        move || {
            let mut file = big_endian(&[0xcafe_babe, count]);
            for _ in 0..count {
                file.extend(big_endian(&[0x0100_0007, 3, 16384, bytes.thin().len() as u32, 12]));
            }
            file.resize(16384, 0);
            [file, bytes.thin()].concat()
        }
    };
    cases.refuse_bytes("45 slices, like Java", many(45));
    cases.refuse_bytes("200 slices", many(200));
    let lying = program.clone();
    cases.refuse_bytes("the fat table lies", move || fat(&[(Arch::X86_64, lying.thin())]));
    cases.refuse("ad hoc", Author { by: None, ..library.clone() });
    let flagged = library.clone();
    cases.refuse("flagged as ad hoc, and signed", Author { flags: 2, ..flagged });
    cases.refuse("an installer's certificate", Author { by: by(IdentityKind::Installer), ..library.clone() });
    cases.refuse("no Developer ID", Author { by: by(IdentityKind::Plain), ..library.clone() });
    cases.refuse("its own root", Author { by: by(IdentityKind::SelfSigned), ..library.clone() });
    cases.refuse(
        "no time stamp",
        Author { by: by(IdentityKind::Application).map(|by| By { timestamp: false, ..by }), ..library.clone() },
    );
    cases.refuse(
        "another team in the code",
        Author { by: by(IdentityKind::Application).map(|by| By { team: "SOMEBODY12", ..by }), ..library.clone() },
    );
    cases.refuse("no hardened runtime", Author { flags: 0, ..program.clone() });
    cases.refuse("an old SDK", Author { sdk: Some((10, 8)), ..library.clone() });
    let changed = library.clone();
    cases.refuse_bytes("code that was changed", move || {
        let mut bytes = changed.thin();
        bytes[600] ^= 1;
        bytes
    });
    let twice = library.clone();
    cases.refuse_bytes("LC_CODE_SIGNATURE twice", move || {
        let mut bytes = twice.thin();
        // The load command before the last becomes another one.
        let size = u32::from_le_bytes(bytes[20..24].try_into().unwrap()) as usize;
        let (last, symbols) = (32 + size - 16, 32 + size - 16 - 24);
        let signature = bytes[last..last + 16].to_vec();
        bytes[symbols..symbols + 4].copy_from_slice(&0x1d_u32.to_le_bytes());
        bytes[symbols + 8..symbols + 16].copy_from_slice(&signature[8..]);
        bytes
    });
}

fn of_directories(cases: &mut Cases, fake: &'static FakeApple) {
    let (program, library) = (good(fake, Arch::Arm64, EXECUTE), good(fake, Arch::Arm64, DYLIB));
    let two = Author { hashes: vec![1, 2], listed: true, ..library.clone() };
    let before = |before| Author { before, ..library.clone() };
    let after = |after| Author { after, ..library.clone() };

    cases.accept("one directory, listed", Author { listed: true, ..program.clone() });
    cases.accept("SHA-1 and SHA-256, listed", two.clone());
    cases.accept("SHA-256 and SHA-384, listed", Author { hashes: vec![2, 4], listed: true, ..program });

    cases.refuse("SHA-1 only", Author { hashes: vec![1], ..library.clone() });
    cases.refuse("a second directory that is not listed", Author { listed: false, ..two.clone() });
    cases.refuse(
        "a second directory added later",
        Author {
            after: |blobs| {
                let directory = blobs[0].1.clone();
                blobs.push((0x1000, directory));
            },
            ..library.clone()
        },
    );
    cases.refuse(
        "a listed directory, changed later",
        Author {
            after: |blobs| {
                let (_, alternate) = &mut blobs[1];
                *alternate.last_mut().unwrap() ^= 1;
            },
            ..two.clone()
        },
    );
    cases.refuse(
        "SHA-1 of other code, signed",
        Author { before: |blobs| sealed_late(blobs, |directory| *directory.last_mut().unwrap() ^= 1), ..two.clone() },
    );
    cases.refuse(
        "SHA-256 of other code, signed",
        Author { before: |blobs| *blobs[1].1.last_mut().unwrap() ^= 1, ..two.clone() },
    );
    cases.refuse(
        "SHA-1 of other code and SHA-256 that nobody signed",
        Author {
            before: |blobs| sealed_late(blobs, |directory| *directory.last_mut().unwrap() ^= 1),
            listed: false,
            ..two.clone()
        },
    );
    cases.refuse("two identifiers, both signed", Author { before: |blobs| blobs[1].1[52] = b'x', ..two.clone() });
    cases.refuse("two teams, both signed", Author { before: |blobs| blobs[1].1[70] = b'x', ..two.clone() });
    cases.refuse(
        "different flags, both signed",
        Author { before: |blobs| word(&mut blobs[1].1, 12, 0x1_0000), ..two.clone() },
    );
    cases.refuse("two directories of one kind", Author { hashes: vec![2, 2], ..two.clone() });
    cases.refuse("two directories in slot 0", after(|blobs| blobs.insert(0, blobs[0].clone())));
    cases.refuse("no directory in slot 0", after(|blobs| blobs[0].0 = 0x1000));
    cases.refuse("a directory in slot 0x2000", after(|blobs| blobs[0].0 = 0x2000));
    cases.refuse("a sixth alternate", after(|blobs| blobs.push((0x1005, blobs[0].1.clone()))));
    cases.refuse(
        "the signature is over the second directory",
        Author {
            after: |blobs| {
                let ((first, _), (second, _)) = (blobs[0].clone(), blobs[1].clone());
                (blobs[0].0, blobs[1].0) = (second, first);
            },
            ..two
        },
    );
    cases.refuse(
        "two SignedData, the first is garbage",
        after(|blobs| {
            let signed = blobs.len() - 1;
            blobs.insert(signed, (0x10000, blob(0xfade_0b01, b"garbage")));
        }),
    );
    cases.refuse("a SignedData of garbage", after(|blobs| blobs.last_mut().unwrap().1 = blob(0xfade_0b01, b"garbage")));
    cases.refuse("a SignedData of no bytes", after(|blobs| blobs.last_mut().unwrap().1 = blob(0xfade_0b01, b"")));
    cases.refuse("no SignedData", after(|blobs| _ = blobs.pop()));
    cases.refuse("a signature over other code", after(|blobs| *blobs[0].1.last_mut().unwrap() ^= 1));
    cases.refuse("a slot without a meaning", after(|blobs| blobs.push((6, blob(0xfade_0c05, b"x")))));
    cases.refuse("another magic number", after(|blobs| word(&mut blobs[0].1, 0, 0xfade_0c01)));
    cases.refuse("a blob that is too long", after(|blobs| word(&mut blobs.last_mut().unwrap().1, 4, 40_000)));
    cases.refuse("a blob without a header", after(|blobs| word(&mut blobs[0].1, 4, 4)));
    cases.refuse(
        "blobs that share bytes",
        Author {
            requirements: true,
            after: |blobs| {
                let length = blobs[0].1.len() as u32;
                word(&mut blobs[0].1, 4, length + 4);
            },
            ..library.clone()
        },
    );
    cases.refuse("the last page is not signed", Author { code_limit: Some(4096), ..library.clone() });
    cases.refuse(
        "the last page is not signed, and has no hash",
        before(|blobs| {
            let (_, directory) = &mut blobs[0];
            let count = u32::from_be_bytes(directory[28..32].try_into().unwrap());
            word(directory, 28, count - 1);
            word(directory, 32, 4096);
        }),
    );
    cases.refuse("no page has a hash", before(|blobs| word(&mut blobs[0].1, 28, 0)));
    cases.refuse("a page without end", before(|blobs| blobs[0].1[39] = 0));
    cases.refuse("pages of 2 GiB", before(|blobs| blobs[0].1[39] = 31));
    cases.refuse("pages of 2^255 bytes", before(|blobs| blobs[0].1[39] = 255));
    cases.refuse("an unknown kind of hash", before(|blobs| blobs[0].1[37] = 9));
    cases.refuse("hashes that are cut", before(|blobs| blobs[0].1[36] = 20));
    cases.refuse("hashes of no bytes", before(|blobs| blobs[0].1[36] = 0));
    cases.refuse("more hashes than bytes", before(|blobs| word(&mut blobs[0].1, 28, u32::MAX)));
    cases.refuse("more special slots than bytes", before(|blobs| word(&mut blobs[0].1, 24, u32::MAX)));
    cases.refuse("a version of the future", before(|blobs| word(&mut blobs[0].1, 8, 0x3_0000)));
    cases.refuse("a scatter vector", before(|blobs| word(&mut blobs[0].1, 44, 60)));
    cases.refuse("no identifier", before(|blobs| blobs[0].1[52] = 0));
    cases.refuse("an identifier past the end", before(|blobs| word(&mut blobs[0].1, 20, 60_000)));
}

fn of_blobs(cases: &mut Cases, fake: &'static FakeApple) {
    let (program, library) = (good(fake, Arch::Arm64, EXECUTE), good(fake, Arch::Arm64, DYLIB));
    let required = |requirement| Author { requirements: true, requirement, ..program.clone() };
    let asking = |entitlements, der| Author { entitlements, der, ..program.clone() };
    let jit = || Some(entitlements(JIT));
    let single = |expression: Vec<u8>| requirements(&[(3, &[expression])]);

    cases.accept("an empty set of requirements", Author { requirements: true, ..program.clone() });
    cases.accept(
        "the requirement of a Developer ID",
        required(requirements(&[(3, &developer_id("org.python.test", TEAM))])),
    );
    cases.accept("either of two", required(requirements(&[(3, &[big_endian(&[7]), team("OTHER12345"), team(TEAM)])])));
    cases.accept("not another", required(requirements(&[(3, &[big_endian(&[9]), team("OTHER12345")])])));
    cases.refuse(
        "required: another identifier",
        required(requirements(&[(3, &developer_id("org.example.other", TEAM))])),
    );
    cases.refuse(
        "required: another team",
        required(requirements(&[(3, &developer_id("org.python.test", "OTHER12345"))])),
    );
    cases.refuse("required: never", required(single(big_endian(&[0]))));
    cases.refuse(
        "required: another hash of the certificate",
        required(single([big_endian(&[4, 0]), padded(&[7; 20])].concat())),
    );
    cases.refuse("required: another hash of the code", required(single([big_endian(&[8]), padded(&[7; 20])].concat())));
    cases.refuse(
        "required: a certificate that is not there",
        required(single([big_endian(&[11, 9]), padded(b"subject.OU"), big_endian(&[0])].concat())),
    );
    cases.refuse("required: notarized", required(single(big_endian(&[21]))));
    cases.refuse("required: anchor apple", required(single(big_endian(&[3]))));
    cases.refuse(
        "required: anything, by an unknown operation that may be skipped",
        required(single(big_endian(&[0x4000_0063, 0]))),
    );
    cases.refuse(
        "required: a field that is not known",
        required(single([big_endian(&[11, 0]), padded(b"subject.X"), big_endian(&[0])].concat())),
    );
    cases.refuse("required twice", required(requirements(&[(3, &[big_endian(&[1])]), (3, &[big_endian(&[1])])])));
    cases.refuse("required: more than an expression", required(single(big_endian(&[1, 1]))));
    cases.refuse("required: without end", required(single(big_endian(&[9; 100]))));
    cases.refuse("requirements of garbage", required(Some(blob(0xfade_0c01, &[0xff; 40]))));
    cases.refuse("requirements without a hash", Author { requirements: true, sealed: false, ..library.clone() });
    cases.refuse(
        "requirements changed later",
        Author {
            requirements: true,
            after: |blobs| blobs[1].1 = blob(0xfade_0c01, &big_endian(&[0, 0])),
            ..library.clone()
        },
    );

    cases.accept("entitlements in XML", asking(jit(), None));
    cases.accept("entitlements in both", asking(jit(), new_der(&[pair(JIT)])));
    cases.accept("entitlements in both, as older tools write them", asking(jit(), Some(der(0x31, &[&pair(JIT)]))));
    cases.accept(
        "a debugger for plug-ins",
        asking(
            both(GET_TASK_ALLOW, NO_LIBRARY_VALIDATION),
            new_der(&[pair(GET_TASK_ALLOW), pair(NO_LIBRARY_VALIDATION)]),
        ),
    );
    cases.refuse("get-task-allow in XML", asking(Some(entitlements(GET_TASK_ALLOW)), None));
    cases
        .refuse("get-task-allow in both", asking(Some(entitlements(GET_TASK_ALLOW)), new_der(&[pair(GET_TASK_ALLOW)])));
    cases.refuse("get-task-allow in DER alone", asking(None, new_der(&[pair(GET_TASK_ALLOW)])));
    cases.refuse("get-task-allow in DER, and something else in XML", asking(jit(), new_der(&[pair(GET_TASK_ALLOW)])));
    cases.refuse("DER asks for more", asking(jit(), new_der(&[pair(JIT), pair(GET_TASK_ALLOW)])));
    cases.refuse("DER asks for less", asking(jit(), new_der(&[])));
    cases.refuse("DER with a key twice", asking(jit(), new_der(&[pair(JIT), pair(JIT)])));
    cases.refuse("DER of garbage", asking(jit(), Some(b"garbage".to_vec())));
    cases.refuse("DER of another version", asking(jit(), Some(der(0x70, &[&[2, 1, 2], &der(0xb0, &[&pair(JIT)])]))));
    cases.refuse("XML of garbage", asking(Some("garbage".to_owned()), None));
    cases.refuse(
        "a library that asks in DER",
        Author { entitlements: jit(), der: new_der(&[pair(JIT)]), ..library.clone() },
    );
    cases.refuse(
        "entitlements added later",
        Author { after: |blobs| blobs.push((5, blob(0xfade_7171, entitlements(JIT).as_bytes()))), ..program.clone() },
    );
    cases.refuse(
        "DER entitlements added later",
        Author { after: |blobs| blobs.push((7, blob(0xfade_7172, &der(0x31, &[&pair(JIT)])))), ..program.clone() },
    );
    cases.refuse(
        "launch constraints added later",
        Author { after: |blobs| blobs.push((8, blob(0xfade_8181, b"x"))), ..program.clone() },
    );
    cases.refuse(
        "a hash of entitlements that are not there",
        Author { special: vec![(5, b"entitlements".to_vec())], ..program },
    );
}

/// 0 forged ones are accepted, and no good one is refused.
#[test]
fn code_that_is_signed_well_and_code_that_is_forged() {
    let Some(fake) = FakeApple::get() else { return };
    let mut cases = Cases::default();
    of_files(&mut cases, fake);
    of_directories(&mut cases, fake);
    of_blobs(&mut cases, fake);
    let (good, forged) = (outcome(cases.good), outcome(cases.forged));
    let refused: Vec<_> = good.iter().filter(|line| !line.ends_with(": accepted")).collect();
    assert_eq!(refused, [""; 0], "of {} good ones", good.len());
    let accepted: Vec<_> = forged.iter().filter(|line| line.ends_with(": accepted")).collect();
    assert_eq!(accepted, [""; 0], "of {} forged ones", forged.len());
    insta::assert_snapshot!("forged_code", forged.join("\n"));
}
