//! Types as Rust writes them, without what C doesn't have.

use anyhow::{Result, bail};
use syn::{GenericArgument, PathArguments, ReturnType};

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Nothing.
    Unit,
    /// A name, with what stands in angle brackets.
    Name(String, Vec<Type>),
    /// A pointer or reference, and whether it only reads.
    Pointer(Box<Type>, bool),
    /// An array, and its length as it is written.
    Array(Box<Type>, String),
    /// A function pointer, or what a block is of: its arguments, and what it gives back.
    Function(Vec<Type>, Box<Type>),
    /// An object that has a protocol, or a block's function.
    Dyn(Box<Type>),
    /// What a method gives back that reports its error through its last argument.
    Fallible(Box<Type>),
}

impl Type {
    /// A name without more.
    pub fn named(name: &str) -> Self {
        Self::Name(name.to_owned(), Vec::new())
    }

    /// Whether it is this name, without more.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Name(own, arguments) if own == name && arguments.is_empty())
    }

    /// Reads a type. What may be null, and lifetimes, are nothing that C knows.
    ///
    /// # Errors
    /// When it has a form that the crates don't use.
    pub fn read(of: &syn::Type) -> Result<Self> {
        Ok(match of {
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Self::Unit,
            syn::Type::Tuple(tuple) => {
                Self::Name("tuple".into(), tuple.elems.iter().map(Self::read).collect::<Result<_>>()?)
            }
            syn::Type::Never(_) => Self::Unit,
            syn::Type::Paren(inner) => Self::read(&inner.elem)?,
            syn::Type::Group(inner) => Self::read(&inner.elem)?,
            syn::Type::Reference(reference) => {
                Self::Pointer(Box::new(Self::read(&reference.elem)?), reference.mutability.is_none())
            }
            syn::Type::Ptr(pointer) => {
                Self::Pointer(Box::new(Self::read(&pointer.elem)?), pointer.const_token.is_some())
            }
            syn::Type::Array(array) => Self::Array(Box::new(Self::read(&array.elem)?), length(&array.len)?),
            syn::Type::Slice(slice) => Self::Array(Box::new(Self::read(&slice.elem)?), String::new()),
            syn::Type::BareFn(function) => Self::Function(
                function.inputs.iter().map(|input| Self::read(&input.ty)).collect::<Result<_>>()?,
                Box::new(Self::returned(&function.output)?),
            ),
            syn::Type::TraitObject(object) => Self::bounds(object.bounds.iter())?,
            syn::Type::ImplTrait(object) => Self::bounds(object.bounds.iter())?,
            syn::Type::Path(path) => Self::path(path)?,
            _ => bail!("a type of a new form"),
        })
    }

    /// What a function gives back.
    ///
    /// # Errors
    /// As [`Type::read`].
    pub fn returned(output: &ReturnType) -> Result<Self> {
        match output {
            ReturnType::Default => Ok(Self::Unit),
            ReturnType::Type(_, of) => Self::read(of),
        }
    }

    fn bounds<'a>(mut bounds: impl Iterator<Item = &'a syn::TypeParamBound>) -> Result<Self> {
        let first = bounds.find_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => Some(bound),
            _ => None,
        });
        let Some(segment) = first.and_then(|bound| bound.path.segments.last()) else { bail!("an object of no trait") };
        let inner = match &segment.arguments {
            PathArguments::Parenthesized(signature) => Self::Function(
                signature.inputs.iter().map(Self::read).collect::<Result<_>>()?,
                Box::new(Self::returned(&signature.output)?),
            ),
            _ => Self::named(&segment.ident.to_string()),
        };
        Ok(Self::Dyn(Box::new(inner)))
    }

    fn path(path: &syn::TypePath) -> Result<Self> {
        // `<NSString as Trait>::Output` stands for what it is made of.
        if let Some(own) = &path.qself {
            return Self::read(&own.ty);
        }
        let Some(segment) = path.path.segments.last() else { bail!("a type without a name") };
        let mut arguments = Vec::new();
        if let PathArguments::AngleBracketed(list) = &segment.arguments {
            for argument in &list.args {
                if let GenericArgument::Type(of) = argument {
                    arguments.push(Self::read(of)?);
                }
            }
        }
        let name = segment.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
        match (name.as_str(), arguments.first()) {
            ("Option", Some(inner)) => Ok(inner.clone()),
            ("Result", Some(inner)) => Ok(Self::Fallible(Box::new(inner.clone()))),
            _ => Ok(Self::Name(name, arguments)),
        }
    }

    /// Every name in it.
    pub fn names(&self, found: &mut Vec<String>) {
        match self {
            Self::Unit => {}
            Self::Name(name, arguments) => {
                found.push(name.clone());
                arguments.iter().for_each(|argument| argument.names(found));
            }
            Self::Pointer(inner, _) | Self::Array(inner, _) | Self::Dyn(inner) | Self::Fallible(inner) => {
                inner.names(found)
            }
            Self::Function(arguments, returned) => {
                arguments.iter().for_each(|argument| argument.names(found));
                returned.names(found);
            }
        }
    }
}

fn length(of: &syn::Expr) -> Result<String> {
    match of {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => Ok(number.base10_digits().to_owned()),
        syn::Expr::Path(path) => Ok(path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()),
        syn::Expr::Cast(cast) => length(&cast.expr),
        _ => bail!("an array whose length is no number"),
    }
}
