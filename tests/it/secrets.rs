//! Secrets: planted wherever one can be, then looked for in everything that any verb says, writes or leaves.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::between::{Between, Exchange, json as answer};
use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::{Server, Stage};

/// Three machines: a password from the environment, one from a file, one out of chance.
const MACHINES: &str = r#"
resource-group rg-new location=westeurope {
    virtual-network vnet-new {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24" }
    }
    vm env01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        admin azureuser password=(env)VM_PASSWORD
        nic subnet=servers
        identity system-assigned
        login
    }
    vm file01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        admin azureuser password=(file)"secrets/file01"
        nic subnet=servers
    }
    vm made01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        admin azureuser password=random
        nic subnet=servers
    }
}
"#;

const OF_THE_ENVIRONMENT: &str = "Env-\"Pl&nted\" 4711";
const OF_A_FILE: &str = "File-Plänted/4712";
const OF_THE_CLIENT: &str = "Client~Planted.4713";

/// A stage before a server whose traffic is seen, and that answers as `twist` says.
struct Watched {
    stage: Stage,
    between: Between,
    _server: Server,
}

/// Every secret that there is, and what to call it.
type Planted = Vec<(&'static str, String)>;

impl Watched {
    fn new(twist: Box<crate::between::Twist>) -> Watched {
        let stage = stage(MACHINES).with("secrets/file01", &format!("{OF_A_FILE}\n"));
        let arguments = [
            "--seed",
            "sandbox.kdl",
            "--state",
            "left/world.json",
            "--log",
            "left/log.ndjson",
        ];
        std::fs::create_dir_all(stage.path("left")).expect("a folder");
        let server = Server::start(&stage, &arguments);
        let between = Between::start(&server.url, twist);
        Watched {
            stage,
            between,
            _server: server,
        }
    }

    /// Runs as a pipeline would that wants to know everything, and keeps what was said as a file of the folder.
    fn run(&self, number: usize, arguments: &[&str]) -> Option<i32> {
        let mut command = self.stage.command(arguments);
        command
            .env("VM_PASSWORD", OF_THE_ENVIRONMENT)
            .env("AZURE_CLIENT_ID", "cccccccc-0000-4000-8000-00000000000a")
            .env("AZURE_CLIENT_SECRET", OF_THE_CLIENT)
            .env("RUST_BACKTRACE", "1")
            .env("RUST_LOG", "trace")
            .env("COLUMNS", "60");
        let output = command.output().expect("the binary runs");
        let said = [output.stdout, output.stderr].concat();
        assert!(
            !said.is_empty() || arguments.contains(&"validate"),
            "{arguments:?} said nothing"
        );
        let name = format!("left/said-{number}-{}.txt", arguments[0]);
        std::fs::write(self.stage.path(&name), said).expect("a file");
        output.status.code()
    }

    /// Everything secret that was planted, or that went over the wire.
    fn planted(&self) -> Planted {
        let seen = self.between.seen();
        let mut planted: Planted = vec![
            (
                "the password of the environment",
                OF_THE_ENVIRONMENT.to_owned(),
            ),
            ("the password of a file", OF_A_FILE.to_owned()),
            ("the client's secret", OF_THE_CLIENT.to_owned()),
        ];
        for exchange in &seen {
            planted.extend(password(exchange).map(|text| ("a password that was sent", text)));
            planted.extend(bearer(exchange).map(|text| ("a token", text)));
            planted.extend(
                signatures(exchange)
                    .into_iter()
                    .map(|text| ("a signature", text)),
            );
        }
        for (what, least) in [
            ("a password that was sent", 3),
            ("a token", 1),
            ("a signature", 4),
        ] {
            let found = planted.iter().filter(|(name, _)| *name == what).count();
            assert!(found >= least, "{found} times {what} was sent");
        }
        planted
    }
}

/// The password that a request holds.
fn password(exchange: &Exchange) -> Option<String> {
    let (_, body) = exchange.request.split_once("\r\n\r\n")?;
    let body: Json = serde_json::from_str(body).ok()?;
    let password = body["properties"]["osProfile"]["adminPassword"].as_str()?;
    Some(password.to_owned())
}

fn bearer(exchange: &Exchange) -> Option<String> {
    let line = exchange
        .request
        .lines()
        .find(|line| line.to_lowercase().starts_with("authorization: bearer "))?;
    line.rsplit(' ').next().map(str::to_owned)
}

/// What an operation's URL is signed with.
fn signatures(exchange: &Exchange) -> Vec<String> {
    let answer = String::from_utf8_lossy(&exchange.answer);
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let urls = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| {
            ["location", "azure-asyncoperation"]
                .iter()
                .any(|link| name.eq_ignore_ascii_case(link))
        });
    urls.filter_map(|(_, url)| url.split_once('?'))
        .flat_map(|(_, query)| query.split('&'))
        .filter_map(|part| part.split_once('='))
        .filter(|(name, value)| ["t", "c", "s", "h"].contains(name) && value.len() > 6)
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries
        .flat_map(|entry| match entry.file_type().expect("a type").is_dir() {
            true => files(&entry.path()),
            false => vec![entry.path()],
        })
        .collect()
}

