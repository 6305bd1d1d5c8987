//! Stories: the real binary against the sandbox, over real HTTP.

mod arc;
mod chain;
mod conformance;
mod estate;
mod examples;
mod grants;
mod identities;
mod identity_grants;
mod interrupt;
mod linux;
mod login;
mod machines;
mod networks;
mod openapi;
mod output;
mod pictures;
mod program;
mod progress;
mod property;
mod refusals;
mod roles;
mod rules;
mod server;
mod shell;
mod stage;
mod stop;
