//! VML217: a value of `mdm-id` that no handler understands.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};

use crate::kinds::login::INTUNE;

pub(in crate::rules) struct MdmValue;

static CARD: Card = Card {
    id: "VML217",
    title: "the value of `mdm-id` is none that the login extension understands",
    severity: Severity::Error,
    needs: Needs::Manifest,
    explanation: "`mdm-id` is empty, which means no device management; or `intune`, which stands for Intune's own app; or the id of \
        another app that manages devices, a GUID. The extension takes any text, and with one that is none of these the machine does \
        not enrol: the extension then fails after it has joined, and leaves a device behind that blocks the next try.\n\n\
        What is sent is always called `mdmId`, letter for letter: the extension's name for it distinguishes capitals.",
    source: "Microsoft's article on Arc-enabled servers; public issue Azure/bicep-registry-modules 6109",
    checked: "2026-11-21",
};

impl Rule for MdmValue {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let logins = scene.manifest.of_kind("login");
        logins.filter_map(opinion).collect()
    }
}

fn opinion(login: &Resource) -> Option<Finding> {
    let declared = login.attributes.get("mdm-id")?;
    let written = declared.value.as_text()?;
    if written.is_empty() || written == "intune" || is_guid(written) {
        return None;
    }
    let help = if written.trim().eq_ignore_ascii_case("intune") {
        "write `mdm-id=intune`".to_owned()
    } else {
        format!(
            "write `mdm-id=intune` (it stands for {INTUNE}), the GUID of another app, or leave it out for no device management"
        )
    };
    Some(Finding::hit(
        &CARD,
        login.address.clone(),
        declared.span,
        format!("`mdm-id` is `{written}`, which is neither empty nor `intune` nor a GUID"),
        help,
    ))
}

/// Whether it is a GUID as people write one, with hyphens and without braces.
fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Inventory;
    use vmlogin_engine::value::Value;

    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(value: Value) -> String {
        let mut manifest = scenes::manifest();
        scenes::declare(&mut manifest, "vm:core/rg-web/web01/login", "mdm-id", value);
        shown(&MdmValue.check(&Scene::of(&manifest, &Inventory::default())))
    }

    #[test]
    fn anything_else_is_an_error_with_what_can_be_written() {
        assert_eq!(
            check("mde".into()),
            "VML217 vm:core/rg-web/web01/login error: `mdm-id` is `mde`, which is neither empty nor `intune` nor a GUID\n  help: write `mdm-id=intune` (it stands for 0000000a-0000-0000-c000-000000000000), the GUID of another app, or leave it out for no device management\n"
        );
        assert!(check("Intune".into()).ends_with("help: write `mdm-id=intune`\n"));
    }

    #[test]
    fn the_three_forms_are_fine() {
        assert_eq!(check("".into()), "");
        assert_eq!(check("intune".into()), "");
        assert_eq!(check("0000000A-0000-0000-c000-000000000000".into()), "");
    }

    /// The manifest is always readable; a value that is no text was reported before any rule.
    #[test]
    fn a_value_that_is_no_text_is_left_to_the_manifest_s_own_check() {
        assert_eq!(check(Value::Null), "");
    }
}
