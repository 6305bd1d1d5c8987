//! `vmlogin show`: what the manifest declares and what is live, side by side; or a saved plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vmlogin_engine::address::{Address, Pattern};
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::plan::guard::Accepted;
use vmlogin_engine::plan::{Mode, Step};
use vmlogin_engine::rule::{self, Finding, Severities};
use vmlogin_engine::source::Sources;

use crate::args::{Format, ShowArgs, Subject};
use crate::error::Error;
use crate::exit::Exit;
use crate::interrupt::Watch;
use crate::render::names::Names;
use crate::render::shown::{self, Shown};
use crate::render::{self, given, plan_text, pretty};
use crate::session::manifest::{Keep, Loaded};
use crate::session::planning::{Asked, Basis, Planned, planned, way_to_an_address};
use crate::session::saved;
use crate::session::{Events, Session};

/// Shows what is asked for.
pub(crate) async fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Error> {
    let mut patterns = Vec::new();
    for subject in &args.subjects {
        match subject {
            Subject::Plan(path) => return plan(session, args, path),
            Subject::Things(pattern) => patterns.push(pattern.clone()),
        }
    }
    things(session, args, &patterns).await
}

/// Shows a saved plan. Nobody is asked whether it still holds.
fn plan(session: &Session, args: &ShowArgs, path: &Path) -> Result<Exit, Error> {
    let opened = saved::open(path, &args.live)?;
    let view = session.view_out();
    session.terminal.result(&match args.format {
        Format::Json => pretty(&opened.saved),
        Format::Text => {
            let used = opened.used();
            let head = render::saved::head(&opened.saved, path, used.as_deref(), view);
            head + &plan_text::text(&opened.saved.plan, &Sources::new(), view)
        }
    });
    Ok(Exit::Done)
}

/// Reads both sides, and shows them.
async fn things(session: &Session, args: &ShowArgs, addresses: &[Pattern]) -> Result<Exit, Error> {
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let severities = Severities::default();
    let asked = Asked {
        basis: Basis::Files(&args.inputs, None),
        live: &args.live,
        mode: Mode::Apply,
        severities: &severities,
        accepted: &Accepted::default(),
        events: Events::none(session),
        keep: Keep::Nothing,
    };
    let Planned {
        plan,
        loaded,
        inventory,
        connection,
        ..
    } = planned(session, &watch, asked).await?;
    connection.close().await?;
    let both = both(&loaded, &inventory);
    check(addresses, both.keys().copied())?;
    let scene = Scene::of(&loaded.manifest, &inventory);
    let mut findings = rule::run(vmlogin_azure::rules(), &scene);
    given::of_findings(&mut findings, session.given);
    let steps: BTreeMap<&Address, &Step> = plan
        .steps
        .iter()
        .map(|step| (&step.address, step))
        .collect();
    let mut about: BTreeMap<&Address, Vec<Finding>> = BTreeMap::new();
    for finding in &findings {
        let said = about.entry(&finding.subject).or_default();
        said.push(finding.clone());
    }
    let graph = loaded.graph(vmlogin_azure::catalogue());
    let wanted = |address: &Address| addresses.iter().any(|it| it.covers(address));
    let shown: Vec<Shown<'_>> = both
        .iter()
        .filter(|(address, _)| wanted(address))
        .map(|(address, live)| Shown {
            address,
            declared: loaded.manifest.resource(address),
            live: *live,
            step: steps.get(address).copied(),
            waits: graph.waits_of(address).collect(),
            findings: about.remove(address).unwrap_or_default(),
        })
        .collect();
    session.terminal.result(&match args.format {
        Format::Text => shown::text(
            &shown,
            &Names::of(&plan),
            &loaded.sources,
            session.view_out(),
        ),
        Format::Json => shown::json(&shown, &loaded.sources),
    });
    Ok(Exit::Done)
}

/// Every declared address, and every other that is live, with what is live there. A declared thing is found by what it is, not
/// by its address: a live grant may be known by an object id only.
fn both<'a>(
    loaded: &'a Loaded,
    inventory: &'a Inventory,
) -> BTreeMap<&'a Address, Option<&'a Live>> {
    let scene = Scene::of(&loaded.manifest, inventory);
    let mut both = BTreeMap::new();
    let mut found: BTreeSet<(&str, &Key)> = BTreeSet::new();
    for resource in loaded.manifest.resources.values() {
        let kind = vmlogin_azure::catalogue().kind(resource.kind);
        let live = kind.and_then(|kind| scene.live_of(kind, resource));
        found.extend(live.map(|live| (live.kind, &live.key)));
        both.insert(&resource.address, live);
    }
    for live in inventory.live.values() {
        if !found.contains(&(live.kind, &live.key)) {
            both.entry(&live.address).or_insert(Some(live));
        }
    }
    both
}

/// An address that shows nothing is a slip of the pen.
fn check<'a>(
    patterns: &[Pattern],
    known: impl Iterator<Item = &'a Address> + Clone,
) -> Result<(), Error> {
    let missing = patterns
        .iter()
        .find(|pattern| !known.clone().any(|address| pattern.covers(address)));
    match missing {
        None => Ok(()),
        Some(pattern) => Err(Error::usage(
            format!(
                "`{}` shows nothing: no declared or live thing has such an address",
                pattern.as_str()
            ),
            way_to_an_address(pattern.meant(known.clone())),
        )),
    }
}
