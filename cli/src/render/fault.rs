//! A fault as a screen: what was attempted, the service's own words, its request id, then our help.

use std::fmt::Write;

use vmlogin_engine::provider::Fault;

use super::{View, foreign};

/// A fault that ended a run before any step.
pub(crate) fn text(fault: &Fault, view: View) -> String {
    let mut screen = format!(
        "{} could not {}\n",
        view.paint.removed("error:"),
        foreign::line(&fault.attempted)
    );
    screen.push_str(&body(fault, "  "));
    screen
}

/// Everything but what was attempted, after an indent.
pub(crate) fn body(fault: &Fault, indent: &str) -> String {
    let mut body = String::new();
    let status = fault
        .status
        .filter(|status| *status >= 400)
        .map(|status| format!("HTTP {status} "))
        .unwrap_or_default();
    let code = fault
        .code
        .as_deref()
        .map(|code| format!("{code}: "))
        .unwrap_or_default();
    body.push_str(&foreign::lines(
        &format!("{status}{code}{}", fault.message),
        indent,
    ));
    if let Some(id) = &fault.request_id {
        let _ = writeln!(body, "{indent}request id: {}", foreign::line(id));
    }
    if let Some(url) = &fault.operation_url {
        let _ = writeln!(
            body,
            "{indent}may still run in Azure: {}",
            foreign::line(url)
        );
    }
    if let Some(help) = &fault.help {
        let _ = writeln!(body, "{indent}help: {}", foreign::line(help));
    }
    body
}
