//! Problems as a few lines of text, so that a test shows the whole report.

use vmlogin_engine::problem::Problem;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::print;

/// One paragraph a problem: code and message, each place with its words, the help.
pub(crate) fn report(problems: &[Problem], sources: &Sources) -> String {
    let paragraphs: Vec<String> = problems
        .iter()
        .map(|problem| paragraph(problem, sources))
        .collect();
    paragraphs.join("\n")
}

fn paragraph(problem: &Problem, sources: &Sources) -> String {
    let mut lines = format!("{}: {}\n", problem.code, problem.message);
    for label in &problem.labels {
        let (line, column) = sources.line_column(label.span);
        let name = sources.name(label.span.source);
        let written = sources
            .text(label.span.source)
            .get(label.span.range())
            .unwrap_or("(no such place)");
        let written = print::visible(written.lines().next().unwrap_or_default());
        lines.push_str(&format!(
            "  {name}:{line}:{column} `{written}` {}\n",
            label.text
        ));
    }
    if let Some(help) = &problem.help {
        lines.push_str(&format!("  help: {help}\n"));
    }
    lines
}
