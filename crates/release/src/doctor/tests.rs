use std::collections::BTreeMap;

use super::*;

fn machine(system: System) -> Machine {
    let mut found: BTreeMap<String, String> =
        programs::programs().map(|name| (name.to_owned(), format!("/usr/bin/{name}"))).collect();
    found.insert("pip".into(), "pip 25.1".into());
    Machine {
        system,
        programs: found,
        jobs: 2,
        memory: Some(8 << 30),
        cache: "/home/me/.cache/release".into(),
        unwritable: None,
        cache_used: 0,
        disk_free: Some(50 << 30),
        null_is_device: true,
        slices: BTreeMap::new(),
        network: BTreeMap::new(),
    }
}

fn linux() -> Machine {
    machine(System::Linux { triple: "x86_64-pc-linux-gnu".into(), apt: Ok("bookworm".into()) })
}

#[test]
fn a_linux_machine_with_everything() {
    let report = examine(&linux());
    insta::assert_snapshot!(report, @"
    x86_64-pc-linux-gnu, bookworm, 2 jobs
      ok       gcc: /usr/bin/gcc
      ok       make: /usr/bin/make
      ok       perl: /usr/bin/perl
      ok       python3: /usr/bin/python3
      ok       pip: pip 25.1
      ok       apt-get: /usr/bin/apt-get
      ok       dpkg-deb: /usr/bin/dpkg-deb
      ok       apt sources: of bookworm; used as an ordinary user, nothing is installed
      ok       disk: 53.69 GB free for /home/me/.cache/release, which takes 6.44 GB more
      ok       memory: 8.59 GB available for 2 jobs
    packages can be inspected, expanded and verified here: yes
    installers can be built here: x86_64 and arm64 by clang and lld against the open SDK
    ");
    assert!(report.builds);
}

#[test]
fn a_bare_linux_machine_learns_everything_at_once() {
    let mut machine = linux();
    for name in ["gcc", "make", "perl", "pip"] {
        machine.programs.remove(name);
    }
    (machine.disk_free, machine.memory, machine.jobs) = (Some(1 << 30), Some(3 << 30), 8);
    machine.null_is_device = false;
    machine.unwritable = Some("can't be written: /home/me: Permission denied".into());
    machine.network.insert("www.python.org".into(), Some("failed to lookup address".into()));
    machine.network.insert("github.com".into(), None);
    let report = examine(&machine);
    insta::assert_snapshot!(report, @"
    x86_64-pc-linux-gnu, bookworm, 8 jobs
      MISSING  gcc: not installed; compiles the Python that runs during the build
               fix: apt-get install gcc libc6-dev
      MISSING  make: not installed; builds Python and its libraries
               fix: apt-get install make
      MISSING  perl: not installed; configures OpenSSL
               fix: apt-get install perl
      ok       python3: /usr/bin/python3
      MISSING  pip: not installed; fetches the open SDK's headers and Sphinx
               fix: apt-get install python3-pip
      ok       apt-get: /usr/bin/apt-get
      ok       dpkg-deb: /usr/bin/dpkg-deb
      ok       apt sources: of bookworm; used as an ordinary user, nothing is installed
      MISSING  /dev/null: is a file: a program run as root replaced the device
               fix: rm -f /dev/null; mknod -m 666 /dev/null c 1 3
      MISSING  cache: can't be written: /home/me: Permission denied
               fix: name a folder you can write to with --cache DIR
      MISSING  disk: 1.07 GB free for /home/me/.cache/release, which takes 6.44 GB more
               fix: free some space, or name another disk with --cache DIR
      advice   memory: 3.22 GB available for 8 jobs
               fix: --jobs 3 keeps the machine from swapping
      ok       github.com: answers
      advice   www.python.org: failed to lookup address
               fix: look at https_proxy and no_proxy; one provider of each source is enough, or --sources DIR
    packages can be inspected, expanded and verified here: yes
    installers can be built here: no
    all missing packages at once: apt-get install gcc libc6-dev make perl python3-pip
    ");
    assert!(!report.builds);
}

#[test]
fn a_linux_machine_without_apt() {
    let system = System::Linux { triple: "aarch64-pc-linux-gnu".into(), apt: Err("no apt on this machine".into()) };
    let mut machine = machine(system);
    machine.programs.remove("apt-get");
    machine.programs.remove("dpkg-deb");
    let report = examine(&machine);
    assert!(!report.builds);
    assert_eq!(report.install.as_deref(), Some("apt-get install apt dpkg"));
    assert!(report.to_string().contains("MISSING  apt sources: no apt on this machine"), "{report}");
}

#[test]
fn a_mac_with_and_without_tools() {
    let good = System::Mac { tools: Ok("Apple clang version 17.0.0, macOS SDK 26.1".into()) };
    let mut bad = machine(System::Mac { tools: Err("xcrun: error: invalid active developer path".into()) });
    bad.programs.remove("lipo");
    insta::assert_snapshot!([examine(&machine(good)).to_string(), examine(&bad).to_string()].join("\n\n"), @"
    macOS, 2 jobs
      ok       Apple's tools: Apple clang version 17.0.0, macOS SDK 26.1
      ok       make: /usr/bin/make
      ok       perl: /usr/bin/perl
      ok       lipo: /usr/bin/lipo
      ok       install_name_tool: /usr/bin/install_name_tool
      ok       codesign: /usr/bin/codesign
      ok       disk: 53.69 GB free for /home/me/.cache/release, which takes 6.44 GB more
      ok       memory: 8.59 GB available for 2 jobs
    packages can be inspected, expanded and verified here: yes
    installers can be built here: x86_64 and arm64 by Apple's clang and SDK

    macOS, 2 jobs
      MISSING  Apple's tools: xcrun: error: invalid active developer path
               fix: xcode-select --install
      ok       make: /usr/bin/make
      ok       perl: /usr/bin/perl
      MISSING  lipo: not installed; merges architectures
               fix: xcode-select --install
      ok       install_name_tool: /usr/bin/install_name_tool
      ok       codesign: /usr/bin/codesign
      ok       disk: 53.69 GB free for /home/me/.cache/release, which takes 6.44 GB more
      ok       memory: 8.59 GB available for 2 jobs
    packages can be inspected, expanded and verified here: yes
    installers can be built here: no
    ");
}

#[test]
fn another_system_can_look_at_packages() {
    let report = examine(&machine(System::Other("freebsd".into())));
    assert!(!report.builds);
    assert!(report.to_string().contains("verified here: yes\ninstallers can be built here: no"), "{report}");
}

#[test]
fn what_can_not_be_tried_here_can_still_be_built_here() {
    let mut machine = linux();
    machine.slices = [
        (macho::Arch::X86_64, Err(("libedit.so.2 is not installed", "apt-get install libedit2"))),
        (macho::Arch::Arm64, Ok("under the loader in an emulator")),
    ]
    .into();
    let report = examine(&machine);
    assert!(report.builds);
    let text = report.to_string();
    assert!(text.contains("  ok       test on arm64: under the loader in an emulator\n"), "{text}");
    let advice =
        "advice   test on x86_64: not here: libedit.so.2 is not installed\n           fix: apt-get install libedit2\n";
    assert!(text.contains(advice), "{text}");
}

#[test]
fn a_warm_cache_needs_less_room() {
    let mut machine = linux();
    machine.disk_free = Some(2 << 30);
    assert!(!examine(&machine).builds);
    machine.cache_used = 5 << 30;
    assert!(examine(&machine).builds);
}

#[test]
fn a_report_for_programs() {
    let mut machine = linux();
    machine.programs.retain(|name, _| name == "gcc");
    (machine.disk_free, machine.memory) = (None, None);
    let json = serde_json::to_string_pretty(&examine(&machine)).unwrap();
    insta::assert_snapshot!(json, @r#"
    {
      "host": "x86_64-pc-linux-gnu, bookworm, 2 jobs",
      "builds": false,
      "how": "x86_64 and arm64 by clang and lld against the open SDK",
      "items": [
        {
          "name": "gcc",
          "state": "ok",
          "found": "/usr/bin/gcc"
        },
        {
          "name": "make",
          "state": "missing",
          "found": "not installed; builds Python and its libraries",
          "fix": "apt-get install make"
        },
        {
          "name": "perl",
          "state": "missing",
          "found": "not installed; configures OpenSSL",
          "fix": "apt-get install perl"
        },
        {
          "name": "python3",
          "state": "missing",
          "found": "not installed; makes the documentation, and runs pip",
          "fix": "apt-get install python3"
        },
        {
          "name": "pip",
          "state": "missing",
          "found": "not installed; fetches the open SDK's headers and Sphinx",
          "fix": "apt-get install python3-pip"
        },
        {
          "name": "apt-get",
          "state": "missing",
          "found": "not installed; fetches clang and lld, which are not installed",
          "fix": "apt-get install apt"
        },
        {
          "name": "dpkg-deb",
          "state": "missing",
          "found": "not installed; unpacks them",
          "fix": "apt-get install dpkg"
        },
        {
          "name": "apt sources",
          "state": "ok",
          "found": "of bookworm; used as an ordinary user, nothing is installed"
        }
      ],
      "install": "apt-get install make perl python3 python3-pip apt dpkg"
    }
    "#);
}
