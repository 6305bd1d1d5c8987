use super::*;
use crate::render::sample::{PLAIN, blocked, change, deferred, login, machine, plan, step};
use vmlogin_engine::address::Address;
use vmlogin_engine::plan::{Selection, Unmanaged};
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::source::Span;

fn screen(plan: &Plan) -> String {
    text(plan, &Sources::new(), PLAIN)
}

fn grant(action: Action) -> Step {
    let address = Address::new("grant", ["core", "rg-web", "admin", "group:sg-web-admins"]);
    step(
        address,
        "grant",
        "grant `admin` to group:sg-web-admins at `rg-web`",
        action,
    )
}

fn group(action: Action) -> Step {
    step(
        Address::new("resource-group", ["core", "rg-web"]),
        "resource-group",
        "resource group `rg-web`",
        action,
    )
}

#[test]
fn a_plan_is_grouped_by_action_and_says_every_symbol_in_words() {
    let mut update = group(Action::Update);
    update.changes = vec![
        change("tags.owner", "team w\u{1b}eb".into(), "team web".into()),
        change("tags.cost", Value::Null, "4711".into()),
    ];
    let mut made = grant(Action::Create);
    made.changes = vec![
        change("role", Value::Null, "admin".into()),
        change("reason", Value::Null, "CHG-1".into()),
    ];
    let mut revoked = grant(Action::Revoke);
    revoked
        .notes
        .push("this estate made it and the manifest no longer names it".to_owned());
    let kept = step(machine("web01", &[]), "vm", "VM `web01`", Action::Keep);
    insta::assert_snapshot!(screen(&plan(vec![revoked, update, made, login("web01"), kept])), @r#"
    to revoke (1)
      - revoke grant:core/rg-web/admin/group:sg-web-admins
          (grant `admin` to group:sg-web-admins at `rg-web`)
          note: this estate made it and the manifest no longer names it

    to create (2)
      + create grant:core/rg-web/admin/group:sg-web-admins
          (grant `admin` to group:sg-web-admins at `rg-web`)
          reason = "CHG-1"
      + create vm:core/rg-web/web01/login (login extension of `web01`)
          version = "1.0"

    to update (1)
      ~ update resource-group:core/rg-web (resource group `rg-web`)
          tags.owner: "team w\u{1b}eb" -> "team web"
          tags.cost: (none) -> "4711"

    plan: 2 to create, 1 to update, 1 to revoke, 0 to delete, 1 unchanged
    "#);
}

#[test]
fn what_is_put_off_or_blocked_says_why() {
    let subject = grant(Action::Create).address;
    let steps = vec![
        deferred(
            login("web02"),
            "the machine is deallocated",
            "start it and run again",
        ),
        blocked(grant(Action::Create), "VML403", &subject),
    ];
    insta::assert_snapshot!(screen(&plan(steps)), @"
    put off for now (1)
      ! defer vm:core/rg-web/web02/login (login extension of `web02`)
          because the machine is deallocated
          help: start it and run again

    blocked by a rule (1)
      x blocked create grant:core/rg-web/admin/group:sg-web-admins
          (grant `admin` to group:sg-web-admins at `rg-web`)
          because of VML403

    plan: nothing is to change now, 1 deferred, 0 unchanged, 1 blocked
    ");
}

#[test]
fn the_same_change_to_many_machines_is_one_entry() {
    let mut steps: Vec<Step> = (1..=312)
        .map(|number| login(&format!("web{number:03}")))
        .collect();
    let mut other = login("web999");
    other.changes = vec![change("version", Value::Null, "2.0".into())];
    steps.push(other);
    let plan = plan(steps);
    insta::assert_snapshot!(screen(&plan), @r#"
    to create (313)
      + create × 312 logins like vm:core/rg-web/web001/login
          version = "1.0"
      + create vm:core/rg-web/web999/login (login extension of `web999`)
          version = "2.0"

    plan: 313 to create, 0 to update, 0 to revoke, 0 to delete, 0 unchanged
    "#);
    let verbose = text(
        &plan,
        &Sources::new(),
        View {
            verbose: true,
            ..PLAIN
        },
    );
    assert_eq!(verbose.matches("+ create").count(), 313);
}

#[test]
fn more_is_said_when_asked_for() {
    let kept = step(machine("web01", &[]), "vm", "VM `web01`", Action::Keep);
    insta::assert_snapshot!(text(&plan(vec![login("web01"), kept]), &Sources::new(), View { verbose: true, ..PLAIN }), @r#"
    to create (1)
      + create vm:core/rg-web/web01/login (login extension of `web01`)
          version = "1.0"
          after vm:core/rg-web/web01/identity: the extension joins with the machine's identity

    unchanged (1)
      = keep vm:core/rg-web/web01 (VM `web01`)

    plan: 1 to create, 0 to update, 0 to revoke, 0 to delete, 1 unchanged
    "#);
}

#[test]
fn nothing_to_change_is_said_in_one_line() {
    insta::assert_snapshot!(screen(&plan(vec![group(Action::Keep), grant(Action::Keep)])), @"plan: nothing is to change, 2 unchanged");
}

#[test]
fn a_partial_plan_says_so_loudly() {
    let mut plan = plan(vec![login("web01")]);
    plan.selection = Some(Selection {
        targets: vec!["vm:core/*".to_owned()],
        excludes: vec!["vm:core/rg-web/web02".to_owned()],
    });
    let wide = View {
        width: 200,
        ..PLAIN
    };
    assert!(text(&plan, &Sources::new(), wide).starts_with(
        "PARTIAL PLAN: only what --target 'vm:core/*' selects, but not what --exclude 'vm:core/rg-web/web02' leaves out; nothing outside it is removed\n"
    ));
}

#[test]
fn findings_show_the_line_that_they_are_about() {
    let mut sources = Sources::new();
    let text_of = "resource-group rg-web {\n    grant user (user)\"kim@contoso.com\"\n}\n";
    let id = sources.add("estate.kdl".to_owned(), text_of.to_owned());
    let mut plan = plan(vec![grant(Action::Keep)]);
    let finding = Finding {
        rule: "VML403".to_owned(),
        severity: Severity::Error,
        subject: Address::new("grant", ["core", "rg-web", "user", "user:kim@contoso.com"]),
        certainty: Certainty::Seen,
        message: "no user has the name `kim@contoso.com`".to_owned(),
        help: Some("did you mean `kim.rossi@contoso.com`?".to_owned()),
        ruling: None,
        span: Some(Span::new(id, 39, 62)),
    };
    let unchecked = Finding {
        certainty: Certainty::NotChecked,
        severity: Severity::Info,
        message: "the agent could not be asked".to_owned(),
        help: None,
        ruling: None,
        span: None,
        ..finding.clone()
    };
    plan.findings = vec![finding, unchecked];
    insta::assert_snapshot!(text(&plan, &sources, PLAIN), @r#"
    findings (2)
      x error VML403 no user has the name `kim@contoso.com`
          estate.kdl:2:16 | grant user (user)"kim@contoso.com"
          help: did you mean `kim.rossi@contoso.com`?
      ? not checked VML403 the agent could not be asked
          at grant:core/rg-web/user/user:kim@contoso.com

    plan: nothing is to change, 1 unchanged
    "#);
}

#[test]
fn what_stays_though_unnamed_and_what_could_not_be_read_are_told() {
    let mut plan = plan(vec![grant(Action::Keep)]);
    plan.unmanaged = vec![Unmanaged {
        scope: "/subscriptions/2222/resourceGroups/rg-web".to_owned(),
        name: "grant of `Virtual Machine User Login` to user `lee@contoso.com`".to_owned(),
        id: "/x".to_owned(),
        stamp: None,
        why: "no estate's stamp is on it".to_owned(),
    }];
    plan.gaps =
        vec!["grants of subscription `core`: could not list: AuthorizationFailed: no".to_owned()];
    insta::assert_snapshot!(screen(&plan), @"
    not in the manifest, and staying (1)
      = keep grant of `Virtual Machine User Login` to user `lee@contoso.com`
          at /subscriptions/2222/resourceGroups/rg-web
          because no estate's stamp is on it

    could not be read, so nothing is concluded from it (1)
      ? not read: grants of subscription `core`: could not list: AuthorizationFailed: no

    plan: nothing is to change, 1 unchanged
    ");
}

#[test]
fn a_destroy_always_says_what_stays_and_why() {
    let mut kept = step(machine("web01", &[]), "vm", "VM `web01`", Action::Keep);
    kept.notes
        .push("it stays: vmlogin did not make it".to_owned());
    let mut plan = plan(vec![grant(Action::Revoke), kept]);
    plan.mode = Mode::Destroy;
    insta::assert_snapshot!(screen(&plan), @"
    to revoke (1)
      - revoke grant:core/rg-web/admin/group:sg-web-admins
          (grant `admin` to group:sg-web-admins at `rg-web`)

    to stay (1)
      = keep vm:core/rg-web/web01 (VM `web01`)
          note: it stays: vmlogin did not make it

    destroy: 1 to revoke, 0 to delete, 1 to stay
    ");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plan = plan(vec![login("web01"), grant(Action::Revoke)]);
    let colored = text(
        &plan,
        &Sources::new(),
        View {
            paint: super::super::Paint { on: true },
            ..PLAIN
        },
    );
    assert!(colored.contains('\u{1b}'));
    assert_eq!(
        anstream::adapter::strip_str(&colored).to_string(),
        screen(&plan)
    );
}
