//! What came of an apply or a destroy: what was kept from running, what the looks afterwards found, what failed and why, and the
//! command that continues. What matters most stands last, where the prompt is.

use std::collections::BTreeMap;
use std::fmt::Write;

use vmlogin_engine::apply::{Report, Tally};
use vmlogin_engine::event::Outcome;
use vmlogin_engine::plan::{Action, Mode, Plan, Step};
use vmlogin_engine::provider::{Fault, FaultKind, Proof, Verdict};
use vmlogin_engine::rounds::passes;

use super::fold::{self, folded};
use super::{Paint, View, fault, foreign, prose};

/// Everything that the last screen of a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// How each step ended.
    pub report: &'a Report,
    /// What was seen afterwards; `None` where nothing was looked at.
    pub verdicts: Option<&'a [Verdict]>,
    /// Why the run was stopped, where it was.
    pub stopped: Option<&'a str>,
    /// The command line that continues.
    pub again: &'a str,
    /// Whether it was a saved plan, which is used once.
    pub is_saved: bool,
}

/// More steps of one sort than this are counted.
const FEW: usize = 20;

/// More lines of a service's words than this are counted.
const LINES: usize = 10;

/// What goes on where a saved plan did not come to its end.
pub(crate) const NEW_PLAN: &str = "a new plan continues";

/// What goes on where anything else did not.
pub(crate) const SAME_AGAIN: &str = "running it again continues";

/// The whole screen.
pub(crate) fn text(ended: Ended<'_>, view: View) -> String {
    let mut screen = Screen {
        ended,
        view,
        text: String::new(),
    };
    screen.done();
    screen.section(
        "put off for now",
        "! deferred",
        Paint::changed,
        |outcome| match outcome {
            Outcome::Deferred { reason } => Some(Said::of(reason, |reason| {
                prose::prose(view, 6, &format!("because {reason}"))
            })),
            _ => None,
        },
    );
    screen.section("not started", "? not started", Paint::changed, |outcome| {
        matches!(outcome, Outcome::NotStarted).then(Said::default)
    });
    let causes = Causes::of(ended.report);
    screen.section(
        "blocked",
        "x blocked",
        Paint::changed,
        |outcome| match outcome {
            Outcome::Blocked { because } => Some(Said::of(&causes.first(because), |because| {
                prose::prose(view, 6, &format!("because of {because}"))
            })),
            _ => None,
        },
    );
    screen.verdicts();
    let lines = if view.verbose { usize::MAX } else { LINES };
    screen.section(
        "failed",
        "x failed",
        Paint::removed,
        |outcome| match outcome {
            Outcome::Failed { fault } => Some(Said {
                text: fault::body(fault, view, 6, lines),
                meaning: told(fault),
            }),
            _ => None,
        },
    );
    screen.summary();
    screen.text
}

