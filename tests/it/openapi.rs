//! Every request of full runs, held against Microsoft's OpenAPI files and the directory's types.

use crate::conformance::{Specs, check_answers, check_log, operations_used, wrong};
use crate::estate::{CHAIN, HEAD, SEED};
use crate::stage::{Server, Stage};

/// What full runs have to have asked, so that a clean log is not an idle one: all that the provider can send but the lists of
/// `init` and `doctor`, which have tests like this one of their own, route tables, of which no file is at hand, and
/// definitions of policies: the file calls the values of their parameters objects, which those of built-in ones are not (2026-11-21).
const EXPECTED: &[&str] = &[
    "ExtensionMetadata_List",
    "MachineExtensions_CreateOrUpdate",
    "MachineExtensions_Delete",
    "MachineExtensions_Get",
    "MachineExtensions_List",
    "MachineExtensions_Update",
    "Machines_Delete",
    "Machines_Get",
    "Machines_ListByResourceGroup",
    "ManagementLocks_ListAtSubscriptionLevel",
    "NetworkInterfaces_CreateOrUpdate",
    "NetworkInterfaces_Delete",
    "NetworkInterfaces_Get",
    "NetworkSecurityGroups_CreateOrUpdate",
    "NetworkSecurityGroups_Delete",
    "NetworkSecurityGroups_Get",
    "Permissions_ListForResourceGroup",
    "PolicyAssignments_List",
    "PublicIPAddresses_CreateOrUpdate",
    "PublicIPAddresses_Delete",
    "PublicIPAddresses_Get",
    "ResourceGroups_CreateOrUpdate",
    "ResourceGroups_Delete",
    "ResourceGroups_Get",
    "Resources_List",
    "RoleAssignments_Create",
    "RoleAssignments_Delete",
    "RoleAssignments_Get",
    "RoleAssignments_ListForSubscription",
    "RoleDefinitions_Get",
    "RoleDefinitions_List",
    "SecurityRules_CreateOrUpdate",
    "SecurityRules_Delete",
    "SecurityRules_Get",
    "Subnets_CreateOrUpdate",
    "Subnets_Delete",
    "Subnets_Get",
    "Subscriptions_Get",
    "Tags_GetAtScope",
    "Tags_UpdateAtScope",
    "UserAssignedIdentities_CreateOrUpdate",
    "UserAssignedIdentities_Delete",
    "UserAssignedIdentities_Get",
    "VirtualMachineExtensionImages_ListVersions",
    "VirtualMachineExtensions_CreateOrUpdate",
    "VirtualMachineExtensions_Delete",
    "VirtualMachineExtensions_Get",
    "VirtualMachineExtensions_List",
    "VirtualMachineExtensions_Update",
    "VirtualMachines_CreateOrUpdate",
    "VirtualMachines_Delete",
    "VirtualMachines_Get",
    "VirtualMachines_List",
    "VirtualMachines_Update",
    "VirtualNetworks_CreateOrUpdate",
    "VirtualNetworks_Delete",
    "VirtualNetworks_Get",
    "directory $batch",
    "directory devices",
    "directory directoryObjects",
    "directory servicePrincipals",
    "directory users",
];

/// An Arc-enabled machine, and what stands around others: a vault, a lock, a policy, a role that somebody made.
const AROUND: &str = r#"
        policy benchmark title="Cloud security benchmark" initiative=#true
        resource-group rg-arc location=westeurope { arc-machine line1 os=windows }
        resource-group rg-hub location=westeurope {
            resource "Microsoft.KeyVault/vaults" kv-hub
            virtual-network vnet-hub { address-space "10.40.0.0/16"; subnet hub prefix="10.40.1.0/24" }
            vm hub01 os=linux { os-name ubuntu; os-version "22.04"; nic hub01-nic subnet="vnet-hub/hub" }
            lock keep level=CanNotDelete scope="/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
        }
"#;

const CUSTOM_ROLE: &str = r#"    custom-role "Machine Starter" id="dddddddd-0000-4000-8000-000000000001" {
        scope "/subscriptions/22222222-2222-4222-8222-222222222222"
        action "Microsoft.Compute/virtualMachines/start/action"
    }
"#;

/// One of each thing in a group of its own, but for machines.
const MADE: &str = r#"
resource-group rg-new location=westeurope {
    tags owner="team new"
    protect
    virtual-network vnet-new { address-space "10.20.0.0/16"; dns "10.20.0.4" }
    managed-identity id-new { tags tier=web }
    grant Reader (identity)id-new (identity)"rg-web/web01"
    grant "acdd72a7-3385-48ef-bd42-f606fba81ae7" (service-principal)deployer
    network-security-group nsg-new {
        rule allow-rdp { priority 100; direction inbound; access allow; protocol tcp; from VirtualNetwork; to any; ports 3389 }
    }
    grant user (object-id)"aaaaaaaa-0000-4000-8000-000000000001"
}
"#;

