//! A signer that signs nothing and remembers what it was asked for.

use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;

use super::signer::{CodeJob, Signer};
use crate::sign::identity::Identity;

/// See the module's text.
#[derive(Default)]
pub struct Recording {
    /// What was asked for, in order of beginning.
    pub asked: Mutex<Vec<String>>,
}

impl Recording {
    fn note(&self, line: String) {
        self.asked.lock().unwrap().push(line);
    }
}

impl Signer for Recording {
    fn tool(&self) -> String {
        "recording".into()
    }

    fn sign_code(&self, job: &CodeJob<'_>) -> Result<()> {
        self.note(format!("{} {}", job.object.role, job.object.path));
        Ok(())
    }

    fn sign_package(&self, input: &Path, output: &Path, identity: &Identity) -> Result<()> {
        let name = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.note(format!("package {name} by {}", identity.name()));
        fs_err::copy(input, output)?;
        Ok(())
    }
}
