//! `for`: machines from tables and lists, and what is wrong in a table told at its line.

use insta::assert_snapshot;

use crate::stage::Stage;

const SEED: &str = r#"/- kdl-version 2
tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    user kim@contoso.com id="aaaaaaaa-0000-4000-8000-000000000001"
    user lee@contoso.com id="aaaaaaaa-0000-4000-8000-000000000002"
    subscription "22222222-2222-4222-8222-222222222222" name=core {
        resource-group rg-web location=westeurope {
            vm pc-01 os=windows
            vm pc-02 os=windows
        }
    }
}
"#;

fn estate(group: &str) -> String {
    format!(
        r#"/- kdl-version 2
vmlogin 1 {{ estate web }}
tenant contoso id="11111111-1111-4111-8111-111111111111" {{
    subscription core id="22222222-2222-4222-8222-222222222222"
}}
resource-group rg-web {{
{group}
}}
"#
    )
}

const LOOP: &str = "    for row in=(csv)\"fleet/pcs.csv\" {
        vm $row.name {
            identity system-assigned
            login
            grant user (user)$row.person
        }
    }";

fn stage(group: &str, table: &str) -> Stage {
    let stage = Stage::new(&estate(group), SEED);
    std::fs::create_dir(stage.path("fleet")).expect("a folder");
    stage.with("fleet/pcs.csv", table)
}

/// What `validate` says of a manifest that is wrong.
fn refused(group: &str, table: &str) -> String {
    stage(group, table).run(&["validate"]).expect(3).stderr
}

