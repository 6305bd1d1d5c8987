//! Progress as a few lines that are drawn again and again on a terminal: pure, a frame from what is known and the time.

use std::time::Duration;

use super::{Progress, Running, held, seconds};
use crate::render::{Paint, foreign};
use vmlogin_azure::http::Held;
use vmlogin_engine::address::Address;

/// The most running steps that are named.
const MOST: usize = 5;
/// The longest bar, and the shortest that tells anything.
const BAR: (usize, usize) = (30, 8);

/// What a frame is drawn on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canvas {
    /// Whether it is coloured.
    pub paint: Paint,
    /// How many columns may be used.
    pub width: usize,
    /// How many lines.
    pub height: usize,
    /// Whether it can show more than ASCII.
    pub unicode: bool,
}

/// A frame for something that counts, or only takes time: "reading"; with what waits meanwhile.
pub(crate) fn counted(
    doing: &str,
    count: Option<(usize, usize)>,
    held: &[Held],
    since: Duration,
    canvas: Canvas,
) -> Vec<String> {
    let first = match count {
        Some((done, all)) if all > 0 => {
            let text = format!("{doing}: {done} of {all} things, {}", seconds(since));
            barred(done, all, &text, canvas)
        }
        _ => {
            let text = format!("  {doing}, {}", seconds(since));
            foreign::clipped(&text, canvas.width).into_owned()
        }
    };
    std::iter::once(first).chain(waits(held, canvas)).collect()
}

/// A line for each reason for which something waits, as far as there is room.
fn waits(held: &[Held], canvas: Canvas) -> impl Iterator<Item = String> {
    let room = canvas.height.saturating_sub(2);
    held.iter().take(room).map(move |held| {
        let line = format!("    {}", held::text(held));
        foreign::clipped(&line, canvas.width).into_owned()
    })
}

impl Progress {
    /// A frame for a run: the bar, what waits and why, and the steps that run longest.
    pub(crate) fn frame(&self, now: Duration, canvas: Canvas) -> Vec<String> {
        let mut lines = vec![barred(self.ended, self.steps, &self.counts(now), canvas)];
        lines.extend(waits(&self.held, canvas));
        let mut running: Vec<(&Address, &Running)> = self.running.iter().collect();
        running.sort_by_key(|(address, running)| (running.since, *address));
        let room = MOST.min(canvas.height.saturating_sub(1 + lines.len()));
        for (address, running) in running.iter().take(room) {
            lines.push(step(address, running, now, canvas));
        }
        if running.len() > room {
            let more = format!("    and {} more running", running.len() - room);
            lines.push(foreign::clipped(&more, canvas.width).into_owned());
        }
        lines
    }

    fn counts(&self, now: Duration) -> String {
        let mut text = format!("{} of {} steps", self.ended, self.steps);
        let others = [
            (self.failed, "failed"),
            (self.deferred, "deferred"),
            (self.blocked, "blocked"),
        ];
        for (count, how) in others.iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {count} {how}"));
        }
        text + ", " + &seconds(now)
    }
}

fn step(address: &Address, running: &Running, now: Duration, canvas: Canvas) -> String {
    let status = running
        .status
        .as_deref()
        .map(|status| format!(", {}", foreign::line(status)))
        .unwrap_or_default();
    let took = seconds(now.saturating_sub(running.since));
    let head = format!("    {} ", running.action);
    let tail = format!(" ({took}{status})");
    let tail = foreign::clipped(&tail, canvas.width / 2).into_owned();
    let room = canvas.width.saturating_sub(length(&head) + length(&tail));
    let address = ending(&foreign::line(address.as_str()), room);
    foreign::clipped(&format!("{head}{address}{tail}"), canvas.width).into_owned()
}

/// A bar before a text, where there is room for it.
fn barred(done: usize, all: usize, text: &str, canvas: Canvas) -> String {
    let room = canvas.width.saturating_sub(length(text) + 4);
    let long = room.min(BAR.0);
    if long < BAR.1 {
        return foreign::clipped(&format!("  {text}"), canvas.width).into_owned();
    }
    let full = (done * long).checked_div(all).unwrap_or(0).min(long);
    let (begun, left) = match canvas.unicode {
        true => ("█", "░"),
        false => ("#", "-"),
    };
    let bar = format!(
        "{}{}",
        canvas.paint.added(&begun.repeat(full)),
        canvas.paint.dim(&left.repeat(long - full))
    );
    format!("  {bar}  {text}")
}

