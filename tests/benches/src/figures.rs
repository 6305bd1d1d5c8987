//! How figures are written.

use std::time::Duration;

/// Bytes in millions.
#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
pub(crate) fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// A duration in milliseconds, of seconds where it is longer than ten.
pub(crate) fn time(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{seconds:.1} s"),
    }
}

/// How often one figure is contained in another.
#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
pub(crate) fn ratio(of: usize, to: usize) -> f64 {
    of as f64 / to as f64
}
