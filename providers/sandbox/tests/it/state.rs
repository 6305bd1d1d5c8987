use std::path::Path;

use serde_json::{Value, json};
use vmlogin_sandbox::{Options, Sandbox, SandboxError, Seed, SeedError};

use crate::stage::{SUB, Stage, group_id, login, login_id, machine_id, noon, seed};

fn options(state: &Path) -> Options {
    Options {
        state: Some(state.to_owned()),
        seed: seed(),
        ..Options::default()
    }
}

fn read(state: &Path) -> Value {
    let text = std::fs::read(state).expect("a file");
    serde_json::from_slice(&text).expect("JSON")
}

/// Why a sandbox does not start with this file.
async fn refused(state: &Path) -> SandboxError {
    Sandbox::start_at(options(state), noon())
        .await
        .expect_err("a refusal")
}

/// The same of one that starts with a file that it cannot write, or that is not its own.
async fn not_writable(state: &Path) {
    let refused = refused(state).await;
    let is_it = matches!(refused, SandboxError::StateNotWritable { .. });
    assert!(is_it, "{refused}");
}

#[tokio::test]
async fn a_world_outlives_its_sandbox_and_the_seed_is_not_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deeper/state.json");
    let stage = Stage::with(options(&state)).await;
    let principal = stage.identify().await;
    stage.sandbox.stop().await.unwrap();
    let stage = Stage::with(Options {
        seed: Seed::default(),
        ..options(&state)
    })
    .await;
    let got = stage.get(&machine_id()).await;
    assert_eq!(got.body["identity"]["principalId"], principal);
}

#[tokio::test]
async fn a_write_is_on_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let stage = Stage::with(options(&state)).await;
    stage.patch(&group_id(), json!({"tags": {"a": "b"}})).await;
    let key = group_id().to_lowercase();
    assert_eq!(read(&state)["groups"][&key]["tags"], json!({"a": "b"}));
    assert_eq!(read(&state)["format"], 1);
}

#[tokio::test]
async fn a_large_world_is_on_disk_when_its_sandbox_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let mut options = options(&state);
    let group = &mut options.seed.tenants[0].subscriptions[0].resource_groups[0];
    let like = group.machines[0].clone();
    group.machines = (0..1001)
        .map(|n| vmlogin_sandbox::seed::Machine {
            name: format!("web{n:04}"),
            ..like.clone()
        })
        .collect();
    let stage = Stage::with(options).await;
    let key = group_id().to_lowercase();
    for value in ["b", "c"] {
        let tags = json!({"tags": {"a": value}});
        assert_eq!(stage.patch(&group_id(), tags).await.status, 200);
    }
    // The clock stands still, so that the second change came too soon after the first.
    assert_eq!(read(&state)["groups"][&key]["tags"], json!({"a": "b"}));
    stage.sandbox.stop().await.unwrap();
    assert_eq!(read(&state)["groups"][&key]["tags"], json!({"a": "c"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_at_the_same_time_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let stage = std::sync::Arc::new(Stage::with(options(&state)).await);
    let writes: Vec<_> = (0..40)
        .map(|n| {
            let stage = stage.clone();
            tokio::spawn(async move {
                let path = format!("/subscriptions/{SUB}/resourcegroups/rg-{n:02}");
                stage
                    .put(&path, json!({"location": "westeurope"}))
                    .await
                    .status
            })
        })
        .collect();
    for write in writes {
        assert_eq!(write.await.unwrap(), 201);
    }
    let groups = read(&state)["groups"].as_object().unwrap().len();
    assert_eq!(groups, 41);
}

#[tokio::test]
async fn a_read_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let stage = Stage::with(options(&state)).await;
    let before = std::fs::read(&state).unwrap();
    stage.get(&machine_id()).await;
    stage.look_up("/users").await;
    assert_eq!(std::fs::read(&state).unwrap(), before);
}

#[tokio::test]
async fn a_token_and_a_running_operation_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let stage = Stage::with(options(&state)).await;
    stage.identify().await;
    let put = stage.put(&login_id(), login()).await;
    let (arm, old) = (stage.arm.clone(), stage.sandbox.url().to_owned());
    stage.sandbox.stop().await.unwrap();
    let stage = Stage::with(options(&state)).await;
    let url = put.headers["azure-asyncoperation"].replace(&old, stage.sandbox.url());
    let first = stage.raw(reqwest::Method::GET, &url, &arm, None).await;
    assert_eq!(
        (first.status, &first.body["status"]),
        (200, &"InProgress".into())
    );
    let second = stage.raw(reqwest::Method::GET, &url, &arm, None).await;
    assert_eq!(second.body["status"], "Succeeded");
}

#[tokio::test]
async fn the_same_requests_leave_the_same_bytes() {
    let mut states = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        let stage = Stage::with(options(&state)).await;
        stage.identify().await;
        stage.install().await;
        stage.sandbox.stop().await.unwrap();
        states.push(std::fs::read_to_string(&state).unwrap());
    }
    assert_eq!(states[0], states[1]);
}

