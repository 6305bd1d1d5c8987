//! What whoever started this process told it to ignore, as the system tells it without unsafe code.

/// The signals that were ignored when this process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored(u64);

impl Ignored {
    /// Whether this one was.
    pub(super) fn has(self, signal: i32) -> bool {
        let bit = u32::try_from(signal - 1).unwrap_or(u32::MAX);
        1_u64
            .checked_shl(bit)
            .is_some_and(|mask| self.0 & mask != 0)
    }
}

/// Reads them; to be asked before the first signal is listened for. Where the system has no such file none is known, and a run under
/// `nohup` ends orderly when its terminal is closed.
pub(super) fn ignored() -> Ignored {
    let status = std::fs::read_to_string("/proc/self/status");
    status.map(|status| read(&status)).unwrap_or_default()
}

fn read(status: &str) -> Ignored {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    Ignored(mask.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_a_bit() {
        let ignored =
            read("Name:\tvmlogin\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001003\n");
        let which: Vec<i32> = (1..=64).filter(|signal| ignored.has(*signal)).collect();
        assert_eq!(which, [1, 2, 13]);
        assert!(!ignored.has(0) && !ignored.has(65) && !ignored.has(-1));
        assert_eq!(read("something else"), Ignored::default());
    }
}
