//! A request as a line: what was asked, what was answered, how long it took, and the id that support asks for. Neither headers nor
//! bodies are ever part of it, and the provider has blanked whatever in the URL gives a right.

use std::fmt::Write;

use vmlogin_azure::http::Trace;

use super::foreign;

/// The longest that an id is: those of Azure have 36 letters.
const LONGEST_ID: usize = 80;

/// One attempt, with its figures where `all` is to be told.
pub(crate) fn line(trace: &Trace, all: bool) -> String {
    let mut line = format!("  {} {}: ", trace.method, foreign::line(&trace.url));
    // Writing to a String never fails.
    let _ = match trace.status {
        Some(status) => write!(line, "{status}"),
        None if trace.is_queued() => write!(line, "not sent yet"),
        None => write!(line, "no answer"),
    };
    if all && !trace.took.is_zero() {
        let _ = write!(line, " after {} ms", trace.took.as_millis());
    }
    if all && trace.attempt > 1 {
        let _ = write!(line, ", attempt {}", trace.attempt);
    }
    if let Some(id) = trace.request_id.as_deref().filter(|id| all && is_id(id)) {
        let _ = write!(line, ", request id: {id}");
    }
    if let Some(wait) = trace.wait {
        let reason = trace.reason.as_deref().unwrap_or("asked to");
        let seconds = wait.as_secs_f64();
        let _ = write!(line, ", waits {seconds:.1} s: {}", foreign::line(reason));
    }
    line + "\n"
}

/// Whether it is one of Azure's ids. Anything else is no use to its support, and may repeat what was sent.
fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    id.len() <= LONGEST_ID && id.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vmlogin_azure::http::Method;

    use super::*;

    #[test]
    fn a_line_says_what_support_asks_for() {
        let trace = Trace {
            method: Method::PUT,
            url: "https://management.azure.com/x?t=…".to_owned(),
            attempt: 2,
            status: Some(429),
            took: Duration::from_millis(38),
            wait: Some(Duration::from_secs(7)),
            reason: Some("throttled".to_owned()),
            request_id: Some("4711-beef".to_owned()),
        };
        assert_eq!(
            line(&trace, true),
            "  PUT https://management.azure.com/x?t=…: 429 after 38 ms, attempt 2, request id: 4711-beef, waits 7.0 s: throttled\n"
        );
        assert_eq!(
            line(&trace, false),
            "  PUT https://management.azure.com/x?t=…: 429, waits 7.0 s: throttled\n"
        );
        let echoed = Trace {
            request_id: Some("no%20id".to_owned()),
            ..trace.clone()
        };
        assert!(!line(&echoed, true).contains("id:"));
        let queued = Trace {
            status: None,
            took: Duration::ZERO,
            ..trace
        };
        assert!(line(&queued, true).contains("not sent yet"));
    }
}
