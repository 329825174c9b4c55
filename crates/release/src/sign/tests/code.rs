//! A root is signed in a copy, bundles after what is in them; the signer only remembers.

use std::path::Path;
use std::sync::Arc;

use crate::package::tests::context;
use crate::sign::backend::recording::Recording;
use crate::sign::backend::{CodeJob, Signer};
use crate::sign::code::copy_and_sign;
use crate::sign::identity::Identity;
use crate::sign::{Party, Rules};

/// The recording outlives the signing.
struct Shared(Arc<Recording>);

impl Signer for Shared {
    fn tool(&self) -> String {
        self.0.tool()
    }
    fn sign_code(&self, job: &CodeJob<'_>) -> anyhow::Result<()> {
        self.0.sign_code(job)
    }
    fn sign_package(&self, input: &Path, output: &Path, identity: &Identity) -> anyhow::Result<()> {
        self.0.sign_package(input, output, identity)
    }
}

/// The first words of a Mach-O file of a kind.
fn macho(kind: u32) -> Vec<u8> {
    let mut bytes = [0xFEED_FACF_u32, 0x0100_000C, 0, kind].map(u32::to_le_bytes).concat();
    bytes.resize(64, 0);
    bytes
}

#[test]
fn files_come_before_the_bundles_around_them() {
    let dir = tempfile::tempdir().unwrap();
    let framework = dir.path().join("staged/Library/Frameworks/Python.framework/Versions/3.13");
    let info = |identifier: &str| {
        format!(
            "<plist><dict><key>CFBundleIdentifier</key><string>{identifier}</string>\
                 <key>CFBundleExecutable</key><string>Python</string></dict></plist>"
        )
    };
    let files = [
        ("Python", macho(6)),
        ("bin/python3.13", macho(2)),
        ("lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so", macho(8)),
        ("lib/python3.13/config-3.13-darwin/python.o", macho(1)),
        ("lib/python3.13/os.py", b"import sys\n".to_vec()),
        ("Resources/Info.plist", info("org.python.python").into_bytes()),
        ("Resources/Python.app/Contents/Info.plist", info("org.python.python").into_bytes()),
        ("Resources/Python.app/Contents/MacOS/Python", macho(2)),
    ];
    for (path, bytes) in files {
        let path = framework.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    let cx = context(dir.path());
    let recording = Arc::new(Recording::default());
    let party = Party { identity: Identity::AdHoc, signer: Box::new(Shared(Arc::clone(&recording))) };
    let rules = Rules::load(&cx.paths.repo).unwrap();
    let signed = copy_and_sign(&cx, &rules, &party, &dir.path().join("staged")).unwrap();
    let asked =
        recording.asked.lock().unwrap().join("\n").replace("Library/Frameworks/Python.framework/Versions/3.13", "@");
    insta::assert_snapshot!(asked, @r"
    executable @/bin/python3.13
    library @/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so
    app @/Resources/Python.app
    framework @
    ");
    let left: Vec<&str> = signed.plan.left_alone.iter().map(|left| left.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(left, ["python.o"]);
    assert!(signed.root().join("Library/Frameworks").is_dir() && signed.ad_hoc);
    let place = signed.root();
    drop(signed);
    assert!(!place.exists(), "the copy is gone");
}
