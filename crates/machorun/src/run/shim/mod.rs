//! Shims: what stands in for functions of macOS where the ABIs differ.
//!
//! One file an area, each with a list of its shims. A shim has Darwin's signature and gives back what Darwin would;
//! its facts are in the man page and header of its name, and in `abi`, which is checked against the headers.
//! Safety: a shim is called by code for macOS, so its arguments are what that header promises, and it relies on nothing else;
//! the whole function is `unsafe`. A block in a safe function says itself why it is sound.
//!
//! Shims call the C library last or keep its `errno`, see `errno`. Here is nothing but the names that they share;
//! `super::stand_ins` puts the lists together.

pub mod accounts;
pub mod arguments;
pub mod attributes;
pub mod backtrace;
pub mod by_fork;
pub mod copies;
pub mod dispatch;
pub mod editline;
pub mod errno;
pub mod files;
pub mod formatted;
pub mod foundation;
pub mod jumps;
pub mod kqueue;
pub mod list;
pub mod locale;
pub mod locks;
pub mod log;
pub mod mach;
pub mod memory;
pub mod messages;
pub mod metadata;
pub mod numbers;
pub mod objects;
pub mod passed;
pub mod processes;
pub mod run_loop;
pub mod signals;
pub mod sockets;
pub mod spawn;
pub mod stdio;
pub mod strings;
pub mod tables;
pub mod terminal;
pub mod threads;
pub mod time;
pub mod version;
pub mod vm;

use list::shims;
use tables::{bits_to_darwin, bits_to_linux, to_darwin, to_linux};

use super::abi as d;
