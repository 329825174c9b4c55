mod backend;
mod code;
mod plan;
