//! What the documentation names and this version does not build: refused by name, never ignored and never "unknown".

use std::ffi::OsString;

use super::refusal::Refused;
use super::words::listed;

/// Verbs that are not built yet.
pub(crate) const VERBS: &[&str] = &[
    "drift",
    "fmt",
    "eval",
    "import",
    "export",
    "preflight",
    "diagnose",
    "probe",
    "who",
    "access",
    "review",
    "policy",
    "rdp",
    "ssh-config",
    "snapshot",
    "simulate",
    "bootstrap",
    "schema",
    "lsp",
];

const READING: &[&str] = &[
    "validate", "plan", "apply", "destroy", "graph", "show", "doctor", "pin",
];
const CHECKING: &[&str] = &["validate", "plan", "apply"];
const SELECTING: &[&str] = &["plan", "apply"];
const WRITING: &[&str] = &["apply", "destroy"];
const STREAMING: &[&str] = &["plan", "apply", "destroy"];
const NETWORK: &[&str] = &["plan", "apply", "destroy", "show", "init", "doctor", "pin"];

/// Every documented flag and the verbs of this version that it is documented for. A flag that clap does not know although
/// its verb stands here is one that is not built yet.
pub(crate) const FLAGS: &[(&str, &[&str])] = &[
    ("-f", READING),
    ("-e", READING),
    ("--set", READING),
    ("-o", &["plan", "init"]),
    ("--force-overwrite", &["plan", "init"]),
    (
        "--format",
        &[
            "validate", "plan", "graph", "explain", "show", "doctor", "pin",
        ],
    ),
    ("--json", STREAMING),
    ("--detailed-exitcode", SELECTING),
    ("--target", SELECTING),
    ("--exclude", SELECTING),
    ("--only", SELECTING),
    ("--tenant", SELECTING),
    ("--shard", SELECTING),
    ("--accept", &["plan", "apply", "destroy"]),
    ("--yes", WRITING),
    ("--verify", &["apply"]),
    ("--no-wait", &["apply"]),
    ("--until-converged", &["apply"]),
    ("--reads", NETWORK),
    ("--fresh", NETWORK),
    ("--max-rps", NETWORK),
    ("--parallelism", NETWORK),
    ("--timeout", NETWORK),
    ("--max-failures", WRITING),
    ("--snapshot", NETWORK),
    ("--offline", NETWORK),
    ("--sandbox", NETWORK),
    ("--ca", NETWORK),
    ("--auth", NETWORK),
    ("--allow", CHECKING),
    ("--deny", CHECKING),
    ("--fail-on", CHECKING),
    ("--check", &[]),
    ("--fix", &["validate"]),
    ("--why", &[]),
    ("--diff", &[]),
    ("--bundle", &[]),
    ("--audit-log", NETWORK),
    ("--listen", &["serve"]),
    ("--tls", &["serve"]),
    ("--state", &["serve"]),
    ("--seed", &["serve"]),
    ("--log", &["serve"]),
    ("--latency", &["serve"]),
    ("--limits", &["serve"]),
    ("--faults", &["serve"]),
];

/// The variables of flags that are not built. To ignore one would be to do something else than its owner believes.
const VARIABLES: &[(&str, &str)] = &[
    ("VMLOGIN_ONLY", "--only"),
    ("VMLOGIN_TENANT", "--tenant"),
    ("VMLOGIN_SHARD", "--shard"),
    ("VMLOGIN_NO_WAIT", "--no-wait"),
    ("VMLOGIN_SNAPSHOT", "--snapshot"),
    ("VMLOGIN_OFFLINE", "--offline"),
    ("VMLOGIN_AUDIT_LOG", "--audit-log"),
    ("VMLOGIN_FAULTS", "--faults"),
    ("VMLOGIN_FIX", "--fix"),
];

/// The names of those variables.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().map(|(name, _)| *name)
}

/// What to say of a verb that is documented but not built; `None` for any other word.
pub(crate) fn verb(word: &str) -> Option<Refused> {
    VERBS
        .contains(&word)
        .then(|| not_built(&format!("vmlogin {word}")))
}

/// What to say of a documented flag that `verb` does not take; `None` for a flag that is nowhere documented.
pub(crate) fn flag(flag: &str, verb: &str) -> Option<Refused> {
    let (_, verbs) = FLAGS.iter().find(|(name, _)| *name == flag)?;
    if verbs.is_empty() || verbs.contains(&verb) {
        return Some(not_built(flag));
    }
    let owners: Vec<String> = verbs
        .iter()
        .map(|verb| {
            if *verb == "serve" {
                "sandbox serve"
            } else {
                verb
            }
            .to_owned()
        })
        .collect();
    let owners = listed(&owners.iter().map(String::as_str).collect::<Vec<_>>());
    Some(Refused::usage(
        &format!("`{flag}` is no flag of `{verb}`"),
        &format!("it belongs to {owners}"),
    ))
}

/// What to say of a flag of a verb that stands before the verb; `None` where it is no flag of it.
pub(crate) fn early(flag: &str, verb: &str) -> Option<Refused> {
    let (_, verbs) = FLAGS.iter().find(|(name, _)| *name == flag)?;
    verbs.contains(&verb).then(|| {
        Refused::usage(
            &format!("`{flag}` stands before `{verb}`"),
            &format!("write it behind: `vmlogin {verb} {flag} …`"),
        )
    })
}

/// Refuses variables that stand for flags which are not built, where the verb would take the flag.
pub(crate) fn check_variables(
    verb: &str,
    variable: &impl Fn(&str) -> Option<OsString>,
) -> Result<(), Refused> {
    let verb = if verb == "sandbox" { "serve" } else { verb };
    for &(name, flag) in VARIABLES {
        let takes = FLAGS
            .iter()
            .any(|(of, verbs)| *of == flag && verbs.contains(&verb));
        if takes && variable(name).is_some_and(|value| !value.is_empty()) {
            return Err(Refused::usage(
                &format!(
                    "`{name}` stands for `{flag}`, which is documented but this version does not build it yet"
                ),
                &format!("unset it: `env -u {name} vmlogin …`"),
            ));
        }
    }
    Ok(())
}

fn not_built(what: &str) -> Refused {
    Refused::usage(
        &format!("`{what}` is documented but this version does not build it yet"),
        "see what it builds with `vmlogin --help`",
    )
}
