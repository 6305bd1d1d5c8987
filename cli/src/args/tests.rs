use super::*;

fn none(_: &str) -> Option<OsString> {
    None
}

fn parse(line: &str) -> Result<Cli, Refused> {
    parse_with(line, none)
}

fn parse_with(line: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<Cli, Refused> {
    let line: Vec<OsString> = std::iter::once("vmlogin")
        .chain(line.split_whitespace())
        .map(OsString::from)
        .collect();
    read(&line, variable)
}

/// Everything that is said about a wrong line.
fn said(line: &str) -> String {
    match parse(line) {
        Ok(cli) => format!("accepted: {cli:?}"),
        Err(Refused::Asked(text)) => format!("asked: {text}"),
        Err(Refused::Clap(text)) => text.to_string(),
        Err(Refused::Usage { message, help }) => format!("error: {message}\n  help: {help}"),
    }
}

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
}

#[test]
fn every_documented_verb_is_built_or_refused_by_name() {
    let documented = "validate plan apply destroy drift graph show fmt eval pin import export preflight diagnose explain probe \
        who access review policy rdp ssh-config snapshot simulate bootstrap init sandbox schema lsp completions man doctor";
    let built: Vec<String> = command()
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for verb in documented.split_whitespace() {
        if !built.iter().any(|name| name == verb) {
            let expected = format!(
                "error: `vmlogin {verb}` is documented but this version does not build it yet\n"
            );
            assert!(said(verb).starts_with(&expected), "{verb}: {}", said(verb));
            assert!(
                said(&format!("{verb} --some -x")).starts_with(&expected),
                "{verb} with flags"
            );
        }
    }
}

#[test]
fn every_documented_flag_is_built_or_refused_by_name() {
    for &(flag, verbs) in later::FLAGS {
        for verb in verbs {
            let line = match *verb {
                "serve" => "sandbox serve",
                verb => verb,
            };
            let command = command();
            let sub = line.split(' ').fold(&command, |command, name| {
                command.find_subcommand(name).unwrap()
            });
            let built = sub.get_arguments().any(|arg| {
                arg.get_long()
                    .is_some_and(|long| format!("--{long}") == flag)
                    || arg
                        .get_short()
                        .is_some_and(|short| format!("-{short}") == flag)
            });
            let said = said(&format!("{line} {flag}"));
            let refused = said.starts_with(&format!(
                "error: `{flag}` is documented but this version does not build it yet"
            ));
            assert_eq!(built, !refused, "{line} {flag}: {said}");
        }
    }
}

