//! `sdkgen names` and `sdkgen write`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use lexopt::prelude::*;
use sdkgen::values::Number;
use sdkgen::wanted::Wanted;
use sdkgen::{c, pascal, proof, python, rust, stubs, survey};

const USAGE: &str = "usage: sdkgen names --crates DIR --pascal DIR SOURCES…\n       \
                     sdkgen write --crates DIR --pascal DIR --python DIR";

/// What it is told.
#[derive(Default)]
struct Arguments {
    verb: Option<String>,
    crates: Option<PathBuf>,
    pascal: Option<PathBuf>,
    python: Option<PathBuf>,
    sources: Vec<PathBuf>,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("crates") => arguments.crates = Some(parser.value()?.into()),
            Long("pascal") => arguments.pascal = Some(parser.value()?.into()),
            Long("python") => arguments.python = Some(parser.value()?.into()),
            Value(verb) if arguments.verb.is_none() => arguments.verb = Some(verb.string()?),
            Value(folder) => arguments.sources.push(folder.into()),
            other => bail!("{}\n{USAGE}", other.unexpected()),
        }
    }
    let sdk = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac/sdk"));
    let wanted = Wanted::load(&sdk.join("wanted.toml"))?;
    let data = rust::read(&arguments.crates.context(USAGE)?, &wanted.frameworks())?;
    let constants = pascal::read(&arguments.pascal.context(USAGE)?)?;
    match arguments.verb.as_deref() {
        Some("names") => {
            let text = survey::names(&survey::words(&arguments.sources)?, &wanted, &data, &constants);
            std::io::stdout().write_all(text.as_bytes())?;
        }
        Some("write") => {
            let python = python::read(&arguments.python.context(USAGE)?)?;
            let mut header = c::header(&wanted, &data)?;
            let mut values: BTreeMap<String, (Number, String)> =
                header.values.iter().map(|(name, value)| (name.clone(), (*value, "objc2".to_owned()))).collect();
            header.text += "/* HIToolbox */\nenum {\n";
            for name in &wanted.names.carbon {
                let (value, file) = constants.get(name).with_context(|| format!("no unit has {name}"))?;
                let value = Number::Whole(value);
                _ = writeln!(header.text, "    {name} = {},", value.in_c());
                values.insert(name.clone(), (value, format!("Free Pascal {file}")));
            }
            header.text += "};\n";
            let proven = proof::prove(&values, &constants, &python)?;
            let layer = sdk.join("cocoa");
            fs_err::create_dir_all(layer.join("include/cocoa"))?;
            fs_err::create_dir_all(layer.join("stubs"))?;
            fs_err::write(layer.join("include/cocoa/declarations.h"), header.text)?;
            fs_err::write(layer.join("values.tsv"), proof::table(&proven))?;
            for (name, text) in stubs::stubs(&wanted, &data)? {
                fs_err::write(layer.join("stubs").join(name), text)?;
            }
        }
        _ => bail!("{USAGE}"),
    }
    Ok(())
}
