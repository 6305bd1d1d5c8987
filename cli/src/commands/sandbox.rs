//! `vmlogin sandbox serve`: the emulator as a server of its own.

use std::fmt::Write;

use serde::Serialize;
use vmlogin_sandbox::{Options, Sandbox, Seed, not_emulated};

use crate::args::ServeArgs;
use crate::args::words::Limits;
use crate::error::Error;
use crate::exit::Exit;
use crate::interrupt::Watch;
use crate::render::foreign;
use crate::seed;
use crate::session::Session;

/// Serves until a signal comes.
pub(crate) async fn serve(session: &Session, args: &ServeArgs) -> Result<Exit, Error> {
    let watch = Watch::start(session.terminal.clone(), None)?;
    let options = Options {
        listen: args.listen,
        tls: args.tls,
        state: Some(args.state.clone()),
        seed: seed_for(args)?,
        log: args.log.clone(),
        latency: args.latency,
        limits: args.limits == Some(Limits::Arm),
    };
    let fresh = !args.state.exists();
    let sandbox = Sandbox::start(options).await?;
    if fresh {
        seed::forget(&args.state);
    }
    session.terminal.notice(&limits());
    session.terminal.result(&ready(&sandbox));
    watch.stopped().await;
    sandbox.stop().await?;
    Ok(watch.signal().unwrap_or(Exit::Done))
}

/// What a new state begins with. One that is named is read even where it is not needed: a mistake in it is told at once.
fn seed_for(args: &ServeArgs) -> Result<Seed, Error> {
    match &args.seed {
        Some(path) => seed::read(path),
        None if args.state.exists() => Ok(Seed::default()),
        None => seed::built_in(),
    }
}

/// The one line that says where it is.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    ca: Option<String>,
}

fn ready(sandbox: &Sandbox) -> String {
    let ca = sandbox.ca().map(|path| path.to_string_lossy().into_owned());
    // Texts alone always become JSON.
    let line = serde_json::to_string(&Ready {
        url: sandbox.url(),
        ca,
    })
    .unwrap_or_else(|error| unreachable!("{error}"));
    foreign::json(&line).into_owned() + "\n"
}

fn limits() -> String {
    let mut text = String::from("sandbox, not Azure; it does not emulate:\n");
    for line in not_emulated() {
        let _ = writeln!(text, "  {line}");
    }
    text
}
