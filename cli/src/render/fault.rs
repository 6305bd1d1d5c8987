//! A fault as a screen: what was attempted, the service's own words, its request id, then our help.

use vmlogin_engine::provider::Fault;

use super::{Given, Paint, View, prose};

/// A fault that ended a run before any step.
pub(crate) fn text(fault: &Fault, view: View) -> String {
    let mut screen = prose::headed(
        view,
        0,
        "error:",
        Paint::removed,
        &format!("could not {}", fault.attempted),
    );
    screen.push_str(&body(fault, view, 2, usize::MAX));
    screen
}

/// Everything but what was attempted, after an indent. Of the service's words at most so many lines: an extension's may be pages; they
/// are told as they were said, for only our own commands are about this manifest.
pub(crate) fn body(fault: &Fault, view: View, indent: usize, most: usize) -> String {
    let status = fault
        .status
        .filter(|status| *status >= 400)
        .map(|status| format!("HTTP {status} "));
    let code = fault.code.as_deref().map(|code| format!("{code}: "));
    let said = format!(
        "{}{}{}",
        status.unwrap_or_default(),
        code.unwrap_or_default(),
        fault.message
    );
    let verbatim = View {
        given: Given::NONE,
        ..view
    };
    let mut body = shortened(prose::prose(verbatim, indent, &said), indent, most);
    let mut more = |label: &str, text: &Option<String>| {
        if let Some(text) = text {
            body.push_str(&prose::prose(view, indent, &format!("{label}: {text}")));
        }
    };
    more("request id", &fault.request_id);
    // ARM often gives both ids the same value.
    let correlation = fault.correlation_id.clone();
    more(
        "correlation id",
        &correlation.filter(|id| fault.request_id.as_ref() != Some(id)),
    );
    more(
        "may still run in Azure",
        &fault.operation_url.as_deref().map(unsigned),
    );
    more("help", &fault.help);
    body
}

/// The first lines of a text, and how many more there are.
fn shortened(text: String, indent: usize, most: usize) -> String {
    let lines = text.lines().count();
    // To leave one line out would save none.
    if lines <= most.saturating_add(1) {
        return text;
    }
    let first: Vec<&str> = text.lines().take(most).collect();
    let more = lines - most;
    format!(
        "{}\n{:indent$}… {more} more lines; -v shows them\n",
        first.join("\n"),
        ""
    )
}

/// A URL without its query, of which nothing is left that a person could use. The events of `--json` have its harmless part.
fn unsigned(url: &str) -> String {
    match url.split_once('?') {
        Some((place, _)) => format!("{place}?…"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    /// Our helps are completed with what was given; what a service says is its own, though it may look like one of ours.
    #[test]
    fn what_a_service_says_is_told_as_it_was_said() {
        let line = ["vmlogin", "plan", "--sandbox"].map(std::ffi::OsString::from);
        let view = View {
            given: Given::on(&line),
            ..sample::PLAIN
        };
        let fault = Fault {
            message: "the policy says: use `vmlogin destroy --yes`".to_owned(),
            help: Some("run `vmlogin plan`".to_owned()),
            ..sample::fault()
        };
        let screen = text(&fault, view);
        assert!(screen.contains("use `vmlogin destroy --yes`"), "{screen}");
        assert!(screen.contains("run `vmlogin plan --sandbox`"), "{screen}");
    }
}
