//! Stories: the real binary against the sandbox, over real HTTP.

mod chain;
mod conformance;
mod doctor;
mod estate;
mod examples;
mod grants;
mod hints;
mod identities;
mod init;
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
mod rules;
mod server;
mod shell;
mod show;
mod stage;
mod stop;
