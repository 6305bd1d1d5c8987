use super::*;
use crate::render::{problems, sample::PLAIN};

/// The seed, or the screen that says what is wrong with it.
fn read_text(text: &str) -> Result<Seed, String> {
    let mut sources = Sources::new();
    let parsed = syntax::parse(sources.next(), text);
    sources.add("sandbox.kdl".to_owned(), text.to_owned());
    finish(sources, parsed).map_err(|error| match error {
        Error::Problems { problems, sources } => problems::text(&problems, &sources, PLAIN),
        other => panic!("{other:?}"),
    })
}

#[test]
fn the_built_in_seed_is_the_one_of_the_quickstart() {
    let seed = built_in().unwrap();
    let tenant = &seed.tenants[0];
    assert_eq!((tenant.users.len(), tenant.groups.len()), (1, 1));
    let group = &tenant.subscriptions[0].resource_groups[0];
    assert_eq!((group.name.as_str(), group.machines.len()), ("rg-web", 0));
}

#[test]
fn everything_that_a_seed_can_say_is_read() {
    let seed = read_text(
        r#"/- kdl-version 2
tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    caller "dddddddd-0000-4000-8000-000000000001" app-id="dddddddd-0000-4000-8000-00000000000a" name=pipeline {
        deny "Microsoft.Authorization/roleAssignments/write" "Microsoft.Compute/*"
        no-directory-rights
    }
    caller "dddddddd-0000-4000-8000-000000000002"
    user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" name="Kim Rossi" guest=#true enabled=#false deleted=#true
    group sg id="bbbbbbbb-0000-4000-8000-000000000001"
    group sg id="bbbbbbbb-0000-4000-8000-000000000002" { member "aaaaaaaa-0000-4000-8000-000000000001" "cccccccc-0000-4000-8000-000000000001" }
    service-principal ci id="cccccccc-0000-4000-8000-000000000001" app-id="cccccccc-0000-4000-8000-00000000000a"
    device web09 id="eeeeeeee-0000-4000-8000-000000000001" machine="/subscriptions/x" registered="2026-01-02T03:04:05Z"
    subscription "22222222-2222-4222-8222-222222222222" name=core {
        resource-group rg-web location=westeurope {
            tag owner "team web"
            vm web01 os=linux {
                location northeurope
                os-name ubuntu
                os-version "22.04"
                computer-name WEB01
                power deallocated
                agent not-ready
                identity system-assigned { user-assigned "/id/one" }
                identity user-assigned "/id/two"
                extension aad publisher=P type=T version="2.0" state=failed exit-code=51 message="unsupported"
                tag a b
                no-registration
                keeps-failed-login
            }
            arc-machine line1 os=linux {
                computer-name LINE1
                status disconnected
                extension aad publisher=P type=T
                tag a b
            }
        }
        role-assignment "ffffffff-0000-4000-8000-000000000001" role="ffffffff-0000-4000-8000-000000000002" principal="aaaaaaaa-0000-4000-8000-000000000001" principal-type=User scope="/subscriptions/x" description=d condition=c
    }
}
fault method=PUT path="*/extensions/*" status=503 times=2 after=1 code=ServerTimeout message=m retry-after=1 async=#true effect=#true
"#,
    );
    insta::assert_debug_snapshot!(seed.unwrap());
}

