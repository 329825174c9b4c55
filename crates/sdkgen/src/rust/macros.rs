//! The macros of `objc2` that stand for declarations of Objective-C.

use anyhow::{Context as _, Result};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, FnArg, Ident, ItemImpl, ItemStruct, ItemTrait, Macro, Signature, Token, Visibility};

use super::attributes::alias;
use super::data::{Class, Data, Method, Protocol, Value};
use super::types::Type;

/// Reads a macro's call at the top of a file. What declares nothing is passed over.
pub(super) fn call(call: &Macro, framework: &str, data: &mut Data) -> Result<()> {
    let name = call.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    match name.as_str() {
        "extern_class" => class(&call.parse_body()?, framework, data),
        "extern_protocol" => protocol(&call.parse_body()?, data)?,
        "extern_conformance" => {
            let block: ItemImpl = call.parse_body()?;
            let protocol = block.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
            if let (Some(protocol), Type::Name(class, _)) = (protocol, Type::read(&block.self_ty)?) {
                data.conformances.push((protocol.ident.to_string(), class));
            }
        }
        "extern_category" => {
            let Category { methods, class } = call.parse_body()?;
            let Type::Name(class, _) = Type::read(&class.self_ty)? else { return Ok(()) };
            data.methods.push((class, in_trait(&methods)?));
        }
        "bitflags" => {
            let Flags { name, values } = call.parse_body()?;
            data.values.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
        "cf_objc2_type" => {
            let Tag { tag, name } = call.parse_body()?;
            data.tags.insert(name, tag);
        }
        _ => {}
    }
    Ok(())
}

/// Reads `extern_methods!`.
pub(super) fn methods(call: &Macro) -> Result<Vec<Method>> {
    if !call.path.is_ident("extern_methods") {
        return Ok(Vec::new());
    }
    let Methods(list) = call.parse_body()?;
    let methods = list.iter().map(|one| method(&one.attributes, &one.signature));
    Ok(methods.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// A function with nothing after it.
struct Declaration {
    attributes: Vec<Attribute>,
    signature: Signature,
}

struct Methods(Vec<Declaration>);

impl Parse for Methods {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut list = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            input.parse::<Visibility>()?;
            let signature = input.parse()?;
            input.parse::<Token![;]>()?;
            list.push(Declaration { attributes, signature });
        }
        Ok(Self(list))
    }
}

/// `trait` with methods, then the class that has them.
struct Category {
    methods: ItemTrait,
    class: ItemImpl,
}

impl Parse for Category {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self { methods: input.parse()?, class: input.parse()? })
    }
}

/// `impl NAME: TYPE { const A = 1; … }`.
struct Flags {
    name: String,
    values: Vec<Value>,
}

impl Parse for Flags {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![impl]>()?;
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![:]>()?;
        input.parse::<syn::Type>()?;
        let content;
        syn::braced!(content in input);
        let mut values = Vec::new();
        while !content.is_empty() {
            let attributes = content.call(Attribute::parse_outer)?;
            content.parse::<Token![const]>()?;
            let rust = content.call(syn::ext::IdentExt::parse_any).map(|name: Ident| name.to_string())?;
            content.parse::<Token![=]>()?;
            let expression: Expr = content.parse()?;
            content.parse::<Token![;]>()?;
            values.push(Value { name: alias(&attributes).unwrap_or_else(|| rust.clone()), rust, expression });
        }
        Ok(Self { name, values })
    }
}

/// `unsafe impl<…> RefEncode<"__CFString"> for CFString {}`. Not everything in this is Rust.
struct Tag {
    tag: String,
    name: String,
}

impl Parse for Tag {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![unsafe]>()?;
        input.parse::<Token![impl]>()?;
        input.parse::<syn::Generics>()?;
        input.parse::<Ident>()?;
        input.parse::<Token![<]>()?;
        let tag = input.parse::<syn::LitStr>()?.value();
        input.parse::<Token![>]>()?;
        input.parse::<Token![for]>()?;
        let name = input.parse::<Ident>()?.to_string();
        // Its generic parameters, and an empty body.
        input.step(|cursor| {
            let mut rest = *cursor;
            while let Some((_, next)) = rest.token_tree() {
                rest = next;
            }
            Ok(((), rest))
        })?;
        Ok(Self { tag, name })
    }
}

