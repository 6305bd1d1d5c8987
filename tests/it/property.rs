//! Random estates against random live states, through the real binary and the sandbox over HTTP.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value as Json;

use crate::estate::HEAD;
use crate::stage::Stage;

const SUB: &str = "/subscriptions/22222222-2222-4222-8222-222222222222";
const USER_LOGIN: &str = "fb879df8-f326-4884-b1cf-06f3ad86be52";

/// One machine as it is, and what is declared of it.
#[derive(Clone, Debug)]
struct Machine {
    declared: bool,
    linux: bool,
    identity: bool,
    login: bool,
    /// What is said of the login, as a property.
    saying: usize,
    grant: Option<usize>,
    owner: Option<bool>,
    live_identity: usize,
    live_login: usize,
    other_extension: bool,
    power: usize,
}

/// The whole world: machines, and who holds what at the group.
#[derive(Clone, Debug)]
struct Scene {
    machines: Vec<Machine>,
    grants: Vec<usize>,
    /// Live grants at the group: person, whose stamp, whether the id is oddly cased.
    live_grants: BTreeMap<usize, (usize, bool)>,
    new_group: bool,
    /// Identities: whether declared, whether live, whether a tag is declared.
    identities: Vec<(bool, bool, bool)>,
    faults: Vec<(usize, usize)>,
}

const PEOPLE: usize = 4;

/// What can be said of a login; the last is for Windows only.
const SAYINGS: [&str; 5] = [
    "",
    " version=\"2.0\"",
    " auto-upgrade-minor-version=#false",
    " enable-automatic-upgrade=#true version=\"1.0.0.1\"",
    " mdm-id=intune",
];

fn machine() -> impl Strategy<Value = Machine> {
    (
        (
            proptest::bool::weighted(0.8),
            proptest::bool::weighted(0.3),
            0..SAYINGS.len(),
        ),
        any::<bool>(),
        proptest::option::of(0..PEOPLE),
        proptest::option::of(any::<bool>()),
        0..3_usize,
        0..4_usize,
        any::<bool>(),
        0..4_usize,
    )
        .prop_map(
            |(
                (declared, linux, saying),
                login,
                grant,
                owner,
                live_identity,
                live_login,
                other_extension,
                power,
            )| {
                Machine {
                    declared,
                    linux,
                    saying,
                    // A login without an identity fails for good: that has a story of its own.
                    identity: login || grant.is_some(),
                    login,
                    grant,
                    owner,
                    live_identity,
                    live_login,
                    other_extension,
                    power,
                }
            },
        )
}

fn scene() -> impl Strategy<Value = Scene> {
    (
        proptest::collection::vec(machine(), 1..4),
        proptest::collection::btree_set(0..PEOPLE, 0..3),
        proptest::collection::btree_map(0..PEOPLE + 2, (0..3_usize, any::<bool>()), 0..4),
        any::<bool>(),
        proptest::collection::vec(any::<(bool, bool, bool)>(), 0..3),
        proptest::collection::vec((0..7_usize, 0..3_usize), 0..4),
    )
        .prop_map(
            |(machines, grants, live_grants, new_group, identities, faults)| Scene {
                machines,
                grants: grants.into_iter().collect(),
                live_grants,
                new_group,
                identities,
                faults,
            },
        )
}

fn person(number: usize) -> String {
    format!("aaaaaaaa-0000-4000-8000-0000000000{number:02}")
}