/// What makes a command that continues worth typing, where something is left to do.
pub(crate) fn way_on(ended: Ended<'_>) -> Option<&'static str> {
    let tally = ended.report.tally();
    let passes = ended.steps().any(|(_, outcome)| match outcome {
        Outcome::Failed { fault } => passes(fault.kind) || fault.kind == FaultKind::Interrupted,
        _ => false,
    });
    match (
        tally.failed,
        tally.not_started + tally.deferred,
        tally.blocked,
    ) {
        (0, 0, 0) => None,
        _ if ended.is_saved => Some(NEW_PLAN),
        // Nothing failed that could have blocked them: a rule did.
        (0, 0, _) => Some("once what the rules found is corrected, this continues"),
        (1.., _, _) if !passes && tally.not_started == 0 => {
            Some("once what failed is corrected, this continues")
        }
        _ => Some(SAME_AGAIN),
    }
}

/// What is said of a step.
#[derive(Clone, Debug, Default)]
struct Said {
    /// As it stands on the screen.
    text: String,
    /// What has to be alike where steps are shown as one.
    meaning: String,
}

impl Said {
    fn of(what: &str, text: impl Fn(&str) -> String) -> Said {
        Said {
            text: text(what),
            meaning: what.to_owned(),
        }
    }
}

/// What two failures have in common that are shown as one: all but the id of the request.
fn told(fault: &Fault) -> String {
    let running = fault.operation_url.is_some();
    format!(
        "{:?}",
        (
            &fault.code,
            fault.status,
            &fault.message,
            &fault.help,
            running
        )
    )
}

/// What kept steps from running, followed to where it began.
struct Causes<'a>(BTreeMap<&'a str, &'a Outcome>);

impl<'a> Causes<'a> {
    fn of(report: &'a Report) -> Causes<'a> {
        let outcomes = report.outcomes.iter();
        Causes(
            outcomes
                .map(|(address, outcome)| (address.as_str(), outcome))
                .collect(),
        )
    }

    /// The step that failed at first, or the rule that blocked. A plan has no circles, yet none would be followed for ever.
    fn first(&self, because: &str) -> String {
        let mut cause = because;
        for _ in 0..self.0.len() {
            match self.0.get(cause) {
                Some(Outcome::Blocked { because }) => cause = because,
                Some(Outcome::Failed { .. }) => return format!("{cause}, which failed"),
                _ => break,
            }
        }
        cause.to_owned()
    }
}

impl<'a> Ended<'a> {
    /// Steps with an outcome, in the plan's order.
    fn steps(self) -> impl Iterator<Item = (&'a Step, &'a Outcome)> {
        let outcomes = &self.report.outcomes;
        let steps = self.plan.steps.iter();
        steps.filter_map(move |step| outcomes.get(&step.address).map(|outcome| (step, outcome)))
    }
}

/// The last line of a report: how many steps ended in which way.
pub(crate) fn summary(mode: Mode, tally: Tally, verdicts: Option<&[Verdict]>) -> String {
    let verb = match mode {
        Mode::Apply => "apply",
        Mode::Destroy => "destroy",
    };
    // What is nought is left out, but for failures: that there was none is what people look for.
    let mut line = format!("{verb}: {} done, {} failed", tally.done, tally.failed);
    let others = [
        (tally.deferred, "deferred"),
        (tally.blocked, "blocked"),
        (tally.not_started, "not started"),
    ];
    for (count, how) in others.iter().filter(|(count, _)| *count > 0) {
        let _ = write!(line, ", {count} {how}");
    }
    if let Some(verdicts) = verdicts {
        let count = |of: fn(&Proof) -> bool| {
            verdicts
                .iter()
                .filter(|verdict| of(&verdict.result))
                .count()
        };
        let _ = write!(
            line,
            "; {} verified",
            count(|proof| matches!(proof, Proof::Verified))
        );
        let others = [
            (
                count(|proof| matches!(proof, Proof::NotChecked(_))),
                "not checked",
            ),
            (count(|proof| matches!(proof, Proof::Wrong(_))), "wrong"),
        ];
        for (count, how) in others.iter().filter(|(count, _)| *count > 0) {
            let _ = write!(line, ", {count} {how}");
        }
    }
    line
}

struct Screen<'a> {
    ended: Ended<'a>,
    view: View,
    text: String,
}

impl Screen<'_> {
    /// What went well is told one by one only where it has a note, or where more is asked for: the plan named it already.
    fn done(&mut self) {
        let view = self.view;
        let noted = |note: &str| prose::prose(view, 6, &format!("note: {note}"));
        self.section("done", "= done", Paint::added, |outcome| match outcome {
            Outcome::Done { note: Some(note) } => Some(Said::of(note, noted)),
            Outcome::Done { note: None } if view.verbose => Some(Said::default()),
            _ => None,
        });
    }

    /// The steps that ended in one way, each with what is said of it.
    fn section(
        &mut self,
        title: &str,
        head: &str,
        paint: fn(Paint, &str) -> String,
        of: impl Fn(&Outcome) -> Option<Said>,
    ) {
        let steps = self
            .ended
            .steps()
            .filter_map(|(step, outcome)| of(outcome).map(|said| (step, said)));
        let steps: Vec<(&Step, Said)> = steps.collect();
        if steps.is_empty() {
            return;
        }
        let heading = self
            .view
            .paint
            .heading(&format!("{title} ({})", steps.len()));
        let _ = writeln!(self.text, "{heading}");
        let things: Vec<&(&Step, Said)> = steps.iter().collect();
        let groups = folded(&things, self.view.verbose, |(step, said)| {
            let place = fold::same_place(&step.kind, &step.address);
            format!(
                "{:?}",
                (step.action, place, fold::alike(step, &said.meaning))
            )
        });
        let shown = if self.view.verbose { groups.len() } else { FEW };
        for group in groups.iter().take(shown) {
            let (step, said) = group.first;
            let head = match step.action {
                Action::Defer | Action::Keep => head.to_owned(),
                action => format!("{head} {action}"),
            };
            let address = step.address.as_str();
            if group.count == 1 {
                self.text
                    .push_str(&prose::step(self.view, &head, paint, address, &step.title));
            } else {
                let kind = fold::plural(&step.kind);
                let what = format!("× {} {kind} like {address}", group.count);
                self.text
                    .push_str(&prose::headed(self.view, 2, &head, paint, &what));
            }
            self.text.push_str(&said.text);
            if group.count > 1 && fold::alike(step, &said.meaning) != said.meaning {
                let others = "the others likewise, each with its own names and ids";
                self.text.push_str(&prose::prose(self.view, 6, others));
            }
        }
        let more: usize = groups.iter().skip(shown).map(|group| group.count).sum();
        if more > 0 {
            let _ = writeln!(self.text, "  and {more} more; -v shows them all");
        }
        self.text.push('\n');
    }

    /// What is not as it should be, and what could not be looked at; the rest only where more is asked for.
    fn verdicts(&mut self) {
        let before = self.text.len();
        let all: Vec<&Verdict> = self.ended.verdicts.unwrap_or_default().iter().collect();
        let groups = folded(&all, self.view.verbose, |verdict| {
            let place = fold::same_place("", &verdict.address);
            format!("{:?}", (place, &verdict.check, &verdict.result))
        });
        for group in groups {
            let verdict = group.first;
            let (head, paint, why): (_, fn(Paint, &str) -> String, _) = match &verdict.result {
                Proof::Verified if self.view.verbose => ("= verified", Paint::added, ""),
                Proof::Verified => continue,
                Proof::NotChecked(why) => ("? not checked", Paint::changed, why.as_str()),
                Proof::Wrong(why) => ("x wrong", Paint::removed, why.as_str()),
            };
            let of = match group.count {
                1 => verdict.address.to_string(),
                count => format!("× {count} like {}", verdict.address),
            };
            let what = format!("{of}: {}", verdict.check);
            self.text
                .push_str(&prose::headed(self.view, 2, head, paint, &what));
            self.text.push_str(&prose::prose(self.view, 6, why));
        }
        if self.text.len() > before {
            self.text.push('\n');
        }
    }

    fn summary(&mut self) {
        let tally = self.ended.report.tally();
        if let Some(why) = self.ended.stopped {
            let _ = writeln!(
                self.text,
                "{}",
                self.view.paint.changed(&format!("stopped: {why}"))
            );
        }
        let line = summary(self.ended.plan.mode, tally, self.ended.verdicts);
        for line in prose::prose(self.view, 0, &line).lines() {
            let _ = writeln!(self.text, "{}", self.view.paint.heading(line));
        }
        if let Some(way_on) = way_on(self.ended) {
            // On a line of its own it is copied with three clicks, however long it is.
            let _ = writeln!(
                self.text,
                "{way_on}:\n  {}",
                foreign::line(self.ended.again)
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{self, PLAIN, login, machine};
    use vmlogin_engine::address::Address;

    fn screen(
        outcomes: Vec<(Address, Outcome)>,
        verdicts: Option<&[Verdict]>,
        view: View,
    ) -> String {
        let plan = sample::plan(["web01", "web02", "web03", "web04"].map(login).into());
        let report = Report {
            outcomes: outcomes.into_iter().collect(),
        };
        let ended = Ended {
            plan: &plan,
            report: &report,
            verdicts,
            stopped: None,
            again: "vmlogin apply -f estate.kdl",
            is_saved: false,
        };
        text(ended, view)
    }

    fn done() -> Outcome {
        Outcome::Done { note: None }
    }

    fn at(name: &str) -> Address {
        machine(name, &["login"])
    }

    #[test]
    fn a_run_that_went_well_ends_in_one_line() {
        let verdict = Verdict {
            address: at("web01"),
            check: "extension reports success".to_owned(),
            result: Proof::Verified,
        };
        let outcomes = || vec![(at("web01"), done()), (at("web02"), done())];
        insta::assert_snapshot!(screen(outcomes(), Some(std::slice::from_ref(&verdict)), PLAIN), @"apply: 2 done, 0 failed; 1 verified");
        insta::assert_snapshot!(screen(outcomes(), Some(&[verdict]), View { verbose: true, ..PLAIN }), @"
        done (2)
          = done create vm:core/rg-web/web01/login (login extension of `web01`)
          = done create vm:core/rg-web/web02/login (login extension of `web02`)

          = verified vm:core/rg-web/web01/login: extension reports success

        apply: 2 done, 0 failed; 1 verified
        ");
    }

    #[test]
    fn what_did_not_go_well_is_told_with_its_cause_and_the_way_on() {
        let outcomes = vec![
            (
                at("web01"),
                Outcome::Failed {
                    fault: sample::fault(),
                },
            ),
            (
                at("web02"),
                Outcome::Blocked {
                    because: "vm:core/rg-web/web01/login".to_owned(),
                },
            ),
            (
                at("web03"),
                Outcome::Deferred {
                    reason: "the machine is deallocated".to_owned(),
                },
            ),
            (at("web04"), Outcome::NotStarted),
        ];
        insta::assert_snapshot!(screen(outcomes, None, PLAIN), @r"
        put off for now (1)
          ! deferred create vm:core/rg-web/web03/login (login extension of `web03`)
              because the machine is deallocated

        not started (1)
          ? not started create vm:core/rg-web/web04/login (login extension of `web04`)

        blocked (1)
          x blocked create vm:core/rg-web/web02/login (login extension of `web02`)
              because of vm:core/rg-web/web01/login, which failed

        failed (1)
          x failed create vm:core/rg-web/web01/login (login extension of `web01`)
              VMExtensionProvisioningError: VM has reported a failure.
              Error code: \u{1b}[31m1007
              request id: 11111111-2222-4333-8444-555555555555
              help: give the machine an identity: `identity system-assigned`

        apply: 0 done, 1 failed, 1 deferred, 1 blocked, 1 not started
        running it again continues:
          vmlogin apply -f estate.kdl
        ");
    }

    fn failed(name: &str, change: impl Fn(&mut Fault)) -> (Address, Outcome) {
        let mut fault = Fault {
            message: format!("VM '{name}' has reported a failure."),
            request_id: Some(format!("{:08x}-0000-4000-8000-000000000000", name.len())),
            ..sample::fault()
        };
        change(&mut fault);
        (at(name), Outcome::Failed { fault })
    }

    #[test]
    fn many_failures_alike_are_one_entry_and_others_stay_apart() {
        let mut outcomes: Vec<(Address, Outcome)> = ["web01", "web02", "web03"]
            .map(|name| failed(name, |_| ()))
            .into();
        outcomes.push(failed("web04", |fault| {
            fault.kind = FaultKind::Throttled;
            fault.status = Some(429);
            fault.code = Some("TooManyRequests".to_owned());
        }));
        insta::assert_snapshot!(screen(outcomes, None, PLAIN), @"
        failed (4)
          x failed create × 3 logins like vm:core/rg-web/web01/login
              VMExtensionProvisioningError: VM 'web01' has reported a failure.
              request id: 00000005-0000-4000-8000-000000000000
              help: give the machine an identity: `identity system-assigned`
              the others likewise, each with its own names and ids
          x failed create vm:core/rg-web/web04/login (login extension of `web04`)
              HTTP 429 TooManyRequests: VM 'web04' has reported a failure.
              request id: 00000005-0000-4000-8000-000000000000
              help: give the machine an identity: `identity system-assigned`

        apply: 0 done, 4 failed
        running it again continues:
          vmlogin apply -f estate.kdl
        ");
    }

    #[test]
    fn what_is_blocked_names_the_first_cause() {
        let because = |name: &str| Outcome::Blocked {
            because: at(name).to_string(),
        };
        let outcomes = vec![
            failed("web01", |_| ()),
            (at("web02"), because("web01")),
            (at("web03"), because("web02")),
            (
                at("web04"),
                Outcome::Blocked {
                    because: "VML310".to_owned(),
                },
            ),
        ];
        let report = Report {
            outcomes: outcomes.into_iter().collect(),
        };
        let causes = Causes::of(&report);
        let first = "vm:core/rg-web/web01/login, which failed";
        assert_eq!(causes.first("vm:core/rg-web/web02/login"), first);
        assert_eq!(causes.first("vm:core/rg-web/web01/login"), first);
        assert_eq!(causes.first("VML310"), "VML310");
    }

    #[test]
    fn a_service_that_talks_is_cut_short_unless_more_is_asked_for() {
        let long = |view| {
            let outcomes = vec![failed("web01", |fault| {
                fault.message = (1..=30).map(|line| format!("line {line}\n")).collect();
            })];
            screen(outcomes, None, view)
        };
        let short = long(PLAIN);
        assert!(
            short.contains("line 10\n      … 20 more lines; -v shows them\n"),
            "{short}"
        );
        assert!(short.contains("request id"), "{short}");
        let whole = long(View {
            verbose: true,
            ..PLAIN
        });
        assert!(whole.contains("line 30\n"), "{whole}");
    }

    #[test]
    fn the_way_on_depends_on_whether_time_alone_may_help() {
        let way = |outcomes: Vec<(Address, Outcome)>| {
            let text = screen(outcomes, None, PLAIN);
            let lines: Vec<&str> = text.lines().rev().take(2).collect();
            lines.get(1).map(|line| (*line).to_owned())
        };
        let throttled = |fault: &mut Fault| fault.kind = FaultKind::Throttled;
        let rejected = "once what failed is corrected, this continues:";
        let again = "running it again continues:";
        assert_eq!(
            way(vec![failed("web01", |_| ())]).as_deref(),
            Some(rejected)
        );
        assert_eq!(
            way(vec![failed("web01", throttled)]).as_deref(),
            Some(again)
        );
        let left = vec![failed("web01", |_| ()), (at("web02"), Outcome::NotStarted)];
        assert_eq!(way(left).as_deref(), Some(again));
    }

    #[test]
    fn what_was_not_looked_at_is_never_called_fine() {
        let verdict = |result| Verdict {
            address: at("web01"),
            check: "device joined".to_owned(),
            result,
        };
        let verdicts = [
            verdict(Proof::NotChecked(
                "the directory may not be read".to_owned(),
            )),
            verdict(Proof::Wrong("no device points at the machine".to_owned())),
        ];
        insta::assert_snapshot!(screen(vec![(at("web01"), done())], Some(&verdicts), PLAIN), @"
          ? not checked vm:core/rg-web/web01/login: device joined
              the directory may not be read
          x wrong vm:core/rg-web/web01/login: device joined
              no device points at the machine

        apply: 1 done, 0 failed; 0 verified, 1 not checked, 1 wrong
        ");
    }
}
