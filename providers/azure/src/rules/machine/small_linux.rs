//! VML214: a Linux machine with too little memory for the login extension, or with a distribution that the page does not list.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};
use crate::tables::linux::{self, CHECKED, LEAST_MEMORY, SOURCE, Standing};

pub(in crate::rules) struct SmallLinux;

static CARD: Card = Card {
    id: "VML214",
    title: "the login extension for Linux needs 1 GB of memory and a listed distribution",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "The installation of AADSSHLoginForLinux fails on a machine with less than 1 GB of memory: that is an error. The \
        sizes below it are in a table of vmlogin's.\n\n\
        Microsoft's page lists the distributions that the extension is supported on. On another one it may install and still not let \
        anybody in, so that is a warning; so are releases of SUSE before 15.6, on which the packages of today do not work. What the \
        machine's agent reports counts; where it reports nothing, the image that the machine was made from.\n\n\
        A login that works already is left alone. Otherwise take a larger size or a listed distribution, or take the `login` out.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-linux (2025-03-07)",
    checked: "2026-11-21",
};

impl Rule for SmallLinux {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| !subject.is_installed() && subject.os() == Some("linux"))
            .flat_map(|subject| [memory(&subject), distribution(&subject)])
            .flatten()
            .collect()
    }
}

fn memory(subject: &Subject<'_>) -> Option<Finding> {
    let size = subject.size()?;
    let memory = linux::memory(size)?;
    let name = subject.name();
    let message = format!(
        "`{name}` is a `{size}` with {memory} GB of memory, and the login extension does not install with less than {LEAST_MEMORY} GB"
    );
    let help = format!("give `{name}` a larger size, or take `login` out of it");
    Some(subject.hit(&CARD, message, help))
}

fn distribution(subject: &Subject<'_>) -> Option<Finding> {
    let name = subject.name();
    let (system, versions) = match standing(subject) {
        Standing::Listed => return None,
        Standing::OtherVersions(system, versions) => (system, format!("lists {system} {versions}")),
        Standing::Unlisted(system) => (system, "does not list it".to_owned()),
        Standing::Unknown => {
            let message = format!(
                "which Linux `{name}` {} {}",
                subject.runs(),
                subject.untold()
            );
            return Some(subject.not_checked(&CARD, message));
        }
    };
    let version = subject
        .fact("os-version")
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    // The title that an Arc agent reports has the system's version in it; the other one is the kernel's.
    let system = match subject.fact("os-name") {
        Some(title) if subject.is_arc() => title.to_owned(),
        _ => format!("{system}{version}"),
    };
    let message = format!(
        "`{name}` {} {system}, and {SOURCE}, read on {CHECKED}, {versions}: the login may install and let nobody in",
        subject.runs()
    );
    let help = "try the login on one such machine before you rely on it".to_owned();
    Some(Finding {
        severity: Severity::Warning,
        ..subject.hit(&CARD, message, help)
    })
}