impl Scene {
    fn seed(&self, with_faults: bool) -> String {
        let mut seed = String::from(
            "tenant \"11111111-1111-4111-8111-111111111111\" name=contoso domain=\"contoso.com\" {\n",
        );
        for number in 0..PEOPLE + 2 {
            seed.push_str(&format!(
                "    user \"p{number}@contoso.com\" id=\"{}\"\n",
                person(number)
            ));
        }
        seed.push_str("    custom-role \"Machine Starter\" id=\"dddddddd-0000-4000-8000-000000000001\" { scope \"/\"; action \"Microsoft.Compute/virtualMachines/start/action\" }\n");
        seed.push_str("    subscription \"22222222-2222-4222-8222-222222222222\" name=core {\n");
        seed.push_str(
            "        resource-group RG-Web location=westeurope {\n            tag Owner nobody\n",
        );
        for (at, machine) in self.machines.iter().enumerate() {
            seed.push_str(&machine.seed(at));
        }
        for (at, _) in self
            .identities
            .iter()
            .enumerate()
            .filter(|(_, (_, live, _))| *live)
        {
            seed.push_str(&format!(
                "            managed-identity Id-{at} {{ location northeurope; tag Tier db; tag foreign kept }}\n"
            ));
        }
        seed.push_str("        }\n");
        for (person, (stamp, odd)) in &self.live_grants {
            seed.push_str(&assignment(*person, *stamp, *odd));
        }
        seed.push_str(&bystander());
        seed.push_str("    }\n}\n");
        if with_faults {
            self.faults
                .iter()
                .for_each(|fault| seed.push_str(&fault_rule(*fault)));
        }
        seed
    }

    fn manifest(&self) -> String {
        let mut text = String::from(HEAD);
        text.push_str("resource-group rg-web {\n");
        for person in &self.grants {
            text.push_str(&format!("    grant user (user)\"p{person}@contoso.com\"\n"));
        }
        for (at, machine) in self
            .machines
            .iter()
            .enumerate()
            .filter(|(_, machine)| machine.declared)
        {
            text.push_str(&machine.node(at));
        }
        for (at, (declared, _, tagged)) in self.identities.iter().enumerate() {
            let tags = if *tagged { "tags tier=web" } else { "" };
            if *declared {
                text.push_str(&format!("    managed-identity id-{at} {{ {tags} }}\n"));
                text.push_str(&format!("    grant Reader (identity)id-{at}\n"));
            }
        }
        text.push_str("}\n");
        if self.new_group {
            text.push_str("resource-group rg-new location=\"West Europe\" { grant user (user)\"p0@contoso.com\"; grant \"Machine Starter\" (user)\"p1@contoso.com\"; tags a=b }\n");
        }
        text
    }
}

impl Machine {
    fn seed(&self, at: usize) -> String {
        let system = if self.linux {
            "linux {\n                os-name ubuntu\n                os-version \"22.04\"\n"
        } else {
            "windows {\n                os-name \"Windows Server 2025 Datacenter\"\n                os-version \"10.0.26100.1742\"\n"
        };
        let mut seed = format!(
            "            vm vm{at} os={system}                tag Owner somebody\n                tag foreign kept\n"
        );
        let power = ["running", "running", "stopped", "deallocated"][self.power];
        seed.push_str(&format!("                power {power}\n"));
        if self.live_identity > 0 || self.live_login > 0 {
            seed.push_str("                identity system-assigned\n");
        }
        if self.live_identity == 2 {
            seed.push_str(&format!(
                "                identity user-assigned \"{SUB}/resourcegroups/RG-Web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-{at}\"\n"
            ));
        }
        let handler = self.handler();
        let login =
            format!("publisher=\"microsoft.azure.ActiveDirectory\" type={handler} version=\"1.0\"");
        match self.live_login {
            1 => seed.push_str(&format!("                extension AADLogin {login}\n")),
            2 => seed.push_str(&format!(
                "                extension {handler} {login} state=failed exit-code=51\n"
            )),
            _ => {}
        }
        if self.other_extension {
            seed.push_str("                extension MyAccessExt publisher=\"Microsoft.Compute\" type=VMAccessAgent version=\"2.4\"\n");
        }
        seed.push_str("            }\n");
        seed
    }