/// The ways in which a text may stand in a file: as it is, in JSON, in JSON within JSON, in a URL, with its lines broken.
fn written(secret: &str) -> Vec<String> {
    let json = |text: &str| {
        let quoted = Json::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut ways = vec![
        secret.to_owned(),
        json(secret),
        json(&json(secret)),
        percent.replace('+', "%20"),
        percent,
    ];
    ways.extend(
        secret
            .split(' ')
            .filter(|word| word.len() > 6)
            .map(str::to_owned),
    );
    ways
}

/// Fails where anything that was left holds a secret; what was planted as a file is no finding.
#[track_caller]
fn check(stage: &Stage, planted: &Planted) {
    let left: Vec<_> = files(&stage.path(""))
        .into_iter()
        .filter(|path| !path.ends_with("secrets/file01"))
        .collect();
    assert!(left.len() > 3, "{left:?}");
    for path in left {
        let bytes = std::fs::read(&path).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        for (what, secret) in planted {
            // The sandbox's record of its own traffic is what shows that links are followed as they were given; they open nothing.
            if *what == "a signature" && path.ends_with("left/log.ndjson") {
                continue;
            }
            for way in written(secret) {
                let around = text
                    .find(&way)
                    .map(|at| &text[text[..at].rfind('\n').unwrap_or(0)..at]);
                assert!(
                    around.is_none(),
                    "{what} stands in {}: {}",
                    path.display(),
                    around.unwrap_or_default()
                );
            }
        }
    }
}

#[test]
fn no_secret_is_in_anything_that_any_verb_says_or_leaves() {
    let watched = Watched::new(Box::new(|_| None));
    let sandbox = format!("--sandbox={}", watched.between.url);
    let at = sandbox.as_str();
    let story: &[(&[&str], i32)] = &[
        (&["validate"], 0),
        (&["validate", "--format", "json", "-v", "-v"], 0),
        (&["graph"], 0),
        (&["graph", "--format", "svg"], 0),
        (&["plan", at, "-v", "-v"], 0),
        (&["plan", at, "--format", "json"], 0),
        (&["plan", at, "--json", "-v"], 0),
        (&["show", "vm:*", at, "-v", "-v"], 0),
        (&["doctor", at, "-v", "-v"], 0),
        (
            &[
                "apply",
                "--yes",
                at,
                "-v",
                "-v",
                "--progress",
                "plain",
                "--json",
            ],
            0,
        ),
        (&["apply", "--yes", at, "-v", "-v"], 0),
        (&["show", "vm:*", at, "--format", "json"], 0),
        (&["explain", "VML401", "-v", "-v"], 0),
        (&["init", "-o", "found.kdl", at, "-v", "-v"], 0),
        (&["destroy", "--yes", at, "-v", "-v"], 0),
        (&["apply", "--yes", at, "-v", "--progress", "plain"], 0),
        (&["destroy", "--yes", at, "--json"], 0),
    ];
    for (number, (arguments, code)) in story.iter().enumerate() {
        let ended = watched.run(number, arguments);
        let name = format!("left/said-{number}-{}.txt", arguments[0]);
        let said = std::fs::read_to_string(watched.stage.path(&name)).expect("text");
        assert_eq!(ended, Some(*code), "{arguments:?}: {said}");
    }
    let planted = watched.planted();
    let made = planted
        .iter()
        .filter(|(what, _)| what.contains("sent"))
        .map(|(_, text)| text);
    let different: std::collections::BTreeSet<&String> = made.collect();
    assert_eq!(
        different.len(),
        4,
        "one of the environment, one of a file, two made"
    );
    check(&watched.stage, &planted);
}

#[test]
fn every_request_is_traced_with_its_time_and_id_when_asked_twice() {
    let stage = stage(CHAIN);
    let once = stage.sandbox(&["plan", "-v"]).expect(0);
    assert!(!once.stderr.contains("GET http"), "{once}");
    let twice = stage.sandbox(&["plan", "-v", "-v"]).expect(0);
    let line = twice
        .stderr
        .lines()
        .find(|line| line.contains("GET http"))
        .expect("a request");
    assert!(
        line.contains(": 200 after ") && line.contains("request id: "),
        "{line}"
    );
    let mut command = stage.command(&["plan", "--sandbox"]);
    command.env("VMLOGIN_VERBOSE", "2");
    assert!(stage.finish(command).stderr.contains("GET http"));
}

/// Refuses machines and repeats their password, in every way that a service might.
fn tells_all(exchange: &Exchange) -> Option<Vec<u8>> {
    let password = password(exchange)?;
    let quoted = Json::from(password.as_str()).to_string();
    let percent: String = url::form_urlencoded::byte_serialize(password.as_bytes()).collect();
    let long = format!("{}{password}", "x ".repeat(2045));
    match exchange.line.contains("env01") {
        true => Some(answer(
            400,
            &[("x-ms-request-id", &percent)],
            &json!({"error": {"code": "InvalidParameter", "target": password, "message":
                format!("The password `{password}` ({quoted}, {percent}, {}) is refused.", Json::from(quoted.as_str()))}}),
        )),
        false if exchange.line.contains("file01") => Some(crate::between::answer(
            400,
            "text/plain",
            &[],
            format!("cannot take adminPassword={password} &amp; {percent}").as_bytes(),
        )),
        false => Some(answer(
            409,
            &[],
            &json!({"error": {"code": password, "message": long}}),
        )),
    }
}

#[test]
fn what_a_service_repeats_of_a_secret_is_blanked() {
    let watched = Watched::new(Box::new(tells_all));
    let sandbox = format!("--sandbox={}", watched.between.url);
    for (number, more) in [
        &["-v", "-v"] as &[&str],
        &["--json"],
        &["--progress", "plain", "-q"],
    ]
    .iter()
    .enumerate()
    {
        let arguments = [&["apply", "--yes", &sandbox], *more].concat();
        // What the machines lie in is made by the first run; then nothing is left that can be done.
        let code = if number == 0 { 6 } else { 1 };
        assert_eq!(watched.run(number, &arguments), Some(code));
        let name = format!("left/said-{number}-apply.txt");
        let said = std::fs::read_to_string(watched.stage.path(&name)).expect("text");
        assert!(said.contains("The password `***`"), "{said}");
    }
    check(&watched.stage, &watched.planted());
}

/// Lets the machines be made, and says of their operations that they failed, with the password in the reason.
fn fails_later(exchange: &Exchange) -> Option<Vec<u8>> {
    let polls = exchange.line.starts_with("GET ") && exchange.line.contains("/operations/");
    let passwords = [OF_THE_ENVIRONMENT, OF_A_FILE];
    polls.then(|| {
        let said = passwords.join(" or ");
        answer(200, &[], &json!({"status": "Failed", "error": {"code": "OSProvisioningClientError",
            "message": json!({"error": {"code": "Inner", "message": format!("{said} was not taken")}}).to_string()}}))
    })
}

#[test]
fn what_an_operation_repeats_of_a_secret_is_blanked() {
    let watched = Watched::new(Box::new(fails_later));
    let sandbox = format!("--sandbox={}", watched.between.url);
    assert_eq!(
        watched.run(0, &["apply", "--yes", &sandbox, "-v", "-v", "--json"]),
        Some(6)
    );
    let said = std::fs::read_to_string(watched.stage.path("left/said-0-apply.txt")).expect("text");
    assert!(!said.contains("4711") && !said.contains("4712"), "{said}");
}

/// A secret where none belongs, in every way that people get it wrong.
const LITERALS: &[&str] = &[
    r#"vm new01 { admin kim password="hunter2hunter2" }"#,
    r#"vm new01 { admin kim password=hunter2hunter2 }"#,
    r##"vm new01 { admin kim password=#"hunter2hunter2"# }"##,
    r###"vm new01 { admin kim password=##"hunter2hunter2"# }"###,
    "vm new01 { admin kim password=\"\"\"\n  hunter2hunter2\n  \"\"\" }",
    "vm new01 { admin kim password=\"\"\"\n  hunter2hunter2\n }",
    "vm new01 { admin kim password=\\\n  \"hunter2hunter2\" }",
    r#"vm new01 { admin kim password = "hunter2hunter2" }"#,
    r#"vm new01 { admin kim password: "hunter2hunter2" }"#,
    r#"vm new01 { admin kim password "hunter2hunter2" }"#,
    r#"vm new01 { admin kim { password "hunter2hunter2" } }"#,
    r#"vm new01 { admin kim { password="hunter2hunter2" } }"#,
    r#"vm new01 { admin kim pasword="hunter2hunter2" }"#,
    r#"vm new01 { admin kim Password="hunter2hunter2" }"#,
    r#"vm new01 { admn kim password="hunter2hunter2" }"#,
    r#"vm new01 { admin-password "hunter2hunter2" }"#,
    r#"vm new01 { adminPassword "hunter2hunter2" }"#,
    r#"vm new01 admin-password="hunter2hunter2""#,
    r#"vm new01 { admin kim "hunter2hunter2" }"#,
    r#"vm new01 { admin kim (env)"hunter2hunter2!" }"#,
    r#"vm new01 { admin kim password=(secret)"hunter2hunter2" }"#,
    r#"vm new01 { admin kim password=(env)"hunter2hunter2!" }"#,
    r#"vm new01 { admin kim password=(random)"hunter2hunter2" }"#,
    r#"vm new01 { admin kim password=("hunter2hunter2") }"#,
    r#"vm new01 { admin kim password="hunter2hunter2"#,
    r#"vm new01 { admin kim password='hunter2hunter2' }"#,
    r#"vm new01 { admin kim password="hunter2hunter2\q" }"#,
    r#"vm new01 { admin kim password="hunter2hunter2" password=random }"#,
    r#"vm new01 { admin kim /-password="hunter2hunter2" oops=1 }"#,
    r#"absent { vm new01 { admin kim password="hunter2hunter2" } }"#,
    r#"absent { vm new01 password="hunter2hunter2" }"#,
    r#"login password="hunter2hunter2""#,
    r#"grant admin (user)"a@b" password="hunter2hunter2""#,
    r#"tags password="hunter2hunter2" oops"#,
    r#"vm new01 { admin kim password="x${hunter2hunter2}" }"#,
    r#"vm new01 { admin kim password="Pa$hunter2hunter2" }"#,
    r#"vm new01 { // password="hunter2hunter2"
        oops }"#,
];

