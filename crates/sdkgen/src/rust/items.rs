//! Items of a generated file.

use anyhow::Result;
use syn::{Attribute, Block, Expr, Fields, ForeignItem, ImplItem, Item, Stmt, TraitItem};

use super::attributes::{alias, packed};
use super::data::{Data, Enumeration, Opaque, Record, Value};
use super::macros;
use super::types::Type;

/// Reads an item.
pub(super) fn item(item: &Item, framework: &str, data: &mut Data) -> Result<()> {
    match item {
        Item::Type(alias) => {
            let of = Type::read(&alias.ty)?;
            data.aliases.entry(alias.ident.to_string()).or_insert(of);
        }
        Item::Struct(record) => structure(record, data)?,
        Item::Union(union) => {
            let fields = fields(union.fields.named.iter())?;
            let record = Record { keyword: "union", fields, packed: packed(&union.attrs) };
            data.records.entry(union.ident.to_string()).or_insert(record);
        }
        Item::Enum(list) => enumeration(list, data)?,
        Item::Const(constant) if constant.ident != "_" => {
            let value = (Type::read(&constant.ty)?, (*constant.expr).clone());
            data.constants.entry(constant.ident.to_string()).or_insert(value);
        }
        Item::Static(constant) => {
            let value = (Type::read(&constant.ty)?, (*constant.expr).clone());
            data.constants.entry(constant.ident.to_string()).or_insert(value);
        }
        Item::ForeignMod(block) => foreign(&block.items, framework, data)?,
        Item::Fn(function) => body(&function.block, framework, data)?,
        Item::Impl(block) => implementation(block, framework, data)?,
        Item::Trait(category) => {
            let mut methods = Vec::new();
            for part in &category.items {
                if let TraitItem::Macro(part) = part {
                    methods.extend(macros::methods(&part.mac)?);
                }
            }
            data.categories.insert(category.ident.to_string(), methods);
        }
        Item::Macro(call) => macros::call(&call.mac, framework, data)?,
        _ => {}
    }
    Ok(())
}

fn fields<'a>(of: impl Iterator<Item = &'a syn::Field>) -> Result<Vec<(String, Type)>> {
    of.map(|field| {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        Ok((name.trim_start_matches("r#").to_owned(), Type::read(&field.ty)?))
    })
    .collect()
}

fn structure(record: &syn::ItemStruct, data: &mut Data) -> Result<()> {
    let name = record.ident.to_string();
    match &record.fields {
        Fields::Unnamed(only) => {
            let Some(field) = only.unnamed.first() else { return Ok(()) };
            let enumeration = Enumeration { base: Type::read(&field.ty)?, values: Vec::new() };
            data.enumerations.entry(name).or_insert(enumeration);
        }
        Fields::Named(named) => {
            let first = named.named.first().and_then(|field| field.ident.as_ref()).map(ToString::to_string);
            if first.is_some_and(|first| first.trim_start_matches('_') == "inner") {
                data.opaques.entry(name).or_insert(Opaque { alias: alias(&record.attrs), tag: None });
            } else {
                let fields = fields(named.named.iter())?;
                data.records.entry(name).or_insert(Record { keyword: "struct", fields, packed: packed(&record.attrs) });
            }
        }
        Fields::Unit => {}
    }
    Ok(())
}

/// A Rust enumeration stands for a closed one.
fn enumeration(list: &syn::ItemEnum, data: &mut Data) -> Result<()> {
    let mut base = "isize".to_owned();
    for attribute in list.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        attribute.parse_nested_meta(|meta| {
            base = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            Ok(())
        })?;
    }
    let values = list.variants.iter().filter_map(|variant| {
        let (_, expression) = variant.discriminant.clone()?;
        let rust = variant.ident.to_string();
        Some(Value { name: alias(&variant.attrs).unwrap_or_else(|| rust.clone()), rust, expression })
    });
    let enumeration = Enumeration { base: Type::named(&base), values: values.collect() };
    data.enumerations.entry(list.ident.to_string()).or_insert(enumeration);
    Ok(())
}

fn foreign(items: &[ForeignItem], framework: &str, data: &mut Data) -> Result<()> {
    for item in items {
        match item {
            ForeignItem::Static(variable) => {
                let value = (Type::read(&variable.ty)?, framework.to_owned());
                data.variables.entry(linked(&variable.attrs, &variable.ident)).or_insert(value);
            }
            ForeignItem::Fn(function) => {
                let arguments = function.sig.inputs.iter().map(|input| match input {
                    syn::FnArg::Typed(input) => Type::read(&input.ty),
                    syn::FnArg::Receiver(_) => anyhow::bail!("a C function of an object"),
                });
                let arguments = arguments.collect::<Result<_>>()?;
                let value = (arguments, Type::returned(&function.sig.output)?, framework.to_owned());
                data.functions.entry(linked(&function.attrs, &function.sig.ident)).or_insert(value);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The name that the linker sees.
fn linked(attributes: &[Attribute], own: &syn::Ident) -> String {
    let said =
        attributes.iter().find(|attribute| attribute.path().is_ident("link_name")).and_then(
            |attribute| match &attribute.meta.require_name_value().ok()?.value {
                Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
        );
    said.unwrap_or_else(|| own.to_string())
}

/// Functions are declared in the body of what calls them.
fn body(block: &Block, framework: &str, data: &mut Data) -> Result<()> {
    for statement in &block.stmts {
        if let Stmt::Item(Item::ForeignMod(block)) = statement {
            foreign(&block.items, framework, data)?;
        }
    }
    Ok(())
}

fn implementation(block: &syn::ItemImpl, framework: &str, data: &mut Data) -> Result<()> {
    let Type::Name(own, _) = Type::read(&block.self_ty)? else { return Ok(()) };
    if let Some((_, path, _)) = &block.trait_ {
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if let Some(methods) = data.categories.get(&name) {
            data.methods.push((own, methods.clone()));
        }
        return Ok(());
    }
    for part in &block.items {
        match part {
            ImplItem::Macro(part) => {
                let methods = macros::methods(&part.mac)?;
                data.methods.push((own.clone(), methods));
            }
            ImplItem::Const(constant) if Type::read(&constant.ty)?.is("Self") => {
                let rust = constant.ident.to_string();
                let name = alias(&constant.attrs).unwrap_or_else(|| rust.clone());
                data.values.push((own.clone(), Value { name, rust, expression: constant.expr.clone() }));
            }
            ImplItem::Fn(function) => body(&function.block, framework, data)?,
            _ => {}
        }
    }
    Ok(())
}