/// The login of a Linux machine.
const TUX: &str = "resource-group rg-web { vm tux01 { identity system-assigned; login } }";

/// A machine in the hub whose login has a version, and grants of other roles, to other holders, at another scope.
const HUB: &str = r#"
resource-group rg-hub {
    managed-identity id-hub
    grant "Machine Starter" (user)"lee@contoso.com"
    grant Reader (service-principal)deployer scope="/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-hub/providers/Microsoft.KeyVault/vaults/kv-hub"
    grant "Key Vault Secrets User" (identity)id-hub
    grant Reader (identity)hub01
    vm hub01 { identity system-assigned { user-assigned id-hub }; login version="1.0" }
}
"#;

/// A machine in a subnet with a public address.
const WIRED: &str = r#"
resource-group rg-wired location=westeurope {
    network-security-group nsg-new
    virtual-network vnet-new {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24"; network-security-group nsg-new }
    }
    vm app01 {
        image Win2022Datacenter
        size Standard_D2s_v5
        admin azureuser password=random
        nic subnet=servers public-ip=#true
    }
}
"#;

/// The login of an Arc-enabled machine, a tag on it and a grant.
const ARC: &str = "resource-group rg-arc { arc-machine line1 { login; tags site=a; grant user (user)\"lee@contoso.com\" } }";

/// Machines made from nothing, with Windows and with Linux.
const MACHINES: &str = r#"
resource-group rg-vm location=westeurope {
    virtual-network vnet-vm { address-space "10.30.0.0/16"; subnet servers { prefix "10.30.1.0/24" } }
    managed-identity id-vm
    vm vm01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        zone 1
        admin azureuser password=random
        os-disk size-gb=128 type=Premium_LRS
        nic subnet=servers
        identity system-assigned { user-assigned id-vm }
        login
        tags tier=web
    }
    vm vm02 { image Ubuntu2404; size Standard_B2s; admin kim ssh-key="ssh-ed25519 AAAAC3 kim"; nic subnet=servers }
}
"#;

#[test]
fn every_request_and_answer_of_full_runs_fits_microsofts_openapi_files() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let group = "        resource-group rg-web";
    let person = "    user \"kim@contoso.com\"";
    let seed = SEED
        .replacen(group, &format!("{AROUND}{group}"), 1)
        .replacen(person, &format!("{CUSTOM_ROLE}{person}"), 1);
    let stage = Stage::new("", &seed);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    let run = |verb: &str, manifest: &str, code: i32| {
        stage.write("estate.kdl", &format!("{HEAD}{manifest}"));
        let mut arguments = vec![verb, "--yes", sandbox.as_str()];
        // More grants go with their nodes than `safety` allows by itself.
        if verb == "apply" {
            arguments.extend(["--accept", "max-delete=9"]);
        }
        stage.run(&arguments).expect(code);
    };
    run("apply", &format!("{CHAIN}{MADE}"), 0);
    run("apply", TUX, 0);
    // A change of its login.
    run(
        "apply",
        &TUX.replace("login", "login enable-automatic-upgrade=#true"),
        0,
    );
    // A changed reason, a tag on an adopted machine, a protection taken off, a grant gone.
    let changed = format!("{CHAIN}{MADE}")
        .replace("CHG-4711", "CHG-4712")
        .replace("    protect\n", "    protect #false\n")
        .replace("10.20.0.0/16", "10.16.0.0/12")
        .replace("{ tags tier=web }", "{ tags tier=db }")
        .replace("ports 3389", "ports 3389 22")
        .replace("        login\n", "        login\n        tags tier=web\n")
        .replace("        grant admin (group)sg-web-admins\n", "");
    run("apply", &changed, 0);
    // Grants of every sort, and a login with a version.
    run("apply", HUB, 0);
    // A login that a rule refuses and a machine that is not there, while every grant of before goes.
    run(
        "apply",
        "resource-group rg-web { vm old01 { login }; vm web09 }",
        6,
    );
    // A machine with all that it is connected to: made, changed, taken away.
    run("apply", WIRED, 0);
    let rewired = WIRED
        .replace(
            "security-group nsg-new\n",
            "security-group nsg-new nsg-other\n",
        )
        .replace(
            "network-security-group nsg-new }",
            "network-security-group nsg-other }",
        )
        .replace(
            "public-ip=#true",
            "public-ip=#false network-security-group=nsg-other",
        );
    run("apply", &rewired, 0);
    run("destroy", WIRED, 0);
    // An Arc-enabled machine: its login, a change of it, a tag, a name that is not there.
    run("apply", ARC, 0);
    run(
        "apply",
        &ARC.replace("login", "login mdm-id=intune version=\"2.2\""),
        0,
    );
    run("apply", &ARC.replace("line1", "line2"), 6);
    run("destroy", &format!("{changed}{ARC}"), 0);
    run(
        "apply",
        "resource-group rg-arc { absent arc-machine line1 }",
        0,
    );
    // A machine made from nothing, another size, another tag, and all of it gone again.
    run("apply", MACHINES, 0);
    let larger = MACHINES.replace("Standard_D2s_v5", "Standard_D4s_v5");
    run("apply", &larger.replace("tier=web", "tier=db"), 0);
    // An identity taken off, and the machine made anew in another zone.
    let detached = MACHINES.replace("{ user-assigned id-vm }", "{ absent user-assigned id-vm }");
    run("apply", &detached, 0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", detached.replace("zone 1", "zone 2")),
    );
    let anew = "--accept=replace=vm:core/rg-vm/vm01";
    stage.run(&["apply", "--yes", anew, &sandbox]).expect(0);
    run("destroy", MACHINES, 0);
    drop(server);

    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    assert_eq!(wrong(&log, &specs), Vec::<String>::new());
    let used = operations_used(&log, &specs);
    let missing: Vec<&str> = EXPECTED
        .iter()
        .copied()
        .filter(|operation| !used.contains_key(*operation))
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "of {used:?}");
    assert!(!used.contains_key("unknown"), "{used:?}");
}

