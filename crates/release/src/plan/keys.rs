//! A step's key: the digest of everything that decides its product, and of nothing else.
//!
//! In it are the step's operations with their texts, the digests of its sources, patches and packages, the code that carries
//! the operations out, and the keys of the steps that it needs. Not in it are places: a source that moves to another
//! mirror makes nothing be built again.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::step::Step;
use crate::digest::Sha256;

/// Digests of the code that carries operations out, by their names in a plan (`unpack`, `merge`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Executor(pub BTreeMap<String, Sha256>);

impl Executor {
    /// Of the code behind one operation.
    fn of(&self, operation: &Value) -> Option<Sha256> {
        self.0.get(operation.get("op")?.as_str()?).copied()
    }
}

/// The key of each step.
///
/// # Errors
/// When a step needs one that is not before it, or two have the same name.
pub fn keys(steps: &[Step], executor: &Executor) -> Result<BTreeMap<String, Sha256>> {
    let mut keys: BTreeMap<String, Sha256> = BTreeMap::new();
    for step in steps {
        let needs: Vec<&Sha256> = step
            .needs
            .iter()
            .map(|name| {
                keys.get(name).with_context(|| format!("step `{}` needs `{name}`, which is not before it", step.name))
            })
            .collect::<Result<_>>()?;
        let operations: Vec<Value> =
            step.ops.iter().map(|op| serde_json::to_value(op.placeless())).collect::<Result<_, _>>()?;
        let code: Vec<_> = operations.iter().map(|operation| executor.of(operation)).collect();
        let text = serde_json::to_string(&(&step.name, &step.env, &operations, code, needs))?;
        let replaced = keys.insert(step.name.clone(), Sha256::of(text.as_bytes()));
        ensure!(replaced.is_none(), "two steps are named `{}`", step.name);
    }
    Ok(keys)
}
