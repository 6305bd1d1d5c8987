//! VML201: the machine runs a Windows that the login extension does not install on, or that Microsoft's newer page no longer names.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};
use crate::tables::windows::{self, Floor, Release};

pub(in crate::rules) struct OldSystem;

static CARD: Card = Card {
    id: "VML201",
    title: "the operating system is too old for the login extension",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The login extension installs on Windows Server 2019, Windows 10 1809 and Windows 11 21H2 or later; on anything older \
        it ends with exit code 51 after some minutes, and stays there as a failed extension that may hold up others. What the \
        machine's agent reports counts; where it reports nothing, the image that the machine was made from, or is to be made from.\n\n\
        Microsoft's pages disagree on the floor. The article of 2023 gives the one above, and so does the part of today's page on \
        exit code 51; its table of December 2025 begins at Windows Server 2025 and Windows 11 24H2. Below the older floor this is an \
        error, between the two a warning.\n\n\
        On Arc-enabled machines there is one floor, Windows Server 2025 and Windows 11 24H2, and below it this is an error. The \
        agent itself runs on older systems, so that a machine can be connected and still be too old.\n\n\
        A login that works already is left alone. Otherwise take the `login` out, or upgrade the machine.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows of 2023 against the same page of 2025-12; Microsoft's article on \
        sign-in to Arc-enabled servers (21Vianet text)",
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
    if subject.is_installed() || subject.os() != Some("windows") {
        return None;
    }
    let Some(release) = release(subject) else {
        let message = format!(
            "which Windows `{}` {} {}",
            subject.name(),
            subject.runs(),
            subject.untold()
        );
        return Some(subject.not_checked(&CARD, message));
    };
    let is_below = |table| {
        windows::floor(table, release.product).filter(|floor: &&Floor| release.build < floor.build)
    };
    if subject.is_arc() {
        return is_below(&windows::ON_ARC).map(|floor| too_old(subject, floor));
    }
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
    reported.or_else(|| subject.image().and_then(windows::imaged))
}

fn too_old(subject: &Subject<'_>, floor: &Floor) -> Finding {
    let name = subject.name();
    let message = format!(
        "`{name}` {} {}, and by {}, read on {}, the login extension installs from {} on: it would fail with 51",
        subject.runs(),
        system(subject),
        floor.source,
        floor.checked,
        floor.name
    );
    let help = subject.without_login("upgrade the machine", "name a newer `image`");
    subject.hit(&CARD, message, help)
}

fn aging(subject: &Subject<'_>, floor: &Floor) -> Finding {
    let name = subject.name();
    let message = format!(
        "`{name}` {} {}: enough by the article of 2023, though {}, read on {}, begins at {}",
        subject.runs(),
        system(subject),
        floor.source,
        floor.checked,
        floor.name
    );
    let help = if subject.is_new() {
        "name a newer `image`".to_owned()
    } else {
        format!("plan to upgrade `{name}`")
    };
    Finding {
        severity: Severity::Warning,
        ..subject.hit(&CARD, message, help)
    }
}

fn system<'a>(subject: &Subject<'a>) -> &'a str {
    let told = subject.fact("os-name").or_else(|| subject.image());
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
        shown(&OldSystem.check(&Scene::of(&manifest, &inventory)))
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

    fn on_arc(facts: &[(&str, Option<&str>)]) -> String {
        let (manifest, mut inventory) = scenes::arc::without_login();
        for (name, value) in facts {
            scenes::fact(&mut inventory, "arc-machine", name, *value);
        }
        shown(&OldSystem.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn on_arc_what_a_virtual_machine_may_run_is_an_error() {
        let aging = [
            ("os-name", Some("Windows Server 2022 Datacenter")),
            ("os-version", Some("10.0.20348.2700")),
        ];
        assert_eq!(
            on_arc(&aging),
            "VML201 arc-machine:core/rg-web/line1/login error: `line1` runs Windows Server 2022 Datacenter, and by Microsoft's article on Arc-enabled servers, read on 2026-11-21, the login extension installs from Windows Server 2025 on: it would fail with 51\n  help: take `login` out of `arc-machine line1`, or upgrade the machine\n"
        );
        let client = [
            ("os-name", Some("Windows 11 Enterprise")),
            ("os-version", Some("10.0.22631.1")),
        ];
        assert!(on_arc(&client).contains("from Windows 11 24H2 on"));
    }

    #[test]
    fn on_arc_the_new_systems_are_fine_and_silence_is_not_checked() {
        assert_eq!(on_arc(&[]), "");
        assert_eq!(
            on_arc(&[("os-name", None), ("os-version", None)]),
            "VML201 arc-machine:core/rg-web/line1/login not checked: which Windows `line1` runs is told neither by its agent nor by its image\n"
        );
    }

    #[test]
    fn a_machine_that_tells_nothing_is_not_checked() {
        let silent = [("os-name", None), ("os-version", None), ("image", None)];
        assert_eq!(
            check(&silent, false),
            "VML201 vm:core/rg-web/web01/login not checked: which Windows `web01` runs is told neither by its agent nor by its image\n"
        );
    }

    fn to_be_made(image: &str) -> String {
        let (manifest, inventory) = scenes::to_be_made(image);
        shown(&OldSystem.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_its_image() {
        assert_eq!(
            to_be_made("Win2016Datacenter"),
            "VML201 vm:core/rg-web/web01/login error: `web01` will run MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond, and by Microsoft's article of 2023, read on 2026-11-21, the login extension installs from Windows Server 2019 on: it would fail with 51\n  help: take `login` out of `vm web01`, or name a newer `image`\n"
        );
        let aging = to_be_made("MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest");
        assert!(
            aging.contains(" warning: `web01` will run ")
                && aging.ends_with("help: name a newer `image`\n")
        );
        let new = "MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2:latest";
        assert_eq!(to_be_made(new), "");
        assert_eq!(to_be_made("Ubuntu2404"), "");
    }

    #[test]
    fn an_image_that_does_not_tell_is_not_checked() {
        let (mut manifest, inventory) = scenes::to_be_made("contoso:golden:v1:latest");
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "os",
            "windows".into(),
        );
        assert_eq!(
            shown(&OldSystem.check(&Scene::of(&manifest, &inventory))),
            "VML201 vm:core/rg-web/web01/login not checked: which Windows `web01` will run is not told by its image\n"
        );
    }

    #[test]
    fn a_machine_that_may_be_there_and_was_not_read_is_left_to_vml200() {
        let (manifest, mut inventory) = scenes::to_be_made("Win2016Datacenter");
        inventory.gaps.push(vmlogin_engine::inventory::Gap {
            what: "`vm:core/rg-web/web01`".to_owned(),
            fault: scenes::fault(),
        });
        let findings = OldSystem.check(&Scene::of(&manifest, &inventory));
        assert_eq!(findings, []);
    }
}