#[track_caller]
fn is_silent(stage: &Stage, arguments: &[&str], about: &str) {
    let screen = stage.run(arguments);
    let code = screen.code.expect("no signal");
    assert!([3, 64].contains(&code), "{about}: {screen}");
    assert!(
        !screen.says("hunter2"),
        "{arguments:?} of {about}: {screen}"
    );
}

#[test]
fn a_literal_secret_is_refused_and_repeated_nowhere() {
    for text in LITERALS {
        let stage = stage(&format!("resource-group rg-new {{\n{text}\n}}\n"));
        for arguments in [
            &["validate"] as &[&str],
            &["validate", "--format", "json", "-v", "-v"],
            &["plan", "--json", "--sandbox", "-v", "-v"],
        ] {
            is_silent(&stage, arguments, text);
        }
    }
}

#[test]
fn a_secret_behind_a_name_or_in_another_file_is_repeated_nowhere() {
    let vm = |password: &str| {
        format!("resource-group rg {{ vm new01 {{ admin kim password={password} }} }}\n")
    };
    let named = [
        format!("let pw \"hunter2hunter2\"\n{}", vm("$pw")),
        format!("{}let pw \"hunter2hunter2\"\n", vm("\"${pw}\"")),
        format!(
            "let pw \"hunter2hunter2\"\nlet other \"$pw\"\n{}",
            vm("$other")
        ),
        format!("let pw {{ x \"hunter2hunter2\" }}\n{}", vm("$pw.x")),
        format!(
            "param pw type=string default=\"hunter2hunter2\"\n{}",
            vm("$pw")
        ),
        format!("param pw \"hunter2hunter2\"\n{}", vm("$pw")),
        format!("let password \"hunter2hunter2\"\n{}oops\n", vm("random")),
    ];
    for text in &named {
        is_silent(&stage(text), &["validate", "--format", "json"], text);
        is_silent(&stage(text), &["validate"], text);
    }
    let set = stage(&format!("param pw type=string\n{}", vm("$pw")));
    is_silent(&set, &["validate", "--set", "pw=hunter2hunter2"], "--set");
    // The help of another problem names a command, with what was given.
    let locked = stage(&format!("param pw\n{}", vm("$pw")))
        .with("principals.lock.kdl", "principal-lock 1\noops\n");
    let arguments = ["validate", "--set", "pw=hunter2hunter2"];
    assert!(locked.run(&arguments).says("`vmlogin pin --set 'pw=…'`"));
    is_silent(&locked, &arguments, "--set");
    is_silent(
        &set,
        &[
            "plan",
            "--sandbox",
            "--set",
            "pw=hunter2hunter2",
            "--set",
            "hunter2",
        ],
        "--set",
    );
    let included = stage("include \"more/*.kdl\"\n").with("more/a.kdl", &vm("\"hunter2hunter2\""));
    is_silent(&included, &["validate"], "an include");
}

