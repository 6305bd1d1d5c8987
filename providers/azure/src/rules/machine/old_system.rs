//! VML201: the machine runs a Windows that the login extension does not install on, or that Microsoft's newer page no longer names.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use super::subject::{Subject, logins};
use crate::tables::windows::{self, Floor, Release};

pub(in crate::rules) struct OldSystem;

static CARD: Card = Card {
    id: "VML201",
    title: "the operating system is too old for the login extension",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The login extension installs on Windows Server 2019, Windows 10 1809 and Windows 11 21H2 or later; on anything older \
        it ends with exit code 51 after some minutes, and stays there as a failed extension that may hold up others. What the \
        machine's agent reports counts; where it reports nothing, the image that the machine was made from.\n\n\
        Microsoft's pages disagree on the floor. The article of 2023 gives the one above, and so does the part of today's page on \
        exit code 51; its table of December 2025 begins at Windows Server 2025 and Windows 11 24H2. Below the older floor this is an \
        error, between the two a warning.\n\n\
        A login that works already is left alone. Otherwise take the `login` out, or upgrade the machine.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows of 2023 against the same page of 2025-12",
    checked: "2026-11-21",
};

impl Rule for OldSystem {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects.filter_map(|subject| opinion(&subject)).collect()
    }
}

fn opinion(subject: &Subject<'_>) -> Option<Finding> {
    if subject.is_installed() || subject.fact("os") != Some("windows") {
        return None;
    }
    let Some(release) = release(subject) else {
        let message = format!(
            "which Windows `{}` runs is told neither by its agent nor by its image",
            subject.name()
        );
        return Some(subject.not_checked(&CARD, message));
    };
    let is_below = |table| {
        windows::floor(table, release.product).filter(|floor: &&Floor| release.build < floor.build)
    };
    if let Some(floor) = is_below(&windows::OLDER) {
        return Some(too_old(subject, floor));
    }
    is_below(&windows::NEWER).map(|floor| aging(subject, floor))
}

/// Live first: a machine may have been upgraded since it was made from its image.
fn release(subject: &Subject<'_>) -> Option<Release> {
    let reported = subject
        .fact("os-name")
        .and_then(|name| windows::reported(name, subject.fact("os-version")));
    reported.or_else(|| subject.fact("image").and_then(windows::imaged))
}

fn too_old(subject: &Subject<'_>, floor: &Floor) -> Finding {
    let name = subject.name();
    let message = format!(
        "`{name}` runs {}, and by {}, read on {}, the login extension installs from {} on: it would fail with 51",
        system(subject),
        floor.source,
        floor.checked,
        floor.name
    );
    let help = format!("take `login` out of `vm {name}`, or upgrade the machine");
    subject.hit(&CARD, message, help)
}

fn aging(subject: &Subject<'_>, floor: &Floor) -> Finding {
    let name = subject.name();
    let message = format!(
        "`{name}` runs {}: enough by the article of 2023, though {}, read on {}, begins at {}",
        system(subject),
        floor.source,
        floor.checked,
        floor.name
    );
    let help = format!("plan to upgrade `{name}`");
    Finding {
        severity: Severity::Warning,
        ..subject.hit(&CARD, message, help)
    }
}

fn system<'a>(subject: &Subject<'a>) -> &'a str {
    let told = subject.fact("os-name").or_else(|| subject.fact("image"));
    told.unwrap_or("an unknown Windows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(facts: &[(&str, Option<&str>)], installed: bool) -> String {
        let (manifest, mut inventory) = scenes::estate();
        if !installed {
            inventory.live.retain(|(kind, _), _| *kind != "login");
        }
        for (name, value) in facts {
            scenes::fact(&mut inventory, "vm", name, *value);
        }
        shown(&OldSystem.check(&Scene {
            manifest: &manifest,
            inventory: &inventory,
        }))
    }

    const OLD: [(&str, Option<&str>); 2] = [
        ("os-name", Some("Windows Server 2016 Datacenter")),
        ("os-version", Some("10.0.14393.0")),
    ];

    #[test]
    fn an_old_windows_is_an_error() {
        assert_eq!(
            check(&OLD, false),
            "VML201 vm:core/rg-web/web01/login error: `web01` runs Windows Server 2016 Datacenter, and by Microsoft's article of 2023, read on 2026-11-21, the login extension installs from Windows Server 2019 on: it would fail with 51\n  help: take `login` out of `vm web01`, or upgrade the machine\n"
        );
    }

    #[test]
    fn a_windows_between_the_two_floors_is_a_warning() {
        assert_eq!(
            check(&[], false),
            "VML201 vm:core/rg-web/web01/login warning: `web01` runs Windows Server 2022 Datacenter: enough by the article of 2023, though Microsoft's page of December 2025, read on 2026-11-21, begins at Windows Server 2025\n  help: plan to upgrade `web01`\n"
        );
    }

    #[test]
    fn a_new_windows_is_fine_and_so_is_a_login_that_works() {
        let new = [
            ("os-name", Some("Windows Server 2025 Datacenter")),
            ("os-version", Some("10.0.26100.1742")),
        ];
        assert_eq!(check(&new, false), "");
        assert_eq!(check(&OLD, true), "");
    }

    #[test]
    fn where_the_agent_is_silent_the_image_tells() {
        let imaged = [
            ("os-name", None),
            ("os-version", None),
            (
                "image",
                Some("MicrosoftWindowsServer:WindowsServer:2016-Datacenter"),
            ),
        ];
        assert!(check(&imaged, false).contains("VML201 vm:core/rg-web/web01/login error: "));
    }

    #[test]
    fn a_machine_that_tells_nothing_is_not_checked() {
        let silent = [("os-name", None), ("os-version", None), ("image", None)];
        assert_eq!(
            check(&silent, false),
            "VML201 vm:core/rg-web/web01/login not checked: which Windows `web01` runs is told neither by its agent nor by its image\n"
        );
    }
}
