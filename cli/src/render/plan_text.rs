//! The plan as a screen: what changes, what stays and why, what the rules say.
//!
//! Every symbol comes with its word, so that a log without colour reads the same.

mod fold;

use std::fmt::Write;

use vmlogin_engine::plan::{Action, Change, Mode, Plan, Step};
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::schema::Class;
use vmlogin_engine::source::Sources;
use vmlogin_engine::value::Value;

use super::{View, foreign};
use fold::{Group, folded};

/// The most characters of a manifest's line beside a finding.
const LONGEST: usize = 100;

/// The whole screen.
pub(crate) fn text(plan: &Plan, sources: &Sources, view: View) -> String {
    let mut screen = Screen {
        plan,
        sources,
        view,
        text: String::new(),
    };
    screen.partial();
    for action in [
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
    screen.text.push_str(&summary(plan));
    screen.text.push('\n');
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
    if plan.is_empty() && count(Action::Defer) == 0 && blocked == 0 {
        let _ = write!(line, "nothing is to change, {} {stay}", count(Action::Keep));
        return line;
    }
    if plan.is_empty() {
        line.push_str("nothing is to change now: ");
    }
    if plan.mode == Mode::Apply {
        let _ = write!(
            line,
            "{} to create, {} to update, ",
            count(Action::Create),
            count(Action::Update)
        );
    }
    let _ = write!(
        line,
        "{} to revoke, {} to delete, {} deferred, {} {stay}",
        count(Action::Revoke),
        count(Action::Delete),
        count(Action::Defer),
        count(Action::Keep),
    );
    if blocked > 0 {
        let _ = write!(line, ", {blocked} blocked");
    }
    line
}

fn heading(action: Action) -> String {
    format!("to {action}")
}

/// The mark of an action, always shown before its word.
pub(crate) fn mark(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Revoke | Action::Delete => '-',
        Action::Keep => '=',
        Action::Defer => '!',
    }
}