#[tokio::test]
async fn a_second_user_is_told_who_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let first = Sandbox::start_at(options(&state), noon()).await.unwrap();
    let refused = refused(&state).await;
    let expected = format!(
        "the sandbox state `{}` is in use by process {}; stop that one or name another file",
        state.display(),
        std::process::id()
    );
    assert_eq!(refused.to_string(), expected);
    first.stop().await.unwrap();
    Sandbox::start_at(options(&state), noon())
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    for damaged in [
        "{\"format\":1,\n  \"born\": oops",
        "{\"format\":1}",
        "",
        "[]",
    ] {
        std::fs::write(&state, damaged).unwrap();
        let refused = refused(&state).await;
        assert!(
            matches!(refused, SandboxError::StateDamaged { .. }),
            "{refused}"
        );
        assert!(
            refused.to_string().contains("move the file away"),
            "{refused}"
        );
        assert_eq!(std::fs::read_to_string(&state).unwrap(), damaged);
    }
    std::fs::write(&state, "{\"format\":1,\n  \"born\": oops").unwrap();
    let refused = refused(&state).await.to_string();
    assert!(refused.contains("line 2, column 1"), "{refused}");
}

#[tokio::test]
async fn a_file_of_another_format_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    std::fs::write(&state, "{\"format\":2,\"more\":[]}").unwrap();
    let refused = refused(&state).await;
    assert!(
        matches!(
            refused,
            SandboxError::StateFormat {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    not_writable(&file.join("state.json")).await;
    let refused = refused(folder.path()).await;
    assert!(
        matches!(refused, SandboxError::StateNotRead { .. }),
        "{refused}"
    );
}

/// A folder with such links may come from anybody.
#[cfg(unix)]
#[tokio::test]
async fn nothing_beside_a_state_is_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("precious");
    std::fs::write(&precious, "mine").unwrap();
    let state = folder.path().join("state.json");
    let link = |name: &str| {
        let at = folder.path().join(name);
        std::os::unix::fs::symlink(&precious, &at).unwrap();
        at
    };
    let lock = link("state.json.lock");
    link("state.json.new");
    not_writable(&state).await;
    std::fs::remove_file(lock).unwrap();
    let sandbox = Sandbox::start_at(options(&state), noon()).await.unwrap();
    sandbox.stop().await.unwrap();
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), "mine");
    assert!(state.is_file());
}

#[tokio::test]
async fn a_file_that_only_has_the_name_of_a_lock_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("Cargo.lock");
    std::fs::write(&lock, "version = 4\n").unwrap();
    let state = folder.path().join("Cargo");
    not_writable(&state).await;
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), "version = 4\n");
    assert!(!state.exists());
}

#[tokio::test]
async fn a_write_that_cannot_be_kept_is_an_error_and_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    let state = inner.join("state.json");
    let stage = Stage::with(options(&state)).await;
    std::fs::remove_dir_all(&inner).unwrap();
    let got = stage.patch(&group_id(), json!({"tags": {}})).await;
    assert_eq!((got.status, got.code()), (500, "StateNotWritten"));
    assert!(matches!(
        stage.sandbox.stop().await,
        Err(SandboxError::StateNotWritable { .. })
    ));
}

#[tokio::test]
async fn each_request_leaves_a_row_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    let stage = Stage::with(Options {
        log: Some(log.clone()),
        seed: seed(),
        ..Options::default()
    })
    .await;
    let mut body = login();
    body["properties"]["protectedSettings"] = json!({"key": "hunter2"});
    stage.put(&login_id(), body).await;
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains("hunter2") && !text.contains(&stage.arm));
    let rows: Vec<Value> = text
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(rows.len(), 3);
    let row = &rows[2];
    assert_eq!(
        (&row["n"], &row["method"], &row["status"]),
        (&3.into(), &"PUT".into(), &201.into())
    );
    assert_eq!(row["url"], format!("{}?api-version=2024-07-01", login_id()));
    assert_eq!(row["headers"].get("authorization"), None);
    assert_eq!(row["headers"]["content-type"], "application/json");
    assert_eq!(
        row["body"]["properties"]["protectedSettings"],
        json!({"key": "***"})
    );
    assert_eq!(
        row["response"]["properties"]["provisioningState"],
        "Creating"
    );
    assert!(row["response_headers"]["azure-asyncoperation"].is_string());
    assert_eq!(rows[0]["body"]["client_secret"], "***");
}

#[test]
fn a_seed_is_checked_and_its_fault_has_a_place() {
    let mut wrong = seed();
    wrong.tenants[0].users[0].id = "kim".to_owned();
    let refused = wrong.check().unwrap_err();
    assert!(matches!(refused, SeedError::NotAGuid { .. }));
    assert_eq!(
        refused.to_string(),
        "`kim` is not a GUID (tenant 11111111-1111-4111-8111-111111111111 / user kim@contoso.com: id)"
    );
    let mut twice = seed();
    let groups = &mut twice.tenants[0].subscriptions[0].resource_groups;
    let mut again = groups[0].clone();
    again.name = "RG-WEB".to_owned();
    groups.push(again);
    assert!(matches!(
        twice.check(),
        Err(SeedError::Twice {
            what: "resource group",
            ..
        })
    ));
    let mut same_name = seed();
    let group = same_name.tenants[0].groups[0].clone();
    same_name.tenants[0]
        .groups
        .push(vmlogin_sandbox::seed::Group {
            id: crate::stage::guid(1),
            ..group
        });
    assert_eq!(same_name.check(), Ok(()));
}

#[test]
fn a_seed_survives_the_trip_through_json() {
    let text = serde_json::to_string(&seed()).unwrap();
    assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), seed());
}
