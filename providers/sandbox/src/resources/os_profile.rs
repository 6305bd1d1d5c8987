//! The profile of an operating system: what Azure refuses of names and passwords, and what it adds.

use serde_json::{Value, json};

use crate::http::error;
use crate::http::reply::Reply;
use crate::seed::Os;

/// Names that no administrator can have (Microsoft Learn, "FAQ about Windows VMs", read 2026-11-21).
const NOT_ADMINS: [&str; 30] = [
    "1",
    "123",
    "a",
    "actuser",
    "adm",
    "admin",
    "admin1",
    "admin2",
    "administrator",
    "aspnet",
    "backup",
    "console",
    "david",
    "guest",
    "john",
    "owner",
    "root",
    "server",
    "sql",
    "support",
    "support_388945a0",
    "sys",
    "test",
    "test1",
    "test2",
    "test3",
    "user",
    "user1",
    "user2",
    "user3",
];

/// Passwords that are refused although they are complex enough (same page).
const NOT_PASSWORDS: [&str; 10] = [
    "abc@123",
    "P@$$w0rd",
    "P@ssw0rd",
    "P@ssword123",
    "Pa$$word",
    "pass@word1",
    "Password!",
    "Password1",
    "Password22",
    "iloveyou!",
];

/// What may not stand in the name of a host.
const NOT_IN_NAMES: &str = "`~!@#$%^&*()=+_[]{}\\|;:.'\",<>/? ";

/// Refuses what Azure refuses.
pub(super) fn check(profile: &Value, os: Os, machine: &str) -> Result<(), Reply> {
    computer_name(profile["computerName"].as_str().unwrap_or(machine), os)?;
    user_name(profile["adminUsername"].as_str().unwrap_or_default(), os)?;
    let password = profile["adminPassword"]
        .as_str()
        .filter(|it| !it.is_empty());
    let linux = &profile["linuxConfiguration"];
    let keys = linux["ssh"]["publicKeys"].as_array();
    let with_key = keys.is_some_and(|it| !it.is_empty());
    match (os, password) {
        (_, Some(password)) => check_password(password, os),
        (Os::Windows, None) => Err(wrong(
            "adminPassword",
            "Required parameter 'adminPassword' is missing (null).",
        )),
        (Os::Linux, None) if with_key => Ok(()),
        (Os::Linux, None) => Err(wrong(
            "linuxConfiguration",
            "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
        )),
    }
}

/// The profile as it is answered: without secrets, with the service's own additions (arm/OBSERVED.md 5).
pub(super) fn kept(sent: &Value, os: Os, machine: &str) -> Value {
    let mut kept = sent.clone();
    if let Some(profile) = kept.as_object_mut() {
        profile.remove("adminPassword");
        profile.remove("customData");
        profile.retain(|_, value| !value.is_null());
        profile.entry("computerName").or_insert(json!(machine));
        profile.entry("secrets").or_insert(json!([]));
        profile
            .entry("allowExtensionOperations")
            .or_insert(json!(true));
        profile.insert("requireGuestProvisionSignal".to_owned(), json!(true));
    }
    let (name, defaults, mode) = match os {
        Os::Windows => (
            "windowsConfiguration",
            json!({"provisionVMAgent": true, "enableAutomaticUpdates": true}),
            "AutomaticByOS",
        ),
        Os::Linux => (
            "linuxConfiguration",
            json!({"disablePasswordAuthentication": false, "provisionVMAgent": true}),
            "ImageDefault",
        ),
    };
    let sent = kept[name].take();
    let mut configuration = defaults;
    configuration["patchSettings"] = json!({"patchMode": mode, "assessmentMode": "ImageDefault"});
    for (name, value) in sent.as_object().into_iter().flatten() {
        if !value.is_null() {
            configuration[name.as_str()] = value.clone();
        }
    }
    kept[name] = configuration;
    kept
}

