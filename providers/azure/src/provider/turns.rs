//! Steps that must not write at once take turns: the rules of one security group, whose versions are their group's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vmlogin_engine::kind::Key;

/// The turns of one run, by what only one step at a time may write.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<BTreeMap<Key, Arc<tokio::sync::Mutex<()>>>>>);

/// A turn, which ends when this is dropped.
pub(super) struct Turn(
    #[expect(dead_code, reason = "it is held, and nobody asks what it is")]
    Option<tokio::sync::OwnedMutexGuard<()>>,
);

impl Turns {
    /// Waits until nobody else has the turn. Without a key there is nothing to wait for.
    pub(super) async fn take(&self, key: Option<Key>) -> Turn {
        let Some(key) = key else { return Turn(None) };
        let lock = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(key).or_default().clone()
        };
        Turn(Some(lock.lock_owned().await))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<Key> {
        Some(Key(text.to_owned()))
    }

    #[tokio::test]
    async fn one_key_is_for_one_at_a_time_and_others_do_not_wait() {
        let turns = Turns::default();
        let first = turns.take(key("nsg")).await;
        let _other = turns.take(key("other")).await;
        let _none = turns.take(None).await;
        let mut second = Box::pin(turns.take(key("nsg")));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut second).is_ready());
    }
}
