//! A sign of life while something takes long that has no events of its own.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::{FRAME, Session, Telling};
use crate::render::progress::SILENCE;
use crate::render::progress::live::counted;

/// What is over sooner needs no live line.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Waits for something, and says that it is still being done: "reading". On a terminal that is a live line, with a bar where
/// `count` tells how many of how many are done; elsewhere a line every [`SILENCE`]. Tells nothing where progress is not wanted.
pub(crate) async fn patiently<T>(
    session: &Session,
    events: bool,
    doing: &str,
    count: impl Fn() -> Option<(usize, usize)>,
    work: impl Future<Output = T>,
) -> T {
    let telling = session.telling(events);
    let (first, period) = match telling {
        Telling::Nothing => return work.await,
        Telling::Lines => (SILENCE, SILENCE),
        Telling::Live => (AT_ONCE, FRAME),
    };
    let begun = Instant::now();
    let mut clock = interval_at(begun + first, period);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Gone with this function, however it ends.
    let live = session.terminal.live();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = clock.tick() => match telling {
                Telling::Live => live.draw(counted(doing, count(), begun.elapsed(), live.canvas())),
                _ => session.terminal.diagnostic(&line(doing, begun.elapsed())),
            },
        }
    }
}

/// For what cannot be counted.
pub(crate) fn uncounted() -> Option<(usize, usize)> {
    None
}

fn line(doing: &str, since: Duration) -> String {
    format!("  still {doing} ({} s)\n", since.as_secs())
}
