//! Progress as plain lines, one for each thing that begins or ends, and a sign of life where nothing does for a while.
//!
//! A terminal gets [`live`] frames instead. Pure: the time comes with every call, as what has passed since the run began.

pub(crate) mod held;
pub(crate) mod live;

use std::collections::BTreeMap;
use std::time::Duration;

use vmlogin_azure::http::Held;
use vmlogin_engine::address::Address;
use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::plan::Action;

use super::{Paint, foreign};

/// How long nothing may be said while something runs.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// The most characters of a cause; the report has all of it.
const LONGEST: usize = 80;

/// What a run is doing, as far as its events tell.
#[derive(Debug)]
pub(crate) struct Progress {
    paint: Paint,
    steps: usize,
    ended: usize,
    failed: usize,
    deferred: usize,
    blocked: usize,
    running: BTreeMap<Address, Running>,
    held: Vec<Held>,
    last_said: Duration,
}

#[derive(Debug)]
struct Running {
    action: Action,
    since: Duration,
    status: Option<String>,
}

impl Progress {
    /// Of a run of so many steps.
    pub(crate) fn new(steps: usize, paint: Paint) -> Progress {
        Progress {
            paint,
            steps,
            ended: 0,
            failed: 0,
            deferred: 0,
            blocked: 0,
            running: BTreeMap::new(),
            held: Vec::new(),
            last_said: Duration::ZERO,
        }
    }

    /// The line for an event, where it is worth one.
    pub(crate) fn on(&mut self, event: &Event, now: Duration) -> Option<String> {
        let line = match event {
            Event::Started { address, action } => {
                let running = Running {
                    action: *action,
                    since: now,
                    status: None,
                };
                self.running.insert(address.clone(), running);
                format!("  begin {action} {}", foreign::line(address.as_str()))
            }
            Event::Running { address, status } => {
                if let Some(running) = self.running.get_mut(address) {
                    running.status = Some(status.clone());
                }
                return None;
            }
            Event::Ended {
                address,
                action,
                outcome,
            } => {
                self.count(outcome);
                let took = self
                    .running
                    .remove(address)
                    .map(|running| now.saturating_sub(running.since));
                self.end(address, *action, outcome, took)
            }
            _ => return None,
        };
        self.last_said = now;
        Some(line + "\n")
    }

    /// Takes note of what waits before it is sent.
    pub(crate) fn hold(&mut self, held: Vec<Held>) {
        self.held = held;
    }

    fn count(&mut self, outcome: &Outcome) {
        self.ended += 1;
        match outcome {
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Deferred { .. } => self.deferred += 1,
            Outcome::Blocked { .. } => self.blocked += 1,
            Outcome::Done { .. } | Outcome::NotStarted => {}
        }
    }

    /// A sign of life, where steps run and nothing was said for [`SILENCE`].
    pub(crate) fn tick(&mut self, now: Duration) -> Option<String> {
        let (address, running) = self
            .running
            .iter()
            .min_by_key(|(_, running)| running.since)?;
        if now.saturating_sub(self.last_said) < SILENCE {
            return None;
        }
        let status = running
            .status
            .as_deref()
            .map(|status| format!(", {}", foreign::line(status)))
            .unwrap_or_default();
        let others = match self.running.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let line = format!(
            "  still {} {} ({}{status}){others}; {} of {} ended\n",
            running.action,
            foreign::line(address.as_str()),
            seconds(now.saturating_sub(running.since)),
            self.ended,
            self.steps,
        );
        self.last_said = now;
        Some(line)
    }

    fn end(
        &self,
        address: &Address,
        action: Action,
        outcome: &Outcome,
        took: Option<Duration>,
    ) -> String {
        let address = foreign::line(address.as_str());
        let took = took
            .filter(|took| took.as_secs() > 0)
            .map(|took| format!(" ({})", seconds(took)))
            .unwrap_or_default();
        match outcome {
            Outcome::Done { .. } => {
                format!("  {} {action} {address}{took}", self.paint.added("done"))
            }
            Outcome::Failed { fault } => {
                let why = fault.code.as_deref().unwrap_or(&fault.message);
                let why = foreign::clipped(&foreign::line(why), LONGEST).into_owned();
                format!(
                    "  {} {action} {address}{took}: {}",
                    self.paint.removed("failed"),
                    why
                )
            }
            Outcome::Deferred { reason } => {
                format!(
                    "  {} {action} {address}: {}",
                    self.paint.changed("deferred"),
                    foreign::line(reason)
                )
            }
            Outcome::Blocked { because } => {
                format!(
                    "  {} {action} {address}: because of {}",
                    self.paint.changed("blocked"),
                    foreign::line(because)
                )
            }
            Outcome::NotStarted => {
                format!("  {} {action} {address}", self.paint.changed("not started"))
            }
        }
    }
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        short @ 0..60 => format!("{short} s"),
        long => format!("{} min {} s", long / 60, long % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{fault, machine};

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn started(name: &str) -> Event {
        Event::Started {
            address: machine(name, &["login"]),
            action: Action::Create,
        }
    }

    fn ended(name: &str, outcome: Outcome) -> Event {
        Event::Ended {
            address: machine(name, &["login"]),
            action: Action::Create,
            outcome,
        }
    }

    #[test]
    fn each_begin_and_end_is_a_line() {
        let mut progress = Progress::new(3, Paint::OFF);
        let events = [
            (started("web01"), 1),
            (started("web02"), 1),
            (ended("web01", Outcome::Done { note: None }), 75),
            (ended("web02", Outcome::Failed { fault: fault() }), 76),
            (
                ended(
                    "web03",
                    Outcome::Blocked {
                        because: "vm:core/rg-web/web02/login".to_owned(),
                    },
                ),
                76,
            ),
        ];
        let lines: String = events
            .iter()
            .filter_map(|(event, now)| progress.on(event, at(*now)))
            .collect();
        insta::assert_snapshot!(lines, @"
        begin create vm:core/rg-web/web01/login
        begin create vm:core/rg-web/web02/login
        done create vm:core/rg-web/web01/login (1 min 14 s)
        failed create vm:core/rg-web/web02/login (1 min 15 s): VMExtensionProvisioningError
        blocked create vm:core/rg-web/web03/login: because of vm:core/rg-web/web02/login
        ");
    }

    #[test]
    fn silence_is_broken_after_ten_seconds_and_only_while_something_runs() {
        let mut progress = Progress::new(2, Paint::OFF);
        assert_eq!(progress.tick(at(60)), None);
        progress.on(&started("web01"), at(1));
        progress.on(&started("web02"), at(2));
        let status = Event::Running {
            address: machine("web01", &["login"]),
            status: "Upd\u{1b}ating".to_owned(),
        };
        assert_eq!(progress.on(&status, at(5)), None);
        assert_eq!(progress.tick(at(11)), None);
        insta::assert_snapshot!(progress.tick(at(12)).unwrap(), @r#"  still create vm:core/rg-web/web01/login (11 s, Upd\u{1b}ating) and 1 more; 0 of 2 ended"#);
        assert_eq!(progress.tick(at(13)), None);
        assert!(progress.tick(at(22)).is_some());
        progress.on(&ended("web01", Outcome::Done { note: None }), at(23));
        progress.on(&ended("web02", Outcome::Done { note: None }), at(23));
        assert_eq!(progress.tick(at(90)), None);
    }
}
