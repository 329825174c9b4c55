//! Declarations of types, each after those that it needs.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::needs::{inner, is_type, needs_objects};
use super::spelling::Spelling;
use super::{Needs, is_by_hand};
use crate::rust::{Data, Type};
use crate::wanted::Wanted;

/// Declarations, and whether only Objective-C can have each.
pub fn types(needs: &Needs, wanted: &Wanted, data: &Data) -> Result<Vec<(String, bool)>> {
    let mut list = Vec::new();
    for name in &needs.types {
        if let Some(opaque) = data.opaques.get(name)
            && let Some(alias) = &opaque.alias
            && !is_by_hand(alias)
        {
            let constant =
                if wanted.restored.changing.contains(name) || name.contains("Mutable") { "" } else { "const " };
            let tag = opaque.tag.as_ref().unwrap_or(name);
            list.push((format!("typedef {constant}struct {tag} *{alias};"), false));
        }
        if let Some(record) = data.records.get(name).filter(|_| !is_by_hand(name)) {
            list.push((format!("typedef {keyword} {name} {name};", keyword = record.keyword), false));
        }
    }
    let mut put = BTreeSet::new();
    for name in &needs.types {
        declare(name, wanted, data, &mut put, &mut list)?;
    }
    Ok(list)
}

fn declare(
    name: &str,
    wanted: &Wanted,
    data: &Data,
    put: &mut BTreeSet<String>,
    list: &mut Vec<(String, bool)>,
) -> Result<()> {
    if is_by_hand(name) || !put.insert(name.to_owned()) {
        return Ok(());
    }
    let mut first = Vec::new();
    inner(name, data, &mut first);
    for name in first.iter().filter(|name| is_type(name, data)) {
        declare(name, wanted, data, put, list)?;
    }
    let spelling = Spelling::plain(data);
    let written = || format!("the type {name} can't be written");
    let (text, of): (String, Vec<&Type>) = if let Some(of) = data.aliases.get(name) {
        // An alias of a class is a pointer to it.
        let text = match spelling.is_object_alias(name) {
            true => spelling.declare(&Type::Pointer(Box::new(of.clone()), false), name),
            false => spelling.declare(of, name),
        };
        (format!("typedef {};", text.with_context(written)?), vec![of])
    } else if let Some(list) = data.enumerations.get(name) {
        (format!("typedef {};", spelling.declare(&list.base, name).with_context(written)?), vec![&list.base])
    } else if let Some(record) = data.records.get(name) {
        let mut text = format!("{} {name} {{\n", record.keyword);
        for (field, of) in &record.fields {
            text += &format!("    {};\n", spelling.declare(of, field).with_context(written)?);
        }
        text += "};";
        if let Some(bytes) = record.packed {
            text = format!("#pragma pack(push, {bytes})\n{text}\n#pragma pack(pop)");
        }
        (text, record.fields.iter().map(|(_, of)| of).collect())
    } else {
        return Ok(());
    };
    let text = wanted.restored.types.get(name).cloned().unwrap_or(text);
    list.push((text, needs_objects(&of, data)));
    Ok(())
}
