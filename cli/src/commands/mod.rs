//! One file a verb: a recipe that gathers, asks the engine, and shows. Decisions are elsewhere.

pub(crate) mod apply;
pub(crate) mod change;
pub(crate) mod completions;
pub(crate) mod destroy;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod pin;
pub(crate) mod plan;
pub(crate) mod sandbox;
pub(crate) mod show;
pub(crate) mod validate;

use crate::args::{Cli, SandboxVerb, Verb};
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;

/// Runs the verb of a command line.
pub(crate) async fn run(session: &Session, cli: Cli) -> Result<Exit, Error> {
    match cli.verb {
        Verb::Validate(args) => validate::run(session, &args),
        Verb::Plan(args) => plan::run(session, &args).await,
        Verb::Apply(args) => apply::run(session, &args).await,
        Verb::Destroy(args) => destroy::run(session, &args).await,
        Verb::Graph(args) => graph::run(session, &args),
        Verb::Explain(args) => explain::run(session, &args),
        Verb::Pin(args) => pin::run(session, &args).await,
        Verb::Show(args) => show::run(session, &args).await,
        Verb::Init(args) => init::run(session, &args).await,
        Verb::Doctor(args) => doctor::run(session, &args).await,
        Verb::Completions(args) => completions::run(session, &args),
        Verb::Man(args) => man::run(session, &args),
        Verb::Sandbox(args) => match args.verb {
            SandboxVerb::Serve(args) => sandbox::serve(session, &args).await,
        },
    }
}