fn class(declared: &ItemStruct, framework: &str, data: &mut Data) {
    let mut parent = None;
    for attribute in declared.attrs.iter().filter(|attribute| attribute.path().is_ident("unsafe")) {
        _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("super") {
                let content;
                syn::parenthesized!(content in meta.input);
                let list = Punctuated::<syn::Type, Token![,]>::parse_terminated(&content)?;
                if let Some(Ok(Type::Name(name, _))) = list.first().map(Type::read) {
                    parent = Some(name);
                }
            }
            Ok(())
        });
    }
    let generics = declared.generics.type_params().map(|parameter| parameter.ident.to_string()).collect();
    let class = Class { parent, generics, framework: framework.to_owned(), ..Class::default() };
    data.classes.entry(declared.ident.to_string()).or_insert(class);
}

fn protocol(declared: &ItemTrait, data: &mut Data) -> Result<()> {
    let rust = declared.ident.to_string();
    let mut name = rust.clone();
    for attribute in declared.attrs.iter().filter(|attribute| attribute.path().is_ident("name")) {
        if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &attribute.meta.require_name_value()?.value {
            name = text.value();
        }
    }
    let parents = declared.supertraits.iter().filter_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => bound.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    });
    let protocol = Protocol { name, parents: parents.collect(), methods: in_trait(declared)? };
    data.protocols.entry(rust).or_insert(protocol);
    Ok(())
}

fn in_trait(declared: &ItemTrait) -> Result<Vec<Method>> {
    let functions = declared.items.iter().filter_map(|item| match item {
        syn::TraitItem::Fn(function) => Some(function),
        _ => None,
    });
    let methods = functions.map(|function| method(&function.attrs, &function.sig));
    Ok(methods.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// A method; `None` for what only helps in Rust.
fn method(attributes: &[Attribute], signature: &Signature) -> Result<Option<Method>> {
    let (mut selector, mut family) = (None, None);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("unsafe")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("method") {
                let content;
                syn::parenthesized!(content in meta.input);
                selector = Some(content.parse::<Selector>()?.0);
            } else if meta.path.is_ident("method_family") {
                family = Some(meta.value()?.call(<Ident as syn::ext::IdentExt>::parse_any)?.to_string());
            }
            Ok(())
        })?;
    }
    let Some(mut selector) = selector else { return Ok(None) };
    // The argument for the error is `_` in Rust.
    let fallible = selector.ends_with(":_");
    if fallible {
        selector.pop();
    }
    let own = |input: &FnArg| match input {
        FnArg::Receiver(_) => true,
        FnArg::Typed(input) => matches!(&*input.pat, syn::Pat::Ident(name) if name.ident == "this"),
    };
    let of_objects = signature.inputs.first().is_some_and(own);
    let mut arguments = Vec::new();
    for input in signature.inputs.iter().skip(usize::from(of_objects)) {
        let FnArg::Typed(input) = input else { continue };
        let of = Type::read(&input.ty).with_context(|| selector.clone())?;
        if !of.is("MainThreadMarker") {
            arguments.push(of);
        }
    }
    let optional = attributes.iter().any(|attribute| attribute.path().is_ident("optional"));
    let returned = Type::returned(&signature.output)?;
    Ok(Some(Method { selector, of_objects, arguments, returned, optional, fallible, family }))
}

/// Names and colons.
struct Selector(String);

impl Parse for Selector {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut text = String::new();
        while !input.is_empty() {
            if input.peek(Token![::]) {
                input.parse::<Token![::]>()?;
                text += "::";
            } else if input.peek(Token![:]) {
                input.parse::<Token![:]>()?;
                text.push(':');
            } else if input.peek(Token![_]) {
                input.parse::<Token![_]>()?;
                text.push('_');
            } else {
                let word: Ident = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
                text += &word.to_string();
            }
        }
        Ok(Self(text))
    }
}
