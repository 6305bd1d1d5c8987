//! What the engine decides and says, in cases that can be checked by eye.

mod absent;
mod coverage;
mod destroy;
mod graph;
mod guard;
mod language;
mod lives;
mod manifest;
mod networked;
mod pins;
mod plan;
mod problem;
mod property;
mod reading;
mod references;
mod reinstall;
mod replace;
mod report;
mod rounds;
mod sample;
mod saved;
mod schedule;
mod selection;
mod syntax;
mod unconfirmed;
mod world;
