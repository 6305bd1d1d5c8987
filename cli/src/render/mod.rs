//! Text as values: every screen is a pure function from what is known to a `String`. `terminal.rs` writes them.

pub mod foreign;
pub mod paint;

pub use paint::Paint;
