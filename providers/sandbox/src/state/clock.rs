//! Where the time comes from, and how the services spell it.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time. A passed-in value, so that tests have a time of their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Clock {
        Clock(Arc::new(Timestamp::now))
    }

    /// A clock that answers whatever `tell` says.
    pub fn new(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(tell))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// As Compute spells it: seven digits at most, trailing zeros trimmed, `+00:00`.
pub(crate) fn with_offset(time: Timestamp) -> String {
    format!("{}+00:00", digits(time))
}

/// As Authorization and the directory spell it: the same with `Z`.
pub(crate) fn with_z(time: Timestamp) -> String {
    format!("{}Z", digits(time))
}

/// Whole seconds and `Z`, as the directory stores dates.
pub(crate) fn whole_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn digits(time: Timestamp) -> String {
    let text = time.strftime("%Y-%m-%dT%H:%M:%S%.7f").to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_has_seven_digits_at_most_and_no_trailing_zeros() {
        let time: Timestamp = "2026-11-21T10:00:00.123456789Z".parse().unwrap();
        assert_eq!(with_z(time), "2026-11-21T10:00:00.1234567Z");
        let time: Timestamp = "2026-11-21T10:00:00.5Z".parse().unwrap();
        assert_eq!(with_offset(time), "2026-11-21T10:00:00.5+00:00");
    }

    #[test]
    fn a_whole_second_keeps_its_zeros() {
        let time: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(with_z(time), "2026-11-21T10:00:00Z");
        assert_eq!(whole_seconds(time), "2026-11-21T10:00:00Z");
    }
}
