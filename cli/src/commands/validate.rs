//! `vmlogin validate`: what can be said of a manifest without asking anybody.

use crate::args::{Format, ValidateArgs};
use crate::commands::change::warnings;
use crate::error::Error;
use crate::exit::Exit;
use crate::render::{findings, given, problems, validated};
use crate::session::manifest::load_judged;
use crate::session::planning::severities;
use crate::session::{Session, left_to_the_system};

/// Checks the manifest and runs the rules that need nothing else.
pub(crate) fn run(session: &Session, args: &ValidateArgs) -> Result<Exit, Error> {
    let severities = severities(&args.rules)?;
    let loaded = load_judged(&args.inputs, vmlogin_azure::catalogue(), &severities);
    let (loaded, mut opinions) = match loaded {
        Err(Error::Problems { problems, sources }) if args.format == Format::Json => {
            // Here the problems are the result.
            session
                .terminal
                .result(&problems::json(&problems, &sources, session.given));
            return Ok(Exit::ManifestInvalid);
        }
        loaded => loaded?,
    };
    let empty = validated::empty_tables(&loaded, session.view_err());
    session.terminal.diagnostic(&empty);
    let refused = opinions.iter().any(|finding| finding.blocks());
    let warned = warnings(&opinions, args.rules.fail_on);
    match args.format {
        Format::Json => {
            given::of_findings(&mut opinions, session.given);
            session
                .terminal
                .result(&validated::json(&loaded, &opinions));
        }
        Format::Text => {
            session.terminal.diagnostic(&findings::text(
                &opinions,
                &loaded.sources,
                session.view_err(),
            ));
            if !refused {
                session.terminal.result(&validated::text(&loaded));
            }
        }
    }
    session
        .terminal
        .notice(&findings::announced(warned, session.view_err()));
    left_to_the_system(loaded);
    Ok(if refused || warned > 0 {
        Exit::RuleRefused
    } else {
        Exit::Done
    })
}
