//! `vmlogin completions`: what a shell needs to complete a command line.

use clap::builder::PossibleValuesParser;
use clap_complete::generate;
use vmlogin_azure::rules::cards;

use crate::args::{self, CompletionsArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;

/// Writes the script.
pub(crate) fn run(session: &Session, args: &CompletionsArgs) -> Result<Exit, Error> {
    let rules = PossibleValuesParser::new(cards().into_iter().map(|card| card.id));
    let mut command = args::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("rule", |rule| rule.value_parser(rules))
    });
    let mut script = Vec::new();
    generate(args.shell, &mut command, "vmlogin", &mut script);
    session.terminal.result(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
