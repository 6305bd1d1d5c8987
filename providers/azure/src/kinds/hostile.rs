//! Answers as nobody documented them: any member of a good answer may be anything. Reading never panics, and what is read keeps the
//! key and the place of what was asked for.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Live;

use super::{
    Place, arc_machine, grant, identity, login, managed_identity, network_interface,
    network_security_group, public_ip, resource_group, scenes, subnet, surroundings,
    virtual_network, vm,
};

/// Small JSON of every shape, with words that the readers look for.
fn anything() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        Just("ProvisioningState/".to_owned()),
        Just("powerstate/ü".to_owned()),
        Just("vmlogin-estate".to_owned()),
        Just("/subscriptions".to_owned()),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        text.prop_map(Json::String),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            prop::collection::btree_map("[a-z]{1,6}|name|id|code|type", inner, 0..3)
                .prop_map(|map| json!(map)),
        ]
    })
}

/// Replaces the `at`-th value of a document, counted from outside inwards.
fn replaced(document: &mut Json, at: &mut usize, by: &Json) -> bool {
    if *at == 0 {
        *document = by.clone();
        return true;
    }
    *at -= 1;
    match document {
        Json::Array(values) => values.iter_mut().any(|value| replaced(value, at, by)),
        Json::Object(members) => members.values_mut().any(|value| replaced(value, at, by)),
        _ => false,
    }
}

fn place() -> Place {
    Place {
        subscription: "core".to_owned(),
        address: Address::new("vm", ["core", "rg-web", "web01"]),
        name: "web01".to_owned(),
        id: scenes::machine_id(),
    }
}

/// All that is read out of a machine's answer, if it can be read at all.
fn machine(body: Json) -> Vec<Live> {
    let place = place();
    let Ok(machine) = serde_json::from_value::<vm::wire::Machine>(body) else {
        return Vec::new();
    };
    let parts = [
        identity::live(&machine, &place),
        login::live(&machine, &place),
    ];
    std::iter::once(vm::live(&machine, &place))
        .chain(parts.into_iter().flatten())
        .collect()
}

proptest! {
    #[test]
    fn a_machine_is_read_or_refused(at in 1..90_usize, by in anything()) {
        let mut body = scenes::machine_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        for live in machine(body) {
            prop_assert!(live.key.0.starts_with(scenes::machine_id().key()));
            prop_assert!(live.address.as_str().starts_with("vm:core/rg-web/web01"));
        }
    }

    #[test]
    fn an_arc_machine_is_read_or_refused(at in 1..70_usize, by in anything()) {
        let place = scenes::arc::place();
        let mut body = scenes::arc::body(&place.id);
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(machine) = serde_json::from_value::<arc_machine::wire::Machine>(body) {
            let lives = [Some(arc_machine::live(&machine, &place)), login::live(&machine, &place)];
            for live in lives.into_iter().flatten() {
                prop_assert!(live.key.0.starts_with(place.id.key()));
                prop_assert!(live.address.as_str().starts_with("arc-machine:core/rg-web/line1"));
            }
        }
    }

    #[test]
    fn a_group_is_read_or_refused(location in anything(), tags in anything(), properties in anything(), id in anything()) {
        let body = json!({"id": id, "location": location, "tags": tags, "properties": properties});
        if let Ok(group) = serde_json::from_value(body) {
            let live = resource_group::live(&group, &place());
            prop_assert!(live.key.0 == scenes::machine_id().key());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
    }

    #[test]
    fn a_managed_identity_is_read_or_refused(at in 1..10_usize, by in anything()) {
        let mut body = scenes::managed_identity_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(identity) = serde_json::from_value(body) {
            let live = managed_identity::live(&identity, &place());
            prop_assert!(live.key.0 == scenes::machine_id().key());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
    }

    #[test]
    fn a_network_is_read_or_refused(at in 1..30_usize, by in anything()) {
        let mut body = scenes::network_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(network) = serde_json::from_value(body) {
            let live = virtual_network::live(&network, &place());
            prop_assert!(live.key.0 == scenes::machine_id().key());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
    }

    #[test]
    fn a_subnet_is_read_or_refused(at in 1..30_usize, by in anything()) {
        let mut body = scenes::network_body(&scenes::machine_id());
        replaced(&mut body["properties"]["subnets"][0], &mut at.clone(), &by);
        if let Ok(subnet) = serde_json::from_value(body["properties"]["subnets"][0].clone()) {
            let live = subnet::live(&subnet, &Default::default(), &place());
            let _ = subnet.users();
            prop_assert!(live.key.0 == scenes::machine_id().key());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
    }

    #[test]
    fn an_interface_and_its_address_are_read_or_refused(at in 1..40_usize, by in anything()) {
        let mut body = scenes::interface_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(interface) = serde_json::from_value(body) {
            let live = network_interface::live(&interface, &place());
            prop_assert!(live.key.0 == scenes::machine_id().key());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
        let mut body = scenes::address_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(address) = serde_json::from_value(body) {
            let live = public_ip::live(&address, &place());
            prop_assert_eq!(live.id.to_lowercase(), live.key.0);
        }
    }

    #[test]
    fn a_security_group_is_read_or_refused(at in 1..45_usize, by in anything()) {
        let mut body = scenes::filter_body(&scenes::machine_id());
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(group) = serde_json::from_value(body) {
            let _ = surroundings::security_group(&group);
            for live in network_security_group::lives(&group, &place()) {
                prop_assert!(live.key.0.starts_with(scenes::machine_id().key()));
                prop_assert_eq!(live.id.to_lowercase(), live.key.0);
            }
        }
    }

    #[test]
    fn an_assignment_is_read_or_refused(at in 1..12_usize, by in anything()) {
        let mut body = scenes::assignment_body();
        replaced(&mut body, &mut at.clone(), &by);
        if let Ok(assignment) = serde_json::from_value(body) {
            let wording = grant::Wording {
                place: Address::new("grant", ["core"]),
                around: "core".to_owned(),
                role: "admin".to_owned(),
                role_name: "Virtual Machine Administrator Login".to_owned(),
                principal: "object-id:p".to_owned(),
            };
            if let Some(live) = grant::live(&assignment, "core", &wording) {
                prop_assert_eq!(live.key.0.to_lowercase(), live.key.0);
            }
        }
    }
}
