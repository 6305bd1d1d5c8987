//! The verbs and their flags, as types. Doc comments on them are the help pages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::groups::{
    ConsentArgs, GivingUpArgs, InputArgs, LiveArgs, Look, RuleArgs, SelectionArgs,
};
use super::values::{
    Renewed, Subject, read_duration, read_listen, read_milliseconds, read_renewed, read_subject,
};
use super::words::{Format, GraphFormat, Limits, Verify, one_of};
use crate::session::STATE;

/// Say in a checked-in file who can sign in to which Azure VM with their Entra ID
///
/// vmlogin reads a manifest (KDL), compares it with what Azure has, shows a plan, and
/// applies it: machine identity, login extension, role grants. Live Azure is the only
/// state. Nothing is removed that the manifest did not claim.
///
/// Try it without an account, against an emulator that is built in:
///
///   vmlogin apply -f examples/01-quickstart/estate.kdl --sandbox
#[derive(Debug, Parser)]
#[command(
    verbatim_doc_comment,
    name = "vmlogin",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How screens look.
    #[command(flatten)]
    pub look: Look,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Check the manifest without asking Azure
    ///
    /// Parses, expands and checks the manifest, and runs the rules that need nothing else. All
    /// problems of all files come in one report. Exits 0, 3 (problems) or 4 (a rule refused).
    ///
    /// Example:
    ///   vmlogin validate -f estate.kdl --set env=dev
    #[command(verbatim_doc_comment)]
    Validate(ValidateArgs),

    /// Show what apply would do
    ///
    /// Reads what Azure has, runs the rules, and shows every step with its reason. Writes
    /// nothing. Exits 4 where a rule found an error; guards that would refuse the apply are
    /// announced.
    ///
    /// Examples:
    ///   vmlogin plan
    ///   vmlogin plan --format json | jq '.steps[].address'
    ///   vmlogin plan --target 'vm:core/rg-web/*' --detailed-exitcode
    ///   vmlogin plan -o plan.json && vmlogin apply plan.json
    #[command(verbatim_doc_comment)]
    Plan(PlanArgs),

    /// Bring Azure in line with the manifest
    ///
    /// Shows the plan, asks, does it, and looks at what came of it. A failure stops only what
    /// depends on it. Running it again goes on where it stopped: live Azure is the only state.
    /// The first Ctrl-C lets running operations end, the second leaves. A terminal that is
    /// closed counts as the first. What came of the last run that wrote stands in
    /// .vmlogin/last-run.txt too, wherever its screen went.
    ///
    /// With PLAN, a file of `vmlogin plan -o`, it asks nothing and does exactly that plan, once.
    /// Where planning anew comes to anything else, it exits 7 and does nothing. The file holds
    /// the manifest and the flags that shaped it; guards are lifted here.
    ///
    /// Whoever can write that file decides what is applied: its manifest counts, not the one that
    /// was reviewed. Exit 7 tells that Azure or the plan has moved on, not who wrote the file.
    /// Save and apply in one run of a pipeline, hand the file on where nobody else can write
    /// (private, and with a checksum where jobs are apart), and look at it with
    /// `vmlogin show PLAN` before.
    ///
    /// Examples:
    ///   vmlogin apply
    ///   vmlogin apply -f estate.kdl --yes --json > events.ndjson
    ///   vmlogin apply plan.json --accept max-delete=12
    ///   vmlogin apply --accept replace=vm:core/rg-web/web01
    #[command(verbatim_doc_comment)]
    Apply(ApplyArgs),

    /// Remove what this estate made
    ///
    /// Deletes only what carries this estate's stamp: grants first, then logins, then resource
    /// groups that hold nothing else. Adopted machines stay. Says what stays and why. What
    /// came of the last run that wrote stands in .vmlogin/last-run.txt too.
    ///
    /// Shows all of it and asks before anything is written: to look only, answer no. Without
    /// a terminal and without --yes it shows the same, does nothing, and exits 64.
    ///
    /// Examples:
    ///   vmlogin destroy -f estate.kdl
    ///   vmlogin destroy -f estate.kdl < /dev/null
    #[command(verbatim_doc_comment)]
    Destroy(DestroyArgs),

    /// Show what waits for what, and why
    ///
    /// Needs the manifest only. As a picture, things that are alike share a box where there
    /// are more than 200.
    ///
    /// Examples:
    ///   vmlogin graph
    ///   vmlogin graph --format svg > estate.svg
    ///   vmlogin graph --format dot | dot -Tpdf -o estate.pdf
    ///   vmlogin graph --format mermaid > estate.mmd
    #[command(verbatim_doc_comment)]
    Graph(GraphArgs),

    /// Explain a rule or a guard, or list all rules and guards
    ///
    /// What a rule asks for, why, where that is written and when it was read there; what a guard
    /// refuses, and what lifts it. Needs nothing.
    ///
    /// Examples:
    ///   vmlogin explain
    ///   vmlogin explain VML401
    ///   vmlogin explain max-delete
    #[command(verbatim_doc_comment)]
    Explain(ExplainArgs),

    /// Show what is declared and what is live, side by side; or a saved plan
    ///
    /// For each address, and for what lies beneath it: where it is declared, what is live, its
    /// id, stamp and health, what a plan would do, what it waits for and why, and what the rules
    /// say. `*` stands for anything. Writes nothing.
    ///
    /// The name of a file, which has no `kind:`, shows the plan that `vmlogin plan -o` saved in
    /// it, and asks nobody.
    ///
    /// Examples:
    ///   vmlogin show plan.json
    ///   vmlogin show vm:core/rg-web/web01
    ///   vmlogin show 'vm:core/*/login' --format json
    #[command(verbatim_doc_comment)]
    Show(ShowArgs),

    /// Write down which directory object each name in the manifest stands for
    ///
    /// Looks up every user, group and service principal that the manifest names, and writes
    /// principals.lock.kdl beside it: the name, the object id and the type. Check it in. With it,
    /// plan, apply and destroy need no right to read the directory, and a name that has come to
    /// stand for another object is refused: display names are not unique, and whoever may make a
    /// group can give it the name of another.
    ///
    /// Run it again when the manifest names somebody new: all other lines stay as they are. What
    /// stands for another object than before is renewed by name, one by one. Where a name stands
    /// for nobody or for several, nothing is written. Exits 0, 4 (a name is refused) or 8 (the
    /// directory may not be read).
    ///
    /// Examples:
    ///   vmlogin pin
    ///   vmlogin pin --renew 'group:sg-web-admins'
    ///   vmlogin pin -f estate.kdl --format json
    #[command(verbatim_doc_comment)]
    Pin(PinArgs),

    /// Write a first manifest, from what there is
    ///
    /// Signs in, lists the subscriptions, their resource groups and machines, and writes a
    /// manifest that declares them as they are: a plan on it changes nothing, and what is not
    /// listed stays as it is. Where nobody can be signed in, a page to fill in is written.
    ///
    /// On a terminal it asks which subscriptions and what to call the estate; elsewhere it takes
    /// all, and asks nothing.
    ///
    /// Examples:
    ///   vmlogin init
    ///   vmlogin init --subscription core --estate web-prod -o prod.kdl
    ///   vmlogin init --sandbox
    #[command(verbatim_doc_comment)]
    Init(InitArgs),

    /// Check the installation and the access, and say how to mend what is wrong
    ///
    /// Looks at this machine (screen, proxy, sandbox state, clock), the manifest, and what a
    /// plan reads first in each of its tenants: a token, Azure Resource Manager, the directory,
    /// the subscriptions, their role assignments. Writes nothing. Exits 0, 8 (a credential or a
    /// right is missing) or 1 (something else is wrong).
    ///
    /// Examples:
    ///   vmlogin doctor
    ///   vmlogin doctor --auth managed --format json
    ///   vmlogin doctor --sandbox
    #[command(verbatim_doc_comment)]
    Doctor(DoctorArgs),

    /// Write a script that lets a shell complete vmlogin's command line
    ///
    /// The script goes to stdout; put it where your shell looks for it, and write it again
    /// after an update of vmlogin.
    ///
    /// Examples:
    ///   source <(vmlogin completions bash)        # this session; in ~/.bashrc: every one
    ///   vmlogin completions zsh > ~/.zfunc/_vmlogin        # with ~/.zfunc in $fpath
    ///   vmlogin completions fish > ~/.config/fish/completions/vmlogin.fish
    ///   vmlogin completions powershell >> $PROFILE
    ///   vmlogin completions elvish >> ~/.config/elvish/rc.elv
    #[command(verbatim_doc_comment)]
    Completions(CompletionsArgs),

    /// Write the manual, as `man` reads it
    ///
    /// The whole manual goes to stdout, or the page of one verb.
    ///
    /// Examples:
    ///   vmlogin man | man -l -
    ///   vmlogin man plan > /usr/local/share/man/man1/vmlogin-plan.1
    #[command(verbatim_doc_comment)]
    Man(ManArgs),

    /// Work with the built-in emulator of Azure
    ///
    /// Any verb runs against it with --sandbox; this verb runs it as a server of its own.
    #[command(verbatim_doc_comment)]
    Sandbox(SandboxArgs),
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What weighs how much.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// A file to save the plan in, for `vmlogin apply FILE`
    #[arg(short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, env = "VMLOGIN_FORCE_OVERWRITE", value_parser = clap::builder::BoolishValueParser::new())]
    pub force_overwrite: bool,
    /// Plan what is only done on request: replace=ADDRESS, reinstall-login
    #[arg(
        long,
        env = "VMLOGIN_ACCEPT",
        value_name = "GUARD[=ADDRESS]",
        value_delimiter = '\n'
    )]
    pub accept: Vec<String>,
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What of it.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where "live" comes from.
    #[command(flatten)]
    pub live: LiveArgs,
    /// What weighs how much.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
    /// Write events to stdout, one JSON object a line; excludes --format
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
    /// Exit 2 instead of 0 where there are changes
    #[arg(long, env = "VMLOGIN_DETAILED_EXITCODE", value_parser = clap::builder::BoolishValueParser::new())]
    pub detailed_exitcode: bool,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A plan that `vmlogin plan -o` saved: exactly that is done, or nothing
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// What of it.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where it is applied.
    #[command(flatten)]
    pub live: LiveArgs,
    /// What weighs how much.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What is agreed to beforehand.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// When to stop by itself.
    #[command(flatten)]
    pub giving_up: GivingUpArgs,
    /// What is looked at after the writes
    #[arg(long, env = "VMLOGIN_VERIFY", value_parser = one_of::<Verify>(), num_args = 0..=1, default_value = "quick", default_missing_value = "quick")]
    pub verify: Verify,
    /// Go on for this long, such as 2h or 30m: pick up machines as they come back
    #[arg(long, env = "VMLOGIN_UNTIL_CONVERGED", value_name = "DURATION", value_parser = read_duration)]
    pub until_converged: Option<Duration>,
    /// Write events to stdout, one JSON object a line
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
    /// Exit 2 instead of 0 where something was changed
    #[arg(long, env = "VMLOGIN_DETAILED_EXITCODE", value_parser = clap::builder::BoolishValueParser::new())]
    pub detailed_exitcode: bool,
}

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Where it is removed.
    #[command(flatten)]
    pub live: LiveArgs,
    /// What is agreed to beforehand.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// When to stop by itself.
    #[command(flatten)]
    pub giving_up: GivingUpArgs,
    /// Write events to stdout, one JSON object a line
    #[arg(long, env = "VMLOGIN_JSON", value_parser = clap::builder::BoolishValueParser::new())]
    pub json: bool,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<GraphFormat>(), default_value = "text")]
    pub format: GraphFormat,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule, such as VML401, or the guard, such as max-delete; all of them without it
    #[arg(value_name = "RULE|GUARD")]
    pub rule: Option<String>,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// What to show: `vm:core/rg-web/web01`, or with `*`; or the file of a saved plan
    #[arg(value_name = "ADDRESS|PLAN", required = true, value_parser = read_subject)]
    pub subjects: Vec<Subject>,
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Where "live" comes from.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `pin`.
#[derive(Debug, Args)]
pub(crate) struct PinArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Pin this name to the object that it stands for now, though it was pinned to another; again for each
    #[arg(long, value_name = "[TENANT/]KIND:NAME", value_parser = read_renewed)]
    pub renew: Vec<Renewed>,
    /// Where names are looked up.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The file to write [default: estate.kdl]
    #[arg(short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, env = "VMLOGIN_FORCE_OVERWRITE", value_parser = clap::builder::BoolishValueParser::new())]
    pub force_overwrite: bool,
    /// What to call the estate [default: after the subscription or the folder]
    #[arg(long, value_name = "NAME")]
    pub estate: Option<String>,
    /// Only this subscription, by name or id
    #[arg(long = "subscription", value_name = "NAME|ID")]
    pub subscriptions: Vec<String>,
    /// Where "live" comes from.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The manifest.
    #[command(flatten)]
    pub inputs: InputArgs,
    /// Where "live" comes from.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Form of the result on stdout
    #[arg(long, env = "VMLOGIN_FORMAT", value_parser = one_of::<Format>(), default_value = "text")]
    pub format: Format,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = one_of::<Shell>())]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The verb whose page is wanted; all pages without it
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: SandboxVerb,
}

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub(crate) enum SandboxVerb {
    /// Run the emulator as a server that official clients can talk to
    ///
    /// Prints one line of JSON on stdout when it is ready: {"url":"…","ca":"…"}; `ca` is a PEM
    /// file, or null without --tls. Ends on Ctrl-C or SIGTERM with its state written. Listens
    /// on this machine only.
    ///
    /// Examples:
    ///   vmlogin sandbox serve --listen 127.0.0.1:8080
    ///   vmlogin plan --sandbox=http://127.0.0.1:8080
    #[command(verbatim_doc_comment, after_long_help = not_emulated())]
    Serve(ServeArgs),
}

