//! `vmlogin destroy`: remove what this estate made.

use vmlogin_engine::plan::Mode;

use super::change::{Change, change};
use crate::args::DestroyArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;

/// Plans the removal, asks, removes, looks whether it is gone, reports.
pub(crate) async fn run(session: &Session, args: &DestroyArgs) -> Result<Exit, Error> {
    let wanted = Change {
        verb: "destroy",
        mode: Mode::Destroy,
        plan: None,
        inputs: &args.inputs,
        selection: None,
        live: &args.live,
        rules: None,
        consent: &args.consent,
        max_failures: args.giving_up.max_failures,
        verify: true,
        until_converged: None,
        json: args.json,
        detailed: false,
    };
    change(session, wanted).await
}
