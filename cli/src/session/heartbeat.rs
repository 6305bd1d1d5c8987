//! A sign of life while something takes long that has no events of its own.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use vmlogin_azure::http::Held;

use super::{Events, FRAME, Session, TICK, Telling};
use crate::render::progress::SILENCE;
use crate::render::progress::held::{self, Notices};
use crate::render::progress::live::counted;

/// What is over sooner needs no live line.
const AT_ONCE: Duration = Duration::from_millis(300);

/// What can be told of something that has no events.
#[derive(Debug, Default)]
pub(crate) struct Sign {
    /// How many are done, of how many.
    pub count: Option<(usize, usize)>,
    /// What waits before it is sent.
    pub held: Vec<Held>,
}

/// Waits for something, and says that it is still being done: "reading". On a terminal that is a live line, with a bar where
/// `sign` tells how many of how many are done; elsewhere a line every [`SILENCE`]. Of these it tells nothing where progress is not
/// wanted; events of what waits before it is sent go to their stream in any case.
pub(crate) async fn patiently<T>(
    session: &Session,
    events: Events<'_>,
    doing: &str,
    sign: impl Fn() -> Sign,
    work: impl Future<Output = T>,
) -> T {
    let telling = session.telling(events.are_on());
    let (first, period) = match telling {
        Telling::Nothing if !events.are_on() => return work.await,
        Telling::Nothing | Telling::Lines => (TICK, TICK),
        Telling::Live => (AT_ONCE, FRAME),
    };
    let begun = Instant::now();
    let mut said = Duration::ZERO;
    let mut notices = Notices::default();
    let mut clock = interval_at(begun + first, period);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Gone with this function, however it ends.
    let live = session.terminal.live();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = clock.tick() => {
                let Sign { count, held } = sign();
                let since = begun.elapsed();
                for due in notices.due(&held, since) {
                    events.send(&held::event(&due));
                }
                match telling {
                    Telling::Live => live.draw(counted(doing, count, &held, since, live.canvas())),
                    Telling::Lines if since - said >= SILENCE => {
                        said = since;
                        session.terminal.diagnostic(&lines(doing, &held, since));
                    }
                    Telling::Lines | Telling::Nothing => {}
                }
            }
        }
    }
}

/// The same for something of which nothing is told but that it goes on, in a verb without events.
pub(crate) async fn quietly<T>(session: &Session, doing: &str, work: impl Future<Output = T>) -> T {
    patiently(session, Events::none(session), doing, Sign::default, work).await
}

fn lines(doing: &str, held: &[Held], since: Duration) -> String {
    let mut lines = format!("  still {doing} ({} s)\n", since.as_secs());
    for held in held {
        lines.push_str(&format!("    {}\n", held::text(held)));
    }
    lines
}