/// Live first: a machine may have been upgraded since it was made from its image.
fn standing(subject: &Subject<'_>) -> Standing {
    let reported = subject.fact("os-name").map(|name| match subject.is_arc() {
        true => linux::titled(name),
        false => linux::reported(name, subject.fact("os-version")),
    });
    let imaged = || subject.image().map(linux::imaged);
    reported
        .filter(|standing| *standing != Standing::Unknown)
        .or_else(imaged)
        .unwrap_or(Standing::Unknown)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    #[test]
    fn an_arc_machine_is_known_by_the_title_that_its_agent_reports() {
        let on_arc = |title: Option<&str>| {
            let (manifest, mut inventory) = scenes::arc::without_login();
            let facts = [
                ("os", Some("linux")),
                ("os-version", Some("6.1.0")),
                ("os-name", title),
            ];
            for (name, value) in facts {
                scenes::fact(&mut inventory, "arc-machine", name, value);
            }
            shown(&SmallLinux.check(&Scene::of(&manifest, &inventory)))
        };
        assert_eq!(on_arc(Some("Debian GNU/Linux 12 (bookworm)")), "");
        let old = on_arc(Some("Ubuntu 14.04.6 LTS"));
        assert!(
            old.contains(" warning: `line1` runs Ubuntu 14.04.6 LTS, and"),
            "{old}"
        );
        assert!(on_arc(None).contains("not checked"));
    }

    fn check(facts: &[(&str, Option<&str>)], size: Option<&str>) -> String {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        scenes::fact(&mut inventory, "vm", "os", Some("linux"));
        for (name, value) in facts {
            scenes::fact(&mut inventory, "vm", name, *value);
        }
        let machines = inventory.live.values_mut().filter(|live| live.kind == "vm");
        for machine in machines {
            let size = size.map_or(Value::Null, Value::from);
            machine.attributes.insert("size".to_owned(), size);
        }
        shown(&SmallLinux.check(&Scene::of(&manifest, &inventory)))
    }

    const UBUNTU: [(&str, Option<&str>); 2] =
        [("os-name", Some("ubuntu")), ("os-version", Some("22.04"))];

    #[test]
    fn too_little_memory_is_an_error() {
        assert_eq!(
            check(&UBUNTU, Some("Standard_B1ls")),
            "VML214 vm:core/rg-web/web01/login error: `web01` is a `Standard_B1ls` with 0.5 GB of memory, and the login extension does not install with less than 1 GB\n  help: give `web01` a larger size, or take `login` out of it\n"
        );
    }

    #[test]
    fn a_distribution_in_another_version_is_a_warning() {
        let old = [("os-name", Some("ubuntu")), ("os-version", Some("14.04"))];
        assert_eq!(
            check(&old, None),
            "VML214 vm:core/rg-web/web01/login warning: `web01` runs Ubuntu 14.04, and Microsoft's page of March 2025 on Linux machines, read on 2026-11-21, lists Ubuntu 16.04 to 24.04: the login may install and let nobody in\n  help: try the login on one such machine before you rely on it\n"
        );
    }

    #[test]
    fn an_unlisted_distribution_is_told_by_its_image_where_the_agent_is_silent() {
        let imaged = [
            ("os-name", None),
            ("os-version", None),
            ("image", Some("OpenLogic:CentOS:8_5-gen2")),
        ];
        assert!(check(&imaged, None).contains("runs CentOS, and"));
    }

    #[test]
    fn a_listed_one_with_enough_memory_is_fine() {
        assert_eq!(check(&UBUNTU, Some("Standard_D2s_v5")), "");
    }

    #[test]
    fn a_machine_that_tells_nothing_is_not_checked() {
        let silent = [("os-name", None), ("os-version", None), ("image", None)];
        assert_eq!(
            check(&silent, None),
            "VML214 vm:core/rg-web/web01/login not checked: which Linux `web01` runs is told neither by its agent nor by its image\n"
        );
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_its_size_and_image() {
        let check = |image: &str, size: &str| {
            let (mut manifest, inventory) = scenes::to_be_made(image);
            scenes::declare(&mut manifest, "vm:core/rg-web/web01", "size", size.into());
            shown(&SmallLinux.check(&Scene::of(&manifest, &inventory)))
        };
        let small = check("Ubuntu2404", "Standard_B1ls");
        assert!(
            small.contains(" error: `web01` is a `Standard_B1ls`"),
            "{small}"
        );
        let unlisted = check("CentOS85Gen2", "Standard_D2s_v5");
        assert!(
            unlisted.contains(" warning: `web01` will run CentOS, and"),
            "{unlisted}"
        );
        assert_eq!(check("Ubuntu2404", "Standard_D2s_v5"), "");
        assert_eq!(check("Win2022Datacenter", "Standard_B1ls"), "");
    }

    #[test]
    fn the_size_that_is_declared_is_the_one_that_counts() {
        let (mut manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        for (name, value) in UBUNTU.into_iter().chain([("os", Some("linux"))]) {
            scenes::fact(&mut inventory, "vm", name, value);
        }
        scenes::declare(
            &mut manifest,
            "vm:core/rg-web/web01",
            "size",
            "Standard_B1ls".into(),
        );
        let findings = SmallLinux.check(&Scene::of(&manifest, &inventory));
        assert_eq!(findings.len(), 1);
    }
}
