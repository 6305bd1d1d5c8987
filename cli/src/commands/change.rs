//! What `apply` and `destroy` have in common: plan, guards, the question, the run, the looks afterwards, the report.

mod converge;
mod known;
mod limit;
mod live;
pub(crate) mod question;
pub(crate) mod record;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use vmlogin_azure::Azure;
use vmlogin_engine::apply::{self, Report, Tally};
use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::plan::guard::{Accepted, Refusal};
use vmlogin_engine::plan::{Action, Mode, Plan, Step};
use vmlogin_engine::provider::{Fault, Proof, Verdict};
use vmlogin_engine::rule::Finding;

use crate::args::{ConsentArgs, FailOn, InputArgs, LiveArgs, MaxFailures, RuleArgs, SelectionArgs};
use crate::error::Error;
use crate::exit::{Exit, Run};
use crate::interrupt::Watch;
use crate::render::{again, findings, foreign, plan_text, refusals, report};
use crate::session::heartbeat::{Sign, patiently};
use crate::session::manifest::Keep;
use crate::session::planning::{Asked, Basis, Planned, planned, severities};
use crate::session::saved::{self, Opened};
use crate::session::secrets::gather;
use crate::session::{Events, Session, event_line};

use limit::Limit;
use record::Record;

/// What is to be changed, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// The verb, as typed.
    pub verb: &'static str,
    /// Build or tear down.
    pub mode: Mode,
    /// A saved plan, which holds all that shapes it; then the manifest and the flags about it are not used.
    pub plan: Option<&'a Path>,
    /// The manifest.
    pub inputs: &'a InputArgs,
    /// What of it; everything where there is nothing.
    pub selection: Option<&'a SelectionArgs>,
    /// Where.
    pub live: &'a LiveArgs,
    /// How much the findings of rules weigh; what their cards say where there is nothing.
    pub rules: Option<&'a RuleArgs>,
    /// What is agreed to beforehand.
    pub consent: &'a ConsentArgs,
    /// How many steps may fail before nothing new starts.
    pub max_failures: Option<MaxFailures>,
    /// Whether to look at what came of it.
    pub verify: bool,
    /// For how long machines are waited for that are put off; not at all where there is nothing.
    pub until_converged: Option<Duration>,
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
    match &result {
        Ok(end) => events.send(&end.event()),
        Err(error) => events.send(&summary(Tally::default(), error.exit())),
    }
    result.map(|end| end.exit)
}

/// What `--accept` lifts.
pub(crate) fn accepted(texts: &[String]) -> Result<Accepted, Error> {
    Accepted::read(texts).map_err(|error| {
        let help = error.help();
        Error::usage(format!("`--accept`: {error}"), help)
    })
}

/// How many warnings end the run, which only `--fail-on warn` lets them.
pub(crate) fn warnings(findings: &[Finding], fail_on: FailOn) -> usize {
    match fail_on {
        FailOn::Error => 0,
        FailOn::Warn => findings.iter().filter(|finding| finding.warns()).count(),
    }
}

/// The last event of a stream.
pub(crate) fn summary(tally: Tally, exit: Exit) -> Event {
    Event::Summary {
        done: tally.done,
        deferred: tally.deferred,
        failed: tally.failed,
        blocked: tally.blocked,
        not_started: tally.not_started,
        stopped: None,
        again: None,
        exit: exit.code(),
    }
}

/// How a run ended.
#[derive(Debug)]
struct End {
    tally: Tally,
    exit: Exit,
    /// Why it was stopped, where it was.
    stopped: Option<String>,
    /// The command line that continues, where something is left to do.
    again: Option<String>,
}

impl End {
    /// Of a run that began no step.
    fn at_once(exit: Exit) -> End {
        End {
            tally: Tally::default(),
            exit,
            stopped: None,
            again: None,
        }
    }

    fn event(&self) -> Event {
        let mut event = summary(self.tally, self.exit);
        if let Event::Summary { stopped, again, .. } = &mut event {
            stopped.clone_from(&self.stopped);
            again.clone_from(&self.again);
        }
        event
    }
}

