//! How the values of flags and arguments are read, and what is said of those that cannot be.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vmlogin_engine::address::Pattern;
use vmlogin_engine::value::{Principal, PrincipalKind};

/// What `show` shows.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// Things with such addresses.
    Things(Pattern),
    /// The plan in a file.
    Plan(PathBuf),
}

/// An address has a `kind:`; anything else is the name of a file. One letter before a colon is a drive of Windows.
pub(super) fn read_subject(text: &str) -> Result<Subject, String> {
    let is_drive = text.as_bytes().get(1) == Some(&b':');
    let names_file = text.ends_with(".json") || Path::new(text).is_file();
    match Pattern::parse(text) {
        Ok(pattern) if !is_drive => Ok(Subject::Things(pattern)),
        Ok(_) => Ok(Subject::Plan(PathBuf::from(text))),
        Err(_) if names_file => Ok(Subject::Plan(PathBuf::from(text))),
        Err(wrong) => Err(wrong),
    }
}

/// How often `--verbose` counts as given by its variable: a number, or a word for once or never.
pub(super) fn read_verbosity(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" => Ok(1),
        "n" | "no" | "f" | "false" | "off" => Ok(0),
        number => number
            .parse()
            .map_err(|_| "write 0, 1 or 2: how often `-v` is to count".to_owned()),
    }
}

/// Somebody who is to be pinned anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renewed {
    /// The tenant whose name it is; needed where several have it.
    pub tenant: Option<String>,
    /// The name.
    pub principal: Principal,
}

/// Somebody as plans name them, `group:sg-web-admins`, with the tenant in front where there are several: `contoso/group:sg-web`.
pub(super) fn read_renewed(text: &str) -> Result<Renewed, String> {
    let read = text.split_once(':').and_then(|(place, name)| {
        let (tenant, kind) = match place.rsplit_once('/') {
            Some((tenant, kind)) => (Some(tenant.to_owned()), kind),
            None => (None, place),
        };
        let kind = PrincipalKind::read(kind)?;
        let name = name.to_owned();
        Some(Renewed {
            tenant,
            principal: Principal { kind, name },
        })
    });
    read.ok_or_else(|| {
        "write it as KIND:NAME, such as `group:sg-web-admins`, with `TENANT/` in front where several tenants have the name".to_owned()
    })
}

/// `NAME=VALUE`.
pub(super) fn read_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE, such as `--set env=dev`".to_owned()),
    }
}

/// A number with a unit, more than nothing.
pub(super) fn read_duration(text: &str) -> Result<Duration, String> {
    let read: Result<jiff::SignedDuration, _> = text.parse();
    match read.map(Duration::try_from) {
        Ok(Ok(duration)) if !duration.is_zero() => Ok(duration),
        _ => Err("write a number with a unit, such as 90s, 30m or 1h30m".to_owned()),
    }
}

/// Requests a second, at least one.
pub(super) fn read_rate(text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .map_err(|_| "write a whole number of requests a second, such as 10".to_owned())
}

/// A whole number of milliseconds.
pub(super) fn read_milliseconds(text: &str) -> Result<Duration, String> {
    let read: Result<u32, _> = text.parse();
    read.map(|milliseconds| Duration::from_millis(milliseconds.into()))
        .map_err(|_| "write a whole number of milliseconds, such as 250".to_owned())
}

/// An address and a port of this machine.
pub(super) fn read_listen(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => Err(
            "the sandbox listens on this machine only: use 127.0.0.1:PORT or [::1]:PORT".to_owned(),
        ),
        Err(_) => Err("write an address and a port, such as 127.0.0.1:8080".to_owned()),
    }
}
