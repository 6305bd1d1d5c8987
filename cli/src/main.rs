//! The binary `vmlogin`: arguments, screens, exit codes and files. It knows no property names, URLs or host names of Azure;
//! decisions are the engine's.

mod args;
mod bug;
mod commands;
mod error;
mod exit;
mod files;
mod interrupt;
mod render;
mod seed;
mod session;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use args::{Cli, Color, Look, Progress, Refused};
use error::Error;
use exit::Exit;
use render::{Given, View};
use session::Session;
use terminal::{Surroundings, Terminal};

fn main() -> ExitCode {
    bug::report_panics();
    // Whoever asks for TLS first decides for all; an error only says that it was decided already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exit = interrupt::stuck::beside(|| bug::guarded(|| start(std::env::args_os().collect())));
    exit.into()
}

/// Reads the command line and runs it.
fn start(line: Vec<OsString>) -> Exit {
    let around = Surroundings::read(|name| std::env::var(name).ok());
    match args::read(&line, |name| std::env::var_os(name)) {
        Ok(cli) => {
            let terminal = Arc::new(Terminal::new(&cli.look, &around));
            let session = Session {
                terminal,
                look: cli.look.clone(),
                given: Given::on(&line),
                line,
            };
            tell_unread_variables(&session);
            run(session, cli)
        }
        Err(refused) => refuse(&refused, &around),
    }
}

/// Says which variables look like flags and are none. An empty one is not set.
fn tell_unread_variables(session: &Session) {
    let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    let names = set.filter_map(|(name, _)| name.into_string().ok());
    for unread in args::variables::unread(names) {
        let said = render::unread_variable(&unread, session.view_err());
        session.terminal.diagnostic(&said);
    }
}

fn run(session: Session, cli: Cli) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(commands::run(&session, cli));
            // A thread may still wait for a line of stdin that never comes.
            runtime.shutdown_background();
            result
        }
        Err(cause) => Err(Error::System {
            attempted: "start threads",
            cause,
        }),
    };
    let exit = result.unwrap_or_else(|error| {
        session.terminal.diagnostic(&error.text(session.view_err()));
        error.exit()
    });
    ended(&session.terminal, exit)
}

/// The code of a run, given whether its words arrived: where they did not, success would be a lie.
fn ended(terminal: &Terminal, exit: Exit) -> Exit {
    let Some(error) = terminal.finish() else {
        return exit;
    };
    let paint = terminal.paint_err();
    terminal.diagnostic(&format!(
        "{} could not write the result: {error}\n",
        paint.removed("error:")
    ));
    match exit {
        Exit::Done | Exit::Changes => Exit::Error,
        other => other,
    }
}

/// Shows help, or what is wrong with the command line.
fn refuse(refused: &Refused, around: &Surroundings) -> Exit {
    let look = Look {
        color: Color::Auto,
        progress: Progress::Auto,
        quiet: false,
        verbose: 0,
    };
    let terminal = Terminal::new(&look, around);
    match refused {
        Refused::Asked(text) => {
            terminal.styled(text, true);
            ended(&terminal, Exit::Done)
        }
        Refused::Clap(text) => {
            terminal.styled(text, false);
            Exit::Usage
        }
        Refused::Usage { message, help } => {
            let error = Error::usage(message, help);
            let view = View {
                paint: terminal.paint_err(),
                width: terminal.width(),
                verbose: false,
                given: Given::NONE,
            };
            terminal.diagnostic(&error.text(view));
            Exit::Usage
        }
    }
}