async fn recipe(session: &Session, wanted: Change<'_>, events: Events<'_>) -> Result<End, Error> {
    let accepted = accepted(&wanted.consent.accept)?;
    let opened = wanted.plan.map(|path| saved::open(path, wanted.live));
    let opened = opened.transpose()?;
    let saved = opened.as_ref();
    if let Some(saved) = saved {
        saved.check_fit()?;
    }
    let of_plan = saved.map(Opened::rules);
    let rules = of_plan.as_ref().or(wanted.rules);
    let severities = rules.map(severities).transpose()?.unwrap_or_default();
    let watch = Watch::start(session.terminal.clone(), wanted.live.timeout)?;
    let asked = Asked {
        basis: saved.map_or(Basis::Files(wanted.inputs, wanted.selection), Basis::Saved),
        live: wanted.live,
        mode: wanted.mode,
        severities: &severities,
        accepted: &accepted,
        events,
        keep: Keep::Nothing,
    };
    let planned = planned(session, &watch, asked).await?;
    let limit = Limit::of(wanted.max_failures, planned.plan.writes().count());
    let record = Record::of(session, saved);
    let run = Running {
        session,
        wanted,
        saved,
        fail_on: rules.map_or(FailOn::Error, |rules| rules.fail_on),
        events,
        watch: &watch,
        limit: &limit,
        record: &record,
        planned: &planned,
        asked,
    };
    let result = match (run.check_still_so(), wanted.until_converged) {
        (Err(error), _) => Err(error),
        (Ok(()), Some(within)) => converge::run(run, within).await,
        (Ok(()), None) => run.carry_out().await,
    };
    // A state that could not be written counts only where nothing else went wrong.
    let closed = planned.connection.close().await;
    let result = result?;
    closed?;
    Ok(result)
}

/// A plan on its way to be carried out.
#[derive(Clone, Copy)]
struct Running<'a> {
    session: &'a Session,
    wanted: Change<'a>,
    /// The saved plan that it is.
    saved: Option<&'a Opened<'a>>,
    fail_on: FailOn,
    events: Events<'a>,
    watch: &'a Watch,
    limit: &'a Limit,
    record: &'a Record,
    planned: &'a Planned,
    asked: Asked<'a>,
}

/// What came of one plan.
#[derive(Debug)]
enum Round {
    /// It did not begin.
    Refused(Exit),
    /// It had nothing to write.
    Empty,
    /// It ran; what the looks afterwards found, where there were any.
    Ran(Report, Option<Vec<Verdict>>),
}

