#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod apt;
pub mod audit;
pub mod build;
pub mod cache;
pub mod clean;
pub mod context;
pub mod corpus;
pub mod demand;
pub mod described;
pub mod digest;
pub mod doctor;
pub mod draft;
pub mod evidence;
pub mod exec;
pub mod fetch;
pub mod flat;
pub mod given;
pub mod hint;
pub mod host;
pub mod install;
pub mod interpreter;
pub mod interrupt;
pub mod judgement;
pub mod lock;
pub mod mac_tool;
pub mod manifest;
pub mod notarize;
pub mod output;
pub mod package;
pub mod pipeline;
pub mod plan;
pub mod planning;
pub mod product;
pub mod recipe;
#[cfg(test)]
mod rules;
pub mod sign;
pub mod staged;
pub mod toolchain;
pub mod trial;
pub mod ui;
pub mod upgrade;
pub mod vendor;
pub mod verify;
pub mod version;
