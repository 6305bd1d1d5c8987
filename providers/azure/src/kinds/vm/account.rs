//! The first administrator of a new machine: what the account may be called and what its password and key look like.
//!
//! Names, lengths and classes are those of Compute 2024-07-01, OSProfile, as published in azure-rest-api-specs (read 2026-11-21).

use vmlogin_engine::schema::{Sort, Unfit};

/// Names of administrators.
pub(super) static ADMIN: Sort = Sort {
    title: "admin",
    misfit,
    same: |wanted, found| wanted == found,
};

/// Public keys of administrators.
pub(super) static PUBLIC_KEY: Sort = Sort {
    title: "public key",
    misfit: |text| {
        key_misfit(text).map(|_| Unfit {
            why: "not one line that begins like `ssh-ed25519`".to_owned(),
            help: "name the file of the public key, as in `ssh-key=(file)\"keys/admin.pub\"`; a private key never leaves its owner"
                .to_owned(),
        })
    },
    same: |wanted, found| wanted == found,
};

/// Names that Azure refuses, whatever the system.
const REFUSED_NAMES: [&str; 32] = [
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
    "user4",
    "user5",
];

/// Passwords that Azure refuses.
const REFUSED_PASSWORDS: [&str; 10] = [
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

/// The greatest length of a name on any system; Windows takes less.
const LONGEST_NAME: usize = 64;

/// The greatest length of a name on Windows.
pub(super) const LONGEST_WINDOWS_NAME: usize = 20;

fn misfit(text: &str) -> Option<Unfit> {
    let unfit = |why: &str| {
        Some(Unfit {
            why: why.to_owned(),
            help: "choose another name, as in `azureuser`".to_owned(),
        })
    };
    if REFUSED_NAMES
        .iter()
        .any(|name| name.eq_ignore_ascii_case(text))
    {
        return unfit("a name that Azure refuses");
    }
    if text.trim().is_empty() || text.contains(char::is_whitespace) {
        return unfit("empty, or holds a blank");
    }
    // What Windows forbids in names of accounts; Linux takes none of these either. Unverified against Azure, 2026-11-21.
    if text
        .chars()
        .any(|letter| r#"\/"[]:|<>+=;,?*@%&$"#.contains(letter))
    {
        return unfit("holds a character that no account's name may hold");
    }
    match text.chars().count() > LONGEST_NAME {
        true => unfit("longer than 64 characters"),
        false => None,
    }
}

/// Why Azure would refuse a password for a system; never repeats any of it.
pub(super) fn password_misfit(os: &str, password: &str) -> Option<String> {
    let (system, least, most) = match os {
        "windows" => ("Windows", 8, 123),
        _ => ("Linux", 6, 72),
    };
    let length = password.chars().count();
    if !(least..=most).contains(&length) {
        return Some(format!(
            "a password for {system} has {least} to {most} characters, and this one has {length}"
        ));
    }
    // The fifth of the conditions in Azure's refusal, as people report it (read 2026-11-21).
    if password.chars().any(char::is_control) {
        return Some("a password holds no control characters".to_owned());
    }
    let has = |is: fn(char) -> bool| usize::from(password.chars().any(is));
    let classes = has(|it| it.is_lowercase())
        + has(|it| it.is_uppercase())
        + has(|it| it.is_ascii_digit())
        + has(|it| !it.is_alphanumeric());
    if classes < 3 {
        return Some(
            "a password holds three of these: a lower-case letter, an upper-case letter, a digit, another character"
                .to_owned(),
        );
    }
    REFUSED_PASSWORDS
        .contains(&password)
        .then(|| "it is one of the passwords that everybody knows, which Azure refuses".to_owned())
}

/// Why a text is no public key.
pub(super) fn key_misfit(key: &str) -> Option<String> {
    if key.contains("PRIVATE KEY") {
        return Some(
            "it is a private key, which never leaves its owner: name the public one".to_owned(),
        );
    }
    let kinds = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"];
    // `ecdsa-sha2-nistp256` and its like go on within the word.
    let is_key =
        kinds.iter().any(|kind| key.starts_with(kind)) && key.trim_end().lines().count() == 1;
    (!is_key)
        .then(|| "it is no public key, which is one line that begins like `ssh-ed25519`".to_owned())
}

/// How many bytes of chance a password is made from, and how many letters it has.
pub(crate) const MADE_FROM: usize = 32;

/// Letters that are not taken for one another, digits and marks: 64 in all, so that six bits of chance choose one evenly.
const LETTERS: &[u8; 64] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%+-.=_";

/// A password made of chance, every letter for itself. It may miss a class that Azure asks for: then it is thrown away and another
/// one is made, which favours none of those that do not.
pub(crate) fn made_password(chance: &[u8; MADE_FROM]) -> String {
    let letters = chance
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 64)]));
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_made_as_often_as_any_other() {
        let mut counts = std::collections::BTreeMap::<char, usize>::new();
        for byte in 0..=u8::MAX {
            for letter in made_password(&[byte; MADE_FROM]).chars() {
                *counts.entry(letter).or_default() += 1;
            }
        }
        assert_eq!(counts.len(), LETTERS.len());
        assert!(counts.values().all(|count| *count == 4 * MADE_FROM));
    }

    #[test]
    fn a_weak_password_is_refused_without_being_repeated() {
        let why = |os: &str, password: &str| password_misfit(os, password).unwrap_or_default();
        assert!(why("windows", "Sh0rt!").contains("8 to 123"));
        assert_eq!(why("linux", "Sh0rt!"), "");
        assert!(why("windows", "longenough").contains("three of these"));
        assert!(why("windows", "P@ssw0rd").contains("everybody knows"));
        assert!(!why("windows", "longenough").contains("longenough"));
        assert!(why("linux", "Correct\thorse1").contains("control"));
    }

    #[test]
    fn a_private_key_is_no_public_one() {
        assert_eq!(key_misfit("ssh-ed25519 AAAAC3Nz kim\n"), None);
        assert!(
            key_misfit("-----BEGIN OPENSSH PRIVATE KEY-----\n")
                .unwrap()
                .contains("private")
        );
        assert!(key_misfit("AAAAC3Nz").is_some());
        assert!(key_misfit("ssh-rsa A\nssh-rsa B").is_some());
    }

    #[test]
    fn names_that_azure_refuses_are_refused_first() {
        assert_eq!(misfit("azureuser"), None);
        for bad in ["Administrator", "root", "", "kim rossi", "kim@contoso.com"] {
            assert!(misfit(bad).is_some(), "{bad}");
        }
    }
}
