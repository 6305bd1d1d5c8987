//! From a manifest to a plan: sign in, survey, ask the rules, decide.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use vmlogin_azure::Azure;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::plan::guard::{self, Accepted, Refusal};
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{Mode, Plan, Wish, plan, reinstall, replace, unconfirmed};
use vmlogin_engine::provider::Provider;
use vmlogin_engine::rule::{self, Severities};
use vmlogin_engine::syntax::tree::Tree;

use super::connection::{Connection, Wanted};
use super::heartbeat::{Sign, patiently};
use super::manifest::{Keep, Loaded, load_keeping, load_saved};
use super::saved::Opened;
use super::{Events, Session, TOOL};
use crate::args::{InputArgs, LiveArgs, RuleArgs, SelectionArgs};
use crate::error::Error;
use crate::files;
use crate::interrupt::Watch;
use crate::render::foreign;
use crate::render::pinned;
use crate::render::validated;

/// What a plan is asked for with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The manifest, and what of it.
    pub basis: Basis<'a>,
    /// Where "live" comes from.
    pub live: &'a LiveArgs,
    /// Build or tear down.
    pub mode: Mode,
    /// How much the findings of rules weigh.
    pub severities: &'a Severities,
    /// What `--accept` lifts.
    pub accepted: &'a Accepted,
    /// Where events go.
    pub events: Events<'a>,
    /// Whether the tree of the manifest is wanted, for a plan that is saved.
    pub keep: Keep,
}

/// Where the manifest of a plan comes from, and with it what is taken of that.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Basis<'a> {
    /// Files, and what of them; everything where there is nothing.
    Files(&'a InputArgs, Option<&'a SelectionArgs>),
    /// A saved plan, which is derived once more.
    Saved(&'a Opened<'a>),
}

impl<'a> Basis<'a> {
    fn load(self, keep: Keep) -> Result<(Loaded, Tree), Error> {
        let catalogue = vmlogin_azure::catalogue();
        match self {
            Basis::Files(inputs, _) => load_keeping(keep, inputs, catalogue),
            Basis::Saved(opened) => {
                let (loaded, tree) = load_saved(opened, catalogue)?;
                opened.check_manifest(&loaded, &tree)?;
                Ok((loaded, tree))
            }
        }
    }

    /// The first file, beside which a sandbox looks for its seed.
    fn first(self) -> &'a Path {
        let first = match self {
            Basis::Files(inputs, _) => inputs.files.first().map(PathBuf::as_path),
            Basis::Saved(opened) => opened.saved.files.first().map(Path::new),
        };
        first.unwrap_or(Path::new(files::DEFAULT))
    }

    fn selected(self) -> Result<Selected, Error> {
        match self {
            Basis::Files(_, None) => Ok(Selected::default()),
            Basis::Files(_, Some(args)) => Ok(Selected {
                targets: args.targets.clone(),
                excludes: args.excludes.clone(),
            }),
            Basis::Saved(opened) => opened.selected(),
        }
    }

    /// What is made anew, and whether failed logins are.
    fn anew(self, accepted: &'a Accepted) -> (&'a [Address], bool) {
        match self {
            Basis::Files(..) => (accepted.replaced(), accepted.has(reinstall::GUARD)),
            Basis::Saved(Opened { saved, .. }) => {
                (&saved.flags.replace, saved.flags.reinstall_login)
            }
        }
    }

    /// What has to be accepted besides what any plan is judged by.
    fn unaccepted(self, accepted: &Accepted) -> Vec<Refusal> {
        match self {
            Basis::Files(..) => Vec::new(),
            Basis::Saved(opened) => opened.unaccepted(accepted),
        }
    }
}

/// A plan, with all that it rests on.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What the guards say of it.
    pub refusals: Vec<Refusal>,
    /// What was read for it.
    pub inventory: Inventory,
    /// The manifest.
    pub loaded: Loaded,
    /// The one tree that its files came to, where it was kept.
    pub tree: Tree,
    /// The provider that was asked.
    pub connection: Connection,
}

