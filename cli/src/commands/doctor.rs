//! `vmlogin doctor`: whether this installation can do its work, and what to do where it cannot.

mod access;
mod machine;

use std::path::Path;

use crate::args::{DoctorArgs, Format};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::interrupt::Watch;
use crate::render::checkup::{self, Check, Found};
use crate::render::{foreign, pinned};
use crate::session::heartbeat::quietly;
use crate::session::manifest::{Loaded, load};
use crate::session::{Session, TOOL};

/// Checks everything, and shows it. What is wrong is a result, not an error.
pub(crate) async fn run(session: &Session, args: &DoctorArgs) -> Result<Exit, Error> {
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let mut checks = vec![Check::ok("version", format!("vmlogin {TOOL}"))];
    checks.extend(machine::checks(session, &args.live));
    let (check, loaded) = manifest(args);
    checks.push(check);
    checks.extend(loaded.as_ref().map(lock));
    let asking = access::checks(session, args, &watch, loaded.as_ref());
    let asking = quietly(session, "asking", asking);
    checks.extend(watch.unless_stopped(asking).await?);
    let code = exit(&checks);
    session.terminal.result(&match args.format {
        Format::Text => checkup::text(&checks, session.view_out()),
        Format::Json => checkup::json(checks, session.given),
    });
    Ok(code)
}

/// Whether the manifest can be read; it says which tenants and subscriptions there are to be asked about.
fn manifest(args: &DoctorArgs) -> (Check, Option<Loaded>) {
    let first = args
        .inputs
        .files
        .first()
        .map_or(Path::new(files::DEFAULT), |path| path.as_path());
    let name = foreign::line(&files::shown(first)).into_owned();
    if args.inputs.files.is_empty() && !first.exists() {
        let check = Check::wrong(
            "manifest",
            format!("there is no `{name}` here"),
            "write a first one with `vmlogin init`, or name yours with `-f PATH`",
        );
        return (check, None);
    }
    match load(&args.inputs, vmlogin_azure::catalogue()) {
        Ok(loaded) => {
            let estate = foreign::line(&loaded.manifest.estate).into_owned();
            let count = loaded.manifest.resources.len();
            let said = format!("{name}, estate `{estate}`, {count} resources");
            (Check::ok("manifest", said), Some(loaded))
        }
        Err(Error::Problems { problems, .. }) => {
            let said = match problems.as_slice() {
                [one] => one.message.clone(),
                [first, rest @ ..] => format!("{} and {} more problems", first.message, rest.len()),
                [] => "it cannot be read".to_owned(),
            };
            let fix = "see all problems with their places: `vmlogin validate`";
            (Check::wrong("manifest", said, fix), None)
        }
        Err(other) => {
            let said = other.summary();
            let fix = "check the command line";
            (Check::wrong("manifest", said, fix), None)
        }
    }
}

/// Whether there is a principal lock, and whether it has all names of the manifest.
fn lock(loaded: &Loaded) -> Check {
    let what = "principal lock";
    let Some(pins) = &loaded.pins else {
        let said = "there is none, so each plan looks names up in the directory";
        return Check::ok(what, said);
    };
    match pins.lacking(&loaded.manifest).len() {
        0 => Check::ok(what, pinned::counted(pins)),
        lacking => Check::wrong(
            what,
            format!(
                "{}, {lacking} of the manifest's are not in it",
                pinned::counted(pins)
            ),
            "run `vmlogin pin` and check its file in together with the manifest",
        ),
    }
}

/// A missing right counts before anything else that is wrong: it is what somebody else has to mend.
fn exit(checks: &[Check]) -> Exit {
    let wrong = |of_access: bool| {
        checks.iter().any(
            |check| matches!(&check.result, Found::Wrong { access, .. } if *access == of_access),
        )
    };
    match () {
        () if wrong(true) => Exit::NoAccess,
        () if wrong(false) => Exit::Error,
        () => Exit::Done,
    }
}
