//! VML202: a Windows Server without its desktop.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::rules::subject::{Subject, logins};
use crate::tables::windows::{self, Product};

pub(in crate::rules) struct NoDesktop;

static CARD: Card = Card {
    id: "VML202",
    title: "the machine runs Server Core, which has no Desktop Experience",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "Windows Server comes with and without the Desktop Experience; the installation without is called Server Core. On \
        Arc-enabled machines the article on sign-in asks for the Desktop Experience, so Server Core is an error there. For virtual \
        machines no article names it, but people report that the join ends with a missing `dsreg.dll`, so it is a warning.\n\n\
        What tells: the product's name, its edition and its number as the Arc agent reports them, and the SKU of the image that a \
        virtual machine was made from. A virtual machine made from an image of its own does not tell. A login that works already \
        is left alone.\n\n\
        Take the `login` out, or install the machine with the Desktop Experience.",
    source: "Microsoft's article on sign-in to Arc-enabled servers (21Vianet text); public issue MicrosoftDocs/azure-docs 45352",
    checked: "2026-11-21",
};

impl Rule for NoDesktop {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| !subject.is_installed() && runs_server(subject))
            .filter_map(|subject| opinion(&subject))
            .collect()
    }
}

/// Clients have a desktop always. A Windows that nobody tells is VML201's to say.
fn runs_server(subject: &Subject<'_>) -> bool {
    if subject.os() != Some("windows") {
        return false;
    }
    let reported = subject.fact("os-name").and_then(windows::product);
    let product = reported.or_else(|| Some(windows::imaged(subject.image()?)?.product));
    product == Some(Product::Server)
}

fn opinion(subject: &Subject<'_>) -> Option<Finding> {
    let name = subject.name();
    let Some(core) = is_core(subject) else {
        let message = format!(
            "nothing tells whether `{name}` has the Desktop Experience or is a Server Core"
        );
        return Some(subject.not_checked(&CARD, message));
    };
    if !core {
        return None;
    }
    let help = subject.without_login(
        "install the machine with the Desktop Experience",
        "name an `image` with the Desktop Experience",
    );
    Some(if subject.is_arc() {
        let message = format!(
            "`{name}` runs Server Core, and by Microsoft's article on Arc-enabled servers, read on {}, the login needs the Desktop Experience",
            CARD.checked
        );
        subject.hit(&CARD, message, help)
    } else {
        let message = format!(
            "`{name}` {} Server Core, on which joining the directory is reported to fail for want of `dsreg.dll`",
            subject.runs()
        );
        Finding {
            severity: Severity::Warning,
            ..subject.hit(&CARD, message, help)
        }
    })
}

/// Whether it is a Server Core; `None` where nothing tells. That the name of a virtual machine's system does not say is recorded;
/// how the agent of an Arc-enabled one spells a Server Core is unverified against Azure, 2026-11-21, so each of its words counts.
fn is_core(subject: &Subject<'_>) -> Option<bool> {
    let says_core = |text: &str| text.to_lowercase().contains("core");
    if subject.fact("os-name").is_some_and(says_core) {
        return Some(true);
    }
    if !subject.is_arc() {
        return subject.image().map(says_core);
    }
    let edition = subject.fact("os-edition");
    let number = subject.fact("product-type");
    if edition.is_none() && number.is_none() {
        return None;
    }
    let by_edition = edition.is_some_and(|it| says_core(it) || it.ends_with("cor"));
    Some(by_edition || number.is_some_and(|it| windows::CORE_PRODUCTS.contains(&it)))
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::manifest::Manifest;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(
        (manifest, mut inventory): (Manifest, Inventory),
        facts: &[(&str, Option<&str>)],
    ) -> String {
        for (name, value) in facts {
            for kind in ["vm", "arc-machine"] {
                scenes::fact(&mut inventory, kind, name, *value);
            }
        }
        shown(&NoDesktop.check(&Scene::of(&manifest, &inventory)))
    }

    fn vm(image: Option<&str>) -> String {
        let mut estate = scenes::estate();
        estate.1.live.retain(|(kind, _), _| *kind != "login");
        check(estate, &[("image", image)])
    }

    fn arc(facts: &[(&str, Option<&str>)]) -> String {
        check(scenes::arc::without_login(), facts)
    }

    #[test]
    fn server_core_is_an_error_on_arc_however_the_agent_says_it() {
        let hit = "VML202 arc-machine:core/rg-web/line1/login error: `line1` runs Server Core, and by Microsoft's article on Arc-enabled servers, read on 2026-11-21, the login needs the Desktop Experience\n  help: take `login` out of `arc-machine line1`, or install the machine with the Desktop Experience\n";
        for fact in [
            (
                "os-name",
                Some("Windows Server 2025 Standard (Server Core)"),
            ),
            ("os-edition", Some("serverstandardcore")),
            ("os-edition", Some("serverstandardcor")),
            ("product-type", Some("13")),
        ] {
            assert_eq!(arc(&[fact]), hit);
        }
    }

    #[test]
    fn server_core_is_a_warning_on_a_virtual_machine() {
        assert_eq!(
            vm(Some(
                "MicrosoftWindowsServer:WindowsServer:2022-datacenter-core-g2"
            )),
            "VML202 vm:core/rg-web/web01/login warning: `web01` runs Server Core, on which joining the directory is reported to fail for want of `dsreg.dll`\n  help: take `login` out of `vm web01`, or install the machine with the Desktop Experience\n"
        );
    }

    #[test]
    fn a_desktop_a_client_another_system_and_a_login_that_works_are_fine() {
        assert_eq!(arc(&[]), "");
        assert_eq!(
            vm(Some(
                "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2"
            )),
            ""
        );
        assert_eq!(
            arc(&[
                ("os-name", Some("Windows 11 Enterprise")),
                ("os-edition", None),
                ("product-type", None)
            ]),
            ""
        );
        assert_eq!(
            arc(&[
                ("os", Some("linux")),
                ("os-edition", None),
                ("product-type", None)
            ]),
            ""
        );
        assert_eq!(
            check(scenes::arc::estate(), &[("product-type", Some("13"))]),
            ""
        );
    }

    #[test]
    fn a_server_that_does_not_tell_is_not_checked() {
        assert_eq!(
            vm(None),
            "VML202 vm:core/rg-web/web01/login not checked: nothing tells whether `web01` has the Desktop Experience or is a Server Core\n"
        );
        assert!(arc(&[("os-edition", None), ("product-type", None)]).contains("not checked"));
    }

    fn to_be_made(image: &str) -> String {
        let (manifest, inventory) = scenes::to_be_made(image);
        shown(&NoDesktop.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn a_machine_that_is_to_be_made_is_judged_by_its_image() {
        assert_eq!(
            to_be_made("Win2022AzureEditionCore"),
            "VML202 vm:core/rg-web/web01/login warning: `web01` will run Server Core, on which joining the directory is reported to fail for want of `dsreg.dll`\n  help: take `login` out of `vm web01`, or name an `image` with the Desktop Experience\n"
        );
        assert_eq!(to_be_made("Win2022Datacenter"), "");
    }
}
