//! Frameworks of which nothing is here: each function is a trap that says its name, each variable and class is zeros.
//!
//! A library that is linked with AppKit can be loaded, and what of it never asks AppKit for anything works: Tcl beside Tk. What
//! a stub exports is a name and no more, so that which names are of variables is known from how Apple calls them, and from a
//! list.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Variables that are called as functions are.
const VARIABLES: &[&str] =
    &["_CGAffineTransformIdentity", "_CGRectZero", "_CGSizeZero", "_NSApp", "_NSDefaultRunLoopMode"];

/// How names of variables begin: constants, and what Objective-C's compiler makes.
const BEGINNINGS: &[&str] = &["_OBJC_", "__NSConcrete", "__objc_empty_", "___CFConstantString", "_NSZero"];

/// How names of Cocoa's constants end, or what they have in them.
const ENDINGS: &[&str] = &["Attribute", "AttributeName", "Notification", "PboardType", "RunLoopMode", "VersionNumber"];
const INFIXES: &[&str] = &["AppearanceName", "ImageName", "PasteboardType"];

/// Whether a library is one of those.
pub fn is_absent(install_name: &str) -> bool {
    install_name.starts_with("/System/Library/Frameworks/") || install_name == "/usr/lib/libobjc.A.dylib"
}

/// Zeros in the place of a variable or class; `None` for a function.
pub fn data(name: &str) -> Option<u64> {
    static KNOWN: Mutex<Option<HashMap<String, u64>>> = Mutex::new(None);
    if !is_variable(name) {
        return None;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    // As large as the largest variable that has a name: a transformation of six numbers.
    let zeros = || std::ptr::from_mut(Box::leak(Box::new([0_u64; 8]))) as u64;
    Some(*known.entry(name.to_owned()).or_insert_with(zeros))
}

fn is_variable(name: &str) -> bool {
    let constant = name.strip_prefix("_k").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    constant
        || VARIABLES.contains(&name)
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || (name.starts_with("_NS") && ENDINGS.iter().any(|ending| name.ends_with(ending)))
        || (name.starts_with("_NS") && INFIXES.iter().any(|infix| name.contains(infix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of a list of `Mac/sdk/wanted.toml`.
    fn wanted(key: &str) -> Vec<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac/sdk/wanted.toml");
        let text = fs_err::read_to_string(path).unwrap();
        let list = text.split_once(&format!("\n{key} = [")).unwrap().1.split_once(']').unwrap().0;
        let names: Vec<String> = list
            .split(',')
            .map(|name| name.trim().trim_matches('"'))
            .filter(|name| !name.is_empty())
            .map(|name| format!("_{name}"))
            .collect();
        assert!(names.len() > 20, "{names:?}");
        names
    }

    #[test]
    fn variables_are_told_from_functions() {
        for name in wanted("variables") {
            assert!(is_variable(&name), "{name}");
            assert_eq!(data(&name), data(&name), "one place");
        }
        for name in wanted("functions") {
            assert!(!is_variable(&name), "{name}");
        }
        assert!(is_variable("_OBJC_CLASS_$_NSArray") && is_variable("___CFConstantStringClassReference"));
        assert_ne!(data("_OBJC_CLASS_$_NSArray"), data("_OBJC_CLASS_$_NSData"));
    }

    #[test]
    fn what_is_absent_is_a_framework() {
        assert!(is_absent("/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit"));
        assert!(is_absent("/usr/lib/libobjc.A.dylib"));
        assert!(!is_absent("/usr/lib/libSystem.B.dylib") && !is_absent("/Library/Frameworks/Python.framework/Python"));
    }
}
