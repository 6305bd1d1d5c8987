//! The plan as a screen: what changes, what stays and why, what the rules say.
//!
//! Every symbol comes with its word, so that a log without colour reads the same.

use std::fmt::Write;

use vmlogin_engine::plan::{Action, Change, Mode, Plan, Step};
use vmlogin_engine::schema::Class;
use vmlogin_engine::source::Sources;
use vmlogin_engine::value::Value;

use super::fold::{self, Group, folded};
use super::names::Names;
use super::{Paint, View, difference, findings, foreign, prose};

/// The whole screen.
pub(crate) fn text(plan: &Plan, sources: &Sources, view: View) -> String {
    let mut screen = Screen {
        plan,
        names: Names::of(plan),
        sources,
        view,
        text: String::new(),
    };
    screen.partial();
    for action in [
        Action::Replace,
        Action::Revoke,
        Action::Create,
        Action::Update,
        Action::Delete,
    ] {
        screen.steps(&heading(action), |step| {
            step.blocked.is_none() && step.action == action
        });
    }
    screen.steps("put off for now", |step| {
        step.blocked.is_none() && step.action == Action::Defer
    });
    screen.steps("blocked by a rule", |step| step.blocked.is_some());
    screen.stays();
    screen.findings();
    screen.unmanaged();
    screen.gaps();
    screen.gone();
    screen.text.push_str(&prose::prose(view, 0, &summary(plan)));
    screen.text
}

/// The last line: how many steps of each action.
pub(crate) fn summary(plan: &Plan) -> String {
    let tally = plan.tally();
    let count = |action| tally.get(&action).copied().unwrap_or(0);
    let blocked = plan
        .steps
        .iter()
        .filter(|step| step.blocked.is_some())
        .count();
    let (verb, stay) = match plan.mode {
        Mode::Apply => ("plan", "unchanged"),
        Mode::Destroy => ("destroy", "to stay"),
    };
    let mut line = format!("{verb}: ");
    if plan.is_empty() {
        let now = if count(Action::Defer) + blocked > 0 {
            " now"
        } else {
            ""
        };
        let _ = write!(line, "nothing is to change{now}, ");
    }
    if !plan.is_empty() && plan.mode == Mode::Apply {
        let _ = write!(
            line,
            "{} to create, {} to update, ",
            count(Action::Create),
            count(Action::Update)
        );
    }
    if !plan.is_empty() {
        let _ = write!(
            line,
            "{} to revoke, {} to delete, ",
            count(Action::Revoke),
            count(Action::Delete)
        );
    }
    if count(Action::Replace) > 0 {
        let _ = write!(line, "{} TO REPLACE, ", count(Action::Replace));
    }
    if count(Action::Defer) > 0 {
        let _ = write!(line, "{} deferred, ", count(Action::Defer));
    }
    let _ = write!(line, "{} {stay}", count(Action::Keep));
    if blocked > 0 {
        let _ = write!(line, ", {blocked} blocked");
    }
    line
}

fn heading(action: Action) -> String {
    match action {
        Action::Replace => "TO REPLACE: deleted and made anew".to_owned(),
        action => format!("to {action}"),
    }
}

/// The mark of an action, always shown before its word.
pub(crate) fn mark(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Replace => '±',
        Action::Revoke | Action::Delete => '-',
        Action::Keep => '=',
        Action::Defer => '!',
    }
}

struct Screen<'a> {
    plan: &'a Plan,
    names: Names<'a>,
    sources: &'a Sources,
    view: View,
    text: String,
}