#[test]
fn what_a_seed_does_not_know_is_a_problem_like_a_manifests() {
    let screen = read_text(
        "tenant \"11111111-1111-4111-8111-111111111111\" domain=\"contoso.com\" nme=x {\n    usr \"kim@contoso.com\"\n    user \"lee@contoso.com\" id=$id\n}\nlet id 1\n",
    );
    insta::assert_snapshot!(screen.unwrap_err(), @r#"
    VML071

      × unknown property `nme` on `tenant`
       ╭─[sandbox.kdl:1:68]
     1 │ tenant "11111111-1111-4111-8111-111111111111" domain="contoso.com" nme=x {
       ·                                                                    ───
     2 │     usr "kim@contoso.com"
       ╰────
      help: did you mean `name`?

    VML070

      × unknown node `usr` in `tenant`
       ╭─[sandbox.kdl:2:5]
     1 │ tenant "11111111-1111-4111-8111-111111111111" domain="contoso.com" nme=x {
     2 │     usr "kim@contoso.com"
       ·     ───
     3 │     user "lee@contoso.com" id=$id
       ╰────
      help: did you mean `user`?

    VML073

      × this is not a text: a seed has no names to refer to
       ╭─[sandbox.kdl:3:31]
     2 │     usr "kim@contoso.com"
     3 │     user "lee@contoso.com" id=$id
       ·                               ───
     4 │ }
       ╰────

    VML070

      × unknown node `let` in a seed
       ╭─[sandbox.kdl:5:1]
     4 │ }
     5 │ let id 1
       · ───
       ╰────
      help: here may stand `tenant`, `fault`, `lists` and `resource-graph`

    4 problems
    "#);
}

#[test]
fn what_the_sandbox_refuses_is_shown_where_it_stands() {
    let screen = read_text(
        "tenant \"11111111-1111-4111-8111-111111111111\" domain=\"contoso.com\" {\n    group a id=\"bbbbbbbb-0000-4000-8000-000000000001\"\n    group b id=\"bbbbbbbb-0000-4000-8000-000000000001\"\n}\n",
    );
    insta::assert_snapshot!(screen.unwrap_err(), @r#"
    VML074

      × object `bbbbbbbb-0000-4000-8000-000000000001` is declared twice (tenant 11111111-1111-4111-
      │ 8111-111111111111 / group b)
       ╭─[sandbox.kdl:3:16]
     2 │     group a id="bbbbbbbb-0000-4000-8000-000000000001"
     3 │     group b id="bbbbbbbb-0000-4000-8000-000000000001"
       ·                ───────────────────┬──────────────────
       ·                                   ╰── here
     4 │ }
       ╰────
      help: correct it in the seed; providers/sandbox/SEED.md tells what may be written

    1 problem
    "#);
}

#[test]
fn networks_and_locks_and_other_resources_are_read() {
    let seed = read_text(
        r#"tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    subscription "22222222-2222-4222-8222-222222222222" {
        lock all level=CanNotDelete
        policy addresses types="Microsoft.Network/publicIPAddresses, Microsoft.Network/natGateways" enforced=#false
        resource-group rg location=westeurope {
            lock web level=ReadOnly scope="/subscriptions/x" notes="hands off"
            network-security-group nsg {
                rule rdp priority=100 direction=inbound access=allow protocol=tcp source="10.0.0.0/8, 192.168.0.0/16" ports="3389"
            }
            route-table rt { route out prefix="0.0.0.0/0" next-hop=VirtualAppliance address="10.0.0.4"; }
            virtual-network vnet {
                address-space "10.0.0.0/16"
                subnet a prefix="10.0.0.0/24" network-security-group=nsg route-table=rt default-outbound=#false
                tag a b
            }
            resource "Microsoft.KeyVault/vaults" kv { tag a b; }
            vm web01 os=windows {
                nic web01-card subnet="vnet/a" network-security-group=nsg
                domain corp.contoso.com
            }
        }
    }
}
"#,
    )
    .unwrap();
    let subscription = &seed.tenants[0].subscriptions[0];
    assert_eq!(subscription.locks[0].level, "CanNotDelete");
    let policy = &subscription.policies[0];
    assert_eq!(policy.types.len(), 2);
    assert_eq!((policy.effect.as_str(), policy.enforced), ("deny", false));
    let group = &subscription.resource_groups[0];
    assert_eq!(group.locks[0].notes.as_deref(), Some("hands off"));
    let rule = &group.security_groups[0].rules[0];
    assert_eq!(rule.sources, ["10.0.0.0/8", "192.168.0.0/16"]);
    assert_eq!(
        (rule.ports[0].as_str(), rule.destinations[0].as_str()),
        ("3389", "*")
    );
    assert_eq!(group.route_tables[0].routes[0].next_hop, "VirtualAppliance");
    let subnet = &group.virtual_networks[0].subnets[0];
    assert_eq!(subnet.route_table.as_deref(), Some("rt"));
    assert_eq!(subnet.default_outbound, Some(false));
    assert_eq!(group.resources[0].kind, "Microsoft.KeyVault/vaults");
    let machine = &group.machines[0];
    assert_eq!(machine.interface.as_ref().unwrap().subnet, "vnet/a");
    assert_eq!(machine.domain.as_deref(), Some("corp.contoso.com"));
}

#[test]
fn what_azure_would_refuse_is_told_at_its_place() {
    let screen = read_text(
        r#"tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    subscription "22222222-2222-4222-8222-222222222222" {
        resource-group rg location=westeurope {
            virtual-network vnet {
                address-space "10.0.0.0/16"
                subnet a prefix="10.9.0.0/99"
            }
        }
    }
}
"#,
    )
    .unwrap_err();
    assert!(
        screen.contains("VML074") && screen.contains("Address prefix 10.9.0.0/99"),
        "{screen}"
    );
}

#[test]
fn one_node_with_numbers_is_many() {
    let seed = read_text(
        r#"lists rows=50 empty-pages=#true
resource-graph lag=20
tenant "11111111-1111-4111-8111-111111111111" domain="contoso.com" {
    group "sg-####" id="bbbbbbbb-0000-4000-8000-00000000####" numbers="1-3"
    subscription "22222222-2222-4222-8222-222222222222" {
        resource-group rg-web location=westeurope {
            vm "web###" os=windows numbers="99-101" { computer-name "W##"; tag n "no # at all" }
        }
    }
}
"#,
    )
    .unwrap();
    assert_eq!(
        (seed.behaviour.page_rows, seed.behaviour.sweep_lag),
        (Some(50), 20)
    );
    let tenant = &seed.tenants[0];
    assert_eq!(tenant.groups[2].name, "sg-0003");
    assert!(tenant.groups[2].id.ends_with("0003"));
    let machines = &tenant.subscriptions[0].resource_groups[0].machines;
    let names: Vec<&str> = machines.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["web099", "web100", "web101"]);
    assert_eq!(machines[2].computer_name.as_deref(), Some("W101"));
}

#[test]
fn numbers_that_are_no_range_are_a_problem() {
    let screen = read_text(
        r#"tenant "11111111-1111-4111-8111-111111111111" domain="contoso.com" {
    group "sg-#" id="bbbbbbbb-0000-4000-8000-000000000001" numbers="3-1"
    caller "dddddddd-0000-4000-8000-000000000001" numbers="1-2"
}
"#,
    )
    .unwrap_err();
    assert!(
        screen.contains("VML073") && screen.contains("1-250"),
        "{screen}"
    );
    assert!(
        screen.contains("unknown property `numbers` on `caller`"),
        "{screen}"
    );
}