struct Screen<'a> {
    plan: &'a Plan,
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
        let quoted = |flag: &str, patterns: &[String]| -> Vec<String> {
            patterns
                .iter()
                .map(|pattern| format!("{flag} '{}'", foreign::line(pattern)))
                .collect()
        };
        let mut flags = quoted("--target", &selection.targets);
        flags.extend(quoted("--exclude", &selection.excludes));
        let line = format!(
            "PARTIAL PLAN: only what {} selects; nothing outside it is removed",
            flags.join(" ")
        );
        let _ = writeln!(self.text, "{}\n", self.view.paint.changed(&line));
    }

    fn steps(&mut self, title: &str, of: impl Fn(&Step) -> bool) {
        let steps: Vec<&Step> = self.plan.steps.iter().filter(|step| of(step)).collect();
        if steps.is_empty() {
            return;
        }
        self.heading(title, steps.len());
        for group in folded(&steps, self.view.verbose) {
            self.group(&group);
        }
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str, count: usize) {
        let heading = self.view.paint.heading(&format!("{title} ({count})"));
        let _ = writeln!(self.text, "{heading}");
    }

    fn group(&mut self, group: &Group<'_>) {
        let step = group.first;
        let head = self.head(step);
        let address = foreign::line(step.address.as_str());
        match group.count {
            1 => {
                let title = self
                    .view
                    .paint
                    .dim(&format!("({})", foreign::line(&step.title)));
                let _ = writeln!(self.text, "  {head} {address} {title}");
            }
            count => {
                let _ = writeln!(
                    self.text,
                    "  {head} × {count} {} like {address}",
                    group.noun
                );
            }
        }
        self.details(step);
    }

    fn head(&self, step: &Step) -> String {
        if step.blocked.is_some() {
            return self
                .view
                .paint
                .removed(&format!("x blocked {}", step.action));
        }
        let words = format!("{} {}", mark(step.action), step.action);
        match step.action {
            Action::Create => self.view.paint.added(&words),
            Action::Update | Action::Defer => self.view.paint.changed(&words),
            Action::Revoke | Action::Delete => self.view.paint.removed(&words),
            Action::Keep => words,
        }
    }

    fn details(&mut self, step: &Step) {
        if let Some(hindrance) = &step.hindrance {
            let _ = writeln!(
                self.text,
                "      because {}",
                foreign::line(&hindrance.reason)
            );
            let _ = writeln!(self.text, "      help: {}", foreign::line(&hindrance.help));
        }
        if let Some(blocked) = &step.blocked {
            let _ = writeln!(
                self.text,
                "      because of {} about {}",
                blocked.rule,
                foreign::line(blocked.subject.as_str())
            );
        } else {
            for change in &step.changes {
                self.change(step, change);
            }
        }
        for note in &step.notes {
            let _ = writeln!(self.text, "      note: {}", foreign::line(note));
        }
        if self.view.verbose {
            for wait in &step.waits {
                let line = format!(
                    "      after {}: {}",
                    foreign::line(wait.on.as_str()),
                    foreign::line(&wait.reason)
                );
                let _ = writeln!(self.text, "{}", self.view.paint.dim(&line));
            }
        }
    }

    fn change(&mut self, step: &Step, change: &Change) {
        let said_already = change.class != Class::Changeable && step.action != Action::Create;
        if said_already || (step.action == Action::Create && is_in_title(step, &change.after)) {
            return;
        }
        let after = change.after.to_string();
        let after = foreign::line(&after);
        let name = foreign::line(&change.attribute);
        let _ = match step.action {
            Action::Create => writeln!(self.text, "      {name} = {after}"),
            _ => writeln!(
                self.text,
                "      {name}: {} -> {after}",
                foreign::line(&change.before.to_string())
            ),
        };
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
        let text = findings(&self.plan.findings, self.sources, self.view);
        self.text.push_str(&text);
    }

    fn unmanaged(&mut self) {
        if self.plan.unmanaged.is_empty() {
            return;
        }
        self.heading(
            "grants that the manifest does not name, which stay",
            self.plan.unmanaged.len(),
        );
        for grant in &self.plan.unmanaged {
            let _ = writeln!(self.text, "  = keep {}", foreign::line(&grant.name));
            let _ = writeln!(self.text, "      at {}", foreign::line(&grant.scope));
            let _ = writeln!(self.text, "      because {}", foreign::line(&grant.why));
        }
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
            let _ = writeln!(self.text, "  ? not read: {}", foreign::line(gap));
        }
        self.text.push('\n');
    }
}

/// What the rules say, each with the line of the manifest that it is about; nothing where they are silent.
pub(crate) fn findings(findings: &[Finding], sources: &Sources, view: View) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = view
        .paint
        .heading(&format!("findings ({})", findings.len()));
    text.push('\n');
    for each in findings {
        finding(each, sources, view, &mut text);
    }
    text.push('\n');
    text
}

fn finding(finding: &Finding, sources: &Sources, view: View, text: &mut String) {
    let word = match (finding.certainty, finding.severity) {
        (Certainty::NotChecked, _) => view.paint.changed("? not checked"),
        (Certainty::Seen, Severity::Error) => view.paint.removed("x error"),
        (Certainty::Seen, Severity::Warning) => view.paint.changed("! warning"),
        (Certainty::Seen, Severity::Info) => "i info".to_owned(),
    };
    let message = foreign::line(&finding.message);
    let _ = writeln!(text, "  {word} {} {message}", finding.rule);
    match finding.span {
        Some(span) if !sources.name(span.source).is_empty() => {
            let (line, column) = sources.line_column(span);
            let name = foreign::line(sources.name(span.source));
            let code = foreign::line(line_of(sources, span).trim());
            let _ = writeln!(
                text,
                "      {name}:{line}:{column} | {}",
                foreign::clipped(&code, LONGEST)
            );
        }
        _ => {
            let _ = writeln!(text, "      at {}", foreign::line(finding.subject.as_str()));
        }
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "      help: {}", foreign::line(help));
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

fn line_of<'s>(sources: &'s Sources, span: vmlogin_engine::source::Span) -> &'s str {
    let (line, _) = sources.line_column(span);
    let lines = sources.lines(span.source);
    let start = lines.get(line - 1).map_or(0, |start| *start as usize);
    let text = sources.text(span.source);
    text.get(start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
