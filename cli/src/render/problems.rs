//! Problems of a manifest as a screen and as JSON.

use std::borrow::Cow;
use std::fmt::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use serde::Serialize;
use vmlogin_engine::problem::Problem;
use vmlogin_engine::source::{SourceId, Sources, Span};

use super::foreign;
use super::given::{Given, completed};
use super::snippet::Snippet;
use super::{Paint, View};

/// The version of the JSON. It rises when a reader of the old form would be misled.
const FORMAT: u32 = 1;

/// All problems, one after another, with the lines that they are about.
pub(crate) fn text(problems: &[Problem], sources: &Sources, view: View) -> String {
    let masked = masked(problems, sources);
    let sources = masked.as_ref().unwrap_or(sources);
    let handler = handler(view);
    let mut screen = String::new();
    for problem in problems {
        let shown = Shown::of(problem, sources, view.given.without_values());
        // Writing to a String fails never; a diagnostic that cannot be drawn is still named.
        if handler.render_report(&mut screen, &shown).is_err() {
            let _ = writeln!(screen, "{}: {}", problem.code, shown.message);
        }
        screen.push('\n');
    }
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        more => format!("{more} problems"),
    };
    let _ = writeln!(screen, "{}", view.paint.removed(&count));
    screen
}

/// The sources without what may be a secret, where something may be.
fn masked(problems: &[Problem], sources: &Sources) -> Option<Sources> {
    let secrets: Vec<Span> = problems
        .iter()
        .flat_map(|problem| &problem.labels)
        .filter(|label| label.secret)
        .map(|label| label.span)
        .collect();
    (!secrets.is_empty()).then(|| sources.masked(&secrets))
}

fn handler(view: View) -> GraphicalReportHandler {
    let styles = match view.paint {
        Paint { on: true } => ThemeStyles::ansi(),
        Paint { on: false } => ThemeStyles::none(),
    };
    GraphicalReportHandler::new_themed(GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles,
    })
    .with_links(false)
    .with_width(view.width)
    .with_context_lines(1)
}

/// A problem as miette wants it: the labels of one source, and those of others as children.
#[derive(Debug)]
struct Shown {
    code: Option<String>,
    message: String,
    help: Option<String>,
    snippet: Option<Snippet>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Shown>,
}

impl Shown {
    fn of(problem: &Problem, sources: &Sources, given: Given) -> Shown {
        let mut by_source: Vec<(SourceId, Vec<(Span, &str)>)> = Vec::new();
        for label in &problem.labels {
            let place = (label.span, label.text.as_str());
            match by_source
                .iter_mut()
                .find(|(source, _)| *source == label.span.source)
            {
                Some((_, labels)) => labels.push(place),
                None => by_source.push((label.span.source, vec![place])),
            }
        }
        let mut parts = by_source
            .iter()
            .map(|(source, labels)| Shown::part(sources, *source, labels));
        let mut shown = parts.next().unwrap_or_else(Shown::bare);
        shown.code = Some(problem.code.to_string());
        shown.message = foreign::line(&problem.message).into_owned();
        shown.help = problem
            .help
            .as_deref()
            .map(|help| foreign::line(&completed(help, given)).into_owned());
        shown.elsewhere = parts.collect();
        shown
    }

    fn part(sources: &Sources, source: SourceId, labels: &[(Span, &str)]) -> Shown {
        let spans: Vec<Span> = labels.iter().map(|(span, _)| *span).collect();
        let snippet = Snippet::of(sources, source, &spans);
        let labels = snippet
            .labels
            .iter()
            .zip(labels)
            .map(|(place, (_, text))| {
                let text = (!text.is_empty()).then(|| foreign::line(text).into_owned());
                LabeledSpan::new_with_span(text, *place)
            })
            .collect();
        Shown {
            message: "the other place".to_owned(),
            snippet: Some(snippet),
            labels,
            ..Shown::bare()
        }
    }

    fn bare() -> Shown {
        Shown {
            code: None,
            message: String::new(),
            help: None,
            snippet: None,
            labels: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        // Children are only other places of the same problem.
        self.code.is_none().then_some(miette::Severity::Advice)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet
            .as_ref()
            .map(|snippet| snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.elsewhere.is_empty()).then(|| {
            Box::new(self.elsewhere.iter().map(|other| other as &dyn Diagnostic))
                as Box<dyn Iterator<Item = &dyn Diagnostic>>
        })
    }
}

/// All problems as one JSON document, places by file, line and column, both from 1; columns count characters.
pub(crate) fn json(problems: &[Problem], sources: &Sources, given: Given) -> String {
    let given = given.without_values();
    let document = Document {
        format: FORMAT,
        problems: problems
            .iter()
            .map(|problem| ProblemRow::of(problem, sources, given))
            .collect(),
    };
    super::pretty(&document)
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    problems: Vec<ProblemRow<'a>>,
}

#[derive(Serialize)]
struct ProblemRow<'a> {
    code: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    labels: Vec<LabelRow<'a>>,
    help: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct LabelRow<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

impl<'a> ProblemRow<'a> {
    fn of(problem: &'a Problem, sources: &'a Sources, given: Given) -> ProblemRow<'a> {
        let labels: Vec<LabelRow<'a>> = problem
            .labels
            .iter()
            .map(|label| {
                let (line, column) = sources.line_column(label.span);
                let (end_line, end_column) = sources.line_column(Span {
                    start: label.span.end,
                    ..label.span
                });
                LabelRow {
                    file: sources.name(label.span.source),
                    line,
                    column,
                    end_line,
                    end_column,
                    text: &label.text,
                }
            })
            .collect();
        ProblemRow {
            code: problem.code.0,
            message: &problem.message,
            file: labels.first().map(|label| label.file),
            line: labels.first().map(|label| label.line),
            column: labels.first().map(|label| label.column),
            labels,
            help: problem.help.as_deref().map(|help| completed(help, given)),
        }
    }
}

#[cfg(test)]
mod tests;
