//! What a machine that is to be made lacks, told before Azure is asked. One that says nothing of its image must exist, and then
//! whatever else is declared of it is only compared.

use vmlogin_engine::manifest::Resource;
use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::source::Span;
use vmlogin_engine::value::Value;

use super::account::LONGEST_WINDOWS_NAME;
use super::image::{declared_os, imaged_os};

/// A machine to be made says too little.
const LACKS: Code = Code("VML171");
/// Two things that are said of a machine do not go together.
const CONTRADICTS: Code = Code("VML172");

/// How long the name of a computer with Windows may be (FACTS 15).
const LONGEST_COMPUTER: usize = 15;

/// Everything that is wrong with a declared machine.
pub(super) fn problems(machine: &Resource) -> Vec<Problem> {
    if machine.get("image").is_none() {
        return Vec::new();
    }
    let Some(os) = declared_os(machine) else {
        let help = "write `os=windows` or `os=linux` behind its name".to_owned();
        let label = Label::new(span_of(machine, "image"), "tells nothing of its system");
        let why = "which operating system its image holds is not known here";
        return vec![problem(LACKS, machine, why, label, help)];
    };
    [
        other_system(machine, os),
        without(machine, "size", "size", "`size Standard_D2s_v5`"),
        without(machine, "nic", "network interface", "`nic subnet=NAME`"),
        account(machine, os),
        computer_name(machine, os),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn without(machine: &Resource, attribute: &str, title: &str, line: &str) -> Option<Problem> {
    if machine.get(attribute).is_some() {
        return None;
    }
    let label = Label::new(machine.span, format!("no `{attribute}`"));
    let why = format!("it is to be made from an image, and no {title} is given");
    let help = format!("write {line} in its braces");
    Some(problem(LACKS, machine, &why, label, help))
}

/// `os=` against what the image is known to hold.
fn other_system(machine: &Resource, os: &str) -> Option<Problem> {
    let imaged = imaged_os(machine).filter(|imaged| *imaged != os)?;
    let label = Label::new(span_of(machine, "image"), format!("holds {imaged}"));
    let why = format!("the manifest says that it runs {os}, and its image holds another system");
    let help = format!("write `os={imaged}`, or leave it out");
    Some(problem(CONTRADICTS, machine, &why, label, help))
}

/// The account that Azure makes in the machine, and how somebody signs in to it.
fn account(machine: &Resource, os: &str) -> Option<Problem> {
    let line = match os {
        "windows" => "`admin azureuser password=random`",
        _ => "`admin azureuser ssh-key=(file)\"keys/admin.pub\"`",
    };
    let Some(name) = machine.get("admin").and_then(Value::as_text) else {
        return without(machine, "admin", "administrator", line);
    };
    let label = |text: &str| Label::new(span_of(machine, "admin"), text);
    let has = |detail: &str| machine.get(detail).is_some();
    match (os, has("admin.password"), has("admin.ssh-key")) {
        ("windows", false, _) => {
            let why = "a machine with Windows is made with a password";
            Some(problem(
                LACKS,
                machine,
                why,
                label("no `password=`"),
                format!("write {line}"),
            ))
        }
        ("windows", true, true) => {
            let why = "a machine with Windows takes no ssh key";
            let help = "leave `ssh-key=` out".to_owned();
            Some(problem(
                CONTRADICTS,
                machine,
                why,
                label("has an `ssh-key=`"),
                help,
            ))
        }
        ("linux", false, false) => {
            let why = "a machine with Linux is made with an ssh key or a password";
            Some(problem(
                LACKS,
                machine,
                why,
                label("neither of them"),
                format!("write {line}"),
            ))
        }
        ("windows", ..) if name.chars().count() > LONGEST_WINDOWS_NAME || name.ends_with('.') => {
            let why = "an administrator's name on Windows has at most 20 letters and does not end with `.`";
            let help = "choose another name, as in `azureuser`".to_owned();
            Some(problem(
                CONTRADICTS,
                machine,
                why,
                label("not on Windows"),
                help,
            ))
        }
        _ => None,
    }
}

/// Windows knows a computer by 15 letters, digits and hyphens that are not all digits (FACTS 15).
fn computer_name(machine: &Resource, os: &str) -> Option<Problem> {
    let said = machine.get("computer-name").and_then(Value::as_text);
    let name = said.unwrap_or(&machine.name);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let fits = name.chars().count() <= LONGEST_COMPUTER
        && name.chars().all(plain)
        && !name.chars().all(|letter| letter.is_ascii_digit());
    if os != "windows" || fits {
        return None;
    }
    let short: String = name
        .chars()
        .filter(|letter| plain(*letter))
        .take(LONGEST_COMPUTER)
        .collect();
    let short = short.trim_end_matches('-');
    let numbered = !short.is_empty() && short.chars().all(|letter| letter.is_ascii_digit());
    let offer = if numbered || short.is_empty() {
        "NAME"
    } else {
        short
    };
    let span = if said.is_some() {
        span_of(machine, "computer-name")
    } else {
        machine.span
    };
    let label = Label::new(span, "no name for a computer with Windows");
    let why = format!(
        "a computer with Windows has a name of at most {LONGEST_COMPUTER} letters, digits and `-` that are not all digits"
    );
    let help = format!("write `computer-name {offer}` in its braces");
    Some(problem(LACKS, machine, &why, label, help))
}

fn span_of(machine: &Resource, attribute: &str) -> Span {
    let declared = machine.attributes.get(attribute);
    declared.map_or(machine.span, |declared| declared.span)
}

fn problem(code: Code, machine: &Resource, why: &str, label: Label, help: String) -> Problem {
    Problem {
        code,
        message: format!("`{}` cannot be made: {why}", machine.name),
        labels: vec![label],
        help: Some(help),
    }
}
