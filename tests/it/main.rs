//! Stories: the real binary against the sandbox, over real HTTP.

mod arc;
mod chain;
mod conformance;
mod estate;
mod examples;
mod grants;
mod identities;
mod interrupt;
mod linux;
mod login;
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
mod security_groups;
mod server;
mod shell;
mod stage;
mod stop;
mod way_out;
