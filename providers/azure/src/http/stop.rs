//! The wish to stop, shared by everything that waits.

use tokio::sync::watch;

use super::request::{Class, Request};

/// A cloneable flag with two grades, as Ctrl-C has them: first nothing new starts, then everything is left at once.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<Grade>);

/// How urgent the wish is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nobody asked.
    #[default]
    Go,
    /// No new request and no retry; operations that run in Azure are still awaited.
    Orderly,
    /// Awaiting ends too; what runs in Azure runs on.
    AtOnce,
}

impl Grade {
    /// The wish that keeps a request from being sent: questions about what already runs in Azure go on until the run is to be left.
    pub(super) fn against(request: &Request) -> Grade {
        match request.class {
            Class::Poll => Grade::AtOnce,
            _ => Grade::Orderly,
        }
    }
}

impl Stop {
    /// Nobody has asked to stop.
    #[must_use]
    pub fn new() -> Stop {
        Stop(watch::Sender::new(Grade::Go))
    }

    /// Asks for an orderly stop: waits for retries and for pace end at once, operations are still followed.
    pub fn raise(&self) {
        self.raise_to(Grade::Orderly);
    }

    /// Asks to leave now: every wait ends, in-flight requests are dropped.
    pub fn raise_at_once(&self) {
        self.raise_to(Grade::AtOnce);
    }

    /// How urgent the wish is now.
    #[must_use]
    pub fn grade(&self) -> Grade {
        *self.0.borrow()
    }

    /// Waits until the wish is at least this urgent.
    pub async fn reached(&self, grade: Grade) {
        let mut changes = self.0.subscribe();
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = changes.wait_for(|now| *now >= grade).await;
    }

    fn raise_to(&self, grade: Grade) {
        self.0.send_if_modified(|now| {
            let higher = grade > *now;
            *now = grade.max(*now);
            higher
        });
    }
}

impl Default for Stop {
    fn default() -> Self {
        Stop::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wish_never_gets_less_urgent() {
        let stop = Stop::new();
        assert_eq!(stop.grade(), Grade::Go);
        stop.raise_at_once();
        stop.raise();
        assert_eq!(stop.grade(), Grade::AtOnce);
        stop.reached(Grade::Orderly).await;
    }

    #[tokio::test]
    async fn every_clone_hears_it() {
        let stop = Stop::new();
        let heard = stop.clone();
        let waiting = tokio::spawn(async move { heard.reached(Grade::Orderly).await });
        stop.raise();
        waiting.await.unwrap();
    }
}