#[test]
fn what_stands_in_the_way_is_read_and_refused_as_microsofts_openapi_files_say() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let policy = "policy approved approved-extensions=AzureMonitorWindowsAgent\n            lock keep level=CanNotDelete";
    let seed = SEED.replacen("tag owner", &format!("{policy}\n            tag owner"), 1);
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), &seed);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    stage.run(&["apply", "--yes", &sandbox]).expect(6);
    drop(server);

    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    let shown = |violations: Vec<crate::conformance::Violation>| -> Vec<String> {
        violations.iter().map(ToString::to_string).collect()
    };
    assert_eq!(shown(check_log(&log, &specs)), Vec::<String>::new());
    // The files call every value of a parameter an object, which lists and texts are not, as Microsoft's own examples show, and those
    // of Compute leave out the `additionalInfo` that ARM's errors have (arm/FACTS.md 7).
    let mut answers = shown(check_answers(&log, &specs));
    answers.retain(|it| {
        !it.contains("/properties/parameters/") && !it.contains("/error/additionalInfo")
    });
    assert_eq!(answers, Vec::<String>::new());
    let used = operations_used(&log, &specs);
    for operation in [
        "ManagementLocks_ListAtSubscriptionLevel",
        "PolicyAssignments_List",
        "PolicyDefinitions_GetBuiltIn",
    ] {
        assert!(used.contains_key(operation), "{operation}: {used:?}");
    }
    assert!(!used.contains_key("unknown"), "{used:?}");
}

#[test]
fn grants_at_a_management_group_fit_microsofts_openapi_files() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let seed = SEED.replacen(
        "    user \"kim@",
        "    management-group mg-root\n    user \"kim@",
        1,
    );
    let grants = "{ grant user (group)sg-web-admins reason=CHG-4711; grant \"Key Vault Secrets User\" (group)sg-web-admins }";
    let group =
        format!("    management-group everything id=mg-root {grants}\n    subscription core");
    let manifest = HEAD.replace("    subscription core", &group);
    let stage = Stage::new(&manifest, &seed);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    let apply = ["apply", "--yes", "--allow", "VML401", &sandbox];
    stage.run(&apply).expect(0);
    stage.write("estate.kdl", &manifest.replace("CHG-4711", "CHG-4712"));
    stage.run(&apply).expect(0);
    stage.run(&["destroy", "--yes", &sandbox]).expect(0);
    drop(server);

    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    assert_eq!(wrong(&log, &specs), Vec::<String>::new());
    let used = operations_used(&log, &specs);
    for operation in [
        "RoleAssignments_Create",
        "RoleAssignments_Delete",
        "RoleAssignments_Get",
        "RoleAssignments_ListForScope",
        "RoleDefinitions_List",
    ] {
        assert!(used.contains_key(operation), "{operation}: {used:?}");
    }
    assert!(!used.contains_key("unknown"), "{used:?}");
}