#[test]
fn a_flag_of_another_verb_says_whose_it_is() {
    insta::assert_snapshot!(said("plan --yes"), @"
    error: `--yes` is no flag of `plan`
      help: it belongs to `apply` and `destroy`
    ");
    insta::assert_snapshot!(said("graph --listen=1"), @"
    error: `--listen` is no flag of `graph`
      help: it belongs to `sandbox serve`
    ");
}

#[test]
fn a_word_that_nobody_documented_gets_the_nearest() {
    insta::assert_snapshot!(said("aply"), @"
    error: unrecognized subcommand 'aply'

      tip: a similar subcommand exists: 'apply'

    Usage: vmlogin [OPTIONS] <VERB>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("plan --taget vm:a/b/c"), @"
    error: unexpected argument '--taget' found

      tip: a similar argument exists: '--target'

    Usage: vmlogin plan --target <ADDRESS>

    For more information, try '--help'.
    ");
}

#[test]
fn a_value_that_is_not_built_says_what_is() {
    insta::assert_snapshot!(said("plan --format sarif"), @"
    error: `--format sarif` is documented but this version does not build it yet; it builds `text` and `json`

    Usage: vmlogin plan [OPTIONS]

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("apply --verify deep"), @"
    error: `--verify deep` is documented but this version does not build it yet; it builds `none` and `quick`

    Usage: vmlogin apply [OPTIONS] [PLAN]

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("apply --auth oidc"), @"
    error: `--auth oidc` is documented but this version does not build it yet; it builds `auto`, `cli`, `client-secret` and `managed`

    Usage: vmlogin apply [OPTIONS] [PLAN]

    For more information, try '--help'.
    ");
}

#[test]
fn a_wrong_value_says_what_is_allowed() {
    insta::assert_snapshot!(said("plan --format jsn"), @"
    error: invalid value 'jsn' for '--format'
      [possible values: text, json]

      tip: a similar value exists: 'json'

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("plan --set env"), @"
    error: a value of `--set` has no name before its `=`
      help: write it as NAME=VALUE, such as `--set env=dev`
    ");
    insta::assert_snapshot!(said("plan --timeout 30"), @"
    error: invalid value '30' for '--timeout <DURATION>': write a number with a unit, such as 90s, 30m or 1h30m

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("plan --parallelism 0"), @"
    error: invalid value '0' for '--parallelism <N>': 0 is not in 1..=256

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("plan --target web01"), @"
    error: invalid value 'web01' for '--target <ADDRESS>': `web01` is no address; addresses look like `vm:core/rg-web/web01`, and `vm:*/web01` is one in any group

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("sandbox serve --listen 0.0.0.0:80"), @"
    error: invalid value '0.0.0.0:80' for '--listen <ADDR:PORT>': the sandbox listens on this machine only: use 127.0.0.1:PORT or [::1]:PORT

    For more information, try '--help'.
    ");
}

#[test]
fn what_excludes_each_other_is_said_with_a_way_out() {
    insta::assert_snapshot!(said("plan --json --format json"), @"
    error: `--json` excludes `--format`
      help: give one of the two: `--json` for events as they happen, `--format json` for one document at the end
    ");
    insta::assert_snapshot!(said("plan --sandbox --auth cli"), @"
    error: `--auth` cannot be used with `--sandbox`
      help: leave `--auth` out: the sandbox gives out tokens of its own and no credential of yours is read
    ");
    insta::assert_snapshot!(said("plan --ca x.pem"), @"
    error: `--ca` is only for a sandbox that speaks https
      help: add `--sandbox=https://…` with the URL that `vmlogin sandbox serve --tls` printed
    ");
    insta::assert_snapshot!(said("plan -q -v"), @"
    error: the argument '--quiet' cannot be used with '--verbose...'

    Usage: vmlogin plan --quiet

    For more information, try '--help'.
    ");
}

#[test]
fn a_word_that_stands_alone_says_where_it_belongs() {
    insta::assert_snapshot!(said("plan estate.kdl"), @"
    error: `estate.kdl` stands alone
      help: for a manifest write `vmlogin plan -f estate.kdl`
    ");
    insta::assert_snapshot!(said("apply estate.kdl"), @"
    error: `vmlogin apply PLAN` takes a saved plan, and `estate.kdl` is a manifest
      help: for a manifest write `vmlogin apply -f estate.kdl`
    ");
    insta::assert_snapshot!(said("apply one.json two.json"), @"
    error: `vmlogin apply` takes one saved plan, and `two.json` stands beside it
      help: apply one after the other
    ");
    insta::assert_snapshot!(said("plan --sandbox state.json"), @"
    error: `--sandbox` takes its value with a `=`, and `state.json` stands alone
      help: write `--sandbox=state.json`
    ");
}

#[test]
fn the_sandbox_has_a_default_file_and_takes_its_value_with_an_equals_sign() {
    let sandbox = |line: &str| match parse(line).unwrap().verb {
        Verb::Plan(args) => args.live.sandbox,
        other => panic!("{other:?}"),
    };
    assert_eq!(sandbox("plan"), None);
    assert_eq!(
        sandbox("plan --sandbox").as_deref(),
        Some(".vmlogin/sandbox.json")
    );
    assert_eq!(
        sandbox("plan --sandbox=x.json -f y").as_deref(),
        Some("x.json")
    );
}

#[test]
fn verify_stands_with_and_without_a_value() {
    let verify = |line: &str| match parse(line).unwrap().verb {
        Verb::Apply(args) => args.verify,
        other => panic!("{other:?}"),
    };
    assert_eq!(verify("apply"), Verify::Quick);
    assert_eq!(verify("apply --verify --yes"), Verify::Quick);
    assert_eq!(verify("apply --verify none"), Verify::None);
    assert_eq!(verify("apply --verify=none"), Verify::None);
}

#[test]
fn a_variable_of_a_flag_that_is_not_built_is_refused_where_the_flag_would_be_taken() {
    let shard = |name: &str| (name == "VMLOGIN_SHARD").then(|| OsString::from("1/4"));
    assert!(matches!(
        parse_with("plan", shard),
        Err(Refused::Usage { .. })
    ));
    assert!(parse_with("validate", shard).is_ok());
    let empty = |name: &str| (name == "VMLOGIN_SHARD").then(OsString::new);
    assert!(parse_with("plan", empty).is_ok());
}

#[test]
fn the_help_of_vmlogin_and_of_apply_are_screens() {
    insta::assert_snapshot!("help", said("--help"));
    insta::assert_snapshot!("help_apply", said("apply --help"));
}

#[test]
fn a_flag_before_its_verb_is_told_where_it_belongs() {
    insta::assert_snapshot!(said("-f other.kdl validate"), @"
    error: `-f` stands before `validate`
      help: write it behind: `vmlogin validate -f …`
    ");
}

#[test]
fn the_help_of_accept_names_every_guard_that_is_built_and_none_that_is_not() {
    use vmlogin_engine::plan::guard::GUARDS;

    for verb in ["apply", "destroy"] {
        let command = command();
        let verb = command.find_subcommand(verb).unwrap();
        let accept = verb
            .get_arguments()
            .find(|argument| argument.get_long() == Some("accept"));
        let help = accept.and_then(|it| it.get_help()).unwrap().to_string();
        let names: Vec<&str> = help
            .split([' ', ',', '='])
            .filter(|word| word.contains('-') || matches!(*word, "protected" | "replace"))
            .collect();
        let built: Vec<&str> = GUARDS.iter().map(|guard| guard.name).collect();
        assert_eq!(names, built);
        assert!(help.contains("replace=ADDRESS"), "{help}");
        let long = accept
            .and_then(|it| it.get_long_help())
            .unwrap()
            .to_string();
        for guard in GUARDS {
            let line = format!("  {}\n      {}", guard.written(), guard.title);
            assert!(long.contains(&line), "{long}");
        }
        // Every guard that the design names is one.
        assert_eq!(
            built.join(" "),
            "break-glass foreign-estate last-admin max-change-percent max-delete privileged-role protected reinstall-login replace self-lockout"
        );
    }
}
