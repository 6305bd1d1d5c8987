//! The same for programs: helps in JSON are shown to people who paste them too. What a service says is its own, and is left as it is.

use std::borrow::Cow;

use vmlogin_engine::event::{Event, Outcome};
use vmlogin_engine::rule::Finding;

use super::{Given, completed};

/// Completes the commands of a help.
pub(crate) fn of_help(help: &mut Option<String>, given: Given) {
    if let Some(help) = help {
        of_text(help, given);
    }
}

/// Completes the commands in the helps of findings.
pub(crate) fn of_findings(findings: &mut [Finding], given: Given) {
    for finding in findings {
        of_help(&mut finding.help, given);
    }
}

/// An event whose help is completed, where it has one of its own. The findings of a plan are completed before it becomes one.
pub(crate) fn of_event(event: &Event, given: Given) -> Cow<'_, Event> {
    let mut completed = Cow::Borrowed(event);
    match event {
        Event::Refused { .. }
        | Event::Failed { .. }
        | Event::Ended {
            outcome: Outcome::Failed { .. },
            ..
        } => complete(completed.to_mut(), given),
        _ => {}
    }
    completed
}

fn complete(event: &mut Event, given: Given) {
    match event {
        Event::Refused { refusal } => of_text(&mut refusal.lift, given),
        Event::Failed { fault }
        | Event::Ended {
            outcome: Outcome::Failed { fault },
            ..
        } => of_help(&mut fault.help, given),
        _ => {}
    }
}

fn of_text(text: &mut String, given: Given) {
    *text = completed(text, given).into_owned();
}
