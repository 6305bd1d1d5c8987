//! Where things stand, and what a correct manifest becomes.

use super::{HEAD, listed, lowered, manifest};
use insta::assert_snapshot;
use vmlogin_engine::manifest::Safety;

#[test]
fn addresses_are_those_of_the_language() {
    let manifest = manifest(
        r#"
resource-group rg-web rg-data location="West Europe" {
    tags owner="team web"
    grant admin (group)"sg-admins"
    vm web01 web02 os=Windows {
        identity system-assigned
        login
        grant user (user)"kim@contoso.com" (object-id)"AAAAAAAA-1111-4111-8111-111111111111" reason="CHG-4711"
        protect #false
    }
}
"#,
    );
    assert_snapshot!(listed(&manifest), @r#"
    grant:core/rg-data/admin/group:sg-admins in resource-group:core/rg-data principal=group:sg-admins role="admin"
    grant:core/rg-web/admin/group:sg-admins in resource-group:core/rg-web principal=group:sg-admins role="admin"
    resource-group:core/rg-data in subscription:core location="West Europe" tags={owner="team web"}
    resource-group:core/rg-web in subscription:core location="West Europe" tags={owner="team web"}
    vm:core/rg-data/web01 in resource-group:core/rg-data os="windows" protect=false
    vm:core/rg-data/web01/grant/user/object-id:AAAAAAAA-1111-4111-8111-111111111111 in vm:core/rg-data/web01 principal=object-id:AAAAAAAA-1111-4111-8111-111111111111 reason="CHG-4711" role="user"
    vm:core/rg-data/web01/grant/user/user:kim@contoso.com in vm:core/rg-data/web01 principal=user:kim@contoso.com reason="CHG-4711" role="user"
    vm:core/rg-data/web01/identity in vm:core/rg-data/web01
    vm:core/rg-data/web01/login in vm:core/rg-data/web01
    vm:core/rg-data/web02 in resource-group:core/rg-data os="windows" protect=false
    vm:core/rg-data/web02/grant/user/object-id:AAAAAAAA-1111-4111-8111-111111111111 in vm:core/rg-data/web02 principal=object-id:AAAAAAAA-1111-4111-8111-111111111111 reason="CHG-4711" role="user"
    vm:core/rg-data/web02/grant/user/user:kim@contoso.com in vm:core/rg-data/web02 principal=user:kim@contoso.com reason="CHG-4711" role="user"
    vm:core/rg-data/web02/identity in vm:core/rg-data/web02
    vm:core/rg-data/web02/login in vm:core/rg-data/web02
    vm:core/rg-web/web01 in resource-group:core/rg-web os="windows" protect=false
    vm:core/rg-web/web01/grant/user/object-id:AAAAAAAA-1111-4111-8111-111111111111 in vm:core/rg-web/web01 principal=object-id:AAAAAAAA-1111-4111-8111-111111111111 reason="CHG-4711" role="user"
    vm:core/rg-web/web01/grant/user/user:kim@contoso.com in vm:core/rg-web/web01 principal=user:kim@contoso.com reason="CHG-4711" role="user"
    vm:core/rg-web/web01/identity in vm:core/rg-web/web01
    vm:core/rg-web/web01/login in vm:core/rg-web/web01
    vm:core/rg-web/web02 in resource-group:core/rg-web os="windows" protect=false
    vm:core/rg-web/web02/grant/user/object-id:AAAAAAAA-1111-4111-8111-111111111111 in vm:core/rg-web/web02 principal=object-id:AAAAAAAA-1111-4111-8111-111111111111 reason="CHG-4711" role="user"
    vm:core/rg-web/web02/grant/user/user:kim@contoso.com in vm:core/rg-web/web02 principal=user:kim@contoso.com reason="CHG-4711" role="user"
    vm:core/rg-web/web02/identity in vm:core/rg-web/web02
    vm:core/rg-web/web02/login in vm:core/rg-web/web02
    "#);
}

#[test]
fn grants_at_scopes_have_addresses_that_cannot_clash() {
    let (lowered, _) = lowered(&[(
        "estate.kdl",
        r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-11111111111A" {
    subscription root id="22222222-2222-4222-8222-22222222222B" { grant admin (group)"a/b%c*" }
    management-group root { grant admin (group)"a/b%c*" }
    management-group named id=mg-platform
}
resource-group admin { grant admin (group)"a/b%c*" }
"#,
    )]);
    let manifest = lowered.manifest.expect("a manifest");
    assert_snapshot!(listed(&manifest), @r#"
    grant:root/admin/admin/group:a%2Fb%25c%2A in resource-group:root/admin principal=group:a/b%c* role="admin"
    grant:root/admin/group:a%2Fb%25c%2A in subscription:root principal=group:a/b%c* role="admin"
    management-group:root/grant/admin/group:a%2Fb%25c%2A in management-group:root principal=group:a/b%c* role="admin"
    resource-group:root/admin in subscription:root
    "#);
    let groups: Vec<_> = manifest
        .management_groups
        .iter()
        .map(|(address, group)| (address.as_str(), group.id.as_str()))
        .collect();
    assert_eq!(
        groups,
        [
            ("management-group:named", "mg-platform"),
            ("management-group:root", "root")
        ]
    );
}

#[test]
fn the_head_and_the_scopes_are_read() {
    let (lowered, _) = lowered(&[(
        "estate.kdl",
        r#"
vmlogin 1 { estate "contoso.prod_1-x"; safety max-delete=0 }
tenant t cloud=China id="ABCDEF11-1111-4111-8111-111111111111" { subscription core id="ABCDEF22-2222-4222-8222-222222222222" }
tenant u id="11111111-1111-4111-8111-111111111111"
resource-group rg subscription=CORE
"#,
    )]);
    let manifest = lowered.manifest.expect("a manifest");
    assert_eq!(manifest.estate, "contoso.prod_1-x");
    assert_eq!(
        manifest.safety,
        Safety {
            max_delete: 0,
            max_change_percent: 25
        }
    );
    let tenant = &manifest.tenants["t"];
    assert_eq!(
        (tenant.id.as_str(), tenant.cloud.as_str()),
        ("abcdef11-1111-4111-8111-111111111111", "china")
    );
    assert_eq!(manifest.tenants["u"].cloud, "public");
    let subscription = &manifest.subscriptions["core"];
    assert_eq!(
        (subscription.id.as_str(), subscription.tenant.as_str()),
        ("abcdef22-2222-4222-8222-222222222222", "t")
    );
    let group = manifest.of_kind("resource-group").next().expect("a group");
    assert_eq!((&*group.subscription, &*group.tenant), ("core", "t"));
}

#[test]
fn a_resource_points_at_what_makes_it_a_thing_of_its_own() {
    let text =
        "resource-group a b { vm c { identity system-assigned; login; grant user (group)d } }";
    let (lowered, sources) = lowered(&[("head.kdl", HEAD), ("estate.kdl", text)]);
    let manifest = lowered.manifest.expect("a manifest");
    let places: Vec<String> = manifest
        .resources
        .values()
        .filter(|resource| !resource.address.as_str().contains("core/b"))
        .map(|resource| {
            format!(
                "{} {}",
                resource.kind,
                &sources.text(resource.span.source)[resource.span.range()]
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "resource-group a",
            "vm c",
            "grant (group)d",
            "identity system-assigned",
            "login login"
        ]
    );
}

#[test]
fn the_same_text_gives_the_same_manifest_whatever_the_order_of_files() {
    let a = ("a.kdl", "resource-group a { vm x; vm y }");
    let b = ("b.kdl", "resource-group b { grant user (group)g }");
    let addresses = |files: &[(&str, &str)]| {
        let manifest = lowered(files).0.manifest.expect("a manifest");
        listed(&manifest)
    };
    assert_eq!(
        addresses(&[("h", HEAD), a, b]),
        addresses(&[b, a, ("h", HEAD)])
    );
}
