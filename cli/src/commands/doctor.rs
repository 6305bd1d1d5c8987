//! `vmlogin doctor`: whether this installation can do its work, and what to do where it cannot.

mod access;
mod machine;

use std::path::Path;

use vmlogin_engine::manifest::Manifest;

use crate::args::{DoctorArgs, Format};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::interrupt::Watch;
use crate::render::checkup::{self, Check, Found};
use crate::render::foreign;
use crate::session::heartbeat::{patiently, uncounted};
use crate::session::manifest::load;
use crate::session::{Session, TOOL};

/// Checks everything, and shows it. What is wrong is a result, not an error.
pub(crate) async fn run(session: &Session, args: &DoctorArgs) -> Result<Exit, Error> {
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let mut checks = vec![Check::ok("version", format!("vmlogin {TOOL}"))];
    checks.extend(machine::checks(session, &args.live));
    let (check, manifest) = manifest(args);
    checks.push(check);
    let asking = access::checks(session, args, &watch, manifest.as_ref());
    let asking = patiently(session, false, "asking", uncounted, asking);
    checks.extend(watch.unless_stopped(asking).await?);
    session.terminal.result(&match args.format {
        Format::Text => checkup::text(&checks, session.view_out()),
        Format::Json => checkup::json(&checks),
    });
    Ok(exit(&checks))
}

/// Whether the manifest can be read; it says which tenants and subscriptions there are to be asked about.
fn manifest(args: &DoctorArgs) -> (Check, Option<Manifest>) {
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
            (Check::ok("manifest", said), Some(loaded.manifest))
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