#[test]
fn a_secret_in_a_seed_is_repeated_nowhere() {
    for bad in [
        "password=\"hunter2hunter2\"",
        "{ password \"hunter2hunter2\" }",
        "password=\"hunter2hunter2",
    ] {
        let stage = stage("").with(
            "sandbox.kdl",
            &SEED.replacen(
                "vm web01 os=windows {",
                &format!("vm web01 os=windows {bad}\n{{"),
                1,
            ),
        );
        is_silent(&stage, &["plan", "--sandbox"], bad);
    }
}

#[test]
fn a_private_key_in_the_place_of_a_public_one_is_repeated_nowhere() {
    let linux = r#"resource-group rg location=westeurope { vm tux01 { image Ubuntu2404; size Standard_B2s; admin kim ssh-key=(file)"key"
        nic subnet="/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/v/subnets/s" } }"#;
    for key in [
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2hunter2\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2hunter2\n",
        "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nhunter2hunter2\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nhunter2hunter2\r\n",
        "hunter2hunter2",
    ] {
        let stage = Stage::new(&format!("{HEAD}{linux}"), SEED).with("key", key);
        for arguments in [
            &["plan", "--sandbox", "-v", "-v"] as &[&str],
            &["apply", "--yes", "--json", "--sandbox"],
        ] {
            let screen = stage.run(arguments);
            assert!(!screen.says("hunter2"), "{key}: {screen}");
            assert!(screen.code != Some(70), "{screen}");
        }
    }
    let literal = linux.replace(
        "(file)\"key\"",
        "\"-----BEGIN OPENSSH PRIVATE KEY-----hunter2hunter2\"",
    );
    is_silent(
        &Stage::new(&format!("{HEAD}{literal}"), SEED),
        &["validate"],
        "a literal key",
    );
}

