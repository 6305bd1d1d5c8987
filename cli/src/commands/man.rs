//! `vmlogin man`: the manual, as roff.

use vmlogin_engine::problem::nearest;

use crate::args::{self, ManArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::render::manual;
use crate::session::Session;

/// Writes all pages, or that of one verb.
pub(crate) fn run(session: &Session, args: &ManArgs) -> Result<Exit, Error> {
    let pages = manual::pages(&args::described());
    let chosen: String = match &args.verb {
        None => pages.into_iter().map(|page| page.text).collect(),
        Some(verb) => match pages.iter().find(|page| page.verb == *verb) {
            Some(page) => page.text.clone(),
            None => return Err(unknown(verb, pages.iter().map(|page| page.verb.as_str()))),
        },
    };
    session.terminal.result(&chosen);
    Ok(Exit::Done)
}

fn unknown<'a>(verb: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let help = match nearest(verb, known) {
        Some(near) => format!("did you mean `vmlogin man {near}`?"),
        None => "see the verbs with `vmlogin --help`".to_owned(),
    };
    Error::usage(format!("no page is about `{verb}`"), help)
}
