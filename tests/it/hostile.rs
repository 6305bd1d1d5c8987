//! Text that somebody else wrote: whatever a name, a message or a manifest says, nothing of it acts on a terminal, on the agent of
//! a pipeline, or on what draws a picture.

use serde_json::{Value as Json, json};

use crate::between::{Between, Exchange, answer};
use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::{Server, Stage};

/// Everything that something somewhere obeys.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]8;;http://evil\u{7}y\u{1b}]8;;\u{7}\r\u{8}\u{7f}\u{9b}31m\u{85}\u{202e}\u{2066}\u{2069}\u{200b}\u{200f}\u{2028}\u{2029}\u{feff}\u{e0041}\t\n::error file=a::b ::set-output name=a::b\n##[error]c ##vso[task.setvariable variable=a]b </text><script>alert(1)</script> \"'` %%{init: {}}%% &#x1b;";

/// What acts, spelled for itself: a test that shared the list of the screens would share its gaps.
fn acts(letter: char) -> bool {
    let code = letter as u32;
    code < 0x20
        || (0x7f..0xa0).contains(&code)
        || [0xad, 0x61c, 0x180e, 0x200b, 0x200e, 0x200f, 0xfeff].contains(&code)
        || (0x2028..=0x202e).contains(&code)
        || (0x2060..=0x206f).contains(&code)
        || (0xfff9..=0xfffb).contains(&code)
        || (0xe0000..=0xe007f).contains(&code)
}

/// The first thing in a text that acts; our own colours where they are wanted do not count.
fn wrong(text: &str, colored: bool) -> Option<String> {
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '\u{1b}' && colored {
            let own = rest[1..].strip_prefix('[').and_then(|behind| {
                let behind = behind.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
                behind.strip_prefix('m')
            });
            if let Some(behind) = own {
                rest = behind;
                continue;
            }
        }
        if letter != '\n' && acts(letter) {
            let around: String = rest.chars().take(40).collect();
            return Some(format!("{letter:?} in {around:?}"));
        }
        rest = &rest[letter.len_utf8()..];
    }
    let commands = |line: &&str| {
        let words = line.trim_start();
        let begins = words
            .strip_prefix("::")
            .is_some_and(|it| it.starts_with(char::is_alphabetic));
        begins || line.contains("##[") || line.contains("##vso[")
    };
    text.lines()
        .find(commands)
        .map(|line| format!("a command: {line}"))
}

/// Runs, and scans every byte that came.
#[track_caller]
fn scan(stage: &Stage, arguments: &[&str], codes: &[i32]) -> String {
    let output = stage.command(arguments).output().expect("the binary runs");
    let colored = arguments.contains(&"always");
    for bytes in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        assert_eq!(wrong(text, colored), None, "{arguments:?}: {text}");
    }
    let all = String::from_utf8([output.stdout.clone(), output.stderr].concat()).expect("UTF-8");
    let code = output.status.code().expect("no signal");
    assert!(
        codes.contains(&code),
        "{arguments:?} ended with {code}: {all}"
    );
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    match arguments {
        [.., "--json"] => assert!(
            said.lines()
                .all(|line| serde_json::from_str::<Json>(line).is_ok())
        ),
        [.., "--format", "json"] if !said.is_empty() => {
            serde_json::from_str::<Json>(&said).expect("JSON");
        }
        _ => {}
    }
    all
}

/// The members of answers whose text people choose, or whose text is shown as it is.
const SHOWN: [&str; 14] = [
    "message",
    "code",
    "displayName",
    "displayStatus",
    "osName",
    "osVersion",
    "computerName",
    "description",
    "roleName",
    "level",
    "reason",
    "vmAgentVersion",
    "appDisplayName",
    "title",
];

/// Puts the hostile text behind everything that is only shown.
fn poison(value: &mut Json, shown: bool) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                let running = name == "status" && *value == "InProgress";
                let shown = shown || running || SHOWN.contains(&name.as_str());
                poison(value, shown || name == "tags");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| poison(item, shown)),
        Json::String(text) if shown && !text.starts_with("vmlogin") && text != "web-prod" => {
            text.push_str(HOSTILE)
        }
        _ => {}
    }
}

