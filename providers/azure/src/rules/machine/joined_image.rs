//! VML215: the machine was made from an image of a machine that had joined the directory.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::login::Handler;
use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct JoinedImage;

static CARD: Card = Card {
    id: "VML215",
    title: "the machine's image was captured from a machine that had joined the directory",
    severity: Severity::Warning,
    needs: Needs::Arm,
    explanation: "An image that was captured from a machine with the login extension carries that machine's registration: the new \
        machine believes to have joined already, as somebody else, and the extension fails or signs nobody in.\n\n\
        Azure does not tell what an image was captured from. What it does tell is which handlers the machine's agent finds: the login \
        handler on a machine that has no such extension came with the image. That this always shows is an inference, unverified \
        against Azure (2026-11-21). Where a machine was made from an image of one's own and its agent reports no handlers at all, \
        that is said.\n\n\
        Run `dsregcmd /leave` before you capture an image, and on the machine before the login is installed.",
    source: "public issue MicrosoftDocs/azure-docs 42584",
    checked: "2026-11-21",
};

impl Rule for JoinedImage {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| !subject.has_login())
            .filter_map(|subject| opinion(&subject))
            .collect()
    }
}

fn opinion(subject: &Subject<'_>) -> Option<Finding> {
    let image = subject.fact("own-image")?;
    let name = subject.name();
    let Some(handlers) = subject.list("agent-handlers") else {
        let message = format!(
            "`{name}` was made from the image `{}`, and its agent does not tell whether a login came with that",
            last(image)
        );
        return Some(subject.not_checked(&CARD, message));
    };
    let leftover = handlers.into_iter().find(|handler| is_login(handler))?;
    let message = format!(
        "the agent of `{name}` finds {} though the machine has no such extension: it came with the image `{}`",
        last_word(leftover),
        last(image)
    );
    let help = format!(
        "run `dsregcmd /leave` on `{name}` before the login is installed, and before the next image is captured"
    );
    Some(subject.hit(&CARD, message, help))
}

fn is_login(handler: &str) -> bool {
    handler
        .rsplit_once('.')
        .is_some_and(|(publisher, kind)| Handler::of(publisher, kind).is_some())
}

fn last_word(handler: &str) -> &str {
    handler.rsplit('.').next().unwrap_or(handler)
}

/// The last part of an id.
fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(own: bool, handlers: Option<&[&str]>, installed: bool) -> String {
        let (manifest, mut inventory) = scenes::estate();
        if !installed {
            inventory.live.retain(|(kind, _), _| *kind != "login");
        }
        let image = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/images/golden";
        scenes::fact(&mut inventory, "vm", "own-image", own.then_some(image));
        for machine in inventory.live.values_mut().filter(|live| live.kind == "vm") {
            machine.facts.extend(handlers.map(|handlers| {
                let handlers = handlers.iter().map(|handler| (*handler).into()).collect();
                ("agent-handlers".to_owned(), Value::List(handlers))
            }));
        }
        shown(&JoinedImage.check(&Scene::of(&manifest, &inventory)))
    }

    const LOGIN: &str = "Microsoft.Azure.ActiveDirectory.AADLoginForWindows";

    #[test]
    fn a_handler_that_came_with_the_image_is_a_warning() {
        assert_eq!(
            check(true, Some(&[LOGIN]), false),
            "VML215 vm:core/rg-web/web01/login warning: the agent of `web01` finds AADLoginForWindows though the machine has no such extension: it came with the image `golden`\n  help: run `dsregcmd /leave` on `web01` before the login is installed, and before the next image is captured\n"
        );
    }

    #[test]
    fn another_image_another_handler_or_a_login_of_its_own_is_fine() {
        assert_eq!(check(false, Some(&[LOGIN]), false), "");
        assert_eq!(
            check(true, Some(&["Microsoft.Azure.Monitor.Agent"]), false),
            ""
        );
        assert_eq!(check(true, Some(&[LOGIN]), true), "");
    }

    #[test]
    fn an_agent_that_tells_nothing_is_not_checked() {
        assert_eq!(
            check(true, None, false),
            "VML215 vm:core/rg-web/web01/login not checked: `web01` was made from the image `golden`, and its agent does not tell whether a login came with that\n"
        );
    }
}
