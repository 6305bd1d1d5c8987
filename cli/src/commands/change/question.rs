//! The question before the first write.

use std::io::{self, IsTerminal};

use tokio::sync::oneshot;
use vmlogin_engine::plan::{Mode, Plan};

use crate::error::Error;
use crate::exit::Exit;
use crate::interrupt::Watch;
use crate::render::{again, foreign};
use crate::session::Session;

/// Without `--yes` somebody must be there to answer. Said once the plan is shown, so that the same command is its own preview.
pub(crate) fn check_stdin(session: &Session, verb: &str) -> Result<(), Error> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Error::usage(
        format!("`{verb}` asks before it writes, and stdin is no terminal: nothing was done"),
        format!(
            "to do what is shown above, add `--yes`: `{}`",
            again::with(&session.line, &["--yes"])
        ),
    ))
}

/// Asks; anything but `yes` is a no.
pub(crate) async fn ask(
    session: &Session,
    watch: &Watch,
    verb: &str,
    plan: &Plan,
    place: &str,
) -> Result<(), Error> {
    let steps = match plan.writes().count() {
        1 => "1 step".to_owned(),
        more => format!("{more} steps"),
    };
    let doing = match plan.mode {
        Mode::Apply => "apply",
        Mode::Destroy => "DESTROY",
    };
    session.terminal.diagnostic(&format!(
        "{doing} {steps} for estate `{}` in {place}? type yes to {verb}: ",
        foreign::line(&plan.estate)
    ));
    match watch.unless_stopped(answer()).await? {
        Some(line) if line.trim() == "yes" => Ok(()),
        Some(line) if line.ends_with('\n') => Err(Error::NotAgreed),
        _ => Err(unanswered()),
    }
}

/// What it means that no line came: Ctrl-D is a no, but a terminal that is no terminal any more was closed, whether its signal has
/// come already or not.
pub(crate) fn unanswered() -> Error {
    match io::stdin().is_terminal() {
        true => Error::NotAgreed,
        false => Error::Stopped(Exit::Terminated),
    }
}

/// One line of stdin; `None` where there is none. It is read on a thread of its own, which may outlive the run: a blocked read
/// cannot be taken back.
pub(crate) async fn answer() -> Option<String> {
    let (send, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        // Nobody listens any more where the run was stopped.
        let _ = send.send(read.ok().map(|_| line));
    });
    answer.await.ok().flatten()
}
