//! What can be said of this machine alone: the screen, the proxy, the sandbox's state.

use std::path::Path;

use crate::args::LiveArgs;
use crate::files;
use crate::render::checkup::Check;
use crate::render::foreign;
use crate::session::{STATE, Session};

/// The variables that send requests through a proxy, as the HTTP client heeds them.
const PROXIES: [&str; 8] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// All of them.
pub(super) fn checks(session: &Session, live: &LiveArgs) -> Vec<Check> {
    vec![
        Check::ok("screen", session.terminal.described()),
        proxy(live),
        state(live),
    ]
}

fn proxy(live: &LiveArgs) -> Check {
    let set: Vec<String> = PROXIES
        .iter()
        .filter_map(|name| Some((name, std::env::var(name).ok().filter(|it| !it.is_empty())?)))
        .map(|(name, value)| format!("{name}={}", without_password(&value)))
        .collect();
    Check::ok(
        "proxy",
        match (set.as_slice(), &live.sandbox) {
            ([], _) => "none is set".to_owned(),
            (_, Some(_)) => format!("{}; not used for a sandbox", set.join(", ")),
            _ => set.join(", "),
        },
    )
}

/// A proxy's address, whose password is nobody's business.
fn without_password(value: &str) -> String {
    let hidden = match (value.find("://"), value.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            format!("{}://…{}", &value[..scheme], &value[at..])
        }
        (None, Some(at)) => format!("…{}", &value[at..]),
        _ => value.to_owned(),
    };
    foreign::line(&hidden).into_owned()
}

/// Whether the state of an embedded sandbox can be read.
fn state(live: &LiveArgs) -> Check {
    let what = "sandbox state";
    let path = match live.sandbox.as_deref() {
        Some(at) if at.contains("://") => {
            return Check::not_checked(what, "the server at the URL keeps it");
        }
        Some(file) => Path::new(file),
        None => Path::new(STATE),
    };
    let name = foreign::line(&files::shown(path)).into_owned();
    match files::at_most(path, u64::MAX) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Check::ok(what, format!("none yet; `--sandbox` makes `{name}`"))
        }
        Err(error) => Check::wrong(
            what,
            format!("`{name}` cannot be read: {error}"),
            "see that it is a file that you may read, or name another: `--sandbox=FILE`",
        ),
        Ok(bytes) => match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
            Ok(_) => Check::ok(what, format!("`{name}`, {} bytes", bytes.len())),
            Err(error) => Check::wrong(
                what,
                format!("`{name}` is damaged: {error}"),
                "delete it for a new sandbox, or restore it",
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_proxy_is_not_shown() {
        let cases = [
            ("http://me:secret@proxy:8080", "http://…@proxy:8080"),
            ("me:secret@proxy", "…@proxy"),
            ("http://proxy:8080", "http://proxy:8080"),
            ("localhost,.internal", "localhost,.internal"),
        ];
        for (value, shown) in cases {
            assert_eq!(without_password(value), shown);
        }
    }
}
