//! Random networks with machines on them, made and adopted: every kind takes part, beside things that nobody declared.
//!
//! What may change is said as places in the sandbox's state; that nothing else does is shown by comparing all of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value as Json, json};

use super::apply;
use super::changed::changed;
use crate::estate::HEAD;
use crate::stage::Stage;

const RG: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-net";

/// A machine, and its interface, identity, login and grant.
#[derive(Clone, Debug)]
struct Machine {
    live: bool,
    declared: bool,
    linux: bool,
    /// Whether it has a public address, where that is said.
    public: Option<bool>,
    /// The security group of its interface, where one is declared.
    filter: Option<usize>,
    /// Whether the identity `id-0` is to be attached.
    attached: bool,
    login: bool,
    grant: bool,
    tagged: bool,
}

/// The world around them.
#[derive(Clone, Debug)]
struct World {
    machines: Vec<Machine>,
    /// Whether the second of each is live: subnet, security group, identity. The first ones always are.
    second: [bool; 3],
    /// Whether a range, name servers and the rule's values are declared otherwise than they are.
    changed: [bool; 3],
    /// The security groups that are declared of the subnets.
    filters: [Option<usize>; 2],
    /// Whether the rule is there already.
    rule: bool,
    /// Which of [`GRANTS`] are declared.
    grants: [bool; 5],
    /// What others put into things of ours.
    planted: [bool; 7],
    /// Where writes fail, and how.
    faults: Vec<(usize, usize)>,
}

/// Grants of every sort of holder, role and scope; the last one needs the identity of a machine.
const GRANTS: [&str; 5] = [
    "grant Reader (service-principal)ci scope=\"/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-net/providers/Microsoft.KeyVault/vaults/kv\"",
    "grant \"Key Vault Secrets User\" (identity)id-0 reason=\"reads secrets\"",
    "grant \"Machine Starter\" (user)\"p0@contoso.com\"",
    "grant user (group)desk",
    "grant Reader (identity)app0",
];

/// The writes that can fail: one for each kind.
const WRITES: [(&str, &str); 13] = [
    ("PUT", "*/virtualNetworks/vnet-a"),
    ("PUT", "*/subnets/*"),
    ("PUT", "*/networkSecurityGroups/nsg-?"),
    ("PUT", "*/securityRules/*"),
    ("PUT", "*/publicIPAddresses/*"),
    ("PUT", "*/networkInterfaces/*"),
    ("PUT", "*/virtualMachines/app?"),
    ("PATCH", "*/virtualMachines/*"),
    ("PUT", "*/extensions/*"),
    ("PUT", "*/roleAssignments/*"),
    ("PUT", "*/userAssignedIdentities/*"),
    ("PATCH", "*/tags/default"),
    ("PUT", "*/resourcegroups/rg-made"),
];

fn machine() -> impl Strategy<Value = Machine> {
    (
        any::<[bool; 7]>(),
        proptest::option::of(any::<bool>()),
        proptest::option::of(0..2_usize),
    )
        .prop_map(
            |([live, absent, linux, attached, login, grant, tagged], public, filter)| Machine {
                live,
                declared: !live || !absent,
                linux,
                public,
                filter,
                attached,
                login,
                grant,
                tagged,
            },
        )
}

fn world() -> impl Strategy<Value = World> {
    let filter = || proptest::option::of(0..2_usize);
    (
        proptest::collection::vec(machine(), 1..3),
        (any::<[bool; 3]>(), any::<[bool; 3]>(), any::<bool>()),
        [filter(), filter()],
        any::<[bool; 5]>(),
        any::<[bool; 7]>(),
        proptest::collection::vec((0..WRITES.len(), 0..3_usize), 1..4),
    )
        .prop_map(
            |(machines, (second, changed, rule), filters, mut grants, planted, faults)| {
                grants[4] &= machines[0].declared;
                World {
                    machines,
                    second,
                    changed,
                    filters,
                    rule,
                    grants,
                    planted,
                    faults,
                }
            },
        )
}