fn computer_name(name: &str, os: Os) -> Result<(), Reply> {
    let bad = name.chars().any(|it| NOT_IN_NAMES.contains(it)) || name.is_empty();
    let (longest, text) = match os {
        Os::Windows => (
            15,
            "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following \
             characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.",
        ),
        Os::Linux => (
            64,
            "Linux host name cannot exceed 64 characters in length or contain the following characters: ` ~ ! @ # $ % ^ & \
             * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.",
        ),
    };
    // A Linux host name may have dots.
    let bad = match os {
        Os::Windows => bad || name.chars().all(|it| it.is_ascii_digit()),
        Os::Linux => {
            name.chars()
                .any(|it| it != '.' && NOT_IN_NAMES.contains(it))
                || name.is_empty()
        }
    };
    match bad || name.chars().count() > longest {
        true => Err(wrong("computerName", text)),
        false => Ok(()),
    }
}

fn user_name(name: &str, os: Os) -> Result<(), Reply> {
    if name.is_empty() {
        return Err(wrong(
            "adminUsername",
            "Required parameter 'adminUsername' is missing (null).",
        ));
    }
    let longest = if os == Os::Windows { 20 } else { 64 };
    let refused = NOT_ADMINS.contains(&name.to_lowercase().as_str())
        || name.chars().count() > longest
        || name.ends_with('.');
    match refused {
        true => Err(wrong(
            "adminUsername",
            "The Admin Username specified is not allowed.",
        )),
        false => Ok(()),
    }
}

/// Three of four sorts of characters, as many as the family wants (reported answers name both, read 2026-11-21).
fn check_password(password: &str, os: Os) -> Result<(), Reply> {
    let (least, most) = match os {
        Os::Windows => (8, 123),
        Os::Linux => (6, 72),
    };
    let has = |sort: fn(char) -> bool| usize::from(password.chars().any(sort));
    let sorts = has(char::is_uppercase)
        + has(char::is_lowercase)
        + has(|it| it.is_ascii_digit())
        + has(|it| !it.is_alphanumeric());
    let length = password.chars().count();
    let control = password.chars().any(char::is_control);
    if !(least..=most).contains(&length) || sorts < 3 || control {
        return Err(wrong(
            "adminPassword",
            format!(
                "The supplied password must be between {least}-{most} characters long and must satisfy at least 3 of \
                 password complexity requirements from the following:\r\n1) Contains an uppercase character\r\n2) Contains \
                 a lowercase character\r\n3) Contains a numeric digit\r\n4) Contains a special character\r\n5) Control \
                 characters are not allowed"
            ),
        ));
    }
    match NOT_PASSWORDS.contains(&password) {
        // The text is unverified against Azure, 2026-11-21.
        true => Err(wrong(
            "adminPassword",
            "The supplied password is not allowed.",
        )),
        false => Ok(()),
    }
}

fn wrong(target: &str, message: impl AsRef<str>) -> Reply {
    error::targeted(400, "InvalidParameter", message, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(profile: &Value, os: Os) -> String {
        let reply = check(profile, os, "web01").err();
        let body = reply.and_then(|it| it.body);
        body.map_or_else(String::new, |it| {
            it["error"]["target"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
    }

    #[test]
    fn what_is_refused_names_its_member() {
        let windows = |user: &str, password: &str| {
            refused(
                &json!({"adminUsername": user, "adminPassword": password}),
                Os::Windows,
            )
        };
        assert_eq!(windows("kim", "Correct-horse1"), "");
        assert_eq!(windows("Admin", "Correct-horse1"), "adminUsername");
        assert_eq!(windows("kim", "correct-horse"), "adminPassword");
        assert_eq!(windows("kim", "Short1!"), "adminPassword");
        assert_eq!(windows("kim", "P@ssword123"), "adminPassword");
        assert_eq!(
            refused(&json!({"adminUsername": "kim"}), Os::Linux),
            "linuxConfiguration"
        );
        let key = json!({"adminUsername": "kim", "linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": "ssh-rsa"}]}}});
        assert_eq!(refused(&key, Os::Linux), "");
    }

    #[test]
    fn a_windows_name_is_shorter_than_a_linux_one() {
        let named = |name: &str, os| {
            refused(
                &json!({"computerName": name, "adminUsername": "kim", "adminPassword": "Correct-horse1"}),
                os,
            )
        };
        assert_eq!(named("sixteen-letters-", Os::Windows), "computerName");
        assert_eq!(named("12345", Os::Windows), "computerName");
        assert_eq!(named("sixteen-letters-", Os::Linux), "");
        assert_eq!(named("web_01", Os::Linux), "computerName");
    }
}