#[test]
fn each_row_is_a_machine_and_a_line_that_goes_takes_its_access() {
    let stage = stage(
        LOOP,
        "name,person\npc-01,kim@contoso.com\npc-02,lee@contoso.com\n",
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let again = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(again.says("nothing is to change"), "{}", again.stdout);
    stage.write("fleet/pcs.csv", "name,person\npc-01,kim@contoso.com\n");
    let less = stage.sandbox(&["plan"]).expect(0).stdout;
    assert!(less.contains("1 to revoke, 0 to delete"), "{less}");
}

/// So looks an export that failed: nothing is made, and what was made goes.
#[test]
fn a_table_that_ends_with_its_header_is_told_by_its_name() {
    for rows in ["name,person\n", "name,person", "name,person\n\n"] {
        let stage = stage(LOOP, rows);
        let said = "warning: estate.kdl:7: the table \"fleet/pcs.csv\" has no rows below its header, so its loop makes nothing\n  \
            help: fill it, or take the `for` out; grants that earlier rows made go\n";
        let mut command = stage.command(&["validate"]);
        command.env("COLUMNS", "120");
        let screen = stage.finish(command).expect(0);
        assert_eq!(screen.stderr, said, "{rows:?}");
        let json = stage.run(&["validate", "--format", "json"]).expect(0);
        assert!(json.stderr.contains("fleet/pcs.csv"), "{json}");
        let plan = stage.sandbox(&["plan"]).expect(0);
        assert!(
            plan.stderr.contains("has no rows below its header"),
            "{plan}"
        );
    }
    let filled = stage(LOOP, "name,person\npc-01,kim@contoso.com\n");
    assert_eq!(filled.run(&["validate"]).expect(0).stderr, "");
}

#[test]
fn a_saved_plan_keeps_what_cells_say() {
    let group = "    for row in=(csv)\"fleet/pcs.csv\" {
        vm $row.name {
            identity system-assigned
            login enable-automatic-upgrade=$row.upgrade
            tags number=$row.number
        }
    }";
    let stage = stage(group, "name,upgrade,number\npc-01,true,7\npc-02,false,8\n");
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    stage.sandbox(&["apply", "plan.json", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn two_rows_with_one_name_are_both_shown() {
    assert_snapshot!(refused(
        LOOP,
        "name,person\npc-01,kim@contoso.com\npc-02,lee@contoso.com\nPC-01,lee@contoso.com\n"
    ));
}

#[test]
fn what_is_wrong_in_a_table_is_told_at_its_line() {
    assert_snapshot!(refused(
        LOOP,
        "name,person\npc_01,kim@contoso.com\npc-02\npc-03,,\n"
    ));
}

#[test]
fn a_column_that_is_not_there_suggests_the_nearest() {
    assert_snapshot!(refused(LOOP, "name,preson\npc-01,kim@contoso.com\n"));
}

#[test]
fn a_table_lies_in_the_folder_of_the_manifest() {
    let group = LOOP.replace("fleet/pcs.csv", "fleet/pc.csv");
    let other = LOOP.replace("fleet/pcs.csv", "../pcs.csv");
    let folder = LOOP.replace("fleet/pcs.csv", "fleet");
    assert_snapshot!(refused(
        &format!("{group}\n{other}\n{folder}"),
        "name,person\n"
    ));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_and_what_is_no_file_are_refused() {
    let outside = Stage::empty().with("pcs.csv", "name,person\npc-09,kim@contoso.com\n");
    let stage = stage(LOOP, "");
    std::fs::remove_file(stage.path("fleet/pcs.csv")).expect("a file");
    std::os::unix::fs::symlink(outside.path("pcs.csv"), stage.path("fleet/pcs.csv"))
        .expect("a link");
    let said = stage.run(&["validate"]).expect(3).stderr;
    assert!(said.contains("VML063"), "{said}");
    assert!(!said.contains("pc-09"), "{said}");
    std::fs::remove_file(stage.path("fleet/pcs.csv")).expect("a link");
    let pipe = std::process::Command::new("mkfifo")
        .arg(stage.path("fleet/pcs.csv"))
        .status();
    if pipe.is_ok_and(|status| status.success()) {
        let said = stage.run(&["validate"]).expect(3).stderr;
        assert!(said.contains("is no file"), "{said}");
    }
}

/// Machines whose passwords stand in a table.
const PASSWORDS: &str = "    for row in=(csv)\"fleet/pcs.csv\" {
        vm $row.name {
            image Win2022Datacenter
            admin azureuser password=$row.pw
        }
    }";

#[test]
fn a_secret_in_a_table_is_refused_and_masked() {
    let said = refused(PASSWORDS, "name,pw\npc-01,hunter2\npc_02,hunter3\n");
    assert!(said.contains("VML115"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
}

#[test]
fn beside_its_secrets_a_table_is_shown_and_a_row_that_cannot_be_told_apart_is_not() {
    let said = refused(PASSWORDS, "name,pw\npc-01,hunter2\npc_02,hunter3\n");
    assert!(
        said.contains("pc_02,*******") && said.contains("fleet/pcs.csv"),
        "{said}"
    );
    for table in [
        "name,pw\npc-01,hunter2,x\n",
        "name,pw\nhunter2\npc-01,x\n",
        "name,pw\npc-01,\"hunter2\n",
        "name,pw\npc-01,hunter2\u{7}\n",
    ] {
        let said = refused(PASSWORDS, table);
        assert!(!said.contains("hunter"), "{said}");
    }
}

#[test]
fn a_mistake_in_a_loop_is_told_once() {
    let group = LOOP.replace("login\n", "logn\n");
    let rows: String = (0..500)
        .map(|row| format!("pc-{row},kim@contoso.com\n"))
        .collect();
    let said = refused(&group, &format!("name,person\n{rows}"));
    assert_eq!(said.matches("unknown node `logn`").count(), 1, "{said}");
    assert!(!said.contains("VML000"), "{said}");
}

#[test]
fn numbers_and_switches_are_read_from_cells_where_they_are_wanted() {
    let group = "    for row in=(csv)\"fleet/pcs.csv\" {
        vm $row.name { protect $row.kept; os-disk size-gb=$row.disk }
    }";
    stage(group, "name,kept,disk\npc-01,true,128\n")
        .run(&["validate"])
        .expect(0);
    assert_snapshot!(refused(group, "name,kept,disk\npc-01,maybe,big\n"));
}