impl World {
    fn seed(&self) -> String {
        let [subnet, group, identity] = self.second;
        let when = |is: bool, text: &'static str| if is { text } else { "" };
        let mut seed = format!(
            r#"tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {{
    user "p0@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000000"
    group desk id="bbbbbbbb-0000-4000-8000-000000000001"
    service-principal ci id="cccccccc-0000-4000-8000-000000000001" app-id="cccccccc-0000-4000-8000-00000000000a"
    custom-role "Machine Starter" id="dddddddd-0000-4000-8000-000000000001" {{ scope "/subscriptions/22222222-2222-4222-8222-222222222222"; action "*/read" }}
    subscription "22222222-2222-4222-8222-222222222222" name=core {{
        role-assignment "eeeeeeee-0000-4000-8000-000000000001" role="fb879df8-f326-4884-b1cf-06f3ad86be52" principal="aaaaaaaa-0000-4000-8000-000000000000" principal-type=User scope="{RG}" description="vmlogin:other-estate"
        resource-group rg-net location=westeurope {{
            managed-identity id-0 {{ tag foreign kept }}
            managed-identity id-old
            {}
            network-security-group nsg-0 {{
                {}
                rule theirs priority=4000 direction=inbound access=allow protocol=tcp source="10.9.0.0/16" destination="*" ports="22"
            }}
            {}
            route-table rt {{ route out prefix="10.9.0.0/16" next-hop=VirtualAppliance address="10.0.0.4" }}
            virtual-network vnet-a {{
                address-space "10.20.0.0/16"
                subnet s0 prefix="10.20.0.0/24" network-security-group=nsg-0
                {}
                subnet theirs prefix="10.20.9.0/24" route-table=rt
            }}
            resource "Microsoft.KeyVault/vaults" kv
"#,
            when(identity, "managed-identity id-1"),
            when(
                self.rule,
                "rule r0 priority=100 direction=inbound access=allow protocol=tcp source=\"10.0.0.0/8\" destination=\"*\" ports=\"3389\""
            ),
            when(group, "network-security-group nsg-1"),
            when(subnet, "subnet s1 prefix=\"10.20.1.0/24\""),
        );
        let live = self.machines.iter().enumerate();
        for (at, machine) in live.filter(|(_, machine)| machine.live) {
            seed.push_str(&machine.seed(at));
        }
        seed.push_str("        }\n    }\n}\n");
        seed
    }

    fn faults(&self) -> String {
        let sorts = [
            "status=409 code=Conflict message=\"not now\"",
            "status=503 code=ServerTimeout message=\"later\" retry-after=0",
            "status=500 code=InternalServerError message=\"it happened all the same\" effect=#true retry-after=0",
        ];
        let mut rules = String::new();
        for (write, sort) in &self.faults {
            let ((method, path), sort) = (WRITES[*write], sorts[*sort]);
            writeln!(
                rules,
                "fault method={method} path=\"{path}\" {sort} times=1"
            )
            .expect("text");
        }
        rules
    }

    fn manifest(&self) -> String {
        let [range, servers, rule] = self.changed;
        let filter = |at: usize| {
            let group = self.filters[at];
            group.map_or_else(String::new, |group| {
                format!("; network-security-group nsg-{group}")
            })
        };
        let mut text = format!(
            r#"{HEAD}
resource-group rg-made location=westeurope {{ managed-identity id-made; tags a=b }}
resource-group rg-net {{
    managed-identity id-0 id-1
    network-security-group nsg-0 {{
        rule r0 {{ priority {}; direction inbound; access allow; protocol tcp; from "10.0.0.0/8"; to any; ports 3389 }}
    }}
    network-security-group nsg-1 {{ tags tier=web }}
    virtual-network vnet-a {{
        address-space "10.20.0.0/16"{}
        {}
        subnet s0 {{ prefix "10.20.0.0/24"{} }}
        subnet s1 {{ prefix "10.20.1.0/24"{} }}
    }}
"#,
            if rule { "110" } else { "100" },
            if range { " \"10.30.0.0/16\"" } else { "" },
            if servers { "dns \"10.20.0.4\"" } else { "" },
            filter(0),
            filter(1),
        );
        let grants = GRANTS.iter().zip(self.grants);
        for (grant, _) in grants.filter(|(_, declared)| *declared) {
            writeln!(text, "    {grant}").expect("text");
        }
        let declared = self.machines.iter().enumerate();
        for (at, machine) in declared.filter(|(_, machine)| machine.declared) {
            text.push_str(&machine.node(at));
        }
        text.push_str("}\n");
        text
    }

    /// Puts what others made into the things of the world, as they would have by hand.
    fn plant(&self, state: &mut Json) {
        let resources = &mut state["resources"];
        let mut put = |planted: bool, key: &str, place: &str, value: Json| {
            let key = format!("{}/providers/{key}", RG.to_lowercase());
            if let (true, true) = (planted, resources[&key].is_object()) {
                *at(&mut resources[&key], place) = value;
            }
        };
        let [
            peering,
            endpoints,
            network,
            rules,
            interface,
            second,
            identity,
        ] = self.planted;
        let peer = json!([{"name": "to-hub", "properties": {"remoteVirtualNetwork": {"id": "/theirs"}, "peeringState": "Initiated"}}]);
        let vnet = "microsoft.network/virtualnetworks/vnet-a";
        put(peering, vnet, "/properties/virtualNetworkPeerings", peer);
        let service = json!([{"service": "Microsoft.Storage", "locations": ["westeurope"], "provisioningState": "Succeeded"}]);
        let subnet = "/properties/subnets/0/properties/serviceEndpoints";
        put(endpoints, vnet, subnet, service);
        put(network, vnet, "/tags", json!({"cost": "4711"}));
        let group = "microsoft.network/networksecuritygroups/nsg-0";
        put(rules, group, "/properties/flushConnection", json!(true));
        put(rules, group, "/tags", json!({"cost": "4711"}));
        let own = "microsoft.managedidentity/userassignedidentities/id-1";
        put(identity, own, "/tags", json!({"cost": "4711"}));
        for number in 0..self.machines.len() {
            let nic = format!("microsoft.network/networkinterfaces/app{number}-nic");
            let servers = json!(["10.20.0.9"]);
            put(
                interface,
                &nic,
                "/properties/dnsSettings/dnsServers",
                servers,
            );
            put(interface, &nic, "/tags", json!({"cost": "4711"}));
            let subnet =
                format!("{RG}/providers/Microsoft.Network/virtualNetworks/vnet-a/subnets/theirs");
            let address = json!({"name": "theirs", "properties": {"primary": false, "subnet": {"id": subnet}, "privateIPAddress": "10.20.9.77", "privateIPAllocationMethod": "Static", "privateIPAddressVersion": "IPv4", "provisioningState": "Succeeded"}});
            put(second, &nic, "/properties/ipConfigurations/1", address);
        }
    }

    /// The places of the state that a run may change, as the ends of their keys and the beginnings of what is below.
    fn allowed(&self) -> Vec<(String, String)> {
        let mut allowed: Vec<(String, String)> = Vec::new();
        let mut allow = |thing: &str, places: &[&str]| {
            let places = places
                .iter()
                .map(|place| (thing.to_owned(), (*place).to_owned()));
            allowed.extend(places);
        };
        let [range, servers, rule] = self.changed;
        if range {
            allow("/vnet-a", &["/properties/addressSpace/addressPrefixes"]);
        }
        if servers {
            allow("/vnet-a", &["/properties/dhcpOptions"]);
        }
        for (at, filter) in self.filters.iter().enumerate() {
            if filter.is_some() {
                allow(
                    "/vnet-a",
                    &[&format!(
                        "/properties/subnets/s{at}/properties/networkSecurityGroup"
                    )],
                );
            }
        }
        allow("/vnet-a", &["/properties/subnets/s1"]);
        if rule || !self.rule {
            allow("/nsg-0", &["/properties/securityRules/r0"]);
        }
        allow("/nsg-1", &["/tags/tier", "/tags"]);
        let declared = self.machines.iter().enumerate();
        for (at, machine) in declared.filter(|(_, machine)| machine.declared) {
            let (own, nic) = (format!("/app{at}"), format!("/app{at}-nic"));
            allow(&own, &["/identity/system"]);
            // The size that is declared of it is another one than a seeded machine has.
            if machine.linux {
                allow(&own, &["/properties/hardwareProfile/vmSize"]);
            }
            if machine.attached {
                allow(&own, &["/identity/user"]);
            }
            if machine.tagged {
                allow(&own, &["/tags/owner"]);
            }
            if machine.public.is_some() {
                allow(
                    &nic,
                    &["/properties/ipConfigurations/ipconfig1/properties/publicIPAddress"],
                );
            }
            if machine.filter.is_some() {
                allow(&nic, &["/properties/networkSecurityGroup"]);
            }
        }
        allowed
    }

    /// Whether a change of the state is one that the manifest asks for, or the service's own book-keeping.
    fn asked_for(&self, thing: &str, place: &str) -> bool {
        let books = ["/version", "/etag", "/changed", "/properties/auxiliaryMode"];
        books.contains(&place)
            || self.allowed().iter().any(|(end, beginning)| {
                thing.ends_with(end.as_str()) && place.starts_with(beginning.as_str())
            })
    }

    /// The ends of the keys of all that a run may make.
    fn may_make(&self, thing: &str) -> bool {
        let fixed = ["/rg-made", "/id-made", "/id-1", "/nsg-1"];
        let of_a_machine = |(at, machine): (usize, &Machine)| {
            let own = [
                format!("/app{at}"),
                format!("/app{at}-nic"),
                format!("/app{at}-pip"),
            ];
            machine.declared
                && (own.iter().any(|end| thing.ends_with(end.as_str()))
                    || thing.contains(&format!("/app{at}/extensions/aad"))
                    || thing.contains(&format!("/app{at}_osdisk_")))
        };
        fixed.iter().any(|end| thing.ends_with(end))
            || self.machines.iter().enumerate().any(of_a_machine)
            || thing.starts_with("assignments ")
    }
}

impl Machine {
    fn seed(&self, at: usize) -> String {
        let system = match self.linux {
            true => "linux { os-name ubuntu; os-version \"22.04\"",
            false => {
                "windows { os-name \"Windows Server 2025 Datacenter\"; os-version \"10.0.26100.1742\""
            }
        };
        format!(
            "            vm app{at} os={system}; nic app{at}-nic subnet=\"vnet-a/s{at}\"; tag foreign kept; identity user-assigned \"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-old\"; extension MyAccessExt publisher=\"Microsoft.Compute\" type=VMAccessAgent version=\"2.4\" }}\n"
        )
        .replace(
            // A machine can only be wired to a subnet that is there.
            "vnet-a/s1",
            "vnet-a/s0",
        )
    }

    fn node(&self, at: usize) -> String {
        let made = match self.linux {
            true => {
                "image Ubuntu2404; size Standard_B2s; admin kim ssh-key=\"ssh-ed25519 AAAAC3 kim\""
            }
            false => {
                "image Win2022Datacenter; size Standard_D2s_v5; admin azureuser password=random"
            }
        };
        // What is there stays in its subnet.
        let subnet = if self.live { 0 } else { at };
        let mut node = format!("    vm app{at} {{\n        {made}\n        nic subnet=s{subnet}");
        if let Some(public) = self.public {
            write!(node, " public-ip=#{public}").expect("text");
        }
        if let Some(group) = self.filter {
            write!(node, " network-security-group=nsg-{group}").expect("text");
        }
        let attached = if self.attached {
            " { user-assigned id-0 }"
        } else {
            ""
        };
        writeln!(node, "\n        identity system-assigned{attached}").expect("text");
        for (said, line) in [
            (self.login, "login"),
            (self.grant, "grant admin (user)\"p0@contoso.com\""),
            (self.tagged, "tags owner=web"),
        ] {
            if said {
                writeln!(node, "        {line}").expect("text");
            }
        }
        node.push_str("    }\n");
        node
    }
}

/// A place in a document, made where it is missing.
fn at<'a>(json: &'a mut Json, place: &str) -> &'a mut Json {
    place
        .split('/')
        .skip(1)
        .fold(json, |json, step| match json {
            Json::Array(items) => {
                let at: usize = step.parse().expect("a number");
                items.resize(items.len().max(at + 1), Json::Null);
                &mut items[at]
            }
            other => &mut other[step],
        })
}

/// Holds that a state differs from an earlier one only where the manifest says so, and has nothing that nobody asked for.
fn only_what_was_asked_for(
    world: &World,
    before: &Json,
    after: &Json,
) -> Result<(), TestCaseError> {
    for (thing, place) in changed(before, after) {
        let fine = match place.as_str() {
            "made" => world.may_make(&thing),
            place => world.asked_for(&thing, place),
        };
        prop_assert!(fine, "{} {}\n{}", thing, place, world.manifest());
    }
    Ok(())
}

/// A sandbox that has been seeded, with all that others put into it.
fn planted(world: &World, faults: &str) -> (Stage, Json) {
    let stage = Stage::new(&world.manifest(), &format!("{}{faults}", world.seed()));
    stage.sandbox(&["plan"]).expect(0);
    stage.change_state(|state| world.plant(state));
    let before = stage.state();
    (stage, before)
}

fn converged(world: &World, stage: &Stage) -> Result<(), TestCaseError> {
    let second = stage.sandbox(&["plan", "--detailed-exitcode"]);
    prop_assert_eq!(second.code, Some(0), "{}\n{}", world.manifest(), second);
    prop_assert!(!second.says("defer"), "{}\n{}", world.manifest(), second);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 16, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_122), ..ProptestConfig::default() })]

