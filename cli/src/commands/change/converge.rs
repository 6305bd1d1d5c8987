//! `--until-converged`: plan and apply again and again, until nothing is put off or the time is over.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use vmlogin_engine::address::Address;
use vmlogin_engine::apply::Report;
use vmlogin_engine::coverage::{Coverage, Waiting, coverage};
use vmlogin_engine::event::Event;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::plan::Plan;
use vmlogin_engine::plan::guard::Refusal;
use vmlogin_engine::provider::Proof;
use vmlogin_engine::rounds::{Rounds, passes};
use vmlogin_engine::schedule::Schedule;

use super::{End, Round, Running, faults};
use crate::error::Error;
use crate::exit::{Exit, Run};
use crate::render::converged;
use crate::session::Telling;
use crate::session::planning::{Reading, again, judged};

/// Runs rounds until nothing is left to wait for, the time is over, or something stops the run.
pub(super) async fn run(run: Running<'_>, within: Duration) -> Result<End, Error> {
    let deadline = Instant::now() + within;
    let mut pauses = Pauses::of(run.wanted.live.sandbox.is_some());
    let mut rounds = Rounds::begin(run.planned.plan.clone());
    run.show_plan(&run.planned.plan);
    let mut next = Some((run.planned.plan.clone(), run.planned.refusals.clone()));
    let mut broken = None;
    while let Some((plan, refused)) = next.take() {
        match run.round(&plan, &refused).await {
            Ok(Round::Refused(exit)) if rounds.report.outcomes.is_empty() => {
                return Ok(End::at_once(exit));
            }
            Ok(Round::Refused(exit)) => {
                broken = Some(exit);
                break;
            }
            Ok(Round::Empty) => rounds.ended(put_off(&plan), Vec::new()),
            Ok(Round::Ran(report, verdicts)) => {
                rounds.ended(report, verdicts.unwrap_or_default());
                pauses.begin_anew();
            }
            Err(error) if rounds.report.outcomes.is_empty() => return Err(error),
            Err(error) => {
                broken = Some(told(run, &error));
                break;
            }
        }
        match wait(run, &mut rounds, &mut pauses, deadline).await {
            Ok(found) => next = found,
            Err(error) => broken = Some(told(run, &error)),
        }
    }
    Ok(end(run, &rounds, broken).await)
}

/// What a plan that has nothing to write says of its steps.
fn put_off(plan: &Plan) -> Report {
    Report {
        outcomes: Schedule::of(plan).outcomes(),
    }
}

/// Waits until something can go on, and returns the plan for it; `None` where waiting has come to its end.
async fn wait(
    run: Running<'_>,
    rounds: &mut Rounds,
    pauses: &mut Pauses,
    deadline: Instant,
) -> Result<Option<(Plan, Vec<Refusal>)>, Error> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let is_stopped = run.watch.is_stopped() || run.limit.is_reached();
        if is_stopped || rounds.waiting().is_empty() || left.is_zero() {
            return Ok(None);
        }
        let pause = pauses.next().min(left);
        tell(run, rounds, pause, left);
        if run.watch.unless_stopped(sleep(pause)).await.is_err() {
            return Ok(None);
        }
        match look(run, rounds).await {
            Ok(Reading { plan, unfit, .. }) => {
                let (plan, mut refused) = judge(run, rounds, plan)?;
                refused.extend(unfit);
                if plan.is_empty() && refused.is_empty() {
                    rounds.ended(put_off(&plan), Vec::new());
                    continue;
                }
                run.show_plan(&plan);
                return Ok(Some((plan, refused)));
            }
            Err(Error::Stopped(_) | Error::OutOfTime) => return Ok(None),
            // The next look may go better; what cannot get better ends the waiting.
            Err(Error::Fault(fault)) if passes(fault.kind) => {
                let text = Error::Fault(fault).text(run.session.view_err());
                run.session.terminal.diagnostic(&text);
            }
            Err(error) => return Err(error),
        }
    }
}

/// What of a new plan is to be done, and what the guards say of it. All rounds are one run: what earlier ones took away counts.
fn judge(run: Running<'_>, rounds: &mut Rounds, plan: Plan) -> Result<(Plan, Vec<Refusal>), Error> {
    let (loaded, accepted) = (&run.planned.loaded, run.asked.accepted);
    let mut refused = judged(&plan, loaded, accepted)?;
    let plan = rounds.next(plan);
    let of_all = judged(&rounds.plan, loaded, accepted)?;
    let news = of_all
        .into_iter()
        .filter(|one| refused.iter().all(|other| other.guard != one.guard))
        .collect::<Vec<_>>();
    refused.extend(news);
    Ok((plan, refused))
}

/// Reads and plans again.
async fn look(run: Running<'_>, rounds: &Rounds) -> Result<Reading, Error> {
    let Running {
        session,
        watch,
        asked,
        planned,
        ..
    } = run;
    again(session, watch, asked, planned, rounds.replaced()).await
}

