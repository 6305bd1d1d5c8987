//! What came of an apply or a destroy: what failed and why, what was kept from running, what the looks afterwards found, and
//! the command that continues.

use std::fmt::Write;

use vmlogin_engine::apply::{Report, Tally};
use vmlogin_engine::event::Outcome;
use vmlogin_engine::plan::{Mode, Plan, Step};
use vmlogin_engine::provider::{Proof, Verdict};

use super::{View, fault, foreign};

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
}

/// The whole screen.
pub(crate) fn text(ended: Ended<'_>, view: View) -> String {
    let mut screen = Screen {
        ended,
        view,
        text: String::new(),
    };
    screen.done();
    screen.failed();
    screen.others("put off for now", |outcome| match outcome {
        Outcome::Deferred { reason } => {
            Some(("! deferred", format!("because {}", foreign::line(reason))))
        }
        _ => None,
    });
    screen.others("blocked", |outcome| match outcome {
        Outcome::Blocked { because } => Some((
            "x blocked",
            format!("because of {}", foreign::line(because)),
        )),
        _ => None,
    });
    screen.others("not started", |outcome| match outcome {
        Outcome::NotStarted => Some(("? not started", String::new())),
        _ => None,
    });
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
    let mut line = format!(
        "{verb}: {} done, {} deferred, {} failed, {} blocked, {} not started",
        tally.done, tally.deferred, tally.failed, tally.blocked, tally.not_started
    );
    if let Some(verdicts) = verdicts {
        let count = |of: fn(&Proof) -> bool| {
            verdicts
                .iter()
                .filter(|verdict| of(&verdict.result))
                .count()
        };
        let _ = write!(
            line,
            "; {} verified, {} not checked, {} wrong",
            count(|proof| matches!(proof, Proof::Verified)),
            count(|proof| matches!(proof, Proof::NotChecked(_))),
            count(|proof| matches!(proof, Proof::Wrong(_))),
        );
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
        for (step, outcome) in self.ended.steps() {
            let Outcome::Done { note } = outcome else {
                continue;
            };
            if note.is_none() && !self.view.verbose {
                continue;
            }
            self.line(self.view.paint.added("= done"), step);
            if let Some(note) = note {
                let _ = writeln!(self.text, "      note: {}", foreign::line(note));
            }
        }
        self.gap();
    }

    fn failed(&mut self) {
        let failed: Vec<_> = self
            .ended
            .steps()
            .filter_map(|(step, outcome)| match outcome {
                Outcome::Failed { fault } => Some((step, fault)),
                _ => None,
            })
            .collect();
        if failed.is_empty() {
            return;
        }
        self.heading("failed", failed.len());
        for (step, fault) in failed {
            self.line(self.view.paint.removed("x failed"), step);
            self.text.push_str(&fault::body(fault, "      "));
        }
        self.gap();
    }

    fn others(&mut self, title: &str, of: impl Fn(&Outcome) -> Option<(&'static str, String)>) {
        let others: Vec<_> = self
            .ended
            .steps()
            .filter_map(|(step, outcome)| of(outcome).map(|said| (step, said)))
            .collect();
        if others.is_empty() {
            return;
        }
        self.heading(title, others.len());
        for (step, (words, why)) in others {
            self.line(self.view.paint.changed(words), step);
            if !why.is_empty() {
                let _ = writeln!(self.text, "      {why}");
            }
        }
        self.gap();
    }

    /// What is not as it should be, and what could not be looked at; the rest only where more is asked for.
    fn verdicts(&mut self) {
        let Some(verdicts) = self.ended.verdicts else {
            return;
        };
        for verdict in verdicts {
            let (words, why) = match &verdict.result {
                Proof::Verified if self.view.verbose => (self.view.paint.added("= verified"), ""),
                Proof::Verified => continue,
                Proof::NotChecked(why) => (self.view.paint.changed("? not checked"), why.as_str()),
                Proof::Wrong(why) => (self.view.paint.removed("x wrong"), why.as_str()),
            };
            let address = foreign::line(verdict.address.as_str());
            let _ = writeln!(
                self.text,
                "  {words} {address}: {}",
                foreign::line(&verdict.check)
            );
            self.text.push_str(&foreign::lines(why, "      "));
        }
        self.gap();
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
        let _ = writeln!(self.text, "{}", self.view.paint.heading(&line));
        if tally.failed + tally.blocked + tally.not_started + tally.deferred > 0 {
            let _ = writeln!(
                self.text,
                "running it again continues: {}",
                foreign::line(self.ended.again)
            );
        }
    }

    fn heading(&mut self, title: &str, count: usize) {
        let _ = writeln!(
            self.text,
            "{}",
            self.view.paint.heading(&format!("{title} ({count})"))
        );
    }

    fn line(&mut self, words: String, step: &Step) {
        let address = foreign::line(step.address.as_str());
        let title = self
            .view
            .paint
            .dim(&format!("({})", foreign::line(&step.title)));
        let _ = writeln!(self.text, "  {words} {} {address} {title}", step.action);
    }

    /// An empty line between sections.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
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
        insta::assert_snapshot!(screen(outcomes(), Some(&[verdict.clone()]), PLAIN), @"apply: 2 done, 0 deferred, 0 failed, 0 blocked, 0 not started; 1 verified, 0 not checked, 0 wrong");
        insta::assert_snapshot!(screen(outcomes(), Some(&[verdict]), View { verbose: true, ..PLAIN }), @"
          = done create vm:core/rg-web/web01/login (login extension of `web01`)
          = done create vm:core/rg-web/web02/login (login extension of `web02`)

          = verified vm:core/rg-web/web01/login: extension reports success

        apply: 2 done, 0 deferred, 0 failed, 0 blocked, 0 not started; 1 verified, 0 not checked, 0 wrong
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
        insta::assert_snapshot!(screen(outcomes, None, PLAIN), @r#"
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

        apply: 0 done, 1 deferred, 1 failed, 1 blocked, 1 not started
        running it again continues: vmlogin apply -f estate.kdl
        "#);
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

        apply: 1 done, 0 deferred, 0 failed, 0 blocked, 0 not started; 0 verified, 1 not checked, 1 wrong
        ");
    }
}