/// The sandbox's own answer with hostile text in it, its headers included; `of` picks the answers.
fn poisoned(exchange: &Exchange, of: impl Fn(&Exchange) -> bool) -> Option<Vec<u8>> {
    let at = exchange
        .answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")?;
    let (head, body) = (
        String::from_utf8_lossy(&exchange.answer[..at]),
        &exchange.answer[at + 4..],
    );
    if !of(exchange) || exchange.line.contains("/oauth2/") || exchange.line.contains("openid") {
        return None;
    }
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    let mut body: Json = serde_json::from_slice(body).ok()?;
    poison(&mut body, false);
    let kept = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let kept = kept.filter(|(name, _)| {
        ![
            "content-length",
            "content-type",
            "connection",
            "transfer-encoding",
            "x-ms-request-id",
        ]
        .contains(name)
    });
    // What a header may hold: no control characters, but any byte beyond ASCII.
    let id = "id\u{9b}31m\u{202e}\u{2066}::error::x ##[error]";
    let headers: Vec<(&str, &str)> = kept.chain([("x-ms-request-id", id)]).collect();
    Some(answer(
        status,
        "application/json",
        &headers,
        body.to_string().as_bytes(),
    ))
}

struct Poisoned {
    stage: Stage,
    at: String,
    _between: Between,
    _server: Server,
}

impl Poisoned {
    fn new(manifest: &str, seed: &str, twist: Box<crate::between::Twist>) -> Poisoned {
        let stage = Stage::new(&format!("{HEAD}{manifest}"), seed);
        let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--state", "world.json"]);
        let between = Between::start(&server.url, twist);
        let at = format!("--sandbox={}", between.url);
        Poisoned {
            stage,
            at,
            _between: between,
            _server: server,
        }
    }

    #[track_caller]
    fn scan(&self, arguments: &[&str], codes: &[i32]) -> String {
        let mut all = arguments.to_vec();
        all.insert(1, &self.at);
        scan(&self.stage, &all, codes)
    }
}

/// Every screen that shows what is there.
const READING: &[&[&str]] = &[
    &["plan"],
    &["plan", "-v", "-v"],
    &["plan", "--color", "always"],
    &["plan", "--json"],
    &["plan", "--format", "json"],
    &["show", "vm:*", "grant:*"],
    &["show", "vm:*", "grant:*", "--format", "json"],
    &["doctor"],
    &["doctor", "--format", "json"],
];

#[test]
fn hostile_answers_act_on_nothing() {
    let broken = CHAIN.replacen(
        "resource-group rg-web {",
        "resource-group rg-web { tags owner=other; vm web02 { identity system-assigned; login }; vm old01 { login };",
        1,
    );
    let world = Poisoned::new(
        &CHAIN.replace("identity", "tags a=b; identity"),
        SEED,
        Box::new(|it| poisoned(it, |_| true)),
    );
    for arguments in READING {
        world.scan(arguments, &[0, 1, 4, 8]);
    }
    world.scan(&["apply", "--yes", "-v", "-v", "--json"], &[0, 6, 10]);
    world.scan(
        &["apply", "--yes", "--color", "always", "-v", "-v"],
        &[0, 6, 10],
    );
    for arguments in READING {
        world.scan(arguments, &[0, 1, 4, 8]);
    }
    world.stage.write("estate.kdl", &format!("{HEAD}{broken}"));
    for arguments in READING {
        world.scan(arguments, &[0, 1, 3, 4, 8]);
    }
    world.scan(&["init", "-o", "found.kdl"], &[0, 1]);
    if let Ok(found) = std::fs::read_to_string(world.stage.path("found.kdl")) {
        assert_eq!(wrong(&found, false), None, "{found}");
    }
    world.scan(&["destroy", "--yes", "-v", "-v"], &[0, 6, 10]);
    world.scan(&["destroy", "--yes", "--json"], &[0, 6, 10]);
}