    #[test]
    fn after_apply_plan_is_empty_and_all_that_others_made_is_byte_identical(world in world()) {
        let (stage, before) = planted(&world, "");
        let plans = [(); 2].map(|()| stage.sandbox(&["plan", "--format", "json"]).expect(0).stdout);
        prop_assert_eq!(&plans[0], &plans[1], "the same inputs plan to the same bytes");
        let applied = apply(&stage);
        prop_assert_eq!(applied.code, Some(0), "{}\n{}", world.manifest(), applied);
        converged(&world, &stage)?;
        only_what_was_asked_for(&world, &before, &stage.state())?;
    }

    #[test]
    fn with_a_failing_write_of_any_kind_running_again_finishes_with_nothing_doubled_or_lost(world in world()) {
        let (stage, before) = planted(&world, &world.faults());
        let (clean, _) = planted(&world, "");
        prop_assert_eq!(apply(&clean).code, Some(0));
        let mut told = Vec::new();
        // Once for each failure, and until the agents of new machines report.
        for _ in 0..world.faults.len() + 3 {
            let applied = apply(&stage);
            prop_assert!(matches!(applied.code, Some(0 | 1 | 6)), "{}", applied);
            told.push(applied.to_string());
            if applied.code == Some(0) && !applied.says("defer") {
                break;
            }
        }
        converged(&world, &stage)?;
        only_what_was_asked_for(&world, &before, &stage.state())?;
        prop_assert_eq!(things(&stage), things(&clean), "{}", told.join("\n"));
    }
}

/// The keys of all that is there; disks have names that nobody chooses.
fn things(stage: &Stage) -> BTreeSet<String> {
    let nothing = json!({});
    let all = changed(&nothing, &stage.state());
    let key = |(thing, _): (String, String)| match thing.split_once("_osdisk_") {
        Some((disk, _)) => disk.to_owned(),
        None => thing,
    };
    all.into_iter().map(key).collect()
}
