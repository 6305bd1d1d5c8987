//! The binary `vmlogin`: arguments, screens, exit codes and files. It knows no property names, URLs or host names of Azure;
//! decisions are the engine's.

mod args;
mod exit;
mod files;
mod render;
mod session;
mod terminal;

fn main() {}
