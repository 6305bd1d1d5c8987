//! What came of an apply or a destroy: what failed and why, what was kept from running, what the looks afterwards found, and
//! the command that continues.

use std::fmt::Write;

use vmlogin_engine::apply::{Report, Tally};
use vmlogin_engine::event::Outcome;
use vmlogin_engine::plan::{Action, Mode, Plan, Step};
use vmlogin_engine::provider::{Proof, Verdict};

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

/// The whole screen.
pub(crate) fn text(ended: Ended<'_>, view: View) -> String {
    let mut screen = Screen {
        ended,
        view,
        text: String::new(),
    };
    screen.done();
    screen.section(
        "failed",
        "x failed",
        Paint::removed,
        |outcome| match outcome {
            Outcome::Failed { fault } => Some(fault::body(fault, view, 6)),
            _ => None,
        },
    );
    screen.section(
        "put off for now",
        "! deferred",
        Paint::changed,
        |outcome| match outcome {
            Outcome::Deferred { reason } => {
                Some(prose::prose(view, 6, &format!("because {reason}")))
            }
            _ => None,
        },
    );
    screen.section(
        "blocked",
        "x blocked",
        Paint::changed,
        |outcome| match outcome {
            Outcome::Blocked { because } => {
                Some(prose::prose(view, 6, &format!("because of {because}")))
            }
            _ => None,
        },
    );
    screen.section(
        "not started",
        "? not started",
        Paint::changed,
        |outcome| match outcome {
            Outcome::NotStarted => Some(String::new()),
            _ => None,
        },
    );
    screen.verdicts();
    screen.summary();
    screen.text
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
        let all = |note: &Option<String>| note.is_some() || view.verbose;
        let note = |note: &Option<String>| {
            note.as_ref()
                .map(|note| prose::prose(view, 6, &format!("note: {note}")))
        };
        self.section("done", "= done", Paint::added, |outcome| match outcome {
            Outcome::Done { note: said } if all(said) => Some(note(said).unwrap_or_default()),
            _ => None,
        });
    }

    /// The steps that ended in one way, each with what is said of it.
    fn section(
        &mut self,
        title: &str,
        head: &str,
        paint: fn(Paint, &str) -> String,
        of: impl Fn(&Outcome) -> Option<String>,
    ) {
        let steps = self
            .ended
            .steps()
            .filter_map(|(step, outcome)| of(outcome).map(|said| (step, said)));
        let steps: Vec<(&Step, String)> = steps.collect();
        if steps.is_empty() {
            return;
        }
        let heading = self
            .view
            .paint
            .heading(&format!("{title} ({})", steps.len()));
        let _ = writeln!(self.text, "{heading}");
        let things: Vec<&(&Step, String)> = steps.iter().collect();
        let groups = folded(&things, self.view.verbose, |(step, said)| {
            let place = fold::same_place(&step.kind, &step.address);
            format!("{:?}", (step.action, place, said))
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
            self.text.push_str(said);
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
        let unfinished = tally.failed + tally.not_started + tally.deferred;
        let again = match (unfinished, tally.blocked) {
            (0, 0) => return,
            _ if self.ended.is_saved => "a new plan continues",
            // Nothing failed that could have blocked them: a rule did.
            (0, _) => "once what the rules found is corrected, this continues",
            _ => "running it again continues",
        };
        let _ = writeln!(self.text, "{again}: {}", foreign::line(self.ended.again));
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
        failed (1)
          x failed create vm:core/rg-web/web01/login (login extension of `web01`)
              VMExtensionProvisioningError: VM has reported a failure.
              Error code: \u{1b}[31m1007
              request id: 11111111-2222-4333-8444-555555555555
              help: give the machine an identity: `identity system-assigned`

        put off for now (1)
          ! deferred create vm:core/rg-web/web03/login (login extension of `web03`)
              because the machine is deallocated

        blocked (1)
          x blocked create vm:core/rg-web/web02/login (login extension of `web02`)
              because of vm:core/rg-web/web01/login

        not started (1)
          ? not started create vm:core/rg-web/web04/login (login extension of `web04`)

        apply: 0 done, 1 failed, 1 deferred, 1 blocked, 1 not started
        running it again continues: vmlogin apply -f estate.kdl
        ");
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
