//! Exit codes: the one table, and how a run comes to one of them.
//!
//! One run, one code. An interruption beats all. Before anything was written, the first thing that stopped the run
//! decides; afterwards every failure is [`Exit::Partly`], and [`Exit::NotVerified`] where all was written but does not
//! show what it should.

use vmlogin_engine::provider::{Fault, FaultKind};

/// How a run ends, as a number for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, or nothing to change.
    Done = 0,
    /// An error that is none of the others.
    Error = 1,
    /// Success, and there are changes; only with `--detailed-exitcode`.
    Changes = 2,
    /// The manifest is wrong, unreadable, not UTF-8 or over 10 MB.
    ManifestInvalid = 3,
    /// A rule refused.
    RuleRefused = 4,
    /// A guard refused.
    GuardRefused = 5,
    /// Apply finished partly; running it again is safe.
    Partly = 6,
    /// A saved plan that must not be applied: stale, used, damaged, or of another version.
    StalePlan = 7,
    /// Not signed in, token refused, permission missing.
    NoAccess = 8,
    /// Throttled, or out of time.
    OutOfTime = 9,
    /// Applied, but what was written is not as it should be.
    NotVerified = 10,
    /// A wrong command line.
    Usage = 64,
    /// A bug in vmlogin.
    Bug = 70,
    /// Interrupted by Ctrl-C, orderly.
    Interrupted = 130,
    /// Ended by SIGTERM, or because the terminal was closed, orderly.
    Terminated = 143,
}

/// The table as `vmlogin --help` shows it: code, meaning, whether a pipeline should run the same thing again.
pub(crate) const TABLE: [(Exit, &str, &str); 15] = [
    (Exit::Done, "done, or nothing to change", ""),
    (Exit::Error, "an error not below", "maybe"),
    (
        Exit::Changes,
        "success and changes present (--detailed-exitcode)",
        "no",
    ),
    (Exit::ManifestInvalid, "manifest invalid", "no"),
    (Exit::RuleRefused, "a rule refused", "no"),
    (
        Exit::GuardRefused,
        "a guard refused",
        "no, a person decides",
    ),
    (
        Exit::Partly,
        "apply finished partly; running again is safe",
        "yes",
    ),
    (
        Exit::StalePlan,
        "saved plan stale, used or damaged; nothing was done",
        "yes, plan again",
    ),
    (
        Exit::NoAccess,
        "not signed in, token refused, permission missing",
        "no",
    ),
    (
        Exit::OutOfTime,
        "throttled or timed out after the retry budget",
        "later",
    ),
    (
        Exit::NotVerified,
        "applied, but verification failed",
        "look first",
    ),
    (Exit::Usage, "wrong command line", "no"),
    (Exit::Bug, "a bug in vmlogin", "no"),
    (Exit::Interrupted, "interrupted by Ctrl-C, orderly", "yes"),
    (
        Exit::Terminated,
        "ended by SIGTERM or a closed terminal, orderly",
        "yes",
    ),
];

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// What it means, as the table says.
    pub(crate) fn meaning(self) -> &'static str {
        let row = TABLE.iter().find(|(exit, _, _)| *exit == self);
        row.map_or("", |(_, meaning, _)| meaning)
    }

    /// What a fault means before anything was written.
    pub(crate) fn of_fault(fault: &Fault) -> Exit {
        match fault.kind {
            FaultKind::SignIn | FaultKind::Permission => Exit::NoAccess,
            FaultKind::Throttled | FaultKind::TimedOut => Exit::OutOfTime,
            _ => Exit::Error,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What happened in a run that got as far as writing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run<'a> {
    /// The signal that stopped it.
    pub signal: Option<Exit>,
    /// Whether `--timeout` stopped it.
    pub timed_out: bool,
    /// Steps that were done.
    pub done: usize,
    /// Faults of the steps that failed, in the plan's order.
    pub failed: Vec<&'a Fault>,
    /// Steps that were kept from running by a failure, or not begun.
    pub left: usize,
    /// Whether rules block anything.
    pub refused: bool,
    /// Looks that found something wrong.
    pub wrong: usize,
    /// Whether `--detailed-exitcode` was given.
    pub detailed: bool,
}

impl Run<'_> {
    /// The one code of the run.
    pub(crate) fn exit(&self) -> Exit {
        if let Some(signal) = self.signal {
            return signal;
        }
        if !self.failed.is_empty() || self.left > 0 || self.timed_out {
            return match self.failed.first() {
                _ if self.has_written() => Exit::Partly,
                Some(fault) => Exit::of_fault(fault),
                None if self.timed_out => Exit::OutOfTime,
                None => Exit::Error,
            };
        }
        match (self.refused, self.done > 0) {
            (true, true) => Exit::Partly,
            (true, false) => Exit::RuleRefused,
            _ if self.wrong > 0 => Exit::NotVerified,
            (false, true) if self.detailed => Exit::Changes,
            _ => Exit::Done,
        }
    }

    /// Whether anything was written, or may have been: a failure counts unless the service surely did nothing.
    pub(crate) fn has_written(&self) -> bool {
        self.done > 0 || self.failed.iter().any(|fault| !did_nothing(fault))
    }
}

