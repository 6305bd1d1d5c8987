//! A sign of life while something takes long that has no events of its own.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Session;
use crate::render::progress::SILENCE;

/// Waits for something, and says every [`SILENCE`] that it is still being done: "reading". Tells nothing where progress is not
/// wanted.
pub(crate) async fn patiently<T>(
    session: &Session,
    events: bool,
    doing: &str,
    work: impl Future<Output = T>,
) -> T {
    if !session.tells_progress(events) {
        return work.await;
    }
    let begun = Instant::now();
    let mut clock = interval_at(begun + SILENCE, SILENCE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = clock.tick() => session.terminal.diagnostic(&line(doing, begun.elapsed())),
        }
    }
}

fn line(doing: &str, since: Duration) -> String {
    format!("  still {doing} ({} s)\n", since.as_secs())
}
