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
use session::Session;
use terminal::Terminal;

fn main() -> ExitCode {
    bug::report_panics();
    // Whoever asks for TLS first decides for all; an error only says that it was decided already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exit = bug::guarded(|| start(std::env::args_os().collect()));
    exit.into()
}

/// Reads the command line and runs it.
fn start(line: Vec<OsString>) -> Exit {
    let columns = std::env::var("COLUMNS").ok();
    match args::read(&line, |name| std::env::var_os(name)) {
        Ok(cli) => {
            let terminal = Arc::new(Terminal::new(&cli.look, columns.as_deref()));
            run(
                Session {
                    terminal,
                    look: cli.look.clone(),
                    line,
                },
                cli,
            )
        }
        Err(refused) => refuse(&refused, columns.as_deref()),
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
    match session.terminal.finish() {
        // What was said did not arrive, so that success would be a lie.
        Some(_) if exit == Exit::Done => Exit::Error,
        _ => exit,
    }
}

/// Shows help, or what is wrong with the command line.
fn refuse(refused: &Refused, columns: Option<&str>) -> Exit {
    let look = Look {
        color: Color::Auto,
        progress: Progress::Auto,
        quiet: false,
        verbose: false,
    };
    let terminal = Terminal::new(&look, columns);
    match refused {
        Refused::Asked(text) => {
            terminal.styled(text, true);
            Exit::Done
        }
        Refused::Clap(text) => {
            terminal.styled(text, false);
            Exit::Usage
        }
        Refused::Usage { message, help } => {
            let paint = terminal.paint_err();
            terminal.diagnostic(&format!(
                "{} {message}\n  help: {help}\n",
                paint.removed("error:")
            ));
            Exit::Usage
        }
    }
}
