//! Types as C and Objective-C write them.

use anyhow::{Result, bail};

use crate::rust::{Data, Type};

/// Rust's names of C's own types.
const PLAIN: &[(&str, &str)] = &[
    ("Bool", "BOOL"),
    ("CStr", "char"),
    ("Imp", "IMP"),
    ("Sel", "SEL"),
    ("c_char", "char"),
    ("c_double", "double"),
    ("c_float", "float"),
    ("c_int", "int"),
    ("c_long", "long"),
    ("c_longlong", "long long"),
    ("c_schar", "signed char"),
    ("c_short", "short"),
    ("c_uchar", "unsigned char"),
    ("c_uint", "unsigned int"),
    ("c_ulong", "unsigned long"),
    ("c_ulonglong", "unsigned long long"),
    ("c_ushort", "unsigned short"),
    ("c_void", "void"),
    ("f32", "float"),
    ("f64", "double"),
    ("i16", "int16_t"),
    ("i32", "int32_t"),
    ("i64", "int64_t"),
    ("i8", "int8_t"),
    ("isize", "long"),
    ("u16", "uint16_t"),
    ("u32", "uint32_t"),
    ("u64", "uint64_t"),
    ("u8", "uint8_t"),
    ("usize", "size_t"),
];

/// What Rust has a reference to, and C a name for the pointer.
const POINTED: &[(&str, &str)] = &[
    ("AnyClass", "Class"),
    ("AnyObject", "id"),
    ("AnyProtocol", "Protocol *"),
    ("CFType", "CFTypeRef"),
    ("DispatchData", "dispatch_data_t"),
    ("DispatchQueue", "dispatch_queue_t"),
];

/// Smart pointers of Rust's.
const OWNERS: &[&str] = &["Retained", "CFRetained", "DispatchRetained", "NonNull"];

/// Whether only Objective-C has a type of this name.
pub fn is_of_objects(name: &str) -> bool {
    matches!(name, "AnyObject" | "AnyClass" | "AnyProtocol" | "ProtocolObject" | "Retained" | "Allocated" | "NSObject")
}

/// Where a type stands.
pub struct Spelling<'a> {
    /// All that is known.
    pub data: &'a Data,
    /// The class whose method it is, in Objective-C's own name.
    pub own: Option<&'a str>,
    /// Generic parameters of that class.
    pub generics: &'a [String],
    /// How truth is called: `BOOL` in methods, `bool` in functions.
    pub truth: &'static str,
}

impl<'a> Spelling<'a> {
    /// Of what belongs to no class.
    pub fn plain(data: &'a Data) -> Self {
        Self { data, own: None, generics: &[], truth: "bool" }
    }

    /// A declaration of `what`, which may be empty, with this type.
    ///
    /// # Errors
    /// When C has nothing like it, or nothing known declares it.
    pub fn declare(&self, of: &Type, what: &str) -> Result<String> {
        match of {
            Type::Unit => Ok(join("void", what)),
            Type::Fallible(inner) if **inner == Type::Unit => Ok(join(self.truth, what)),
            Type::Fallible(inner) => self.declare(inner, what),
            Type::Pointer(inner, constant) => self.pointer(inner, *constant, what),
            Type::Array(inner, length) => self.declare(inner, &format!("{what}[{length}]")),
            Type::Function(arguments, returned) => self.function(arguments, returned, '*', what),
            Type::Dyn(_) => bail!("an object by value"),
            Type::Name(name, arguments) => self.name(name, arguments, what),
        }
    }

    /// The type of an argument: an array is a pointer.
    ///
    /// # Errors
    /// As [`Spelling::declare`].
    pub fn argument(&self, of: &Type) -> Result<String> {
        match of {
            Type::Array(inner, _) => self.declare(inner, "*"),
            // What may not be null has lost its `const`; a text is hardly ever written to, and then the caller's is no constant.
            Type::Name(owner, inner) if owner == "NonNull" && matches!(&inner[..], [text] if text.is("c_char")) => {
                Ok("const char *".into())
            }
            other => self.declare(other, ""),
        }
    }

    /// Types of arguments, with commas.
    ///
    /// # Errors
    /// As [`Spelling::declare`].
    pub fn arguments(&self, list: &[Type]) -> Result<String> {
        let list = list.iter().map(|of| self.argument(of)).collect::<Result<Vec<_>>>()?;
        Ok(if list.is_empty() { "void".into() } else { list.join(", ") })
    }

    /// Whether an alias stands for an object: then it is a pointer in C, though it is none in Rust.
    pub fn is_object_alias(&self, name: &str) -> bool {
        let mut name = name;
        for _ in 0..16 {
            let Some(Type::Name(next, _)) = self.data.aliases.get(name) else { return false };
            let opaque = self.data.opaques.get(next).is_some_and(|opaque| opaque.alias.is_some());
            if opaque || self.data.classes.contains_key(next) || is_of_objects(next) || pointed(next).is_some() {
                return true;
            }
            name = next;
        }
        false
    }

