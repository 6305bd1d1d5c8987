//! A run that waits for machines: what it waits for, and how far they have come in the end.

use std::fmt::Write;
use std::time::Duration;

use jiff::Timestamp;
use vmlogin_engine::coverage::{Coverage, Waiting};

use super::{View, foreign, prose};

/// One line while nothing can go on.
pub(crate) fn waiting(waiting: &[Waiting], pause: Duration, until: Timestamp) -> String {
    let Some(first) = waiting.first() else {
        return String::new();
    };
    let more = match waiting.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    let (address, reason) = (
        foreign::line(first.address.as_str()),
        foreign::line(&first.reason),
    );
    let until = until.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!(
        "  waiting for {address}{more}: {reason}; next look in {:.1} s, until {until}\n",
        pause.as_secs_f64()
    )
}

/// How far the machines of each kind have come, a line for each. What is put off stands in the report above, with its reasons.
pub(crate) fn coverage(coverage: &[Coverage], view: View) -> String {
    if coverage.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", view.paint.heading("coverage"));
    for of in coverage {
        let _ = write!(
            text,
            "  {}: {} with a login: {} installed, {} joined",
            of.kind, of.machines, of.installed, of.joined
        );
        if of.join_not_checked > 0 {
            let _ = write!(text, " ({} not checked)", of.join_not_checked);
        }
        let _ = write!(text, ", {} enterable", of.enterable);
        if of.deferred > 0 {
            let _ = write!(text, ", {} deferred", of.deferred);
        }
        text.push('\n');
        if let Some(why) = &of.join_not_checked_why {
            text.push_str(&prose::prose(view, 4, &format!("not checked: {why}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{PLAIN, machine};

    fn put_off(name: &str) -> Waiting {
        Waiting {
            address: machine(name, &["login"]),
            reason: format!("`{name}` is deallocated"),
        }
    }

    #[test]
    fn a_waiting_run_says_for_what_and_until_when() {
        let until: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        let pause = Duration::from_secs(45);
        insta::assert_snapshot!(waiting(&[put_off("web01"), put_off("web02")], pause, until), @"  waiting for vm:core/rg-web/web01/login and 1 more: `web01` is deallocated; next look in 45.0 s, until 2026-11-21 12:00:00 UTC");
    }

    #[test]
    fn coverage_is_a_line_for_each_kind() {
        let of = Coverage {
            kind: "vm".to_owned(),
            machines: 3,
            installed: 2,
            joined: 1,
            join_not_checked: 1,
            join_not_checked_why: Some("you may not read devices".to_owned()),
            enterable: 2,
            deferred: 1,
            waiting: vec![put_off("web01")],
        };
        insta::assert_snapshot!(coverage(&[of], PLAIN), @"

        coverage
          vm: 3 with a login: 2 installed, 1 joined (1 not checked), 2 enterable, 1 deferred
            not checked: you may not read devices
        ");
        assert_eq!(coverage(&[], PLAIN), "");
    }
}
