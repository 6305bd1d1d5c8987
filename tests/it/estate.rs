//! The estate of most stories: one tenant, one subscription, a group with two machines, some people.

use crate::stage::Stage;

/// The world as it is before anything is applied.
pub(crate) const SEED: &str = r#"/- kdl-version 2
tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" name="Kim Rossi"
    user "lee@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000002" name="Lee Wong"
    user "old@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000003" name="Old Timer" enabled=#false
    user "left@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000004" name="Left Us" deleted=#true
    group sg-web-admins id="bbbbbbbb-0000-4000-8000-000000000001"
    group sg-twins id="bbbbbbbb-0000-4000-8000-000000000002"
    group sg-twins id="bbbbbbbb-0000-4000-8000-000000000003"
    service-principal deployer id="cccccccc-0000-4000-8000-000000000001" app-id="cccccccc-0000-4000-8000-00000000000a"
    subscription "22222222-2222-4222-8222-222222222222" name=core {
        resource-group rg-web location=westeurope {
            tag owner "team web"
            vm web01 os=windows {
                os-name "Windows Server 2025 Datacenter"
                os-version "10.0.26100.1742"
            }
            vm web02 os=windows {
                os-name "Windows Server 2025 Datacenter"
                os-version "10.0.26100.1742"
                power deallocated
            }
            vm tux01 os=linux {
                os-name "ubuntu"
                os-version "22.04"
            }
            vm old01 os=windows {
                os-name "Windows Server 2016 Datacenter"
                os-version "10.0.14393.0"
                identity system-assigned
            }
        }
    }
}
"#;

/// The estate, tenant and subscription that stand before every manifest of these stories.
pub(crate) const HEAD: &str = r#"/- kdl-version 2
vmlogin 1 { estate "web-prod" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
"#;

/// The whole chain on one machine.
pub(crate) const CHAIN: &str = r#"
resource-group rg-web {
    grant user (user)"lee@contoso.com" reason="CHG-4711"
    vm web01 {
        identity system-assigned
        login
        grant admin (group)sg-web-admins
    }
}
"#;

/// A stage with the usual seed and a manifest of [`HEAD`] and more.
pub(crate) fn stage(manifest: &str) -> Stage {
    Stage::new(&format!("{HEAD}{manifest}"), SEED)
}

/// A stage with the usual manifest and a seed with something more inside the tenant, and faults after it.
pub(crate) fn stage_with_seed(manifest: &str, in_tenant: &str, after: &str) -> Stage {
    let seed = SEED.replacen(
        "    user \"kim@contoso.com\"",
        &format!("    {in_tenant}\n    user \"kim@contoso.com\""),
        1,
    );
    Stage::new(&format!("{HEAD}{manifest}"), &format!("{seed}{after}\n"))
}
