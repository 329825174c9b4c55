//! The generated header.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::Needs;
use super::classes::{class, generics, protocol, protocol_name};
use super::needs::{needs_objects, owner};
use super::spelling::Spelling;
use super::types::types;
use crate::rust::{Data, Type};
use crate::values::{self, Number};
use crate::wanted::Wanted;

/// A header's text, and the values in it.
pub struct Header {
    /// Declarations for C and for Objective-C.
    pub text: String,
    /// Constants and their values.
    pub values: BTreeMap<String, Number>,
}

/// Two halves: what C can have, and what only Objective-C can.
#[derive(Default)]
struct Halves {
    plain: String,
    objects: String,
    /// What can't be declared.
    wrong: Vec<String>,
}

impl Halves {
    /// One declaration, unless it can't be had.
    fn try_put(&mut self, name: &str, text: Result<String>, objects: bool) {
        match text {
            Ok(text) => self.put(&text, objects),
            Err(error) => self.wrong.push(format!("{name}: {error:#}")),
        }
    }

    fn put(&mut self, text: &str, objects: bool) {
        let half = if objects { &mut self.objects } else { &mut self.plain };
        half.push_str(text);
        half.push('\n');
    }
}

/// Writes the header.
///
/// # Errors
/// Every wanted name that can't be declared.
pub fn header(wanted: &Wanted, data: &Data) -> Result<Header> {
    let needs = Needs::of(wanted, data)?;
    let mut halves = Halves::default();
    forward(&needs, data, &mut halves);
    for (text, objects) in types(&needs, wanted, data)? {
        halves.put(&text, objects);
    }
    let values = constants(wanted, data, &mut halves);
    by_processor(wanted, &mut halves);
    protocols(&needs, wanted, data, &mut halves);
    classes(&needs, wanted, data, &mut halves);
    exports(wanted, data, &mut halves);
    let Halves { plain, objects, wrong } = halves;
    if !wrong.is_empty() {
        bail!("{} names can't be declared:\n  {}", wrong.len(), wrong.join("\n  "));
    }
    let text = format!(
        "/* Written by sdkgen from the sources that Mac/sdk/wanted.toml names. Change that file, not this one. */\n\
         {plain}#ifdef __OBJC__\n{objects}#endif\n"
    );
    Ok(Header { text, values })
}

fn forward(needs: &Needs, data: &Data, halves: &mut Halves) {
    for name in needs.classes.iter().chain(&needs.named_classes).filter(|name| *name != "NSObject") {
        let list = data.classes.get(name).map(|class| generics(&class.generics)).unwrap_or_default();
        halves.put(&format!("@class {name}{list};"), true);
    }
    for name in needs.protocols.iter().chain(&needs.named_protocols) {
        halves.put(&format!("@protocol {};", protocol_name(name, data)), true);
    }
}

fn constants(wanted: &Wanted, data: &Data, halves: &mut Halves) -> BTreeMap<String, Number> {
    let spelling = Spelling::plain(data);
    let mut values = BTreeMap::new();
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &wanted.names.constants {
        let value = match values::of(name, data) {
            Ok(value) => value,
            Err(error) => {
                halves.wrong.push(format!("{error:#}"));
                continue;
            }
        };
        values.insert(name.clone(), value);
        let Some((of, _)) = data.constants.get(name) else {
            lists.entry(owner(name, data).unwrap_or_default()).or_default().push(name);
            continue;
        };
        let objects = needs_objects(&[of], data);
        let literal = value.in_c();
        let text = match value {
            Number::Whole(whole) if !is_real(of, data) => {
                // C's `int` holds no value above its largest.
                let unsigned = of.is("c_int") && whole > i128::from(i32::MAX);
                let of = if unsigned { Ok("unsigned int".to_owned()) } else { spelling.declare(of, "") };
                of.map(|of| format!("enum : {of} {{ {name} = {literal} }};"))
            }
            _ => spelling.declare(of, name).map(|of| format!("static const {of} = {literal};")),
        };
        halves.try_put(name, text, objects);
    }
    for (list, names) in lists {
        let mut text = format!("enum : {list} {{\n");
        for name in names {
            let value = values.get(name).map(|value| value.in_c()).unwrap_or_default();
            _ = writeln!(text, "    {name} = {value},");
        }
        halves.put(&(text + "};"), false);
    }
    values
}