    fn function(&self, arguments: &[Type], returned: &Type, mark: char, what: &str) -> Result<String> {
        // A block's truth is Objective-C's, a function's is C's; both are one byte that is 0 or 1.
        let arguments = self.arguments(arguments)?;
        self.declare(returned, &format!("({mark}{what})({arguments})"))
    }

    fn block(&self, arguments: &[Type], what: &str) -> Result<String> {
        let inner = match arguments {
            [Type::Dyn(inner)] => inner,
            [inner] => inner,
            _ => bail!("a block of nothing"),
        };
        let Type::Function(arguments, returned) = inner else { bail!("a block that is no function") };
        self.function(arguments, returned, '^', what)
    }

    fn name(&self, name: &str, arguments: &[Type], what: &str) -> Result<String> {
        if let Some((_, plain)) = PLAIN.iter().find(|(rust, _)| *rust == name) {
            return Ok(join(plain, what));
        }
        match (name, arguments) {
            ("bool", _) => Ok(join(self.truth, what)),
            ("Allocated", _) => Ok(join("instancetype", what)),
            ("Retained", [inner]) if inner.is("Self") => Ok(join("instancetype", what)),
            ("Self", _) => Ok(join(self.own.unwrap_or("instancetype"), what)),
            ("DynBlock" | "Block", list) => self.block(list, what),
            (owner, [inner]) if OWNERS.contains(&owner) => self.pointer(inner, false, what),
            _ if self.generics.iter().any(|generic| generic == name) => Ok(join(name, what)),
            _ => {
                if let Some(pointed) = pointed(name) {
                    return Ok(join(pointed, what));
                }
                if self.data.opaques.contains_key(name) {
                    return Ok(join(&format!("struct {name}"), what));
                }
                if self.data.classes.contains_key(name) {
                    bail!("the class {name} by value");
                }
                Ok(join(name, what))
            }
        }
    }

    fn pointer(&self, inner: &Type, constant: bool, what: &str) -> Result<String> {
        if let Type::Name(name, arguments) = inner {
            if let Some(pointed) = pointed(name) {
                return Ok(join(pointed, what));
            }
            match (name.as_str(), &arguments[..]) {
                ("ProtocolObject", list) => return Ok(join(&self.with_protocol(list), what)),
                ("DynBlock" | "Block", list) => return self.block(list, what),
                ("Self", _) => {
                    return Ok(self.own.map_or_else(|| join("id", what), |own| join(&format!("{own} *"), what)));
                }
                (owner, [_]) if OWNERS.contains(&owner) => return self.declare(inner, &format!("*{what}")),
                ("ManuallyDrop", [inner]) => return self.pointer(inner, constant, what),
                _ => {}
            }
            if self.generics.contains(name) {
                return Ok(join(name, what));
            }
            if let Some(class) = self.data.classes.get(name) {
                let generics = self.generic_arguments(class.generics.len(), arguments);
                return Ok(join(&format!("{name}{generics} *"), what));
            }
            if let Some(alias) = self.data.opaques.get(name).and_then(|opaque| opaque.alias.as_deref()) {
                return Ok(join(alias, what));
            }
            if self.is_object_alias(name) {
                return Ok(join(name, what));
            }
            // Of a generic parameter of another class nothing is known.
            if name.ends_with("Type") && !self.knows(name) {
                return Ok(join("id", what));
            }
        }
        let already = matches!(inner, Type::Pointer(..) | Type::Function(..));
        let text = self.declare(inner, &format!("*{what}"))?;
        Ok(if constant && !already { format!("const {text}") } else { text })
    }

    fn knows(&self, name: &str) -> bool {
        let data = self.data;
        data.aliases.contains_key(name) || data.enumerations.contains_key(name) || data.records.contains_key(name)
    }

    fn with_protocol(&self, list: &[Type]) -> String {
        let [Type::Dyn(inner)] = list else { return "id".into() };
        let Type::Name(name, _) = &**inner else { return "id".into() };
        match self.data.protocols.get(name) {
            _ if name == "NSObjectProtocol" => "id<NSObject>".into(),
            Some(protocol) => format!("id<{}>", protocol.name),
            None => "id".into(),
        }
    }

    fn generic_arguments(&self, count: usize, arguments: &[Type]) -> String {
        if count == 0 || arguments.len() != count {
            return String::new();
        }
        let list: Result<Vec<String>> = arguments.iter().map(|of| self.pointer(of, false, "")).collect();
        match list {
            Ok(list) if list.iter().all(|text| !text.contains('(')) => format!("<{}>", list.join(", ")),
            _ => String::new(),
        }
    }
}

fn pointed(name: &str) -> Option<&'static str> {
    POINTED.iter().find(|(rust, _)| *rust == name).map(|(_, c)| *c)
}

/// A type, and what it is of.
fn join(of: &str, what: &str) -> String {
    match what {
        "" => of.to_owned(),
        _ if of.ends_with('*') => format!("{of}{what}"),
        _ => format!("{of} {what}"),
    }
}