#[test]
fn hostile_refusals_act_on_nothing() {
    let refuse = |exchange: &Exchange| {
        let writes = ["PUT ", "PATCH ", "DELETE "]
            .iter()
            .any(|verb| exchange.line.starts_with(verb));
        let id = "id\u{9b}31m\u{202e}";
        let headers = [
            ("x-ms-request-id", id),
            ("retry-after", "0"),
            ("x-ms-failure-cause", id),
        ];
        let error = json!({"error": {"code": HOSTILE, "message": HOSTILE, "target": HOSTILE, "details": [{"code": HOSTILE, "message": HOSTILE}]}});
        match exchange.line.contains("roleAssignments") {
            // Neither JSON nor UTF-8.
            true => writes.then(|| {
                answer(
                    400,
                    "text/plain",
                    &headers,
                    b"\xff\xfe\x1b[2J\xc0\xaf plain \x9b31m",
                )
            }),
            false => writes.then(|| {
                answer(
                    400,
                    "application/json",
                    &headers,
                    error.to_string().as_bytes(),
                )
            }),
        }
    };
    let world = Poisoned::new(CHAIN, SEED, Box::new(refuse));
    let said = world.scan(&["apply", "--yes", "-v", "-v"], &[1]);
    assert!(said.contains("\\u{1b}[2J"), "{said}");
    world.scan(
        &["apply", "--yes", "--color", "always", "--progress", "plain"],
        &[1],
    );
    world.scan(&["apply", "--yes", "--json"], &[1]);
    // Nothing can be read at all.
    let nothing = Poisoned::new(
        CHAIN,
        SEED,
        Box::new(|exchange: &Exchange| {
            let id = [("x-ms-request-id", "\u{9b}\u{202e}")];
            let asks = exchange.line.contains("/subscriptions");
            asks.then(|| {
                answer(
                    403,
                    "application/json",
                    &id,
                    json!({"error": {"code": HOSTILE, "message": HOSTILE}})
                        .to_string()
                        .as_bytes(),
                )
            })
        }),
    );
    for arguments in READING {
        nothing.scan(arguments, &[0, 1, 4, 8]);
    }
}

#[test]
fn a_hostile_manifest_acts_on_nothing() {
    let escaped: String = HOSTILE
        .chars()
        .map(|it| format!("\\u{{{:x}}}", it as u32))
        .collect();
    let raw = HOSTILE.replace(['\n', '"', '\\'], " ");
    for text in [
        format!(
            "resource-group rg-web {{ grant admin (group)\"{escaped}\" reason=\"{escaped}\" }}\n"
        ),
        format!("resource-group \"{escaped}\" {{ vm \"{escaped}\" {{ login }} }}\n"),
        format!("resource-group rg-web {{ vm web01 {{ tags \"{escaped}\"=\"{escaped}\" }} }}\n"),
        format!("resource-group rg-web {{ \"{escaped}\" 1; vm web01 \"{escaped}\"=1 }}\n"),
        format!("let x \"{escaped}\"\nresource-group \"$x\"\n"),
        format!("include \"{escaped}\"\n"),
        format!("param \"{escaped}\"\n"),
        format!("resource-group rg-web {{ grant \"{escaped}\" (group)sg-web-admins }}\n"),
        raw.clone(),
        format!("resource-group \"{raw}\" {{ {raw} }}\n"),
        format!("// {raw}\nresource-group rg-web {{ oops }}\n"),
        format!("resource-group rg-web {{ vm web01 {{ login }} }} /* {raw} */ oops\n"),
        format!("/- kdl-version {raw}\n"),
    ] {
        let stage = stage(&text);
        for arguments in [
            &["validate"] as &[&str],
            &["validate", "--color", "always"],
            &["validate", "--format", "json"],
            &["graph"],
            &["graph", "--format", "mermaid"],
            &["graph", "--format", "dot"],
            &["graph", "--format", "svg"],
            &["plan", "--sandbox"],
            &["plan", "--sandbox", "--format", "json"],
            &["plan", "--sandbox", "--json"],
            &["apply", "--yes", "--sandbox"],
            &["show", "vm:*", "--sandbox"],
            &["doctor", "--sandbox"],
        ] {
            let said = scan(&stage, arguments, &[0, 1, 3, 4, 6, 8]);
            let picture = said.starts_with("<svg") || said.starts_with("flowchart");
            assert!(!picture || !said.contains("<script"), "{said}");
        }
    }
}

#[test]
fn a_hostile_command_line_acts_on_nothing() {
    let stage = stage(CHAIN);
    let text = HOSTILE;
    for arguments in [
        &[text] as &[&str],
        &["plan", text],
        &["plan", "--sandbox", "--target", text],
        &["plan", "--sandbox", "--exclude", text],
        &["validate", "-f", text],
        &["validate", "--set", text],
        &["validate", "--allow", text],
        &["show", text, "--sandbox"],
        &["explain", text],
        &["completions", text],
        &["man", text],
        &["apply", "--accept", text, "--sandbox"],
        &["init", "-o", text, "--sandbox"],
        &["plan", &format!("--{text}")],
        &["validate", "--color", "always", "--format", text],
        &["plan", &format!("--sandbox=http://127.0.0.1:1/{text}")],
        &["plan", &format!("--sandbox=nowhere/{text}/")],
    ] {
        scan(&stage, arguments, &[0, 1, 3, 64, 8]);
    }
}

