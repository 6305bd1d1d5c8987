//! s
/// Where the embedded sandbox keeps its state, from the current directory.
pub const STATE: &str = ".vmlogin/sandbox.json";
