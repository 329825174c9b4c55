//! Makes `Mac/sdk/cocoa`, a layer over the open SDK that has what Tcl and Tk need of Cocoa: declarations, stubs and values.
//!
//! Nothing is copied. What the headers of macOS declare is known from crates that describe it in Rust, and each value is
//! looked up in sources that other people made. `Mac/sdk/wanted.toml` has the names that are declared, and what the sources
//! have lost on the way. `README.md` beside this crate says how a maintainer runs it.

pub mod arithmetic;
pub mod c;
pub mod pascal;
pub mod proof;
pub mod python;
pub mod rust;
pub mod stubs;
pub mod survey;
pub mod values;
pub mod wanted;