/// The end of a text, which tells addresses apart, cut in front to a number of characters.
fn ending(text: &str, most: usize) -> String {
    let count = length(text);
    match count > most {
        false => text.to_owned(),
        true => std::iter::once('…')
            .chain(text.chars().skip(count + 1 - most.max(1)))
            .collect(),
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{fault, machine};
    use vmlogin_azure::http::holds::Why;
    use vmlogin_azure::http::pace::Quota;
    use vmlogin_azure::http::retry::Reason;
    use vmlogin_engine::event::{Event, Outcome};
    use vmlogin_engine::plan::Action;

    const CANVAS: Canvas = Canvas {
        paint: Paint::OFF,
        width: 79,
        height: 24,
        unicode: true,
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn begun(names: &[&str]) -> Progress {
        let mut progress = Progress::new(12, Paint::OFF);
        for (name, when) in names.iter().zip(1..) {
            let started = Event::Started {
                address: machine(name, &["login"]),
                action: Action::Create,
            };
            progress.on(&started, at(when));
        }
        progress
    }

    fn end(progress: &mut Progress, name: &str, outcome: Outcome) {
        let ended = Event::Ended {
            address: machine(name, &["login"]),
            action: Action::Create,
            outcome,
        };
        progress.on(&ended, at(60));
    }

    #[test]
    fn a_frame_has_the_bar_the_counts_and_what_runs_longest() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let mut progress = begun(&names);
        end(&mut progress, "a", Outcome::Done { note: None });
        end(&mut progress, "b", Outcome::Failed { fault: fault() });
        let because = "it is stopped".to_owned();
        end(&mut progress, "c", Outcome::Deferred { reason: because });
        let status = Event::Running {
            address: machine("d", &["login"]),
            status: "Upd\u{1b}ating".to_owned(),
        };
        progress.on(&status, at(61));
        insta::assert_snapshot!(progress.frame(at(95), CANVAS).join("\n"), @r"
        ███████░░░░░░░░░░░░░░░░░░░░░  3 of 12 steps, 1 failed, 1 deferred, 1 min 35 s
          create vm:core/rg-web/d/login (1 min 31 s, Upd\u{1b}ating)
          create vm:core/rg-web/e/login (1 min 30 s)
          create vm:core/rg-web/f/login (1 min 29 s)
          create vm:core/rg-web/g/login (1 min 28 s)
          create vm:core/rg-web/h/login (1 min 27 s)
          and 2 more running
        ");
    }

    #[test]
    fn what_waits_is_told_with_its_reason_on_sixty_columns() {
        let limit = Held {
            why: Why::Limit(Quota::Writes),
            requests: 118,
            longest: at(13),
        };
        let busy = Held {
            why: Why::Again(Reason::Busy),
            requests: 12,
            longest: at(30),
        };
        let mut progress = begun(&["a", "b"]);
        progress.hold(vec![limit, busy]);
        let canvas = Canvas {
            width: 60,
            ..CANVAS
        };
        insta::assert_snapshot!(progress.frame(at(31), canvas).join("\n"), @"
        ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0 of 12 steps, 31 s
          Azure's limit of writes: 118 requests wait, 13 s
          another operation is in progress: 12 requests wait, 30 s
          create vm:core/rg-web/a/login (30 s)
          create vm:core/rg-web/b/login (29 s)
        ");
        let reads = Held {
            why: Why::Refused(Quota::Reads),
            ..limit
        };
        insta::assert_snapshot!(counted("reading", Some((3, 12)), &[reads], at(4), canvas).join("\n"), @"
        ███████░░░░░░░░░░░░░░░░░░░░░  reading: 3 of 12 things, 4 s
          Azure takes no reads for now: 118 requests wait, 13 s
        ");
        for height in [1, 2, 3, 4] {
            let canvas = Canvas { height, ..canvas };
            assert!(progress.frame(at(31), canvas).len() <= height.max(2));
        }
    }

    #[test]
    fn no_line_is_longer_than_the_screen_and_no_frame_higher() {
        let long = "x".repeat(120);
        let progress = begun(&[&long, "b", "c", "d", "e", "f", "g"]);
        for width in [20, 29, 40, 59, 79, 200] {
            for height in [1, 2, 4, 24] {
                let canvas = Canvas {
                    width,
                    height,
                    ..CANVAS
                };
                let frame = progress.frame(at(70), canvas);
                assert!(frame.len() <= height.max(2), "{width}x{height}: {frame:#?}");
                assert!(
                    frame.iter().all(|line| length(line) <= width),
                    "{width}: {frame:#?}"
                );
            }
        }
        let narrow = Canvas {
            width: 39,
            height: 4,
            ..CANVAS
        };
        insta::assert_snapshot!(progress.frame(at(70), narrow).join("\n"), @"
        ░░░░░░░░░░  0 of 12 steps, 1 min 10 s
          create …xxxxxxxxx/login (1 min 9 s)
          create …/rg-web/b/login (1 min 8 s)
          and 5 more running
        ");
    }

    #[test]
    fn a_terminal_without_unicode_gets_a_bar_of_ascii() {
        let canvas = Canvas {
            unicode: false,
            width: 60,
            ..CANVAS
        };
        insta::assert_snapshot!(counted("reading", Some((3, 12)), &[], at(4), canvas).join("\n"), @"  #######---------------------  reading: 3 of 12 things, 4 s");
        insta::assert_snapshot!(counted("signing in", None, &[], at(4), canvas).join("\n"), @"  signing in, 4 s");
    }
}
