//! The run itself: steps go out, news comes in, a clock ticks beside them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, MissedTickBehavior, interval};
use vmlogin_azure::Azure;
use vmlogin_engine::apply::{self, Options, Report};
use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::plan::{Action, Plan};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::schedule::Schedule;

use super::known::Known;
use super::limit::Limit;
use crate::interrupt::Watch;
use crate::render::progress::Progress;
use crate::render::progress::held::{self, Notices};
use crate::session::{Events, FRAME, Session, TICK, Telling};
use crate::terminal::Live;

/// A plan that is agreed to, and everything to carry it out with.
#[derive(Clone, Copy)]
pub(crate) struct Running<'a> {
    /// Where text goes.
    pub session: &'a Session,
    /// Where events go.
    pub events: Events<'a>,
    /// The wish to stop.
    pub watch: &'a Watch,
    /// How many steps may fail.
    pub limit: &'a Limit,
    /// Where what happens is noted.
    pub known: &'a Known,
    /// The plan.
    pub plan: &'a Plan,
    /// Azure, with the secrets that the writes need.
    pub azure: &'a Azure,
}

impl Running<'_> {
    /// Carries out the plan and tells what happens. Ends when nothing runs, or when it has to be left.
    pub(crate) async fn run(self, parallelism: usize) -> Report {
        let Running { watch, plan, .. } = self;
        watch.begin_writing();
        let news = News::begin(self);
        let stop = || watch.is_stopped() || self.limit.is_reached();
        let tell = |event: Event| news.tell(&event);
        let options = Options {
            parallelism,
            stop: &stop,
        };
        let mut running = std::pin::pin!(apply::run(plan, self.azure, options, &tell));
        let mut clock = interval(match news.telling {
            Telling::Live => FRAME,
            Telling::Lines | Telling::Nothing => TICK,
        });
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let report = loop {
            tokio::select! {
                report = &mut running => break report,
                () = watch.given_up() => break news.left_behind(plan),
                _ = clock.tick() => news.tick(),
            }
        };
        news.complete(plan, &report);
        report
    }
}

/// What is told of a run, and remembered for the case that it has to be left.
struct News<'a> {
    session: &'a Session,
    events: Events<'a>,
    limit: &'a Limit,
    azure: &'a Azure,
    known: &'a Known,
    telling: Telling,
    live: Live<'a>,
    begun: Instant,
    told: Mutex<Told>,
}

struct Told {
    progress: Option<Progress>,
    notices: Notices,
}

impl<'a> News<'a> {
    fn begin(run: Running<'a>) -> News<'a> {
        let Running {
            session, events, ..
        } = run;
        let steps = run.plan.writes().count();
        let telling = session.telling(events.are_on());
        run.known.begin(steps);
        let told = Told {
            progress: (telling != Telling::Nothing)
                .then(|| Progress::new(steps, session.terminal.paint_err())),
            notices: Notices::default(),
        };
        News {
            session,
            events,
            limit: run.limit,
            azure: run.azure,
            known: run.known,
            telling,
            live: session.terminal.live(),
            begun: Instant::now(),
            told: Mutex::new(told),
        }
    }

    fn tell(&self, event: &Event) {
        // First of all: whoever reads the events may take none any more.
        self.known.take(event);
        self.events.send(event);
        let mut told = self.told();
        let line = told
            .progress
            .as_mut()
            .and_then(|progress| progress.on(event, self.begun.elapsed()));
        if self.telling == Telling::Lines || self.is_kept(event) {
            self.say(line);
        }
        drop(told);
        self.count(event);
    }

    /// Counts what failed, and says so where that was one too many.
    fn count(&self, event: &Event) {
        let Event::Ended {
            address,
            outcome: Outcome::Failed { .. },
            ..
        } = event
        else {
            return;
        };
        if self.limit.count(address) {
            let reason = self.limit.reason().unwrap_or_default();
            let said = format!("{reason}: nothing new starts, running operations are awaited\n");
            self.session.terminal.diagnostic(&said);
        }
    }

    /// Tells the events of the steps whose end was not told yet: those that the plan itself puts off or blocks, and those that were not
    /// begun or were left.
    fn complete(&self, plan: &Plan, report: &Report) {
        let told = self.known.steps().outcomes.clone();
        for step in &plan.steps {
            let outcome = report.outcomes.get(&step.address);
            if let Some(outcome) = outcome.filter(|_| !told.contains_key(&step.address)) {
                self.events.send(&Event::Ended {
                    address: step.address.clone(),
                    action: step.action,
                    outcome: outcome.clone(),
                });
            }
        }
    }

    /// Whether an event deserves a line of its own above the live ones, which show the rest while it lasts.
    fn is_kept(&self, event: &Event) -> bool {
        let Event::Ended { outcome, .. } = event else {
            return false;
        };
        let goes_without_saying = matches!(outcome, Outcome::Done { .. } | Outcome::NotStarted);
        self.session.look.is_verbose() || !goes_without_saying
    }

    fn tick(&self) {
        self.tell_what_waits();
        if self.telling == Telling::Live {
            let canvas = self.live.canvas();
            let frame = self
                .told()
                .progress
                .as_ref()
                .map(|progress| progress.frame(self.begun.elapsed(), canvas));
            return self.live.draw(frame.unwrap_or_default());
        }
        let line = self
            .told()
            .progress
            .as_mut()
            .and_then(|progress| progress.tick(self.begun.elapsed()));
        self.say(line);
    }

    /// Tells what waits before it is sent: in frames always, else when it begins and now and then.
    fn tell_what_waits(&self) {
        let held = self.azure.held();
        let mut told = self.told();
        let due = told.notices.due(&held, self.begun.elapsed());
        if let Some(progress) = &mut told.progress {
            progress.hold(held);
        }
        drop(told);
        for held in due {
            self.events.send(&held::event(&held));
            if self.telling == Telling::Lines {
                self.say(Some(format!("  {}\n", held::text(&held))));
            }
        }
    }

    fn say(&self, line: Option<String>) {
        if let Some(line) = line {
            self.session.terminal.diagnostic(&line);
        }
    }

    /// What is known where the run is left while something runs that does not end.
    fn left_behind(&self, plan: &Plan) -> Report {
        let known = self.known.steps();
        let mut outcomes = Schedule::of(plan).outcomes();
        outcomes.extend(known.outcomes.clone());
        for step in plan.writes() {
            let outcome = match known.running.contains_key(&step.address) {
                true => Outcome::Failed {
                    fault: left(&step.title, step.action),
                },
                false => Outcome::NotStarted,
            };
            outcomes.entry(step.address.clone()).or_insert(outcome);
        }
        Report { outcomes }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn left(title: &str, action: Action) -> Fault {
    Fault {
        help: Some("run again: what has come of it is read afresh".to_owned()),
        ..Fault::new(
            FaultKind::Interrupted,
            format!("{action} {title}"),
            "left while it ran; it may go on in Azure",
        )
    }
}
