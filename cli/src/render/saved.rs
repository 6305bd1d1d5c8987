//! What is said of a saved plan: where it is, what it is for, and the commands that apply it and make it anew.

use std::path::Path;

use vmlogin_engine::plan::guard::Accepted;
use vmlogin_engine::plan::reinstall;
use vmlogin_engine::plan::saved::{Flags, Saved};

use super::again::quoted;
use super::{Paint, View, foreign, prose};
use crate::args::{LiveArgs, PlanArgs};
use crate::files::shown;
use crate::session::STATE;

/// Where a plan was saved, and the command that applies it.
pub(crate) fn told(path: &Path, args: &PlanArgs, accepted: &Accepted, view: View) -> String {
    let path = shown(path);
    let mut command = vec!["vmlogin apply".to_owned(), quoted(&path)];
    command.extend(place(&args.live));
    for address in accepted.replaced() {
        command.push(quoted(&format!("--accept=replace={address}")));
    }
    if accepted.has(reinstall::GUARD) {
        command.push(format!("--accept={}", reinstall::GUARD));
    }
    let text = prose::prose(view, 0, &format!("saved the plan in {path}"));
    // Whole on its line: people copy it.
    text + &format!(
        "  to apply exactly that: {}\n",
        foreign::line(&command.join(" "))
    )
}

/// The flags that say which sandbox it is, where it is one.
fn place(live: &LiveArgs) -> Vec<String> {
    let sandbox = live.sandbox.as_deref().map(|at| match at {
        STATE => "--sandbox".to_owned(),
        at => quoted(&format!("--sandbox={at}")),
    });
    let ca = live.ca.as_ref();
    let ca = ca.map(|ca| format!("--ca {}", quoted(&ca.to_string_lossy())));
    sandbox.into_iter().chain(ca).collect()
}

/// The command that makes a plan anew, in the place of this one and where that is applied.
pub(crate) fn again(saved: &Saved, path: &Path, live: &LiveArgs) -> String {
    let mut command = vec!["vmlogin plan".to_owned()];
    command.extend(
        saved
            .files
            .iter()
            .map(|file| format!("-f {}", quoted(file))),
    );
    command.extend(
        saved
            .sets
            .iter()
            .map(|set| format!("--set {}", quoted(set))),
    );
    command.extend(selection(saved));
    command.extend(flags(&saved.flags));
    command.extend(place(live));
    command.push(format!("-o {} --force-overwrite", quoted(&shown(path))));
    command.join(" ")
}

/// What stands above the plan's own screen: who made it, when, and for what.
pub(crate) fn head(saved: &Saved, path: &Path, used: Option<&str>, view: View) -> String {
    let place = match saved.sandbox {
        true => "a sandbox",
        false => "Azure",
    };
    let mut lines = vec![
        format!(
            "made at {} by vmlogin {}, for {place}",
            saved.made, saved.tool
        ),
        match used {
            Some(when) => format!("used {when}; a plan is used once"),
            None => "not used yet".to_owned(),
        },
    ];
    for place in &saved.tenants {
        lines.push(format!(
            "tenant `{}`, {} in the cloud `{}`",
            place.tenant, place.id, place.cloud
        ));
        let within = place.subscriptions.iter();
        lines.extend(within.map(|one| format!("subscription `{}`, {}", one.subscription, one.id)));
    }
    lines.push(format!("manifest with SHA-256 {}", saved.manifest_sha256));
    let inputs = saved
        .files
        .iter()
        .map(|file| format!("-f {}", quoted(file)));
    let inputs = inputs.chain(
        saved
            .sets
            .iter()
            .map(|set| format!("--set {}", quoted(set))),
    );
    let shaped: Vec<String> = inputs
        .chain(selection(saved))
        .chain(flags(&saved.flags))
        .collect();
    if !shaped.is_empty() {
        lines.push(format!("shaped by {}", shaped.join(" ")));
    }
    let title = format!("{} of estate `{}`", shown(path), saved.plan.estate);
    let mut text = prose::headed(view, 0, "saved plan", Paint::heading, &title);
    for line in lines {
        text.push_str(&prose::prose(view, 2, &line));
    }
    text.push('\n');
    text
}

fn selection(saved: &Saved) -> Vec<String> {
    let selection = saved.plan.selection.clone().unwrap_or_default();
    let targets = selection.targets.iter();
    let targets = targets.map(|it| format!("--target {}", quoted(it)));
    let excludes = selection.excludes.iter();
    targets
        .chain(excludes.map(|it| format!("--exclude {}", quoted(it))))
        .collect()
}

fn flags(flags: &Flags) -> Vec<String> {
    let allow = flags
        .allow
        .iter()
        .map(|it| format!("--allow {}", quoted(it)));
    let deny = flags.deny.iter().map(|it| format!("--deny {}", quoted(it)));
    let fail_on = flags.fail_on_warn.then(|| "--fail-on warn".to_owned());
    let replace = flags.replace.iter();
    let replace = replace.map(|it| quoted(&format!("--accept=replace={it}")));
    let reinstall = format!("--accept={}", reinstall::GUARD);
    allow
        .chain(deny)
        .chain(fail_on)
        .chain(replace)
        .chain(flags.reinstall_login.then_some(reinstall))
        .collect()
}
