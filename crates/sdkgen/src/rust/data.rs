//! What the crates declare.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use syn::Expr;

use super::types::Type;

/// A crate and the framework that it describes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Framework {
    /// `AppKit`.
    pub name: String,
    /// `objc2-app-kit`.
    #[serde(rename = "crate")]
    pub source: String,
}

/// A method, of a class or of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// `setTitle:`.
    pub selector: String,
    /// Whether objects have it; classes have it otherwise.
    pub of_objects: bool,
    /// Types of the arguments.
    pub arguments: Vec<Type>,
    /// What it gives back.
    pub returned: Type,
    /// Whether whoever has the protocol may lack it.
    pub optional: bool,
    /// Whether its last argument is where it reports an error, which Rust doesn't show.
    pub fallible: bool,
    /// `init`, `new`, `alloc` and the like, where it is one.
    pub family: Option<String>,
}

/// A class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    /// The class that it extends.
    pub parent: Option<String>,
    /// Names of its generic parameters.
    pub generics: Vec<String>,
    /// The framework that has it.
    pub framework: String,
    /// Its methods, in the order of the sources.
    pub methods: Vec<Method>,
    /// Protocols that it has.
    pub protocols: Vec<String>,
}

/// A protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protocol {
    /// Its name in Objective-C.
    pub name: String,
    /// Protocols that it extends.
    pub parents: Vec<String>,
    /// Its methods.
    pub methods: Vec<Method>,
}

/// A constant and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its name in C.
    pub name: String,
    /// Its name in Rust.
    pub rust: String,
    /// The value, which may name others.
    pub expression: Expr,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// The type of its values.
    pub base: Type,
    /// Its values.
    pub values: Vec<Value>,
}

/// A structure or union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `struct` or `union`.
    pub keyword: &'static str,
    /// Its fields.
    pub fields: Vec<(String, Type)>,
    /// The alignment that it is packed to, bytes.
    pub packed: Option<u8>,
}

/// A structure whose contents nobody sees, such as `CFString`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// `CFStringRef`.
    pub alias: Option<String>,
    /// `__CFString`.
    pub tag: Option<String>,
}

/// All that was read. The first declaration of a name is kept.
#[derive(Debug, Default)]
pub struct Data {
    /// By their names.
    pub classes: BTreeMap<String, Class>,
    /// By their names in Rust.
    pub protocols: BTreeMap<String, Protocol>,
    /// By their names.
    pub enumerations: BTreeMap<String, Enumeration>,
    /// By their names.
    pub records: BTreeMap<String, Record>,
    /// By their names without `Ref`.
    pub opaques: BTreeMap<String, Opaque>,
    /// By their names.
    pub aliases: BTreeMap<String, Type>,
    /// Constants that are no part of an enumeration, with their types.
    pub constants: BTreeMap<String, (Type, Expr)>,
    /// Constants that a library exports: type and framework.
    pub variables: BTreeMap<String, (Type, String)>,
    /// C functions: arguments, what they give back, framework.
    pub functions: BTreeMap<String, (Vec<Type>, Type, String)>,
    /// Which enumeration has a value, by the value's name in C.
    pub owners: BTreeMap<String, String>,
    /// Methods by class, until all classes are known.
    pub(super) methods: Vec<(String, Vec<Method>)>,
    /// Protocol and class, until all classes are known.
    pub(super) conformances: Vec<(String, String)>,
    /// Traits that stand for categories.
    pub(super) categories: BTreeMap<String, Vec<Method>>,
    /// Values by enumeration, until all enumerations are known.
    pub(super) values: Vec<(String, Value)>,
    /// `__CFString` by `CFString`.
    pub(super) tags: BTreeMap<String, String>,
}

impl Data {
    /// Puts together what stood in several files.
    pub(super) fn settle(&mut self) {
        self.classes.entry("NSObject".into()).or_default();
        let mut seen = BTreeSet::new();
        for (name, methods) in std::mem::take(&mut self.methods) {
            let Some(class) = self.classes.get_mut(&name) else { continue };
            for method in methods {
                if seen.insert((name.clone(), method.of_objects, method.selector.clone())) {
                    class.methods.push(method);
                }
            }
        }
        for (protocol, class) in std::mem::take(&mut self.conformances) {
            if let Some(class) = self.classes.get_mut(&class) {
                class.protocols.push(protocol);
            }
        }
        for (name, value) in std::mem::take(&mut self.values) {
            if let Some(enumeration) = self.enumerations.get_mut(&name) {
                enumeration.values.push(value);
            }
        }
        for (name, list) in &self.enumerations {
            for value in &list.values {
                self.owners.entry(value.name.clone()).or_insert_with(|| name.clone());
            }
        }
        for (name, tag) in std::mem::take(&mut self.tags) {
            if let Some(opaque) = self.opaques.get_mut(&name) {
                opaque.tag = Some(tag);
            }
        }
    }
}
