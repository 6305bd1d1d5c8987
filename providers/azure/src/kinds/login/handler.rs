//! The two handlers of the login extension: one for each operating system (FACTS 8, read 2026-11-21).

/// A handler.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    /// The operating system that it is for, as machines tell it in lower case.
    pub(crate) os: &'static str,
    /// Its type.
    pub(crate) kind: &'static str,
    /// What the extension's resource is called, unless another handler has taken that name.
    pub(super) names: [&'static str; 3],
    /// Whether it takes the setting `mdmId`.
    pub(crate) managed: bool,
    /// Whether the machine gets a device in the directory. That one appears for Linux is unverified against Azure, 2026-11-21.
    pub(super) joins: bool,
}

/// Who publishes both.
pub(crate) const PUBLISHER: &str = "Microsoft.Azure.ActiveDirectory";

/// The handler for Windows.
pub(crate) static WINDOWS: Handler = Handler {
    os: "windows",
    kind: "AADLoginForWindows",
    names: ["AADLoginForWindows", "AADLogin", "vmlogin"],
    managed: true,
    joins: true,
};

/// The handler for Linux. Its predecessor, AADLoginForLinux of another publisher, is none of ours.
pub(crate) static LINUX: Handler = Handler {
    os: "linux",
    kind: "AADSSHLoginForLinux",
    names: ["AADSSHLoginForLinux", "AADSSHLogin", "vmlogin"],
    managed: false,
    joins: false,
};

static ALL: [&Handler; 2] = [&WINDOWS, &LINUX];

impl Handler {
    /// What the extension's resource may be called.
    pub(crate) fn names(&self) -> [&'static str; 3] {
        self.names
    }

    /// The one for an operating system.
    pub(crate) fn for_os(os: &str) -> Option<&'static Handler> {
        ALL.into_iter()
            .find(|handler| handler.os.eq_ignore_ascii_case(os))
    }

    /// The version to ask for at first; `None` where the service is to choose, which then takes the newest.
    ///
    /// A virtual machine wants one: `1.0` stands in today's template. On an Arc-enabled machine the template for Windows says
    /// 2.1.0.0; none is published for Linux, and without one the service was recorded to fill in the newest (FACTS 8, OBSERVED 7,
    /// read 2026-11-21).
    pub(super) fn first_version(&self, on_arc: bool) -> Option<&'static str> {
        match (on_arc, self.os) {
            (false, _) => Some("1.0"),
            (true, "windows") => Some("2.1.0.0"),
            (true, _) => None,
        }
    }

    /// The one with this type; case varies in live data.
    pub(crate) fn of(publisher: &str, kind: &str) -> Option<&'static Handler> {
        if !publisher.eq_ignore_ascii_case(PUBLISHER) {
            return None;
        }
        ALL.into_iter()
            .find(|handler| handler.kind.eq_ignore_ascii_case(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_handler_and_no_other_has_one() {
        assert_eq!(Handler::for_os("linux"), Some(&LINUX));
        assert_eq!(Handler::for_os("Windows"), Some(&WINDOWS));
        assert_eq!(Handler::for_os("plan9"), None);
    }

    #[test]
    fn the_predecessor_for_linux_is_another_handler() {
        assert_eq!(
            Handler::of("microsoft.azure.activedirectory", "aadsshloginforlinux"),
            Some(&LINUX)
        );
        assert_eq!(
            Handler::of(
                "Microsoft.Azure.ActiveDirectory.LinuxSSH",
                "AADLoginForLinux"
            ),
            None
        );
    }
}
