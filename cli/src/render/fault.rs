//! A fault as a screen: what was attempted, the service's own words, its request id, then our help.

use vmlogin_engine::provider::Fault;

use super::{Paint, View, prose};

/// A fault that ended a run before any step.
pub(crate) fn text(fault: &Fault, view: View) -> String {
    let mut screen = prose::headed(
        view,
        0,
        "error:",
        Paint::removed,
        &format!("could not {}", fault.attempted),
    );
    screen.push_str(&body(fault, view, 2));
    screen
}

/// Everything but what was attempted, after an indent.
pub(crate) fn body(fault: &Fault, view: View, indent: usize) -> String {
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
    let mut body = prose::prose(view, indent, &said);
    let mut more = |label: &str, text: &Option<String>| {
        if let Some(text) = text {
            body.push_str(&prose::prose(view, indent, &format!("{label}: {text}")));
        }
    };
    more("request id", &fault.request_id);
    more(
        "may still run in Azure",
        &fault.operation_url.as_deref().map(unsigned),
    );
    more("help", &fault.help);
    body
}

/// A URL without its query, of which nothing is left that a person could use. The events of `--json` have its harmless part.
fn unsigned(url: &str) -> String {
    match url.split_once('?') {
        Some((place, _)) => format!("{place}?…"),
        None => url.to_owned(),
    }
}
