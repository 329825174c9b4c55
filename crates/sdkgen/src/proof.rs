//! Where each value is known from.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::arithmetic::Constants;
use crate::python::Python;
use crate::values::Number;

/// A value and its sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// The value.
    pub value: Number,
    /// Who says so.
    pub sources: Vec<String>,
}

/// Looks every value up in the other sources.
///
/// # Errors
/// Every value that two sources contradict each other about.
pub fn prove(
    first: &BTreeMap<String, (Number, String)>,
    pascal: &Constants,
    python: &Python,
) -> Result<BTreeMap<String, Proven>> {
    let mut proven = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, (value, source)) in first {
        let of_pascal = pascal.get(name).map(|(other, file)| (Number::Whole(other), format!("Free Pascal {file}")));
        let of_bridge = python.bridge.get(name).map(|other| (*other, "PyObjC".to_owned()));
        let classic =
            python.classic.get(name).map(|(other, file)| (Number::Whole(other), format!("Python 2.7 plat-mac {file}")));
        let mut sources = vec![source.clone()];
        for (other, said) in of_pascal.into_iter().chain(of_bridge).chain(classic) {
            if !value.same(other) {
                wrong.push(format!("{name}: {} by {source}, {} by {said}", value.in_c(), other.in_c()));
            } else if !sources.contains(&said) {
                sources.push(said);
            }
        }
        proven.insert(name.clone(), Proven { value: *value, sources });
    }
    if !wrong.is_empty() {
        bail!("sources contradict each other:\n  {}", wrong.join("\n  "));
    }
    Ok(proven)
}

/// The table `values.tsv`.
pub fn table(values: &BTreeMap<String, Proven>) -> String {
    let mut text = "# name\tvalue\tsources\n".to_owned();
    for (name, Proven { value, sources }) in values {
        _ = writeln!(text, "{name}\t{}\t{}", value.in_c(), sources.join("; "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_caught_by_the_second_source() {
        let first =
            |value| BTreeMap::from([("NSAlertStyleWarning".to_owned(), (Number::Whole(value), "a crate".to_owned()))]);
        let mut python = Python::default();
        python.bridge.insert("NSAlertStyleWarning".into(), Number::Whole(0));
        let mut pascal = Constants::default();
        pascal.put("NSAlertStyleWarning", "0", "NSAlert.inc");
        let proven = prove(&first(0), &pascal, &python).unwrap();
        assert_eq!(
            table(&proven),
            "# name\tvalue\tsources\nNSAlertStyleWarning\t0\ta crate; Free Pascal NSAlert.inc; PyObjC\n"
        );
        let error = prove(&first(1), &pascal, &python).unwrap_err().to_string();
        assert!(error.contains("NSAlertStyleWarning: 1 by a crate, 0 by Free Pascal NSAlert.inc"), "{error}");
        assert!(error.contains("0 by PyObjC"), "{error}");
        // Signed here, unsigned there.
        python.bridge.insert("NSAlertStyleWarning".into(), Number::Whole(-1));
        assert!(prove(&first(0xffff_ffff), &Constants::default(), &python).is_ok());
        assert!(prove(&first(0xffff_fffe), &Constants::default(), &python).is_err());
    }
}