/// Whether a type is of numbers with points.
fn is_real(of: &Type, data: &Data) -> bool {
    let Type::Name(name, _) = of else { return false };
    matches!(name.as_str(), "c_double" | "c_float" | "f64" | "f32" | "CGFloat" | "NSTimeInterval")
        || data.aliases.get(name).is_some_and(|inner| is_real(inner, data))
}

fn by_processor(wanted: &Wanted, halves: &mut Halves) {
    for (name, value) in &wanted.restored.by_processor {
        let text = format!(
            "enum : {} {{\n#ifdef __x86_64__\n    {name} = {},\n#else\n    {name} = {},\n#endif\n}};",
            value.of, value.x86_64, value.arm64
        );
        halves.put(&text, false);
    }
}

/// Names, each once, and its parents before it.
fn parents_first<'a>(
    names: impl IntoIterator<Item = &'a str>,
    parents: &impl Fn(&'a str) -> Vec<&'a str>,
    done: &mut Vec<&'a str>,
) {
    for name in names {
        if !done.contains(&name) {
            parents_first(parents(name), parents, done);
            done.push(name);
        }
    }
}

fn protocols(needs: &Needs, wanted: &Wanted, data: &Data, halves: &mut Halves) {
    let parents = |name| {
        let parents = data.protocols.get(name).map(|protocol| &protocol.parents[..]).unwrap_or_default();
        parents.iter().filter(|parent| needs.protocols.contains(*parent)).map(String::as_str).collect()
    };
    let mut names = Vec::new();
    parents_first(needs.protocols.iter().map(String::as_str), &parents, &mut names);
    for name in names {
        halves.try_put(name, protocol(name, needs, wanted, data), true);
    }
}

fn classes(needs: &Needs, wanted: &Wanted, data: &Data, halves: &mut Halves) {
    let parents = |name| {
        let parent = data.classes.get(name).and_then(|class| class.parent.as_deref());
        parent.filter(|parent| *parent != "NSObject").into_iter().collect()
    };
    let mut names = Vec::new();
    parents_first(needs.classes.iter().map(String::as_str).chain(["NSObject"]), &parents, &mut names);
    for name in names {
        halves.try_put(name, class(name, needs, wanted, data), true);
    }
}

/// What libraries export.
fn exports(wanted: &Wanted, data: &Data, halves: &mut Halves) {
    let spelling = Spelling::plain(data);
    let variables = wanted.names.variables.iter().filter_map(|name| Some((name, data.variables.get(name)?)));
    for (name, (of, _)) in variables {
        let since = wanted.restored.since.get(name);
        let since = since.map(|since| format!(" __attribute__((availability(macos, introduced={since})))"));
        let text = spelling.declare(of, name).map(|text| format!("extern {text}{};", since.unwrap_or_default()));
        halves.try_put(name, text, needs_objects(&[of], data));
    }
    let functions = wanted.names.functions.iter().filter_map(|name| Some((name, data.functions.get(name)?)));
    for (name, (arguments, returned, _)) in functions {
        let list = spelling.arguments(arguments);
        let text = list.and_then(|list| spelling.declare(returned, &format!("{name}({list})")));
        let types: Vec<&Type> = arguments.iter().chain([returned]).collect();
        let text = match wanted.restored.functions.get(name) {
            Some(whole) => Ok(whole.clone()),
            None => text.map(|text| format!("extern {text};")),
        };
        halves.try_put(name, text, needs_objects(&types, data));
    }
}
