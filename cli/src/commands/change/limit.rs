//! `--max-failures`: how many steps may fail before nothing new starts.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vmlogin_engine::address::Address;

use crate::args::MaxFailures;

/// The limit of one run, with what counts towards it. A step that fails again in a later round counts once.
#[derive(Debug)]
pub(crate) struct Limit {
    wanted: Option<(MaxFailures, usize)>,
    failed: Mutex<BTreeSet<Address>>,
}

impl Limit {
    /// Of a run with so many steps.
    pub(super) fn of(wanted: Option<MaxFailures>, steps: usize) -> Limit {
        Limit {
            wanted: wanted.map(|wanted| (wanted, wanted.of(steps))),
            failed: Mutex::default(),
        }
    }

    /// Takes note of a failure; true for the one with which the limit is reached.
    pub(super) fn count(&self, address: &Address) -> bool {
        let before = self.is_reached();
        self.failed().insert(address.clone());
        !before && self.is_reached()
    }

    /// Whether nothing new is to start.
    pub(super) fn is_reached(&self) -> bool {
        self.wanted
            .is_some_and(|(_, most)| self.failed().len() >= most)
    }

    /// Why nothing new is to start, where that is so.
    pub(super) fn reason(&self) -> Option<String> {
        let (wanted, _) = self.wanted.filter(|_| self.is_reached())?;
        let failed = match self.failed().len() {
            1 => "1 step".to_owned(),
            more => format!("{more} steps"),
        };
        Some(format!("{failed} failed (`--max-failures {wanted}`)"))
    }

    fn failed(&self) -> MutexGuard<'_, BTreeSet<Address>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::machine;

    fn limit(text: &str, steps: usize) -> Limit {
        Limit::of(Some(text.parse().expect("a limit")), steps)
    }

    #[test]
    fn it_is_reached_once_and_by_different_steps() {
        let limit = limit("2", 10);
        assert!(!limit.count(&machine("web01", &["login"])));
        assert!(!limit.count(&machine("web01", &["login"])));
        assert_eq!(limit.reason(), None);
        assert!(limit.count(&machine("web02", &["login"])));
        assert!(!limit.count(&machine("web03", &["login"])));
        assert_eq!(
            limit.reason().as_deref(),
            Some("3 steps failed (`--max-failures 2`)")
        );
    }

    #[test]
    fn a_share_is_of_the_steps_of_the_plan_and_never_nothing() {
        assert!(limit("1%", 10).count(&machine("web01", &[])));
        let quarter = limit("25%", 6);
        assert!(!quarter.count(&machine("web01", &[])));
        assert!(quarter.count(&machine("web02", &[])));
    }

    #[test]
    fn without_one_nothing_is_reached() {
        let limit = Limit::of(None, 1);
        assert!(!limit.count(&machine("web01", &[])));
        assert_eq!(limit.reason(), None);
    }
}
