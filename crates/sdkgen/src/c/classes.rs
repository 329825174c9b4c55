//! Classes and protocols.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};

use super::Needs;
use super::needs::is_wanted;
use super::spelling::Spelling;
use crate::rust::{Data, Method, Type};
use crate::wanted::Wanted;

/// What `NSObject` has by the SDK's own header.
const OF_EVERY_OBJECT: &[&str] =
    &["alloc", "class", "copy", "description", "hash", "init", "isEqual:", "mutableCopy", "new"];

/// Protocols that `base.h` declares.
const BY_HAND: &[&str] = &["NSCopying", "NSFastEnumeration", "NSMutableCopying"];

/// A class and its wanted methods.
pub fn class(name: &str, needs: &Needs, wanted: &Wanted, data: &Data) -> Result<String> {
    let class = data.classes.get(name).context("a class that is nowhere")?;
    let spelling = Spelling { data, own: Some(name), generics: &class.generics, truth: "BOOL" };
    let mut text = String::new();
    if name == "NSObject" {
        text += "@interface NSObject (Cocoa)\n";
    } else {
        if let Some(since) = wanted.restored.since.get(name) {
            text += &format!("__attribute__((availability(macos, introduced={since})))\n");
        }
        text += &format!("@interface {name}{}", generics(&class.generics));
        if let Some(parent) = &class.parent {
            text += &format!(" : {parent}");
        }
        let known = |name: &String| needs.protocols.contains(name) || BY_HAND.contains(&name.as_str());
        let mut protocols = BTreeSet::new();
        protocols.extend(class.protocols.iter().filter(|name| known(name)).map(|name| protocol_name(name, data)));
        if !protocols.is_empty() {
            text += &format!(" <{}>", Vec::from_iter(protocols).join(", "));
        }
        text.push('\n');
    }
    let own: BTreeSet<&str> = class.methods.iter().map(|method| method.selector.as_str()).collect();
    for method in class.methods.iter().filter(|method| is_wanted(method, wanted)) {
        if name == "NSObject" && OF_EVERY_OBJECT.contains(&method.selector.as_str()) {
            continue;
        }
        if let Some((property, readonly)) = property(method, &own) {
            text += &format!("@property ({readonly}getter={}) BOOL {property};\n", method.selector);
        }
        if let Some(whole) = wanted.restored.methods.get(&format!("{name} {}", method.selector)) {
            text += &format!("{whole}\n");
            continue;
        }
        let restored = wanted.restored.returns.get(&format!("{name} {}", method.selector));
        text += &declaration(method, restored, &spelling).with_context(|| format!("{name} {}", method.selector))?;
    }
    Ok(text + "@end\n")
}

/// A protocol and its wanted methods.
pub fn protocol(name: &str, needs: &Needs, wanted: &Wanted, data: &Data) -> Result<String> {
    let protocol = data.protocols.get(name).context("a protocol that is nowhere")?;
    let spelling = Spelling { data, own: None, generics: &[], truth: "BOOL" };
    let known = |name: &&String| needs.protocols.contains(*name);
    let parents: Vec<String> = protocol.parents.iter().filter(known).map(|name| protocol_name(name, data)).collect();
    let parents = if parents.is_empty() { "NSObject".to_owned() } else { parents.join(", ") };
    let mut text = format!("@protocol {} <{parents}>\n", protocol.name);
    let mut optional = None;
    for method in protocol.methods.iter().filter(|method| is_wanted(method, wanted)) {
        if optional != Some(method.optional) {
            text += if method.optional { "@optional\n" } else { "@required\n" };
            optional = Some(method.optional);
        }
        // A protocol's methods don't know whose they are.
        text += &declaration(method, None, &spelling)
            .with_context(|| format!("{name} {}", method.selector))?
            .replace("(instancetype)", "(id)");
    }
    Ok(text + "@end\n")
}

/// `<ObjectType>`, where there is something in it.
pub fn generics(list: &[String]) -> String {
    if list.is_empty() { String::new() } else { format!("<{}>", list.join(", ")) }
}

/// A protocol's name in Objective-C.
pub fn protocol_name(rust: &str, data: &Data) -> String {
    data.protocols.get(rust).map_or_else(|| rust.to_owned(), |protocol| protocol.name.clone())
}

/// A property that is called otherwise than its method: `isHidden` is that of `hidden`. The crates have only methods.
fn property(method: &Method, all: &BTreeSet<&str>) -> Option<(String, &'static str)> {
    let name = method.selector.strip_prefix("is")?;
    if !method.of_objects || !method.returned.is("bool") || !method.arguments.is_empty() {
        return None;
    }
    let mut letters = name.chars();
    let first = letters.next().filter(char::is_ascii_uppercase)?;
    let is_word = letters.next().is_none_or(|second| !second.is_ascii_uppercase());
    let property =
        if is_word { name.replacen(first, &first.to_ascii_lowercase().to_string(), 1) } else { name.to_owned() };
    let readonly = if all.contains(format!("set{name}:").as_str()) { "" } else { "readonly, " };
    (!all.contains(property.as_str())).then_some((property, readonly))
}

fn declaration(method: &Method, restored: Option<&String>, spelling: &Spelling) -> Result<String> {
    let own = spelling.own.unwrap_or_default();
    let makes = matches!(method.family.as_deref(), Some("init" | "new" | "alloc"));
    let returned = match restored {
        Some(text) => text.clone(),
        None => spelling.declare(&method.returned, "")?,
    };
    let is_own = returned == format!("{own} *") || returned == "id";
    let returned = if makes && is_own { "instancetype".into() } else { returned };
    let sign = if method.of_objects { '-' } else { '+' };
    let mut text = format!("{sign} ({returned})");
    let parts: Vec<&str> = method.selector.split_terminator(':').collect();
    if !method.selector.contains(':') {
        return Ok(format!("{text}{};\n", method.selector));
    }
    let mut arguments: Vec<String> =
        method.arguments.iter().map(|of: &Type| spelling.argument(of)).collect::<Result<_>>()?;
    if method.fallible {
        arguments.push("NSError **".into());
    }
    if arguments.len() != parts.len() {
        bail!("{} arguments for {} names", arguments.len(), parts.len());
    }
    let arguments = parts.iter().zip(&arguments).enumerate().map(|(at, (part, of))| format!("{part}:({of})a{at}"));
    text += &arguments.collect::<Vec<_>>().join(" ");
    Ok(text + ";\n")
}