/// Arguments of `sandbox serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on, loopback only; port 0 takes a free one
    #[arg(long, env = "VMLOGIN_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:0", value_parser = read_listen)]
    pub listen: SocketAddr,
    /// Speak https, with a certificate made for this run
    #[arg(long, env = "VMLOGIN_TLS", value_parser = clap::builder::BoolishValueParser::new())]
    pub tls: bool,
    /// File that the state is kept in
    #[arg(long, env = "VMLOGIN_STATE", value_name = "FILE", default_value = STATE)]
    pub state: PathBuf,
    /// What a new state begins with, as KDL; without it, what the quickstart example begins with
    #[arg(long, env = "VMLOGIN_SEED", value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// File that gets one line of JSON for each request; secrets are left out
    #[arg(long, env = "VMLOGIN_LOG", value_name = "FILE.ndjson")]
    pub log: Option<PathBuf>,
    /// How long operations take, in milliseconds; without it they end at the second look
    #[arg(long, env = "VMLOGIN_LATENCY", value_name = "MS", value_parser = read_milliseconds)]
    pub latency: Option<Duration>,
    /// Count requests, and refuse too many as Azure does; without it the counts never fall
    #[arg(long, env = "VMLOGIN_LIMITS", value_parser = one_of::<Limits>())]
    pub limits: Option<Limits>,
}

/// What the sandbox leaves out, for the end of its help.
fn not_emulated() -> String {
    let lines = vmlogin_sandbox::not_emulated()
        .iter()
        .map(|line| format!("\n  {line}"));
    format!("It does not emulate:{}", lines.collect::<String>())
}
