//! `vmlogin init`: a first manifest, from what there is.

mod dialog;
mod look;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use vmlogin_engine::provider::{Fault, FaultKind};

use crate::args::{InitArgs, LiveArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::files::output::{Readers, refuse_overwriting, write};
use crate::interrupt::Watch;
use crate::render::written::{self, World};
use crate::render::{fault, foreign};
use crate::session::Session;
use crate::session::connection::Ground;
use crate::session::heartbeat::quietly;
use crate::session::manifest::check;

/// What everything here is given.
#[derive(Clone, Copy)]
struct Init<'a> {
    session: &'a Session,
    args: &'a InitArgs,
    watch: &'a Watch,
}

/// Looks around, writes the file, and says how to go on.
pub(crate) async fn run(session: &Session, args: &InitArgs) -> Result<Exit, Error> {
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(files::DEFAULT));
    refuse_overwriting(&path, args.force_overwrite)?;
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let init = Init {
        session,
        args,
        watch: &watch,
    };
    let ground = Ground::find(session, &args.live, &path).await?;
    let found = init.found(ground, &path).await;
    let (text, said) = match found {
        Ok(world) => (written::manifest(&world), counted(&world)),
        Err(Error::Fault(fault)) if hides(&fault) => init.starter(&fault, &path),
        Err(error) => return Err(error),
    };
    // Nothing is written that the next command would refuse.
    check(
        files::in_memory(&files::shown(&path), &text),
        vmlogin_azure::catalogue(),
    )?;
    write(&path, &text, args.force_overwrite, Readers::AsUsual)?;
    session.terminal.result(&wrote(&path, &said, &args.live));
    Ok(Exit::Done)
}

impl Init<'_> {
    /// What there is, as far as it is wanted. The connection is closed whatever came of it.
    async fn found(self, ground: Ground, path: &Path) -> Result<World, Error> {
        let looking = look::subscriptions(self.session, &self.args.live, &self.watch.stop, &ground);
        let looking = quietly(self.session, "looking around", looking);
        let seen = match self
            .watch
            .unless_stopped(looking)
            .await
            .and_then(|seen| seen)
        {
            Ok(seen) => seen,
            Err(error) => {
                // Why nothing was seen is what counts.
                let _ = ground.leave().await;
                return Err(error);
            }
        };
        let chosen = match self.choose(seen, path).await {
            Ok(chosen) => chosen,
            Err(error) => {
                let _ = ground.leave().await;
                return Err(error);
            }
        };
        let reading = look::world(self.session, self.args, self.watch, ground, chosen, path);
        let reading = quietly(self.session, "reading", reading);
        self.watch.unless_stopped(reading).await?
    }

    /// The estate's name and the subscriptions that are wanted: from flags, else from whoever sits there, else all.
    async fn choose(self, mut seen: look::Seen, path: &Path) -> Result<look::Seen, Error> {
        seen.keep(&self.args.subscriptions)?;
        let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
        if asks && self.args.subscriptions.is_empty() && seen.subscriptions.len() > 1 {
            let chosen = dialog::subscriptions(self.session, self.watch, &seen).await?;
            seen.keep(&chosen)?;
        }
        let proposed = seen.estate(path);
        seen.estate = match &self.args.estate {
            Some(name) => name.clone(),
            None if asks => dialog::estate(self.session, self.watch, &proposed).await?,
            None => proposed,
        };
        Ok(seen)
    }

    /// A first page to fill in, and why it is no more than that.
    fn starter(self, why: &Fault, path: &Path) -> (String, String) {
        let view = self.session.view_err();
        self.session.terminal.diagnostic(&fault::text(why, view));
        let estate = match &self.args.estate {
            Some(name) => name.clone(),
            None => look::estate_of_folder(path),
        };
        let said = "a first page to fill in, since nothing could be seen of your Azure";
        (written::starter(&estate), said.to_owned())
    }
}

/// Whether a fault means that there is nothing to be seen for whoever runs this, rather than that something broke.
fn hides(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::SignIn | FaultKind::Permission)
}

fn counted(world: &World) -> String {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        more => format!("{more} {one}s"),
    };
    let subscriptions = world
        .tenants
        .iter()
        .map(|tenant| tenant.subscriptions.len())
        .sum();
    format!(
        "estate `{}` with {}, {} and {}",
        foreign::line(&world.estate),
        count(subscriptions, "subscription"),
        count(world.groups().count(), "resource group"),
        count(world.machines().count(), "machine"),
    )
}

fn wrote(path: &Path, said: &str, live: &LiveArgs) -> String {
    let shown = files::shown(path);
    let mut next = "vmlogin plan".to_owned();
    if shown != files::DEFAULT {
        next.push_str(&format!(" -f {shown}"));
    }
    match live.sandbox.as_deref() {
        None => {}
        Some(crate::session::STATE) => next.push_str(" --sandbox"),
        Some(at) => next.push_str(&format!(" --sandbox={at}")),
    }
    format!(
        "wrote {}: {said}\nnext: {}\n",
        foreign::line(&shown),
        foreign::line(&next)
    )
}
