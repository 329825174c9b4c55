//! Values of constants, as the crates write them: numbers, and sums of names.

use anyhow::{Context as _, Result, bail};
use syn::{BinOp, Expr, Lit, UnOp};

use crate::rust::{Data, Value};

/// A constant's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Whole, wide enough for a signed and an unsigned one of 64 bits.
    Whole(i128),
    /// With a point.
    Real(f64),
}

impl Number {
    /// As C writes it.
    pub fn in_c(self) -> String {
        match self {
            Self::Real(value) if value == f64::MAX => "__DBL_MAX__".into(),
            Self::Real(value) => format!("{value:?}"),
            Self::Whole(value) if value > i128::from(i64::MAX) => format!("{value:#x}ULL"),
            Self::Whole(value) if value > i128::from(u32::MAX) => format!("{value:#x}LL"),
            Self::Whole(value) if value > i128::from(i32::MAX) => format!("{value:#x}U"),
            // C has no negative literals, and the smallest number has no positive counterpart.
            Self::Whole(value) if value < i128::from(i32::MIN) => format!("({}LL - 1)", value + 1),
            Self::Whole(value) => value.to_string(),
        }
    }

    /// Whether two sources mean the same: one may write as unsigned what the other writes as signed.
    pub fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => {
                let apart = (one - two).abs();
                apart == 0 || apart == 1 << 64 || (apart == 1 << 32 && one.abs().max(two.abs()) < 1 << 32)
            }
            (Self::Real(one), Self::Real(two)) => one == two,
            (Self::Real(real), Self::Whole(whole)) | (Self::Whole(whole), Self::Real(real)) => real == whole as f64,
        }
    }
}

/// The value of a constant of these data: of an enumeration, or of none.
///
/// # Errors
/// When there is none of this name, or its value is nothing that is known here.
pub fn of(name: &str, data: &Data) -> Result<Number> {
    if let Some((_, expression)) = data.constants.get(name) {
        return number(expression, None, data, 0).with_context(|| name.to_owned());
    }
    let own = data.owners.get(name).map(String::as_str);
    let values = own.and_then(|own| data.enumerations.get(own)).map(|list| &list.values[..]).unwrap_or_default();
    let Some(Value { expression, .. }) = values.iter().find(|value| value.name == name) else {
        bail!("no crate has a constant {name}")
    };
    number(expression, own, data, 0).with_context(|| name.to_owned())
}

/// How deep names may lead to names.
const DEEPEST: u32 = 64;

fn number(expression: &Expr, own: Option<&str>, data: &Data, depth: u32) -> Result<Number> {
    if depth > DEEPEST {
        bail!("a value that needs itself");
    }
    let inner = |expression: &Expr| number(expression, own, data, depth + 1);
    Ok(match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => Number::Whole(number.base10_parse()?),
            Lit::Float(number) => Number::Real(number.base10_parse()?),
            _ => bail!("a value that is no number"),
        },
        Expr::Paren(parenthesised) => inner(&parenthesised.expr)?,
        Expr::Group(group) => inner(&group.expr)?,
        Expr::Cast(cast) => inner(&cast.expr)?,
        // `Self(3)` and `NSWindowStyleMask(3)`.
        Expr::Call(call) => inner(call.args.first().context("a call with nothing in it")?)?,
        // `NSWindowStyleMask::Titled.0`.
        Expr::Field(field) => inner(&field.base)?,
        Expr::MethodCall(call) if call.method == "bits" => inner(&call.receiver)?,
        Expr::Unary(unary) => match (&unary.op, inner(&unary.expr)?) {
            (UnOp::Neg(_), Number::Whole(value)) => Number::Whole(-value),
            (UnOp::Neg(_), Number::Real(value)) => Number::Real(-value),
            (UnOp::Not(_), Number::Whole(value)) => Number::Whole(!value),
            _ => bail!("an operator that is not known here"),
        },
        Expr::Binary(binary) => {
            let (Number::Whole(left), Number::Whole(right)) = (inner(&binary.left)?, inner(&binary.right)?) else {
                bail!("a sum of numbers with points");
            };
            let shift = || u32::try_from(right).ok().filter(|by| *by < 64).context("a shift out of range");
            Number::Whole(match &binary.op {
                BinOp::Shl(_) => left << shift()?,
                BinOp::Shr(_) => left >> shift()?,
                BinOp::BitOr(_) => left | right,
                BinOp::BitAnd(_) => left & right,
                BinOp::BitXor(_) => left ^ right,
                BinOp::Add(_) => left + right,
                BinOp::Sub(_) => left - right,
                BinOp::Mul(_) => left.checked_mul(right).context("a product out of range")?,
                _ => bail!("an operator that is not known here"),
            })
        }
        Expr::Path(path) => {
            let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            match names[..] {
                ["NSUIntegerMax"] => Number::Whole(i128::from(u64::MAX)),
                ["NSIntegerMax"] => Number::Whole(i128::from(i64::MAX)),
                ["NSUInteger" | "usize" | "u64" | "c_ulong", "MAX"] => Number::Whole(i128::from(u64::MAX)),
                ["NSInteger" | "isize" | "i64" | "c_long", "MAX"] => Number::Whole(i128::from(i64::MAX)),
                ["c_double" | "CGFloat" | "f64", "MAX"] => Number::Real(f64::MAX),
                [of, name] => {
                    let list = if of == "Self" { own.unwrap_or_default() } else { of };
                    let values = data.enumerations.get(list).map(|list| &list.values[..]).unwrap_or_default();
                    let value = values.iter().find(|value| value.rust == name);
                    let value = value.with_context(|| format!("a value {list}::{name} that is nowhere"))?;
                    number(&value.expression, Some(list), data, depth + 1)?
                }
                [name] => {
                    let (_, expression) =
                        data.constants.get(name).with_context(|| format!("a value {name} that is nowhere"))?;
                    number(expression, None, data, depth + 1)?
                }
                _ => bail!("a name with more parts than two"),
            }
        }
        _ => bail!("a value of a form that is not known here"),
    })
}
