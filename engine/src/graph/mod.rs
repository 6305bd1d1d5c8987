//! x
pub mod cycle;