/// What `--allow` and `--deny` say of the rules.
pub(crate) fn severities(args: &RuleArgs) -> Result<Severities, Error> {
    let rules = vmlogin_azure::rules();
    let is_told = |id: &str| {
        vmlogin_azure::rules::cards()
            .iter()
            .any(|card| card.id == id)
    };
    let is_rule = |id: &str| rules.iter().any(|rule| rule.card().id == id);
    let named = args.allow.iter().chain(&args.deny);
    if let Some(id) = named.into_iter().find(|id| is_told(id) && !is_rule(id)) {
        return Err(Error::usage(
            format!("`{id}` can be neither allowed nor denied: it tells why a step is put off"),
            format!("see what to do with `vmlogin explain {id}`"),
        ));
    }
    Severities::read(rules, &args.allow, &args.deny).map_err(|unruly| {
        let help = unruly.help();
        Error::usage(unruly.to_string(), help)
    })
}

/// Plans. Writes nothing, so it ends at once where the run is stopped.
pub(crate) async fn planned(
    session: &Session,
    watch: &Watch,
    asked: Asked<'_>,
) -> Result<Planned, Error> {
    let (loaded, tree) = asked.basis.load(asked.keep)?;
    let ceiling = ceiling(std::env::var_os("VMLOGIN_MAX_DELETE"))?;
    let wanted = Wanted {
        live: asked.live,
        manifest: &loaded.manifest,
        beside: asked.basis.first(),
        stop: &watch.stop,
    };
    let empty = validated::empty_tables(&loaded, session.view_err());
    session.terminal.diagnostic(&empty);
    let surplus = pinned::surplus(&loaded, session.view_err());
    session.terminal.notice(&surplus);
    let mut connection = watch
        .unless_stopped(patiently(
            session,
            asked.events,
            "signing in",
            Sign::default,
            Connection::open(session, wanted),
        ))
        .await??;
    connection.azure = connection.azure.with_pins(loaded.pins.clone());
    match reading(
        session,
        watch,
        asked,
        &loaded,
        &connection,
        &BTreeSet::new(),
    )
    .await
    {
        Ok(Reading {
            plan,
            inventory,
            unfit,
        }) => {
            let safety = &loaded.manifest.safety;
            let mut refusals = unfit;
            refusals.extend(asked.basis.unaccepted(asked.accepted));
            refusals.extend(guard::judge(&plan, safety, asked.accepted, ceiling));
            Ok(Planned {
                plan,
                refusals,
                inventory,
                loaded,
                tree,
                connection,
            })
        }
        Err(error) => {
            // What stopped the planning is what counts; the sandbox wrote nothing that could be lost.
            let _ = connection.close().await;
            Err(error)
        }
    }
}

/// What was read, and the plan that follows from it.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The plan.
    pub plan: Plan,
    /// What it was made of.
    pub inventory: Inventory,
    /// What was to be made anew and cannot be.
    pub unfit: Vec<Refusal>,
}

/// Reads and plans again, over the connection of an earlier plan. What was made anew since then is not made anew once more.
pub(crate) async fn again(
    session: &Session,
    watch: &Watch,
    asked: Asked<'_>,
    planned: &Planned,
    replaced: &BTreeSet<Address>,
) -> Result<Reading, Error> {
    let (loaded, connection) = (&planned.loaded, &planned.connection);
    reading(session, watch, asked, loaded, connection, replaced).await
}

/// What the guards say of a plan.
pub(crate) fn judged(
    plan: &Plan,
    loaded: &Loaded,
    accepted: &Accepted,
) -> Result<Vec<Refusal>, Error> {
    let ceiling = ceiling(std::env::var_os("VMLOGIN_MAX_DELETE"))?;
    Ok(guard::judge(
        plan,
        &loaded.manifest.safety,
        accepted,
        ceiling,
    ))
}

async fn reading(
    session: &Session,
    watch: &Watch,
    asked: Asked<'_>,
    loaded: &Loaded,
    connection: &Connection,
    replaced: &BTreeSet<Address>,
) -> Result<Reading, Error> {
    let news = connection.azure.reading();
    let confirmed = watch
        .unless_stopped(patiently(
            session,
            asked.events,
            "reading",
            || Sign {
                count: Some(news.count()),
                held: connection.azure.held(),
            },
            confirmed(loaded, connection, asked, replaced),
        ))
        .await?;
    for refusal in news.refusals() {
        session.terminal.notice(&format!(
            "{}: each thing is read by itself instead\n",
            foreign::line(&refusal)
        ));
    }
    confirmed
}