/// A bug of ours while every secret is in memory: the worst that can be said of it is said, and none of them is in it.
#[cfg(debug_assertions)]
#[test]
fn a_bug_while_secrets_are_in_memory_says_none_of_them() {
    let watched = Watched::new(Box::new(|_| None));
    let mut command = watched.stage.command(&["apply", "--yes", "-v", "-v"]);
    command
        .arg(format!("--sandbox={}", watched.between.url))
        .env("VM_PASSWORD", OF_THE_ENVIRONMENT)
        .env("AZURE_CLIENT_SECRET", OF_THE_CLIENT)
        .env("RUST_BACKTRACE", "full")
        .env("VMLOGIN_PROVOKED_BY_A_TEST", "panic");
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(70));
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    for there in [
        "this is a bug in vmlogin",
        "provoked: ",
        "Secrets(",
        "env01",
        "password",
    ] {
        assert!(said.contains(there), "{there}: {said}");
    }
    let tokens = watched.between.seen();
    let tokens: Vec<String> = tokens.iter().filter_map(bearer).collect();
    assert!(!tokens.is_empty());
    let planted = [OF_THE_ENVIRONMENT, OF_A_FILE, OF_THE_CLIENT].map(str::to_owned);
    for secret in planted.iter().chain(&tokens) {
        for way in written(secret) {
            assert!(!said.contains(&way), "a secret is in the report of a bug");
        }
    }
}