impl Running<'_> {
    /// Refuses a saved plan that is no longer what would be planned.
    fn check_still_so(self) -> Result<(), Error> {
        let Some(saved) = self.saved else {
            return Ok(());
        };
        let result = saved.check_still_so(&self.planned.plan);
        if let Err(Error::SavedPlan { differences, .. }) = &result {
            self.events.send(&Event::Stale {
                differences: differences.clone(),
            });
        }
        result
    }

    async fn carry_out(self) -> Result<End, Error> {
        let plan = &self.planned.plan;
        self.show_plan(plan);
        match self.round(plan, &self.planned.refusals).await? {
            Round::Refused(exit) => Ok(End::at_once(exit)),
            Round::Empty => {
                let run = Run {
                    refused: plan.is_refused(),
                    ..Run::default()
                };
                Ok(End::at_once(run.exit()))
            }
            Round::Ran(report, verdicts) => {
                let verdicts = verdicts.as_deref();
                let exit = self.judge(plan, &report, verdicts);
                Ok(self.tell_end(plan, &report, verdicts, self.stopped(), exit))
            }
        }
    }

    /// Judges, asks, runs and looks.
    async fn round(self, plan: &Plan, refused: &[Refusal]) -> Result<Round, Error> {
        if !refused.is_empty() {
            self.refuse(refused);
            return Ok(Round::Refused(Exit::GuardRefused));
        }
        let warned = warnings(&plan.findings, self.fail_on);
        if warned > 0 {
            let text = findings::refused(warned, self.session.view_err());
            self.session.terminal.diagnostic(&text);
            return Ok(Round::Refused(Exit::RuleRefused));
        }
        if plan.is_empty() {
            return Ok(Round::Empty);
        }
        // A saved plan was agreed to when it was handed on.
        if !self.wanted.consent.yes && self.saved.is_none() {
            question::check_stdin(self.session, self.wanted.verb)?;
            let place = self.place(plan);
            question::ask(self.session, self.watch, self.wanted.verb, plan, &place).await?;
        }
        let secrets = gather(plan, &self.planned.loaded.homes)?;
        if let Some(saved) = self.saved {
            saved.use_up()?;
        }
        let azure = self.planned.connection.azure.clone().with_secrets(secrets);
        #[cfg(debug_assertions)]
        crate::provoked::here(&(&azure, plan, self.planned, self.session));
        let running = live::Running {
            session: self.session,
            events: self.events,
            watch: self.watch,
            limit: self.limit,
            known: self.record.known(),
            plan,
            azure: &azure,
        };
        self.record.begin(self.watch);
        let report = running.run(self.parallelism()).await;
        let verdicts = match self.wanted.verify && !self.watch.is_stopped() {
            true => Some(self.look(plan, &azure, &report).await),
            false => None,
        };
        Ok(Round::Ran(report, verdicts))
    }

    /// Where the writes would go, so that nobody agrees to them in the wrong place.
    fn place(self, plan: &Plan) -> String {
        if self.wanted.live.sandbox.is_some() {
            return "the sandbox".to_owned();
        }
        let tenants: BTreeSet<String> = plan
            .writes()
            .map(|step| format!("`{}`", foreign::line(&step.tenant)))
            .collect();
        let tenants: Vec<String> = tenants.into_iter().collect();
        format!("tenant {} of Azure", tenants.join(", "))
    }

    fn show_plan(self, plan: &Plan) {
        self.events.send_plan(plan);
        if !self.events.are_on() {
            let text = plan_text::text(plan, &self.planned.loaded.sources, self.session.view_out());
            self.session.terminal.result(&text);
        }
    }

    fn refuse(self, refused: &[Refusal]) {
        for refusal in refused {
            self.events.send(&Event::Refused {
                refusal: refusal.clone(),
            });
        }
        let flags = refusals::accepting(refused).unwrap_or_default();
        let accepted = &self.wanted.consent.accept;
        let all = again::lifted(&self.session.line, &flags, accepted);
        let text = refusals::refused(refused, &all, self.session.view_err());
        self.session.terminal.diagnostic(&text);
    }

    /// Looks at what was written. Where the run is stopped meanwhile, what was not looked at is not spoken of.
    async fn look(self, plan: &Plan, azure: &Azure, report: &Report) -> Vec<Verdict> {
        // A look that was cut short has nothing to say.
        let tell = |event: Event| {
            if !self.watch.is_stopped() {
                self.events.send(&event);
            }
        };
        let looking = apply::verify(plan, report, azure, self.parallelism(), &tell);
        let looking = patiently(
            self.session,
            self.events,
            "verifying",
            || Sign {
                held: azure.held(),
                ..Sign::default()
            },
            looking,
        );
        self.watch.unless_stopped(looking).await.unwrap_or_default()
    }

    /// Shows the report, and keeps it: whoever was to see it may be gone.
    fn tell_end(
        self,
        plan: &Plan,
        report: &Report,
        verdicts: Option<&[Verdict]>,
        stopped: Option<String>,
        exit: Exit,
    ) -> End {
        let done = |step: &&Step| {
            step.action == Action::Replace
                && matches!(
                    report.outcomes.get(&step.address),
                    Some(Outcome::Done { .. })
                )
        };
        let replaced = plan.steps.iter().filter(done);
        let replaced: Vec<&str> = replaced.map(|step| step.address.as_str()).collect();
        let again = match self.saved {
            Some(saved) => saved.again_command(),
            None => again::command(&self.session.line, &replaced),
        };
        let ended = report::Ended {
            plan,
            report,
            verdicts,
            stopped: stopped.as_deref(),
            again: &again,
            is_saved: self.saved.is_some(),
        };
        let end = End {
            tally: report.tally(),
            exit,
            stopped: stopped.clone(),
            again: report::way_on(ended).map(|_| again.clone()),
        };
        // First of all: whoever reads stdout may take nothing any more, and never say so.
        let is_kept = self.watch.is_writing() && {
            let event = self.events.are_on().then(|| event_line(&end.event()));
            let text = report::text(ended, self.session.view_kept());
            self.record.keep((report, &text), exit, event.as_deref())
        };
        if !self.events.are_on() {
            let text = report::text(ended, self.session.view_out());
            // The plan stands above it.
            self.session.terminal.result(&format!("\n{text}"));
        }
        if is_kept {
            self.record.point_there();
        }
        end
    }

    /// Why the run was stopped, where it was.
    fn stopped(self) -> Option<String> {
        let told = self.watch.reason().map(str::to_owned);
        told.or_else(|| self.limit.reason())
    }

    fn judge(self, plan: &Plan, report: &Report, verdicts: Option<&[Verdict]>) -> Exit {
        let tally = report.tally();
        let wrong = |verdict: &&Verdict| matches!(verdict.result, Proof::Wrong(_));
        let run = Run {
            signal: self.watch.signal(),
            timed_out: self.watch.timed_out() && tally.failed + tally.not_started > 0,
            done: tally.done,
            failed: faults(plan, report),
            left: tally.not_started,
            refused: plan.is_refused(),
            wrong: verdicts.unwrap_or_default().iter().filter(wrong).count(),
            detailed: self.wanted.detailed,
        };
        run.exit()
    }

    fn parallelism(self) -> usize {
        self.wanted.live.parallelism.into()
    }
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
