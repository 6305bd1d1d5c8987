//! VML501: the app that signs people in to Windows machines is not in the tenant.

use std::collections::BTreeSet;

use vmlogin_engine::address::Address;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Tenant;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Attributes, Value};

use crate::directory::join::SIGN_IN_APP;

pub(in crate::rules) struct NoSignInApp;

static CARD: Card = Card {
    id: "VML501",
    title: "the app that signs people in to Windows machines is not in the tenant",
    severity: Severity::Warning,
    needs: Needs::Directory,
    explanation: "People sign in to Windows machines through an app of Microsoft's, 372140e0-b3b7-4226-8ef9-d57986796201. In some \
        tenants its service principal is missing; then Conditional Access cannot name it, neither to ask for more nor to leave it \
        out. The app is called `Azure Windows VM Sign-In` in some tenants and `Microsoft Azure Windows Virtual Machine Sign-in` in \
        others, so it is looked for by its id only.\n\n\
        Whoever may make service principals in the tenant makes it once. Linux machines are signed in to through another app.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023), troubleshooting of Conditional Access",
    checked: "2026-11-21",
};

impl Rule for NoSignInApp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let logins = scene.manifest.of_kind("login");
        let tenants: BTreeSet<&str> = logins.map(|login| &*login.tenant).collect();
        let tenants = tenants.into_iter().filter_map(|name| {
            Some((
                scene.manifest.tenants.get(name)?,
                scene.inventory.tenants.get(name)?,
            ))
        });
        tenants
            .filter_map(|(tenant, facts)| opinion(tenant, facts))
            .collect()
    }
}

fn opinion(tenant: &Tenant, facts: &Attributes) -> Option<Finding> {
    let (address, name) = (Address::new("tenant", [&*tenant.name]), &tenant.name);
    if let Some(why) = facts.get("sign-in-app-unread").and_then(Value::as_text) {
        let message =
            format!("whether the sign-in app is in tenant `{name}` could not be read: {why}");
        return Some(Finding::not_checked(&CARD, address, tenant.span, message));
    }
    if facts.get("sign-in-app").and_then(Value::as_bool)? {
        return None;
    }
    let message = format!(
        "tenant `{name}` has no service principal for app {SIGN_IN_APP}, through which people sign in to Windows machines"
    );
    let help = format!("make it once: `az ad sp create --id {SIGN_IN_APP}`");
    Some(Finding::hit(&CARD, address, tenant.span, message, help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(fact: Option<(&str, Value)>, with_login: bool) -> String {
        let (mut manifest, mut inventory) = scenes::estate();
        if !with_login {
            manifest.resources.retain(|it| it.kind != "login");
        }
        if let Some((name, value)) = fact {
            let facts = Attributes::from([(name.to_owned(), value)]);
            inventory.tenants.insert("contoso".to_owned(), facts);
        }
        shown(&NoSignInApp.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn an_app_that_is_not_there_is_a_warning() {
        assert_eq!(
            check(Some(("sign-in-app", false.into())), true),
            "VML501 tenant:contoso warning: tenant `contoso` has no service principal for app 372140e0-b3b7-4226-8ef9-d57986796201, through which people sign in to Windows machines\n  help: make it once: `az ad sp create --id 372140e0-b3b7-4226-8ef9-d57986796201`\n"
        );
    }

    #[test]
    fn one_that_is_there_or_that_nobody_needs_is_fine() {
        assert_eq!(check(Some(("sign-in-app", true.into())), true), "");
        assert_eq!(check(Some(("sign-in-app", false.into())), false), "");
        assert_eq!(check(None, true), "");
    }

    #[test]
    fn what_may_not_be_read_is_not_checked() {
        assert_eq!(
            check(Some(("sign-in-app-unread", "no right".into())), true),
            "VML501 tenant:contoso not checked: whether the sign-in app is in tenant `contoso` could not be read: no right\n"
        );
    }
}
