//! What a machine is made from: a short name of ours, or `publisher:offer:sku:version`.

use vmlogin_engine::manifest::Resource;
use vmlogin_engine::problem::nearest;
use vmlogin_engine::schema::{Sort, Unfit};
use vmlogin_engine::value::Value;

use crate::tables::images::{ALIASES, Alias, PUBLISHERS};

/// The version that stands for the newest one when the machine is made.
const LATEST: &str = "latest";

/// Images of the marketplace.
pub(super) static IMAGE: Sort = Sort {
    title: "image",
    misfit,
    same,
};

/// An image of the marketplace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Image<'t> {
    pub(crate) publisher: &'t str,
    pub(crate) offer: &'t str,
    pub(crate) sku: &'t str,
    pub(crate) version: &'t str,
}

impl<'t> Image<'t> {
    /// Reads what a manifest says.
    pub(crate) fn read(text: &'t str) -> Option<Image<'t>> {
        match alias(text) {
            Some(alias) => Image::parts(alias.image, LATEST),
            None => {
                let (image, version) = text.rsplit_once(':')?;
                Image::parts(image, version)
            }
        }
    }

    fn parts(image: &'t str, version: &'t str) -> Option<Image<'t>> {
        let parts: Vec<&str> = image.split(':').collect();
        let [publisher, offer, sku] = parts.as_slice() else {
            return None;
        };
        let image = Image {
            publisher,
            offer,
            sku,
            version,
        };
        let said = |part: &&str| {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            !part.is_empty() && part.chars().all(plain)
        };
        [publisher, offer, sku, &version]
            .into_iter()
            .all(said)
            .then_some(image)
    }

    /// The system that its publisher is known for.
    fn os(&self) -> Option<&'static str> {
        let known = |(publisher, _): &&(&str, &str)| publisher.eq_ignore_ascii_case(self.publisher);
        PUBLISHERS.iter().find(known).map(|(_, os)| *os)
    }
}

/// What a declared machine runs, `windows` or `linux`: by `os=`, else by its image. Azure's own word counts where the machine
/// exists.
pub(crate) fn declared_os(machine: &Resource) -> Option<&str> {
    let said = machine.get("os").and_then(Value::as_text);
    said.or_else(|| imaged_os(machine))
}

/// What the image of a declared machine holds, where that is known.
pub(super) fn imaged_os(machine: &Resource) -> Option<&'static str> {
    let text = machine.get("image")?.as_text()?;
    alias(text)
        .map(|alias| alias.os)
        .or_else(|| Image::read(text)?.os())
}

/// The `publisher:offer:sku` that a manifest's text stands for.
pub(crate) fn source(text: &str) -> Option<&str> {
    match alias(text) {
        Some(alias) => Some(alias.image),
        None => Image::read(text).and(Some(text.rsplit_once(':')?.0)),
    }
}

fn alias(text: &str) -> Option<&'static Alias> {
    ALIASES
        .iter()
        .find(|alias| alias.name.eq_ignore_ascii_case(text))
}

fn misfit(text: &str) -> Option<Unfit> {
    let Some(image) = Image::read(text) else {
        return Some(unread(text));
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    // Major.Minor.Build or `latest` (Compute 2024-07-01, ImageReference.version, read 2026-11-21).
    let known = image.version == LATEST || image.version.split('.').all(is_number);
    (!known).then(|| Unfit {
        why: "no version of an image".to_owned(),
        help: format!("end it with `:{LATEST}`, or with numbers and dots: `:20348.2700.240906`"),
    })
}

fn unread(text: &str) -> Unfit {
    if text.contains(':') || text.starts_with('/') {
        return Unfit {
            why: "not of the form publisher:offer:sku:version".to_owned(),
            help: "name an image of the marketplace, as in \
                   `MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest`"
                .to_owned(),
        };
    }
    let names = ALIASES.iter().map(|alias| alias.name);
    Unfit {
        why: "no short name of an image".to_owned(),
        help: match nearest(text, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `Win2022Datacenter`, `Ubuntu2404`, or another one as \
                     `publisher:offer:sku:version`"
                .to_owned(),
        },
    }
}

/// Azure tells the version that `latest` once stood for. Which was the latest then is nothing that a manifest could say, so
/// `latest` is satisfied by any.
fn same(wanted: &str, found: &str) -> bool {
    let (Some(wanted), Some(found)) = (Image::read(wanted), Image::read(found)) else {
        return wanted.eq_ignore_ascii_case(found);
    };
    let alike = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    alike(wanted.publisher, found.publisher)
        && alike(wanted.offer, found.offer)
        && alike(wanted.sku, found.sku)
        && (wanted.version == LATEST || alike(wanted.version, found.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URN: &str = "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2";

    #[test]
    fn a_short_name_is_its_image_whatever_the_case_and_the_version_it_came_to() {
        let live = "microsoftwindowsserver:WINDOWSSERVER:2022-Datacenter-G2:20348.2700";
        assert!(same("Win2022Datacenter", live));
        assert!(same("win2022datacenter", live));
        assert!(same(&format!("{URN}:latest"), live));
        assert!(same(&format!("{URN}:20348.2700"), live));
        assert!(!same(&format!("{URN}:20348.1"), live));
        assert!(!same("Win2019Datacenter", live));
        assert!(!same("Win2022Datacenter", "/subscriptions/s/images/golden"));
    }

    #[test]
    fn what_is_no_image_is_told_with_what_to_write() {
        let help = |text: &str| misfit(text).map(|unfit| format!("{}: {}", unfit.why, unfit.help));
        assert_eq!(help("Ubuntu2204"), None);
        assert_eq!(help(&format!("{URN}:20348.2700.240906")), None);
        assert_eq!(
            help("Win2022Datacentre").as_deref(),
            Some("no short name of an image: did you mean `Win2022Datacenter`?")
        );
        assert!(help("golden").unwrap().contains("`Ubuntu2404`"));
        assert!(help(URN).unwrap().starts_with("not of the form"));
        assert!(help("a:b::latest").unwrap().starts_with("not of the form"));
        assert!(
            help(&format!("{URN}:newest"))
                .unwrap()
                .starts_with("no version")
        );
    }
}
