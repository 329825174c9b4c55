//! Every command line that goes to a tool of Apple's, held against what the tools' manual pages allow.
//!
//! None of these tools is on the machines that the tests run on, and none of them says what is wrong with a word that it doesn't know
//! before somebody waits for it at a Mac. So the lines are made here by the code that makes them there (those of `lipo` and `arch`, which a
//! build's step and a Mac put together, are written out), and read by rules of their own: `Mac/apple-tools.toml`. What calls such a tool
//! without being here is found in the source.

mod lines;
mod rules;

use std::path::Path;

use lines::Line;
use rules::Tools;

fn tools() -> Tools {
    Tools::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac")).unwrap()
}

#[test]
fn every_command_line_for_a_tool_of_apple_s() {
    let tools = tools();
    let mut shown = String::new();
    for Line { what, words } in lines::all() {
        let source = tools.source(&words).unwrap_or_else(|why| panic!("{}: {why}", words.join(" ")));
        shown.push_str(&format!("{what}, {source}\n    {}\n", words.join(" ")));
    }
    insta::assert_snapshot!("command_lines", shown);
}

#[test]
fn a_line_that_the_manual_page_does_not_allow_is_noticed() {
    let tools = tools();
    let refused = |line: &str| tools.source(&line.split(' ').map(str::to_owned).collect::<Vec<_>>()).unwrap_err();
    assert_eq!(refused("codesign --force --sing - x"), "codesign(1) has no --sing");
    assert_eq!(
        refused("codesign --force --timestamp http://time/ --sign - x"),
        "--timestamp wants its value behind `=`"
    );
    assert_eq!(refused("codesign --force=1 --sign - x"), "--force takes no value");
    assert_eq!(refused("productsign --sign"), "--sign wants 1 more word");
    assert_eq!(refused("productsign --sign me in.pkg"), "productsign(1) wants 2 operands, and got 1");
    assert_eq!(refused("lipo -thin arm64 -o out in"), "lipo(1) has no -o");
    assert_eq!(refused("xcrun notarytool history"), "xcrun(1) wants no operands, and got 2");
    assert_eq!(refused("spctl --assess x"), "no manual page of spctl is known");
}

/// The lines are those that the code has: whoever calls such a tool stands in `lines.rs`.
#[test]
fn no_caller_is_missing() {
    let tools = tools();
    let named = lines::callers(&tools.names());
    insta::assert_snapshot!(named.join("\n"));
}
