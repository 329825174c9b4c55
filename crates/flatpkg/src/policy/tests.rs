use super::*;

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn file() -> EntryKind {
    Entry::file(*b"", Mode::PLAIN).kind
}

fn show(policy: &Policy, at: &str, kind: EntryKind, executable: bool) -> String {
    let entry = policy.entry(&path(at), kind, executable);
    format!("{} {}:{}", entry.mode, entry.uid, entry.gid)
}

#[test]
fn standard() {
    let policy = Policy::standard(7);
    assert_eq!(show(&policy, "a", EntryKind::Directory, false), "0755 0:0");
    assert_eq!(show(&policy, "a", file(), false), "0644 0:0");
    assert_eq!(show(&policy, "a", file(), true), "0755 0:0");
    assert_eq!(show(&policy, "a", EntryKind::Symlink(b"b".to_vec()), false), "0755 0:0");
    assert_eq!(policy.entry(&path("a"), file(), false).mtime, 7);
}

#[test]
fn later_rules_win_key_by_key() {
    let policy = Policy::from_toml(
        r#"
        [[rule]]
        path = "**"
        group = "admin"

        [[rule]]
        path = "Applications/**"
        kind = "directory"
        mode = "0775"

        [[rule]]
        path = "Applications/*.command"
        executable = true

        [[rule]]
        path = "bin/su"
        owner = 501
        group = "wheel"
        mode = "4755"
        "#,
    )
    .unwrap();
    assert_eq!(show(&policy, "", EntryKind::Directory, false), "0755 0:80");
    assert_eq!(show(&policy, "Applications/Python", EntryKind::Directory, false), "0775 0:80");
    assert_eq!(show(&policy, "Applications/Python", file(), false), "0644 0:80");
    assert_eq!(show(&policy, "Applications/x.command", file(), false), "0755 0:80");
    assert_eq!(show(&policy, "Applications/deep/x.command", file(), false), "0644 0:80");
    assert_eq!(show(&policy, "bin/su", file(), false), "4755 501:0");
}

#[test]
fn unmatched_rules() {
    let policy =
        Policy::from_toml("[[rule]]\npath = \"a\"\nowner = 0\n[[rule]]\npath = \"*\"\nkind = \"symlink\"\nowner = 0")
            .unwrap();
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(path("a"), Entry::file(*b"", Mode::PLAIN)).unwrap();
    let unmatched = policy.unmatched(&tree);
    assert_eq!(unmatched.iter().map(|rule| (rule.pattern(), rule.line())).collect::<Vec<_>>(), [("*", 5)]);
}

#[test]
fn errors_name_the_line() {
    let error = |text: &str| Policy::from_toml(text).unwrap_err().to_string();
    insta::assert_snapshot!(error("[[rule]]\npath = \"a\"\ngroup = \"admins\""), @r#"line 3: group is "admins", expected a number or one of wheel, daemon, kmem, sys, tty, operator, mail, bin, everyone, staff, admin"#);
    insta::assert_snapshot!(error("[[rule]]\npath = \"a\"\nowner = -1"), @"line 3: owner is \"-1\", expected a number or one of root, daemon");
    insta::assert_snapshot!(error("[[rule]]\npath = \"a\"\nmode = \"0999\""), @r#"line 3: a mode is an octal number from 0000 to 7777, got "0999""#);
    insta::assert_snapshot!(error("[[rule]]\npath = \"a\""), @r#"line 2: the rule for "a" sets neither owner, group, mode, executable-mode nor executable"#);
    insta::assert_snapshot!(error("[[rule]]\npath = \"[a\"\nowner = 0"), @r"line 2: error parsing glob '[a': unclosed character class; missing ']'");
    insta::assert_snapshot!(error("[[rule]]\npath = \"a\"\ncolour = 1"), @r"
    the policy is not valid: TOML parse error at line 3, column 1
      |
    3 | colour = 1
      | ^^^^^^
    unknown field `colour`, expected one of `path`, `kind`, `owner`, `group`, `mode`, `executable-mode`, `executable`
    ");
}