impl Screen<'_> {
    /// Says loudly that this is not all.
    fn partial(&mut self) {
        let Some(selection) = &self.plan.selection else {
            return;
        };
        let quoted = |flag: &str, patterns: &[String]| -> String {
            let flags: Vec<String> = patterns
                .iter()
                .map(|pattern| format!("{flag} '{}'", foreign::line(pattern)))
                .collect();
            flags.join(" ")
        };
        let targets = quoted("--target", &selection.targets);
        let excludes = quoted("--exclude", &selection.excludes);
        let what = match (targets.is_empty(), excludes.is_empty()) {
            (false, true) => format!("only what {targets} selects"),
            (true, _) => format!("all but what {excludes} leaves out"),
            (false, false) => {
                format!("only what {targets} selects, but not what {excludes} leaves out")
            }
        };
        let what = format!("{what}; nothing outside it is removed");
        self.text.push_str(&prose::headed(
            self.view,
            0,
            "PARTIAL PLAN:",
            Paint::changed,
            &what,
        ));
        self.text.push('\n');
    }

    fn steps(&mut self, title: &str, of: impl Fn(&Step) -> bool) {
        let steps: Vec<&Step> = self.plan.steps.iter().filter(|step| of(step)).collect();
        if steps.is_empty() {
            return;
        }
        self.heading(title, steps.len());
        let same = |step| fold::same_step(step, &self.names);
        for group in folded(&steps, self.view.verbose, same) {
            self.group(group);
        }
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str, count: usize) {
        let heading = self.view.paint.heading(&format!("{title} ({count})"));
        let _ = writeln!(self.text, "{heading}");
    }

    fn group(&mut self, group: Group<&Step>) {
        let step = group.first;
        let (head, paint) = head(step);
        let address = step.address.as_str();
        if group.count == 1 {
            self.text
                .push_str(&prose::step(self.view, &head, paint, address, &step.title));
        } else {
            let (head, address) = (paint(self.view.paint, &head), foreign::line(address));
            let _ = writeln!(
                self.text,
                "  {head} × {} {} like {address}",
                group.count,
                fold::plural(&step.kind)
            );
        }
        self.details(step);
    }

    fn details(&mut self, step: &Step) {
        if let Some(hindrance) = &step.hindrance {
            self.detail(&format!("because {}", hindrance.reason));
            self.detail(&format!("help: {}", hindrance.help));
        }
        match &step.blocked {
            Some(blocked) => self.detail(&format!("because of {}", blocked.because(&step.address))),
            None if step.action == Action::Defer && !self.view.verbose => {}
            None => step
                .changes
                .iter()
                .for_each(|change| self.change(step, change)),
        }
        for note in &step.notes {
            self.detail(&format!("note: {note}"));
        }
        if self.view.verbose {
            for wait in &step.waits {
                self.detail(&format!("after {}: {}", wait.on, wait.reason));
            }
        }
    }

    fn detail(&mut self, text: &str) {
        self.text.push_str(&prose::prose(self.view, 6, text));
    }

    /// A difference. What only is as it should not be is told by a note or a finding already.
    fn change(&mut self, step: &Step, change: &Change) {
        let is_making = change.before == Value::Null && step.action != Action::Update;
        if is_making && !is_in_title(step, &change.after) {
            let after = self.names.said(&change.after);
            self.detail(&format!("{} = {after}", change.attribute));
        } else if !is_making
            && (change.class == Class::Changeable || step.action == Action::Replace)
        {
            self.text
                .push_str(&difference::text(change, &self.names, self.view));
        }
    }

    /// What is kept and has something to say: always in a destroy, else where there is a note.
    fn stays(&mut self) {
        let all = self.view.verbose || self.plan.mode == Mode::Destroy;
        let title = match self.plan.mode {
            Mode::Apply => "unchanged",
            Mode::Destroy => "to stay",
        };
        self.steps(title, |step| {
            step.blocked.is_none() && step.action == Action::Keep && (all || !step.notes.is_empty())
        });
    }

    fn findings(&mut self) {
        let text = findings::text(&self.plan.findings, self.sources, self.view);
        self.text.push_str(&text);
    }

    fn unmanaged(&mut self) {
        if self.plan.unmanaged.is_empty() {
            return;
        }
        self.heading(
            "not in the manifest, and staying",
            self.plan.unmanaged.len(),
        );
        for grant in &self.plan.unmanaged {
            self.text.push_str(&prose::prose(
                self.view,
                2,
                &format!("= keep {}", grant.name),
            ));
            self.detail(&format!("at {}", self.names.id(&grant.scope)));
            self.detail(&format!("because {}", grant.why));
        }
        self.text.push('\n');
    }

    /// What `absent` names and nobody finds, in one line: it has done its work, or is misspelt.
    fn gone(&mut self) {
        let gone = &self.plan.gone;
        let shown = match self.view.verbose {
            true => gone.len(),
            false => gone.len().min(FEW_GONE),
        };
        let names: Vec<&str> = gone[..shown].iter().map(|it| it.as_str()).collect();
        let mut line = names.join(", ");
        match gone.len() - shown {
            0 if gone.is_empty() => return,
            0 => {}
            more => {
                let _ = write!(line, " and {more} more; -v shows them all");
            }
        }
        let line = format!("`absent` names {line}: not there, so nothing to do");
        self.text.push_str(&prose::prose(self.view, 0, &line));
        self.text.push('\n');
    }

    fn gaps(&mut self) {
        if self.plan.gaps.is_empty() {
            return;
        }
        self.heading(
            "could not be read, so nothing is concluded from it",
            self.plan.gaps.len(),
        );
        for gap in &self.plan.gaps {
            self.text.push_str(&prose::headed(
                self.view,
                2,
                "? not read:",
                Paint::changed,
                gap,
            ));
        }
        self.text.push('\n');
    }
}

/// More than these are counted.
const FEW_GONE: usize = 3;

/// What happens to a step, with its mark, and how that is painted.
fn head(step: &Step) -> (String, fn(Paint, &str) -> String) {
    let words = format!("{} {}", mark(step.action), step.action);
    match step.action {
        Action::Keep if step.blocked.is_some() => ("x blocked".to_owned(), Paint::removed),
        action if step.blocked.is_some() => (format!("x blocked {action}"), Paint::removed),
        Action::Create => (words, Paint::added),
        Action::Update | Action::Defer => (words, Paint::changed),
        Action::Replace | Action::Revoke | Action::Delete => (words, Paint::removed),
        Action::Keep => (words, Paint::plain),
    }
}

/// Whether a step's title says a value already, so that it need not be said twice.
fn is_in_title(step: &Step, value: &Value) -> bool {
    match value {
        Value::Text(text) => step.title.contains(&format!("`{text}`")),
        Value::Principal(principal) => step.title.contains(&principal.to_string()),
        Value::Null => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