    fn handler(&self) -> &'static str {
        if self.linux {
            "AADSSHLoginForLinux"
        } else {
            "AADLoginForWindows"
        }
    }

    fn node(&self, at: usize) -> String {
        let mut node = format!("    vm vm{at} {{\n");
        if self.identity {
            node.push_str("        identity system-assigned\n");
        }
        if self.login {
            let saying = match SAYINGS[self.saying] {
                " mdm-id=intune" if self.linux => "",
                saying => saying,
            };
            node.push_str(&format!("        login{saying}\n"));
        }
        if let Some(person) = self.grant {
            node.push_str(&format!(
                "        grant admin (user)\"p{person}@contoso.com\"\n"
            ));
        }
        if let Some(owner) = self.owner {
            node.push_str(&format!("        tags owner=\"{owner}\"\n"));
        }
        node.push_str("    }\n");
        node
    }
}

fn assignment(holder: usize, stamp: usize, odd: bool) -> String {
    let description = match stamp {
        0 => String::new(),
        1 => " description=\"vmlogin:web-prod\"".to_owned(),
        _ => " description=\"vmlogin:data-prod theirs\"".to_owned(),
    };
    let segment = if odd {
        "resourcegroups"
    } else {
        "resourceGroups"
    };
    format!(
        "        role-assignment \"eeeeeeee-0000-4000-8000-0000000000{holder:02}\" role=\"{USER_LOGIN}\" principal=\"{}\" principal-type=User scope=\"{SUB}/{segment}/RG-Web\"{description}\n",
        person(holder)
    )
}

/// A group that the manifest does not name, with a machine, and a grant with a condition.
fn bystander() -> String {
    format!(
        "        resource-group rg-other location=northeurope {{\n            tag k v\n            vm other01 os=windows {{ os-name \"Windows Server 2025 Datacenter\"; os-version \"10.0.26100.1\"; identity system-assigned }}\n        }}\n        role-assignment \"eeeeeeee-0000-4000-8000-0000000000ff\" role=\"{USER_LOGIN}\" principal=\"{}\" principal-type=User scope=\"{SUB}/resourceGroups/rg-other\" description=\"vmlogin:dev\" condition=\"@Resource[a] StringEquals 'b'\"\n",
        person(0)
    )
}

fn fault_rule((place, sort): (usize, usize)) -> String {
    let (method, path) = [
        ("PUT", "*/extensions/*"),
        ("PATCH", "*/virtualMachines/*"),
        ("PUT", "*/roleAssignments/*"),
        ("DELETE", "*/roleAssignments/*"),
        ("PATCH", "*/tags/default"),
        ("PUT", "*/resourcegroups/rg-new"),
        ("PUT", "*/userAssignedIdentities/*"),
    ][place];
    let sort = [
        "status=409 code=Conflict message=\"not now\"",
        "status=503 code=ServerTimeout message=\"later\" retry-after=0",
        "status=500 code=InternalServerError message=\"it happened all the same\" effect=#true retry-after=0",
    ][sort];
    format!("fault method={method} path=\"{path}\" {sort} times=1\n")
}