/// Whether a failed write surely changed nothing: the service refused the request itself. An operation that was accepted
/// and then failed may have left something behind, and so may a request without an answer.
fn did_nothing(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::SignIn | FaultKind::Permission | FaultKind::Throttled => true,
        _ => {
            fault.operation_url.is_none()
                && fault
                    .status
                    .is_some_and(|status| (400..500).contains(&status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind, status: Option<u16>) -> Fault {
        Fault {
            status,
            ..Fault::new(kind, "create the grant", "no")
        }
    }

    #[test]
    fn every_code_stands_in_the_table_once_and_in_order() {
        let codes: Vec<u8> = TABLE.iter().map(|(exit, _, _)| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64, 70, 130, 143]);
    }

    #[test]
    fn a_signal_beats_everything() {
        let failed = fault(FaultKind::Rejected, Some(400));
        let run = Run {
            signal: Some(Exit::Terminated),
            done: 3,
            failed: vec![&failed],
            wrong: 1,
            ..Run::default()
        };
        assert_eq!(run.exit(), Exit::Terminated);
    }

    #[test]
    fn after_a_write_every_failure_is_the_same_code() {
        for kind in [
            FaultKind::Permission,
            FaultKind::Throttled,
            FaultKind::Network,
            FaultKind::Rejected,
        ] {
            let failed = fault(kind, Some(403));
            let run = Run {
                done: 1,
                failed: vec![&failed],
                ..Run::default()
            };
            assert_eq!(run.exit(), Exit::Partly, "{kind:?}");
        }
        assert_eq!(
            Run {
                done: 1,
                timed_out: true,
                ..Run::default()
            }
            .exit(),
            Exit::Partly
        );
    }

    #[test]
    fn before_a_write_the_first_failure_decides() {
        let cases = [
            (FaultKind::SignIn, Some(401), Exit::NoAccess),
            (FaultKind::Permission, Some(403), Exit::NoAccess),
            (FaultKind::Throttled, Some(429), Exit::OutOfTime),
            (FaultKind::Rejected, Some(400), Exit::Error),
            (FaultKind::Network, None, Exit::Partly),
            (FaultKind::Rejected, Some(200), Exit::Partly),
        ];
        for (kind, status, exit) in cases {
            let failed = fault(kind, status);
            assert_eq!(
                Run {
                    failed: vec![&failed],
                    left: 2,
                    ..Run::default()
                }
                .exit(),
                exit,
                "{kind:?}"
            );
        }
        assert_eq!(
            Run {
                timed_out: true,
                left: 2,
                ..Run::default()
            }
            .exit(),
            Exit::OutOfTime
        );
    }

    #[test]
    fn a_rule_refuses_the_run_where_nothing_else_could_be_done() {
        assert_eq!(
            Run {
                refused: true,
                ..Run::default()
            }
            .exit(),
            Exit::RuleRefused
        );
        assert_eq!(
            Run {
                refused: true,
                done: 1,
                ..Run::default()
            }
            .exit(),
            Exit::Partly
        );
    }

    #[test]
    fn a_wrong_look_counts_only_where_all_was_written() {
        let failed = fault(FaultKind::Rejected, None);
        assert_eq!(
            Run {
                done: 2,
                wrong: 1,
                ..Run::default()
            }
            .exit(),
            Exit::NotVerified
        );
        assert_eq!(
            Run {
                done: 2,
                wrong: 1,
                failed: vec![&failed],
                ..Run::default()
            }
            .exit(),
            Exit::Partly
        );
    }

    #[test]
    fn changes_are_told_only_where_asked_for() {
        assert_eq!(
            Run {
                done: 2,
                detailed: true,
                ..Run::default()
            }
            .exit(),
            Exit::Changes
        );
        assert_eq!(
            Run {
                done: 2,
                ..Run::default()
            }
            .exit(),
            Exit::Done
        );
        assert_eq!(
            Run {
                detailed: true,
                ..Run::default()
            }
            .exit(),
            Exit::Done
        );
    }
}
