use serde_json::json;
use vmlogin_engine::plan::{Action, Mode, Step};

use super::Attachment;
use crate::kinds::exchanges::step;
use crate::kinds::scenes::estate;
use crate::kinds::{AzureKind, Seen, Write};

const VM: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01";
const WEB: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web";

fn detaching() -> Step {
    let (manifest, inventory) = estate();
    let mut step = step(&manifest, &inventory, Mode::Apply, "vm:core/rg-web/web01");
    step.kind = "user-assigned".to_owned();
    step.action = Action::Delete;
    step.id = Some(format!("{VM}/userAssignedIdentities/id-web"));
    step.write.insert("identity".to_owned(), WEB.into());
    step
}

#[test]
fn the_one_is_named_with_null_and_the_machines_own_identity_stays() {
    let fresh = json!({"location": "westeurope", "etag": "\"7\"", "identity": {
        "type": "SystemAssigned, UserAssigned",
        "userAssignedIdentities": {WEB.to_uppercase(): {}, WEB.replace("id-web", "id-ops"): {}},
    }});
    let Ok(Write::Send(requests)) = Attachment.write(&detaching(), &Seen::One(fresh)) else {
        panic!("nothing is sent");
    };
    let [request] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let member = json!({"identity": {
        "type": "SystemAssigned, UserAssigned",
        "userAssignedIdentities": {WEB.to_uppercase(): null},
    }});
    assert_eq!(request.body.as_ref(), Some(&member));
    assert_eq!(request.method, crate::http::Method::PATCH);
    assert!(request.headers.contains(&("if-match", "\"7\"".to_owned())));
}

#[test]
fn what_is_detached_already_and_a_machine_that_is_gone_need_nothing() {
    let bare = Seen::One(json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}}));
    for fresh in [bare, Seen::Missing] {
        let write = Attachment.write(&detaching(), &fresh);
        assert!(matches!(write, Ok(Write::Nothing(_))), "{write:?}");
    }
}
