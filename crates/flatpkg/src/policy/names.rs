//! Numbers of the accounts and groups that every macOS has (`/etc/passwd` and `/etc/group` of macOS 15).

/// Account names.
pub(super) const OWNERS: &[(&str, u32)] = &[("root", 0), ("daemon", 1)];

/// Group names.
pub(super) const GROUPS: &[(&str, u32)] = &[
    ("wheel", 0),
    ("daemon", 1),
    ("kmem", 2),
    ("sys", 3),
    ("tty", 4),
    ("operator", 5),
    ("mail", 6),
    ("bin", 7),
    ("everyone", 12),
    ("staff", 20),
    ("admin", 80),
];

/// The number of a name.
pub(super) fn number(names: &[(&str, u32)], name: &str) -> Option<u32> {
    names.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// The names, for an error's text.
pub(super) fn list(names: &[(&str, u32)]) -> String {
    names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
