//! A folder with everything a signature takes.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fake_apple::{Behaviour, FakeApple, Identity, IdentityKind, Signing, TimestampServer};
use tempfile::TempDir;

pub const XTASK: &str = env!("CARGO_BIN_EXE_cpython-macos-release");
pub const PASSWORD: &str = "correct horse battery staple";

/// Keys, a package that isn't signed, a server of time stamps, and rcodesign or what stands in for it.
pub struct Stage {
    pub dir: TempDir,
    pub fake: &'static FakeApple,
    pub timestamps: TimestampServer,
    /// What signs.
    pub program: PathBuf,
}

/// The version of rcodesign that is used.
fn version() -> String {
    let rules = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Mac/signing.toml")).unwrap();
    let line = rules.lines().find_map(|line| line.strip_prefix("rcodesign = \"")).unwrap();
    line.trim_end_matches('"').to_owned()
}

/// Where finished builds and tools are kept.
pub fn cache() -> Option<PathBuf> {
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    let cache = var("XTASK_CACHE").or_else(|| Some(var("XDG_CACHE_HOME")?.join("cpython-macos-release")));
    cache.or_else(|| Some(var("HOME")?.join(".cache/cpython-macos-release")))
}

/// Where rcodesign was installed: in the cache, by `.ci/run` or by hand.
fn rcodesign() -> Option<PathBuf> {
    let program = cache()?.join(format!("tools/rcodesign-{}/bin/rcodesign", version()));
    if !program.is_file() {
        oracle::missing(format_args!("{} is not there; .ci/run installs it", program.display()));
        return None;
    }
    Some(program)
}

impl Stage {
    /// With rcodesign. Nothing, and a line that says so, when it is missing.
    pub fn set() -> Option<Self> {
        Self::set_with(Behaviour::Good)
    }

    /// The same with a server that doesn't always answer.
    pub fn set_with(behaviour: Behaviour) -> Option<Self> {
        Self::with_program(rcodesign()?, behaviour)
    }

    /// With a program that signs as rcodesign does, but always as the same one: what is tested is what we make of it.
    pub fn with_stand_in(kind: IdentityKind) -> Option<Self> {
        Self::with_stand_in_for(Signing { by: kind, ..Signing::rcodesign() })
    }

    /// With a program that signs like that.
    pub fn with_stand_in_for(how: Signing) -> Option<Self> {
        let mut stage = Self::with_program(PathBuf::new(), Behaviour::Good)?;
        let unsigned = fs::read(stage.path("hello-unsigned.pkg")).unwrap();
        fs::write(stage.path("signed-by-stand-in"), stage.fake.sign_package(&unsigned, how)).unwrap();
        stage.program = stage.path("stand-in");
        let signed = stage.text("signed-by-stand-in");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo 'rcodesign {}' && exit\ncat >/dev/null\nfor last; do :; done\ncp '{signed}' \"$last\"\n",
            version()
        );
        executable(&stage.program, &script);
        stage.install("exec \"$real\" \"$@\"");
        Some(stage)
    }

    fn with_program(program: PathBuf, behaviour: Behaviour) -> Option<Self> {
        let fake = FakeApple::get()?;
        let dir = tempfile::tempdir().unwrap();
        let stage = Self { dir, fake, timestamps: TimestampServer::start(fake, behaviour), program };
        let path = |name: &str| stage.path(name);
        stage.install("exec \"$real\" \"$@\"");
        fs::create_dir_all(path("payload/bin")).unwrap();
        fs::write(path("payload/bin/hello"), "#!/bin/sh\necho hello\n").unwrap();
        fs::write(path("root.der"), &fake.root().der).unwrap();
        stage.private("password", format!("{PASSWORD}\n"));
        let flags = ["package", "--identifier", "org.example.hello", "--version", "1", "--root"];
        let made = stage.run(flags.map(str::to_owned).into_iter().chain([
            stage.text("payload"),
            "-o".into(),
            stage.text("hello-unsigned.pkg"),
        ]));
        assert_eq!(made.status.code(), Some(0), "{:?}", said(&made));
        Some(stage)
    }

    /// Puts a script where rcodesign is looked for. It may use `$real`, and for signatures `$in` and `$out`.
    pub fn install(&self, deed: &str) {
        let bin = self.path("cache/tools").join(format!("rcodesign-{}/bin", version()));
        fs::create_dir_all(&bin).unwrap();
        let script = format!(
            "#!/bin/bash\nreal='{}'\n[ $# -gt 2 ] || exec \"$real\" \"$@\"\nin=\"${{@: -2:1}}\" out=\"${{@: -1}}\"\n{deed}\n",
            self.program.display()
        );
        executable(&bin.join("rcodesign"), &script);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A file that nobody else can read.
    pub fn private(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    pub fn identity(&self, kind: IdentityKind) -> &'static Identity {
        self.fake.identity(kind)
    }

    /// Key, certificate and chain in one PEM file.
    pub fn unified(&self, kind: IdentityKind) -> String {
        let identity = self.identity(kind);
        let certificates: String = identity.chain().map(|certificate| certificate.pem.as_str()).collect();
        let name = format!("{kind:?}.pem");
        self.private(&name, format!("{}{certificates}", identity.key));
        self.text(&name)
    }

    pub fn p12(&self, kind: IdentityKind, chain: bool, legacy: bool) -> String {
        let name = format!("{kind:?}-{chain}-{legacy}.p12");
        self.private(&name, self.identity(kind).p12(*self.fake.openssl(), PASSWORD, chain, legacy));
        self.text(&name)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(XTASK);
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("SOURCE_DATE_EPOCH");
        command.arg("--cache").arg(self.path("cache")).arg("--dist").arg(self.path("dist"));
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Signs the package with an installer identity.
    pub fn sign(&self, flags: &[&str]) -> Output {
        let timestamps = self.timestamps.url();
        let root = self.text("root.der");
        let common = ["sign", &self.text("hello-unsigned.pkg"), "--timestamp-url", &timestamps, "--root", &root];
        self.run(common.iter().chain(flags).copied())
    }

    /// What it is called: nobody that macOS knows vouches for the stand-in.
    pub fn signed(&self) -> PathBuf {
        self.path("dist/hello-self-signed.pkg")
    }

    /// Signed, as the tests about what comes after need it.
    pub fn signed_package(&self) -> PathBuf {
        let signed = self.sign(&["--installer-pem", &self.unified(IdentityKind::Installer)]);
        assert_eq!(signed.status.code(), Some(0), "{}", said(&signed).2);
        self.signed()
    }

    /// What our own verifier says of a package: its exit code, and all it said.
    pub fn verify(&self, package: &Path, policy: &str) -> (Option<i32>, String) {
        let root = self.text("root.der");
        let output = self.run(["verify", package.to_str().unwrap(), "--policy", policy, "--root", &root]);
        let (code, out, error) = said(&output);
        (code, format!("{out}{error}"))
    }
}

fn executable(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Exit code, standard output and standard error.
pub fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
