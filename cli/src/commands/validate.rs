//! `vmlogin validate`: what can be said of a manifest without asking anybody.

use crate::args::{Format, ValidateArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::render::validated;
use crate::session::Session;
use crate::session::manifest::load;

/// Checks the manifest and runs the rules that need nothing else.
pub(crate) fn run(session: &Session, args: &ValidateArgs) -> Result<Exit, Error> {
    let loaded = match load(&args.inputs, vmlogin_azure::catalogue()) {
        Err(Error::Problems { problems, sources }) if args.format == Format::Json => {
            // Here the problems are the result.
            session
                .terminal
                .result(&crate::render::problems::json(&problems, &sources));
            return Ok(Exit::ManifestInvalid);
        }
        loaded => loaded?,
    };
    let findings = loaded.findings();
    let refused = findings.iter().any(|finding| finding.blocks());
    match args.format {
        Format::Json => session
            .terminal
            .result(&validated::json(&loaded, &findings)),
        Format::Text => {
            session.terminal.diagnostic(&validated::findings(
                &findings,
                &loaded.sources,
                session.view_err(),
            ));
            if !refused {
                session.terminal.result(&validated::text(&loaded));
            }
        }
    }
    Ok(if refused {
        Exit::RuleRefused
    } else {
        Exit::Done
    })
}
