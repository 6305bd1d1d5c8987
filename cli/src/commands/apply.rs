//! `vmlogin apply`: bring Azure in line with the manifest, or carry out a saved plan.

use vmlogin_engine::plan::Mode;

use super::change::{Change, change};
use crate::args::{ApplyArgs, Verify};
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;

/// Plans, asks, applies, verifies, reports.
pub(crate) async fn run(session: &Session, args: &ApplyArgs) -> Result<Exit, Error> {
    let wanted = Change {
        verb: "apply",
        mode: Mode::Apply,
        plan: args.plan.as_deref(),
        inputs: &args.inputs,
        selection: Some(&args.selection),
        live: &args.live,
        rules: Some(&args.rules),
        consent: &args.consent,
        max_failures: args.giving_up.max_failures,
        verify: args.verify == Verify::Quick,
        until_converged: args.until_converged,
        json: args.json,
        detailed: args.detailed_exitcode,
    };
    change(session, wanted).await
}