/// What nobody declared, as it stands in the state: it must be the same afterwards, byte for byte.
fn undeclared(state: &Json, scene: &Scene) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (key, machine) in members(state, "machines") {
        let declared = scene.machines.iter().enumerate().find(|(at, machine)| {
            machine.declared
                && key.ends_with(&format!(
                    "/rg-web/providers/microsoft.compute/virtualmachines/vm{at}"
                ))
        });
        let mut machine = machine.clone();
        if let Some((_, declared)) = declared {
            forget(&mut machine, &["etag", "changed"]);
            if declared.owner.is_some() {
                forget(&mut machine["tags"], &["Owner", "owner"]);
            }
            if declared.identity {
                forget(&mut machine["identity"], &["system"]);
            }
        }
        kept.insert(key.clone(), machine.to_string());
    }
    for (key, extension) in members(state, "extensions") {
        let declared = scene.machines.iter().enumerate().any(|(at, machine)| {
            machine.declared
                && machine.login
                && extension["properties"]["type"] == machine.handler()
                && key.contains(&format!(
                    "/rg-web/providers/microsoft.compute/virtualmachines/vm{at}/"
                ))
        });
        if !declared {
            kept.insert(key.clone(), extension.to_string());
        }
    }
    for (key, assignment) in members(state, "assignments") {
        let ours = assignment["description"].as_str().is_some_and(|text| {
            text == "vmlogin:web-prod" || text.starts_with("vmlogin:web-prod ")
        });
        if !ours {
            kept.insert(key.clone(), assignment.to_string());
        }
    }
    for (key, identity) in members(state, "resources") {
        let at = scene.identities.iter().enumerate();
        let found = at
            .filter(|(at, _)| key.ends_with(&format!("/id-{at}")))
            .map(|(_, identity)| *identity)
            .next();
        let mut identity = identity.clone();
        match found {
            // Made by this run.
            Some((_, false, _)) => continue,
            Some((true, true, true)) => {
                forget(&mut identity, &["version"]);
                forget(&mut identity["tags"], &["Tier"]);
            }
            _ => {}
        }
        kept.insert(key.clone(), identity.to_string());
    }
    for (key, group) in members(state, "groups") {
        if !key.ends_with("/rg-new") {
            kept.insert(key.clone(), group.to_string());
        }
    }
    kept
}

fn members<'a>(state: &'a Json, name: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    state[name].as_object().expect("an object").iter()
}

fn forget(json: &mut Json, names: &[&str]) {
    if let Some(members) = json.as_object_mut() {
        names.iter().for_each(|name| {
            members.remove(*name);
        });
    }
}

const ACCEPTED: [&str; 6] = [
    "--accept",
    "max-delete=100",
    "--accept",
    "max-change-percent=100",
    "--accept",
    "foreign-estate",
];

fn apply(stage: &Stage) -> crate::stage::Screen {
    let mut arguments = vec!["apply", "--yes", "--verify", "none"];
    arguments.extend(ACCEPTED);
    stage.sandbox(&arguments)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 16, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_121), ..ProptestConfig::default() })]

    #[test]
    fn after_apply_plan_is_empty_and_what_nobody_declared_is_byte_identical(scene in scene()) {
        let stage = Stage::new(&scene.manifest(), &scene.seed(false));
        let first = stage.sandbox(&["plan", "--format", "json"]);
        prop_assert_eq!(first.code, Some(0), "{}", first);
        let again = stage.sandbox(&["plan", "--format", "json"]);
        prop_assert_eq!(&first.stdout, &again.stdout, "the same inputs plan to the same bytes");
        let before = undeclared(&stage.state(), &scene);
        let applied = apply(&stage);
        prop_assert_eq!(applied.code, Some(0), "{}\n{}", scene.manifest(), applied);
        let second = stage.sandbox(&["plan", "--detailed-exitcode"]);
        prop_assert_eq!(second.code, Some(0), "{}\n{}", scene.manifest(), second);
        prop_assert_eq!(before, undeclared(&stage.state(), &scene));
    }

    #[test]
    fn with_seeded_failures_running_again_finishes_with_nothing_doubled_or_lost(scene in scene()) {
        let stage = Stage::new(&scene.manifest(), &scene.seed(true));
        stage.sandbox(&["plan"]).expect(0);
        let before = undeclared(&stage.state(), &scene);
        let mut codes = Vec::new();
        for _ in 0..=scene.faults.len() {
            let applied = apply(&stage);
            codes.push(applied.code);
            // 1 where the very first write was refused: nothing was written then.
            prop_assert!(matches!(applied.code, Some(0 | 1 | 6)), "{}", applied);
            if applied.code == Some(0) {
                break;
            }
        }
        prop_assert_eq!(codes.last(), Some(&Some(0)), "{:?}", codes);
        let second = stage.sandbox(&["plan", "--detailed-exitcode"]);
        prop_assert_eq!(second.code, Some(0), "{}\n{}", scene.manifest(), second);
        prop_assert_eq!(before, undeclared(&stage.state(), &scene));
    }
}
