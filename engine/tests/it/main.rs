//! What the engine decides and says, in cases that can be checked by eye.

mod guard;
mod language;
mod manifest;
mod plan;
mod property;
mod reading;
mod report;
mod sample;
mod schedule;
mod syntax;
mod world;
