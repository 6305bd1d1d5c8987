//! What `apply` and `destroy` have in common: plan, guards, the question, the run, the looks afterwards, the report.

mod live;
mod question;

use vmlogin_engine::apply::{self, Report, Tally};
use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::plan::guard::Accepted;
use vmlogin_engine::plan::{Mode, Plan};
use vmlogin_engine::provider::{Fault, Proof, Verdict};

use crate::args::{ConsentArgs, InputArgs, LiveArgs, SelectionArgs};
use crate::error::Error;
use crate::exit::{Exit, Run};
use crate::interrupt::Watch;
use crate::render::{again, plan_text, refusals, report};
use crate::session::planning::{Asked, Planned, planned};
use crate::session::{Events, Session};

/// What is to be changed, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// The verb, as typed.
    pub verb: &'static str,
    /// Build or tear down.
    pub mode: Mode,
    /// The manifest.
    pub inputs: &'a InputArgs,
    /// What of it; everything where there is nothing.
    pub selection: Option<&'a SelectionArgs>,
    /// Where.
    pub live: &'a LiveArgs,
    /// What is agreed to beforehand.
    pub consent: &'a ConsentArgs,
    /// Whether to look at what came of it.
    pub verify: bool,
    /// Whether events go to stdout.
    pub json: bool,
    /// Whether changes are told by the exit code.
    pub detailed: bool,
}

/// Runs the recipe; with `--json` the events begin with their version and end with a summary, whatever happens.
pub(crate) async fn change(session: &Session, wanted: Change<'_>) -> Result<Exit, Error> {
    let events = Events::begin(session, wanted.json, wanted.verb);
    let result = recipe(session, wanted, events).await;
    if let Err(Error::Fault(fault)) = &result {
        events.send(&Event::Failed {
            fault: (**fault).clone(),
        });
    }
    let (tally, exit) = match &result {
        Ok((tally, exit)) => (*tally, *exit),
        Err(error) => (Tally::default(), error.exit()),
    };
    events.send(&summary(tally, exit));
    result.map(|(_, exit)| exit)
}

/// The last event of a stream.
pub(crate) fn summary(tally: Tally, exit: Exit) -> Event {
    Event::Summary {
        done: tally.done,
        deferred: tally.deferred,
        failed: tally.failed,
        blocked: tally.blocked,
        not_started: tally.not_started,
        exit: exit.code(),
    }
}

async fn recipe(
    session: &Session,
    wanted: Change<'_>,
    events: Events<'_>,
) -> Result<(Tally, Exit), Error> {
    let accepted = Accepted::read(&wanted.consent.accept).map_err(|error| {
        let help = error.help();
        Error::usage(format!("`--accept`: {error}"), help)
    })?;
    if !wanted.consent.yes {
        question::check_stdin(wanted.verb)?;
    }
    let watch = Watch::start(session.terminal.clone(), wanted.live.timeout)?;
    let asked = Asked {
        inputs: wanted.inputs,
        live: wanted.live,
        selection: wanted.selection,
        mode: wanted.mode,
        accepted: &accepted,
    };
    let planned = planned(session, &watch, asked).await?;
    let result = carry_out(session, wanted, events, &watch, &planned).await;
    // A state that could not be written counts only where nothing else went wrong.
    let closed = planned.connection.close().await;
    let result = result?;
    closed?;
    Ok(result)
}

async fn carry_out(
    session: &Session,
    wanted: Change<'_>,
    events: Events<'_>,
    watch: &Watch,
    planned: &Planned,
) -> Result<(Tally, Exit), Error> {
    let plan = &planned.plan;
    events.send(&Event::Planned {
        plan: Box::new(plan.clone()),
    });
    if !events.are_on() {
        session.terminal.result(&plan_text::text(
            plan,
            &planned.loaded.sources,
            session.view_out(),
        ));
    }
    if !planned.refusals.is_empty() {
        for refusal in &planned.refusals {
            events.send(&Event::Refused {
                refusal: refusal.clone(),
            });
        }
        session
            .terminal
            .diagnostic(&refusals::refused(&planned.refusals, session.view_err()));
        return Ok((Tally::default(), Exit::GuardRefused));
    }
    if plan.is_empty() {
        let run = Run {
            rule_errors: plan.errors().count(),
            ..Run::default()
        };
        return Ok((Tally::default(), run.exit()));
    }
    if !wanted.consent.yes {
        question::ask(session, watch, wanted.verb, plan).await?;
    }
    let report = live::run(
        session,
        events,
        watch,
        planned,
        wanted.live.parallelism.into(),
    )
    .await;
    let verdicts = if wanted.verify && !watch.is_stopped() {
        Some(
            look(
                watch,
                events,
                planned,
                &report,
                wanted.live.parallelism.into(),
            )
            .await,
        )
    } else {
        None
    };
    tell(
        session,
        events,
        watch,
        planned,
        &report,
        verdicts.as_deref(),
    );
    let exit = judge(watch, wanted, plan, &report, verdicts.as_deref());
    Ok((report.tally(), exit))
}

/// Looks at what was written. Where the run is stopped meanwhile, what was not looked at is not spoken of.
async fn look(
    watch: &Watch,
    events: Events<'_>,
    planned: &Planned,
    report: &Report,
    parallelism: usize,
) -> Vec<Verdict> {
    let tell = |event: Event| events.send(&event);
    let looking = apply::verify(
        &planned.plan,
        report,
        &planned.connection.azure,
        parallelism,
        &tell,
    );
    watch.unless_stopped(looking).await.unwrap_or_default()
}

fn tell(
    session: &Session,
    events: Events<'_>,
    watch: &Watch,
    planned: &Planned,
    report: &Report,
    verdicts: Option<&[Verdict]>,
) {
    if events.are_on() {
        return;
    }
    let stopped = match watch.signal() {
        Some(Exit::Terminated) => Some("SIGTERM"),
        Some(_) => Some("Ctrl-C"),
        None if watch.timed_out() => Some("the time of `--timeout` passed"),
        None => None,
    };
    let again = again::command(&session.line);
    let ended = report::Ended {
        plan: &planned.plan,
        report,
        verdicts,
        stopped,
        again: &again,
    };
    session
        .terminal
        .result(&report::text(ended, session.view_out()));
}

fn judge(
    watch: &Watch,
    wanted: Change<'_>,
    plan: &Plan,
    report: &Report,
    verdicts: Option<&[Verdict]>,
) -> Exit {
    let tally = report.tally();
    let run = Run {
        signal: watch.signal(),
        timed_out: watch.timed_out() && tally.failed + tally.not_started > 0,
        done: tally.done,
        failed: faults(plan, report),
        left: tally.not_started,
        rule_errors: plan.errors().count(),
        wrong: verdicts
            .unwrap_or_default()
            .iter()
            .filter(|verdict| matches!(verdict.result, Proof::Wrong(_)))
            .count(),
        detailed: wanted.detailed,
    };
    run.exit()
}

/// The faults of the steps that failed, in the plan's order.
fn faults<'a>(plan: &Plan, report: &'a Report) -> Vec<&'a Fault> {
    let outcomes = plan
        .steps
        .iter()
        .filter_map(|step| report.outcomes.get(&step.address));
    outcomes
        .filter_map(|outcome| match outcome {
            Outcome::Failed { fault } => Some(fault),
            _ => None,
        })
        .collect()
}