/// Plans until every step that writes rests on a reading of its subject itself: where only a list told of it, it is read, and what
/// then follows is planned. Each round reads more by itself than the one before, so that it ends.
async fn confirmed(
    loaded: &Loaded,
    connection: &Connection,
    asked: Asked<'_>,
    replaced: &BTreeSet<Address>,
) -> Result<Reading, Error> {
    let mut firsthand = BTreeSet::new();
    loop {
        let azure = connection.azure.reading_firsthand(firsthand.clone());
        let reading = decide(loaded, &azure, asked, replaced).await?;
        let scene = Scene::of(&loaded.manifest, &reading.inventory);
        let unconfirmed = unconfirmed(&reading.plan, &scene);
        if unconfirmed.is_empty() {
            return Ok(reading);
        }
        firsthand.extend(unconfirmed);
    }
}

async fn decide(
    loaded: &Loaded,
    azure: &Azure,
    asked: Asked<'_>,
    replaced: &BTreeSet<Address>,
) -> Result<Reading, Error> {
    let inventory = azure.survey(&loaded.manifest, asked.mode).await?;
    let scene = Scene::of(&loaded.manifest, &inventory);
    let selected = asked.basis.selected()?;
    // Where a saved plan selects what is gone, the plan that is derived from it differs.
    if let Basis::Files(..) = asked.basis {
        check_selection(&selected, &scene)?;
    }
    let mut findings = asked
        .severities
        .weigh(rule::run(vmlogin_azure::rules(), &scene));
    let (anew, reinstall) = asked.basis.anew(asked.accepted);
    let anew = anew
        .iter()
        .filter(|asked| !replaced.iter().any(|done| done.is(asked)));
    let anew: Vec<Address> = anew.cloned().collect();
    let unfit = replace::refusals(vmlogin_azure::catalogue(), &scene, &anew);
    // What is made anew differs in just what this rule speaks of.
    findings.retain(|finding| {
        let named = |addresses: &[Address]| addresses.iter().any(|own| own.is(&finding.subject));
        let refused = unfit.iter().any(|refusal| named(&refusal.affected));
        finding.rule != vmlogin_azure::rules::SETTLED || refused || !named(&anew)
    });
    let wish = Wish {
        mode: asked.mode,
        selected,
        replaced: anew,
        reinstall,
        tool: TOOL.to_owned(),
    };
    let catalogue = vmlogin_azure::catalogue();
    // The graph of this manifest has no cycle.
    let plan = plan(catalogue, &scene, loaded.graph(catalogue), findings, &wish)
        .unwrap_or_else(|cycle| unreachable!("{:?}", cycle.steps));
    Ok(Reading {
        plan,
        inventory,
        unfit,
    })
}

/// A pattern that selects nothing, declared or live, is a slip of the pen.
fn check_selection(selected: &Selected, scene: &Scene<'_>) -> Result<(), Error> {
    match selected.unmatched(scene) {
        None => Ok(()),
        Some((pattern, meant)) => Err(Error::usage(
            format!("`{pattern}` selects nothing: no declared or live thing has such an address"),
            way_to_an_address(meant.as_deref()),
        )),
    }
}

/// What to do about an address that nothing has.
pub(crate) fn way_to_an_address(meant: Option<&str>) -> String {
    let all = "see the addresses with `vmlogin graph`";
    match meant {
        Some(meant) => format!("did you mean `{}`? else {all}", foreign::line(meant)),
        None => all.to_owned(),
    }
}

/// The environment's own limit for deletions, which only ever tightens. One that cannot be read is never ignored.
fn ceiling(variable: Option<OsString>) -> Result<Option<u32>, Error> {
    let text = variable.map(|variable| variable.to_string_lossy().into_owned());
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            Error::usage(
                format!("`VMLOGIN_MAX_DELETE={text}` is no number"),
                "set it to how many deletions one plan may hold",
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_limit_is_a_number_or_an_error() {
        assert_eq!(ceiling(None).unwrap(), None);
        assert_eq!(ceiling(Some(" ".into())).unwrap(), None);
        assert_eq!(ceiling(Some("3".into())).unwrap(), Some(3));
        assert!(matches!(
            ceiling(Some("none".into())),
            Err(Error::Usage { .. })
        ));
    }

    /// To pass it over would loosen the limit.
    #[cfg(unix)]
    #[test]
    fn a_limit_that_is_no_text_is_an_error_and_no_missing_limit() {
        use std::os::unix::ffi::OsStringExt;
        let broken = OsString::from_vec(b"\xff3".to_vec());
        assert!(matches!(ceiling(Some(broken)), Err(Error::Usage { .. })));
    }
}
