//! What must be declared so that the wanted names can be.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::spelling::is_of_objects;
use crate::rust::{Data, Method, Type};
use crate::wanted::Wanted;

/// All that is declared.
#[derive(Debug, Default)]
pub struct Needs {
    /// Classes with their methods.
    pub classes: BTreeSet<String>,
    /// Classes that are only named.
    pub named_classes: BTreeSet<String>,
    /// Protocols with their methods, by their names in Rust.
    pub protocols: BTreeSet<String>,
    /// Protocols that are only named.
    pub named_protocols: BTreeSet<String>,
    /// Aliases, enumerations, structures and what is behind a `…Ref`.
    pub types: BTreeSet<String>,
}

impl Needs {
    /// Follows the wanted names.
    ///
    /// # Errors
    /// Every wanted name that no source has.
    pub fn of(wanted: &Wanted, data: &Data) -> Result<Self> {
        let names = &wanted.names;
        let mut missing = Vec::new();
        let mut check = |kind: &str, wanted: &BTreeSet<String>, has: &dyn Fn(&str) -> bool| {
            missing.extend(wanted.iter().filter(|name| !has(name)).map(|name| format!("{kind}: {name}")));
        };
        check("classes", &names.classes, &|name| data.classes.contains_key(name));
        check("protocols", &names.protocols, &|name| data.protocols.contains_key(name));
        check("functions", &names.functions, &|name| data.functions.contains_key(name));
        check("variables", &names.variables, &|name| data.variables.contains_key(name));
        check("types", &names.types, &|name| is_type(name, data));
        if !missing.is_empty() {
            bail!("no source has these names:\n  {}", missing.join("\n  "));
        }
        let mut needs = Self::default();
        for class in &names.classes {
            let mut next = Some(class.clone());
            while let Some(class) = next.filter(|class| needs.classes.insert(class.clone())) {
                next = data.classes.get(&class).and_then(|class| class.parent.clone());
            }
        }
        let mut left: Vec<String> = names.protocols.iter().cloned().collect();
        while let Some(protocol) = left.pop() {
            let Some(declared) = data.protocols.get(&protocol) else { continue };
            if protocol != "NSObjectProtocol" && needs.protocols.insert(protocol) {
                left.extend(declared.parents.iter().cloned());
            }
        }
        needs.follow(wanted, data);
        Ok(needs)
    }

    fn follow(&mut self, wanted: &Wanted, data: &Data) {
        let mut found = Vec::new();
        let methods = self.classes.iter().filter_map(|name| Some(&data.classes.get(name)?.methods));
        let methods = methods.chain(self.protocols.iter().filter_map(|name| Some(&data.protocols.get(name)?.methods)));
        for method in methods.flatten().filter(|method| is_wanted(method, wanted)) {
            method.arguments.iter().chain([&method.returned]).for_each(|of| of.names(&mut found));
        }
        for function in wanted.names.functions.iter().filter_map(|name| data.functions.get(name)) {
            function.0.iter().chain([&function.1]).for_each(|of| of.names(&mut found));
        }
        for (of, _) in wanted.names.variables.iter().filter_map(|name| data.variables.get(name)) {
            of.names(&mut found);
        }
        for name in &wanted.names.constants {
            match data.constants.get(name) {
                Some((of, _)) => of.names(&mut found),
                None => found.extend(owner(name, data).map(str::to_owned)),
            }
        }
        found.extend(wanted.names.types.iter().cloned());
        found.extend(wanted.restored.by_processor.values().map(|value| value.of.clone()));
        while let Some(name) = found.pop() {
            if data.classes.contains_key(&name) {
                if !self.classes.contains(&name) && name != "NSObject" {
                    self.named_classes.insert(name);
                }
            } else if data.protocols.contains_key(&name) {
                if !self.protocols.contains(&name) && name != "NSObjectProtocol" {
                    self.named_protocols.insert(name);
                }
            } else if is_type(&name, data) && self.types.insert(name.clone()) {
                inner(&name, data, &mut found);
            }
        }
    }
}

/// Whether a method's selector is wanted.
pub fn is_wanted(method: &Method, wanted: &Wanted) -> bool {
    wanted.names.selectors.contains(&method.selector)
}

/// The enumeration that has a value.
pub fn owner<'a>(value: &str, data: &'a Data) -> Option<&'a str> {
    data.owners.get(value).map(String::as_str)
}

/// Whether something of this name is declared as a type.
pub fn is_type(name: &str, data: &Data) -> bool {
    data.aliases.contains_key(name)
        || data.enumerations.contains_key(name)
        || data.records.contains_key(name)
        || data.opaques.contains_key(name)
}

/// The names in a type's own declaration.
pub fn inner(name: &str, data: &Data, found: &mut Vec<String>) {
    if let Some(of) = data.aliases.get(name) {
        of.names(found);
    } else if let Some(list) = data.enumerations.get(name) {
        list.base.names(found);
    } else if let Some(record) = data.records.get(name) {
        record.fields.iter().for_each(|(_, of)| of.names(found));
    }
}

/// Whether only Objective-C can declare what has this type.
pub fn needs_objects(of: &[&Type], data: &Data) -> bool {
    let mut left = Vec::new();
    of.iter().for_each(|of| of.names(&mut left));
    let mut seen = BTreeSet::new();
    while let Some(name) = left.pop() {
        if is_of_objects(&name) || data.classes.contains_key(&name) || data.protocols.contains_key(&name) {
            return true;
        }
        if seen.insert(name.clone()) {
            inner(&name, data, &mut left);
        }
    }
    false
}
