use proptest::prelude::*;

use super::*;

const VM: &str =
    "/subscriptions/S1/resourceGroups/rg-Web/providers/Microsoft.Compute/virtualMachines/Web01";

fn id(text: &str) -> ArmId {
    ArmId::parse(text).unwrap()
}

#[test]
fn casing_is_kept_and_does_not_count() {
    let listed = id(
        "/subscriptions/s1/resourcegroups/RG-WEB/providers/microsoft.compute/virtualmachines/web01/",
    );
    assert_eq!(listed, id(VM));
    assert_eq!(listed.key(), id(VM).key());
    assert_eq!(id(VM).to_string(), VM);
    assert_ne!(id(VM), id(&VM.replace("Web01", "Web02")));
}

#[test]
fn parts_are_found() {
    let extension = id(VM).child("extensions", "AADLoginForWindows");
    assert_eq!(extension.subscription(), Some("S1"));
    assert_eq!(extension.resource_group(), Some("rg-Web"));
    assert_eq!(extension.provider(), Some("Microsoft.Compute"));
    assert_eq!(
        extension.full_type().as_deref(),
        Some("Microsoft.Compute/virtualMachines/extensions")
    );
    assert!(extension.is_type("microsoft.compute/virtualmachines/Extensions"));
    assert_eq!(extension.names(), ["Web01", "AADLoginForWindows"]);
    assert_eq!(extension.name(), "AADLoginForWindows");
    assert_eq!(extension.parent(), id(VM));
    assert_eq!(
        extension.scope(),
        id("/subscriptions/S1/resourceGroups/rg-Web")
    );
}

#[test]
fn a_grant_at_a_machine_has_the_machine_as_scope() {
    let grant = id(VM).resource("Microsoft.Authorization/roleAssignments", "g1");
    assert_eq!(grant.scope(), id(VM));
    assert_eq!(grant.parent(), id(VM));
    assert_eq!(
        grant.full_type().as_deref(),
        Some("Microsoft.Authorization/roleAssignments")
    );
    assert_eq!(
        id("/providers/Microsoft.Authorization/roleAssignments/g1").scope(),
        ArmId::root()
    );
}

#[test]
fn building_and_parsing_agree() {
    let built = ArmId::of_subscription("S1")
        .group("rg-Web")
        .resource("Microsoft.Compute/virtualMachines", "Web01");
    assert_eq!(built.to_string(), VM);
    assert_eq!(built, VM.parse().unwrap());
}

#[test]
fn containers_are_their_own_scope() {
    let group = ArmId::of_subscription("s").group("g");
    assert_eq!(group.scope(), group);
    assert_eq!(group.parent(), ArmId::of_subscription("s"));
    assert_eq!(group.parent().parent(), ArmId::root());
    assert_eq!(ArmId::root().parent(), ArmId::root());
    assert_eq!(ArmId::root().to_string(), "/");
    assert_eq!(ArmId::root().path(), "");
}

#[test]
fn a_group_called_providers_is_no_provider() {
    let group = id("/subscriptions/s/resourceGroups/providers");
    assert_eq!(group.resource_group(), Some("providers"));
    assert_eq!(group.provider(), None);
    let vm = id(
        "/subscriptions/s/resourceGroups/providers/providers/Microsoft.Compute/virtualMachines/providers",
    );
    assert_eq!(vm.names(), ["providers"]);
    assert_eq!(vm.scope(), group);
}

#[test]
fn containment_is_by_segment_not_by_text() {
    let group = ArmId::of_subscription("s").group("rg");
    assert!(group.contains(&id("/subscriptions/S/resourcegroups/RG/providers/A.B/c/d")));
    assert!(group.contains(&group));
    assert!(!group.contains(&ArmId::of_subscription("s").group("rg-2")));
    assert!(ArmId::root().contains(&group));
}

#[test]
fn a_path_hides_what_a_name_contains() {
    let odd = ArmId::of_subscription("s").group("a b#(c)é");
    assert_eq!(
        odd.path(),
        "/subscriptions/s/resourceGroups/a%20b%23(c)%C3%A9"
    );
}

#[test]
fn what_is_no_id_is_refused_with_the_reason() {
    let why = |text: &str| ArmId::parse(text).unwrap_err().why;
    assert_eq!(why("subscriptions/s"), "it does not begin with `/`");
    assert_eq!(why(""), "it does not begin with `/`");
    assert_eq!(why("/subscriptions//x"), "it has an empty segment");
    assert_eq!(why("/subscriptions/../x"), "it has a `.` or `..` segment");
    for text in [
        "/subscriptions",
        "/resourceGroups/x",
        "/providers",
        "/providers/A.B",
        "/providers/A.B/c",
        "/subscriptions/s/providers/A.B/c/d/e",
    ] {
        assert_eq!(
            why(text),
            "it does not name a subscription, a resource group or a resource",
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn an_id_that_is_put_together_is_the_one_that_is_read(group in "[a-zA-ZéÉΣ]{1,8}", name in "[a-zA-ZéÉΣ]{1,8}") {
        let made = ArmId::of_subscription("AB-1").group(&group).resource("Microsoft.Compute/virtualMachines", &name);
        let read = ArmId::parse(&made.to_string()).unwrap();
        prop_assert_eq!(made.key(), read.key());
    }

    #[test]
    fn an_id_is_read_as_it_is_written(text in "(/subscriptions|/resourceGroups|/PROVIDERS|/providers|/[a-zA-Z.é ]{1,8}){0,9}/?") {
        if let Ok(id) = ArmId::parse(&text) {
            let outwards = std::iter::successors(Some(id.parent()), |inner| Some(inner.parent()));
            let around: Vec<ArmId> = outwards.take_while(|outer| *outer != ArmId::root()).collect();
            prop_assert_eq!(id.around(), around.iter().map(ArmId::key).collect::<Vec<_>>());
            let shown = id.to_string();
            prop_assert_eq!(&ArmId::parse(&shown).unwrap(), &id);
            let upper = ArmId::parse(&shown.to_uppercase()).unwrap();
            prop_assert_eq!(upper.key(), id.key());
            prop_assert!(id.parent().contains(&id) && id.scope().contains(&id));
            prop_assert!(id.path().is_ascii());
            prop_assert_eq!(id.path().matches('/').count(), shown.trim_end_matches('/').matches('/').count());
        }
    }
}
