//! A plan as people read it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{DOCS, Given, Op, Plan, Step};
use crate::recipe::{LeftOut, Pin, Source};

/// The plan as text. `ending` is that of the product's file; `commands` shows every operation, not only the steps.
pub fn render(plan: &Plan, ending: &str, commands: bool) -> String {
    let mut text = String::new();
    let archs: Vec<String> = plan.archs.iter().map(|(arch, minimum)| format!("{arch} (macOS {minimum})")).collect();
    _ = writeln!(text, "Python {} for {}: {}", plan.python, plan.variant, archs.join(", "));
    for line in plan.options.lines() {
        _ = writeln!(text, "choice   {line}");
    }
    let wheels = if commands { BTreeSet::new() } else { wheels(plan) };
    let (wheels, others): (Vec<&Source>, Vec<_>) =
        plan.sources().into_iter().partition(|one| wheels.contains(&one.pin));
    for source in others {
        let digest = match source.pin {
            Pin::Sha256 { sha256, md5: None } => format!("sha256 {}", sha256.short()),
            Pin::Sha256 { sha256, md5: Some(md5) } => format!("sha256 {}, md5 {}", sha256.short(), md5.short()),
            Pin::Md5 { md5, accepted: true } => format!("md5 {md5}, accepted on that alone"),
            Pin::Md5 { md5, accepted: false } => format!("md5 {md5} alone: refused without --accept-md5"),
        };
        let size = if source.size == 0 { "of any size".to_owned() } else { format!("{:>10} bytes", source.size) };
        _ = writeln!(text, "fetch    {:32} {size:>16}  {digest}", source.file);
    }
    if !wheels.is_empty() {
        let what = format!("{} wheels, which make the documentation", wheels.len());
        let size = wheels.iter().map(|wheel| wheel.size).sum::<u64>();
        _ = writeln!(text, "fetch    {what} {size:>9} bytes  --commands lists them");
    }
    for step in &plan.steps {
        let key = plan.keys.get(&step.name).map(crate::digest::Sha256::short).unwrap_or_default();
        let needs = if step.needs.is_empty() { String::new() } else { format!("  after {}", step.needs.join(", ")) };
        _ = writeln!(text, "step     {:16} {key}  {}{needs}", step.name, step.title);
        if commands {
            render_step(&mut text, step);
        }
    }
    _ = writeln!(text, "package  {}.{ending}", plan.product_name());
    let offer = &plan.offer;
    for (files, how) in [(&offer.without, "not offered"), (&offer.unselected, "not selected")] {
        files.iter().for_each(|file| _ = writeln!(text, "offer    {file}: {how}"));
    }
    if offer.keeps_permissions {
        _ = writeln!(text, "offer    folders that are there keep their owner and mode");
    }
    LeftOut::lines(&plan.left_out).iter().for_each(|line| _ = writeln!(text, "{line}"));
    text
}

/// What Sphinx is and needs.
fn wheels(plan: &Plan) -> BTreeSet<Pin> {
    let ops = plan.step(DOCS).into_iter().flat_map(|step| &step.ops);
    let wheels = ops.filter_map(|op| match op {
        Op::Fetched { source, .. } => Some(source.pin),
        _ => None,
    });
    wheels.collect()
}

fn render_step(text: &mut String, step: &Step) {
    for (name, value) in &step.env {
        _ = writeln!(text, "    {name}={value}");
    }
    for op in &step.ops {
        _ = writeln!(text, "    {}", render_op(op));
    }
}

fn render_op(op: &Op) -> String {
    match op {
        Op::Unpack { source, into } => format!("unpack {} → {into}", source.file),
        Op::Fetched { source, to } => format!("copy {} → {to}", source.file),
        Op::Given { what: Given::Checkout, into, .. } => format!("copy the given sources → {into}"),
        Op::Given { what: Given::Sdk, into, .. } => format!("link the given SDK → {into}"),
        Op::Given { what: Given::Docs, into, .. } => format!("unpack the given documentation → {into}"),
        Op::Given { what: Given::TclTk, into, .. } => format!("copy the given Tcl and Tk → {into}"),
        Op::Patch { file, dir, .. } => format!("patch {dir} with {file}"),
        Op::Write { path, text, executable } => {
            let mode = if *executable { " (executable)" } else { "" };
            format!("write {path}{mode}:\n      | {}", text.trim_end().replace('\n', "\n      | "))
        }
        Op::Run(run) => {
            let env = run.env.iter().map(|(name, value)| format!("{name}={} ", quote(value)));
            let argv: Vec<String> = run.argv.iter().map(|arg| quote(arg)).collect();
            format!("{}$ {}{}", run.dir, env.collect::<String>(), argv.join(" "))
        }
        Op::Copy { from, to } => format!("copy {from} → {to}"),
        Op::Remove { path } => format!("remove {path}"),
        Op::Merge { trees, headers, into } => {
            let trees: Vec<String> = trees.iter().map(|(arch, tree)| format!("{arch}: {tree}")).collect();
            let headers = if headers.is_empty() {
                String::new()
            } else {
                format!(" (headers by architecture: {})", headers.join(", "))
            };
            format!("merge {} → {into}{headers}", trees.join(", "))
        }
        Op::Overlay { layers, into } => {
            let layers: Vec<String> = layers.iter().map(|layer| format!("{} at /{}", layer.from, layer.at)).collect();
            format!("overlay → {into}:\n      | {}", layers.join("\n      | "))
        }
        Op::DebianPackages { packages, locked, into } => {
            let versions = locked.iter().filter(|locked| packages.contains(&locked.name));
            let versions: Vec<_> = versions.map(|locked| format!("{} {}", locked.name, locked.version)).collect();
            let names = if versions.is_empty() { packages.join(", ") } else { versions.join(", ") };
            format!("unpack Debian's {names} → {into}")
        }
        Op::OpenSdk { wheel, into, .. } => format!("open SDK from Mac/sdk and {} → {into}", wheel.file),
        Op::Cocoa { into, .. } => format!("Cocoa's layer from Mac/sdk/cocoa → {into}"),
        Op::Shims { into, .. } => format!("stand-ins for Apple's tools → {into}"),
        Op::CompilerRuntime { into } => format!("compiler run-time → {into}"),
        Op::Thin { dir, arch } => format!("keep {arch} of all binaries in {dir}"),
        Op::StackSize { file, bytes } => format!("stack size {bytes:#x} → {file}"),
        Op::Scrub { dir, replace } => {
            let pairs: Vec<String> = replace.iter().map(|(from, to)| format!("{from} → {to}")).collect();
            format!("scrub {dir}: {}", pairs.join(", "))
        }
        Op::Prune { dir, names } => format!("prune {dir}: {}", names.join(", ")),
        Op::LinkAll { root, dir, into } => format!("links to all of {root}{dir} → {into}"),
        Op::RelativeLinks { root } => format!("relative links in {root}"),
        Op::Folder { path } => format!("folder {path}"),
    }
}

/// An argument as a shell would need it.
fn quote(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}
