//! Stories: the real binary against the sandbox, over real HTTP.

mod absent;
mod chain;
mod conformance;
mod converge;
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
mod property;
mod refusals;
mod replace;
mod rules;
mod server;
mod stage;
mod stop;
