//! `cargo run -p house-rules --example circles crates/*/src`: the circles of each crate, and what in them needs what.

#![allow(clippy::print_stdout, reason = "it is what it is for")]

fn main() {
    for src in std::env::args().skip(1) {
        let (needs, circles) = (house_rules::needs(&src), house_rules::circles(&src));
        println!("{src}: {} files, {} circles", needs.len(), circles.len());
        for circle in circles {
            println!("  a circle of {}", circle.len());
            for file in &circle {
                let inside = needs.get(file).into_iter().flatten().filter(|other| circle.contains(other));
                println!("    {file} needs {}", inside.cloned().collect::<Vec<_>>().join(", "));
            }
        }
    }
}
