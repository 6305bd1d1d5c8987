//! Work in shares: as many at the same time as the machine has processors. What comes of it must not depend on how many there are.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// More threads than this gain nothing: what comes of them is put together by one.
const MOST_THREADS: usize = 4;

/// In how many shares so many things are best done, where a share of fewer than `least` would be done before its thread stands.
pub(crate) fn count(things: usize, least: usize) -> usize {
    let most = things / least;
    if most < 2 {
        // Counting processors takes longer than a few things do.
        return 1;
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    threads.min(MOST_THREADS).min(most)
}

/// What each share comes to, in their order. The first is done on this thread, and so is one for which there is no other.
///
/// # Panics
/// Where the work does.
pub(crate) fn at_once<S: Send, T: Send>(shares: Vec<S>, work: impl Fn(S) -> T + Sync) -> Vec<T> {
    let shares: Vec<Mutex<Option<S>>> = shares.into_iter().map(|it| Mutex::new(Some(it))).collect();
    let done = |number: usize| shares[number].lock().ok()?.take().map(&work);
    let done = &done;
    thread::scope(|scope| {
        let begin = |number| thread::Builder::new().spawn_scoped(scope, move || done(number));
        let beside: Vec<_> = (1..shares.len())
            .map(|number| (number, begin(number)))
            .collect();
        let first = (!shares.is_empty()).then(|| done(0)).flatten();
        let beside = beside.into_iter().map(|(number, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => done(number),
        });
        std::iter::once(first).chain(beside).flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_shares_stands_in_their_order() {
        let squares = at_once((0..9).collect(), |number: u32| number * number);
        assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64]);
        assert!(at_once(Vec::new(), |number: u32| number).is_empty());
    }

    #[test]
    fn a_share_that_panics_is_not_lost_sight_of() {
        let panics = || at_once(vec![1, 2], |number: u32| assert_eq!(number, 1));
        assert!(std::panic::catch_unwind(panics).is_err());
    }

    #[test]
    fn little_work_is_not_shared() {
        assert_eq!(count(1_999, 1_000), 1);
        assert_eq!(count(0, 1_000), 1);
        assert!(count(1_000_000, 1_000) <= MOST_THREADS);
    }
}
