//! Runs whose output nobody takes: the report is kept, and the run can be left.

use super::*;

#[test]
fn a_reader_that_goes_away_neither_stops_an_apply_nor_loses_its_report() {
    for verb in [&APPLY[..], &["apply", "--yes"]] {
        let slow = Slow::new(CHAIN, "1000", "");
        let mut child = slow
            .command(verb)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
        assert!(
            said.contains("stdout takes nothing any more: the report is in .vmlogin/last-run.txt"),
            "{said}"
        );
        let kept = slow.kept().expect("a report");
        assert!(kept.contains("apply: 4 done, 0 failed"), "{kept}");
        assert_eq!(
            kept.contains("\"event\":\"summary\""),
            verb == APPLY,
            "{kept}"
        );
        assert!(kept.starts_with("vmlogin apply --yes "), "{kept}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_apply_whose_report_nobody_takes_is_left_by_the_second_interrupt() {
    let slow = Slow::new(CHAIN, "2000", "");
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    let (mut child, mut stderr) = writing_to(&writer, &slow, &["apply", "--yes"]);
    until_said(&mut stderr, "begin create");
    // The plan is out by now; what Linux gives a pipe is filled, so that there is no room for the report.
    let plan = reader.read(&mut [0; 64 << 10]).expect("the plan");
    assert_ne!(plan, 0);
    writer.write_all(&[b'.'; 64 << 10]).expect("room");
    kill(child.id(), &["INT"]);
    until_said(&mut stderr, "stopping: nothing new starts");
    kill(child.id(), &["INT"]);
    // That it leaves is not said where the report already stands in the way.
    let mut rest = Vec::new();
    stderr.read_to_end(&mut rest).expect("its end");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let kept = slow.kept().expect("a report");
    assert!(kept.contains("exit 130: "), "{kept}");
}

/// Whoever reads the events sleeps: the run stands still between two of them. What it did by then is kept.
#[cfg(target_os = "linux")]
#[test]
fn what_is_known_of_an_apply_whose_events_nobody_takes_is_kept() {
    let slow = Slow::new(CHAIN, "2000", "");
    let kept = stuck(&slow, &["apply", "--yes", "--json", "--progress", "plain"]);
    assert!(
        kept.contains("running it again continues:\n  vmlogin apply --yes --json"),
        "{kept}"
    );
}

/// A saved plan is used once: what would be refused is no way to go on.
#[cfg(target_os = "linux")]
#[test]
fn a_saved_plan_whose_events_nobody_takes_is_to_be_planned_anew() {
    let slow = Slow::new(CHAIN, "2000", "");
    let mut save = slow.command(&["plan", "-o", "plan.json"]);
    assert_eq!(save.output().expect("a plan").status.code(), Some(0));
    let kept = stuck(
        &slow,
        &["apply", "plan.json", "--json", "--progress", "plain"],
    );
    assert!(
        kept.contains("a new plan continues:\n  vmlogin plan "),
        "{kept}"
    );
}

/// Interrupts an apply twice that stands still between two events, and gives back what it has kept.
#[cfg(target_os = "linux")]
fn stuck(slow: &Slow, arguments: &[&str]) -> String {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let (mut child, mut stderr) = writing_to(&writer, slow, arguments);
    let mut reader = BufReader::new(reader);
    let mut events = String::new();
    while !events.contains("\"event\":\"running\"") {
        assert_ne!(reader.read_line(&mut events).expect("a line"), 0);
    }
    // Whatever stands in the pipe: it is filled, and stays so, as nobody reads.
    let filling = std::thread::spawn(move || writer.write_all(&[b'.'; 1 << 20]));
    kill(child.id(), &["INT"]);
    until_said(&mut stderr, "stopping: nothing new starts");
    kill(child.id(), &["INT"]);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let kept = slow.kept().expect("a report");
    assert!(kept.contains("exit 130: left at once"), "{kept}");
    // Where the run stood still, before the step was told to be left or after, nobody can choose.
    let tells = [
        "begun, end unknown: create vm:core/rg-web/web01/identity\n",
        "may still run in Azure:",
    ];
    assert!(tells.iter().any(|told| kept.contains(told)), "{kept}");
    assert!(
        kept.contains("so far: 0 done, ") && kept.contains(", 3 not begun\n"),
        "{kept}"
    );
    drop(reader);
    filling.join().expect("no panic").expect_err("nobody reads");
    kept
}

/// A run whose stdout is this end of a pipe, and its stderr.
#[cfg(target_os = "linux")]
fn writing_to(
    stdout: &std::io::PipeWriter,
    slow: &Slow,
    arguments: &[&str],
) -> (Child, BufReader<ChildStderr>) {
    let mut child = slow
        .command(arguments)
        .stdout(stdout.try_clone().expect("another end"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let stderr = child.stderr.take().expect("a pipe");
    (child, BufReader::new(stderr))
}

/// Reads stderr up to a line with this text.
#[cfg(target_os = "linux")]
fn until_said(stderr: &mut BufReader<ChildStderr>, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).expect("a line"), 0);
    }
}