fn tell(run: Running<'_>, rounds: &Rounds, pause: Duration, left: Duration) {
    let waiting: Vec<Waiting> = rounds
        .waiting()
        .into_iter()
        .map(|(step, reason)| Waiting {
            address: step.address.clone(),
            reason,
        })
        .collect();
    if run.session.telling(run.events.are_on()) != Telling::Nothing {
        let until = jiff::Timestamp::now() + left;
        let line = converged::waiting(&waiting, pause, until);
        run.session.terminal.diagnostic(&line);
    }
    run.events.send(&Event::Waiting {
        waiting,
        again_seconds: pause.as_secs_f64(),
        left_seconds: left.as_secs_f64(),
    });
}

/// Says what went wrong in a later round, and what the run ends with because of it.
fn told(run: Running<'_>, error: &Error) -> Exit {
    if let Error::Fault(fault) = error {
        run.events.send(&Event::Failed {
            fault: (**fault).clone(),
        });
    }
    let text = error.text(run.session.view_err());
    run.session.terminal.diagnostic(&text);
    error.exit()
}

/// The report over all rounds, and how far the machines have come.
async fn end(run: Running<'_>, rounds: &Rounds, broken: Option<Exit>) -> End {
    let verdicts = run.wanted.verify.then_some(rounds.verdicts.as_slice());
    let out_of_time = "the time of `--until-converged` passed";
    let stopped = run.stopped().or_else(|| {
        let is_over = broken.is_none() && !rounds.waiting().is_empty();
        is_over.then(|| out_of_time.to_owned())
    });
    let exit = match (broken, run.watch.signal()) {
        // What stopped the run, a guard too, says what to do; that something was written before it outweighs which it was.
        (Some(_), None) if has_written(rounds) => Exit::Partly,
        (Some(exit), None) => exit,
        _ => run.judge(&rounds.plan, &rounds.report, verdicts),
    };
    let end = run.tell_end(&rounds.plan, &rounds.report, verdicts, stopped, exit);
    if !run.watch.is_stopped() {
        show_coverage(run, rounds).await;
    }
    end
}

/// Whether any round wrote something, or may have.
fn has_written(rounds: &Rounds) -> bool {
    let run = Run {
        done: rounds.report.tally().done,
        failed: faults(&rounds.plan, &rounds.report),
        ..Run::default()
    };
    run.has_written()
}

/// Reads once more, after the last write, and counts.
async fn show_coverage(run: Running<'_>, rounds: &Rounds) {
    match look(run, rounds).await {
        Ok(reading) => {
            let coverage = count(run, rounds, &reading, joins(run, &reading).await);
            if !run.events.are_on() {
                let text = converged::coverage(&coverage, run.session.view_out());
                run.session.terminal.result(&text);
            }
            run.events.send(&Event::Coverage { coverage });
        }
        Err(error) => {
            let text = error.text(run.session.view_err());
            run.session.terminal.diagnostic(&text);
        }
    }
}

/// Whether each machine whose login works has joined, those too that joined before this run. Where the run is stopped meanwhile, no
/// more is known than its own looks found.
async fn joins(run: Running<'_>, reading: &Reading) -> BTreeMap<Address, Proof> {
    let azure = &run.planned.connection.azure;
    let looking = azure.joined(&run.planned.loaded.manifest, &reading.inventory);
    let looked = run.watch.unless_stopped(looking).await;
    looked.unwrap_or_default()
}

fn count(
    run: Running<'_>,
    rounds: &Rounds,
    reading: &Reading,
    mut joined: BTreeMap<Address, Proof>,
) -> Vec<Coverage> {
    let joins = rounds
        .verdicts
        .iter()
        .filter(|verdict| verdict.check == vmlogin_azure::JOINED);
    // What a look in this run found stands: it knows of devices that do not say which machine they are.
    for verdict in joins.filter(|verdict| verdict.result == Proof::Verified) {
        joined.insert(verdict.address.clone(), verdict.result.clone());
    }
    let scene = Scene::of(&run.planned.loaded.manifest, &reading.inventory);
    coverage(vmlogin_azure::catalogue(), &scene, &reading.plan, &joined)
}

/// How long to wait between two looks: longer each time while nothing happens.
#[derive(Clone, Copy, Debug)]
struct Pauses {
    next: Duration,
    first: Duration,
    most: Duration,
}

impl Pauses {
    /// A machine takes a minute to start in Azure, and no time in a sandbox.
    fn of(sandbox: bool) -> Pauses {
        let (first, most) = match sandbox {
            true => (Duration::from_millis(200), Duration::from_secs(2)),
            false => (Duration::from_secs(30), Duration::from_secs(300)),
        };
        Pauses {
            next: first,
            first,
            most,
        }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.most);
        pause
    }

    fn begin_anew(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_begin_anew_when_something_happens() {
        let mut pauses = Pauses::of(false);
        let waits: Vec<u64> = (0..8).map(|_| pauses.next().as_secs()).collect();
        assert_eq!(waits, [30, 45, 67, 101, 151, 227, 300, 300]);
        pauses.begin_anew();
        assert_eq!(pauses.next().as_secs(), 30);
    }
}