/// A manifest with a machine for each row of a table.
const LOOP: &str =
    "resource-group rg-web { for row in=(csv)\"t.csv\" { vm $row.name { login } } }\n";

#[test]
fn a_hostile_table_is_bounded_and_acts_on_nothing() {
    let many: String = (0..20_000).map(|row| format!("vm{row}\n")).collect();
    let tables: [(&str, Vec<u8>); 14] = [
        (
            "a field of megabytes",
            format!("name\n{}\n", "x".repeat(4 << 20)).into_bytes(),
        ),
        (
            "a quote that never ends",
            format!("name\n\"x\n{many}").into_bytes(),
        ),
        (
            "quotes in every row",
            format!("name\n{}", "\"a\"b\"\n".repeat(2000)).into_bytes(),
        ),
        ("NUL", b"name\nweb\0\n".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbfname\nweb01\n".to_vec()),
        (
            "UTF-16",
            "name\nweb01\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        ),
        ("no UTF-8", b"name\n\xff\xfe\xc0\xaf\n".to_vec()),
        (
            "ragged rows",
            format!("name,b\n{}", "a,b,c\nd\n".repeat(500)).into_bytes(),
        ),
        (
            "many columns",
            format!("name{}\nweb01\n", ",c".repeat(20_000)).into_bytes(),
        ),
        (
            "formulas",
            b"name\n=cmd|' /C calc'!A0\n+1\n-1\n@x\n".to_vec(),
        ),
        (
            "text that acts",
            format!("name\n\"{}\"\n", HOSTILE.replace('"', "\"\"")).into_bytes(),
        ),
        ("no rows", b"name\n".to_vec()),
        ("nothing", Vec::new()),
        (
            "the same name again and again",
            format!("name\n{}", "web01\n".repeat(5000)).into_bytes(),
        ),
    ];
    for (what, bytes) in tables {
        let stage = stage(LOOP);
        std::fs::write(stage.path("t.csv"), bytes).expect("a file");
        for arguments in [&["validate"] as &[&str], &["validate", "--format", "json"]] {
            let said = scan(&stage, arguments, &[0, 3, 4]);
            assert!(
                said.len() < 200_000,
                "{what}: {} bytes are said",
                said.len()
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_table_that_is_no_file_of_the_tree_is_not_opened() {
    let stage = stage(LOOP);
    let table = stage.path("t.csv");
    let made = std::process::Command::new("mkfifo").arg(&table).status();
    assert!(made.expect("mkfifo runs").success());
    scan(&stage, &["validate"], &[3]);
    std::fs::remove_file(&table).expect("gone");
    for outside in ["/dev/zero", "/etc/passwd", "t.csv", ".."] {
        std::os::unix::fs::symlink(outside, &table).expect("a link");
        let said = scan(&stage, &["validate"], &[3]);
        assert!(!said.contains("root:"), "{said}");
        std::fs::remove_file(&table).expect("gone");
    }
}

#[cfg(unix)]
#[test]
fn what_is_named_and_is_no_file_never_hangs_a_run() {
    let stage = stage(CHAIN);
    let made = std::process::Command::new("mkfifo")
        .arg(stage.path("pipe"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    for arguments in [
        &["validate", "-f", "pipe"] as &[&str],
        &["validate", "-f", "/dev/zero"],
        &["plan", "--sandbox=pipe"],
        &["doctor", "--sandbox=pipe"],
        &["plan", "--sandbox=https://127.0.0.1:1", "--ca", "pipe"],
        &["plan", "--sandbox=https://127.0.0.1:1", "--ca", "/dev/zero"],
        &["apply", "pipe", "--sandbox"],
        &["show", "pipe"],
        &["sandbox", "serve", "--seed", "pipe"],
        &["init", "-o", "pipe", "--sandbox"],
    ] {
        scan(&stage, arguments, &[1, 3, 64, 7]);
    }
}
