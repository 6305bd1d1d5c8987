//! What the engine decides and says, in cases that can be checked by eye.

mod language;
mod report;
mod syntax;
