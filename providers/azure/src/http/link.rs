//! Links that a service gives: next pages, operations, redirects. All of them pass through here, and none leads a token to a host
//! that is not the cloud's own.

use url::Url;

use super::reply::Reply;
use super::request::{Method, Request};
use crate::arm::fault::{Fault, FaultKind, fault};
use crate::cloud::{Audience, Cloud};

/// Where a link from `from` leads, if the token of this audience may go there.
///
/// # Errors
/// [`FaultKind::Untrusted`] for another host, [`FaultKind::Malformed`] for what is no URL.
pub(crate) fn follow(
    attempted: &str,
    audience: Audience,
    from: &Url,
    link: &str,
    cloud: &Cloud,
) -> Result<Url, Fault> {
    let url = from.join(link).map_err(|error| {
        let why = format!("the answer holds a link that cannot be read: {error}");
        fault(FaultKind::Malformed, attempted, why)
    })?;
    check(attempted, audience, &url, cloud)?;
    Ok(url)
}

/// Refuses a URL to which the token of this audience may not go.
///
/// # Errors
/// [`FaultKind::Untrusted`], naming the host.
pub(crate) fn check(
    attempted: &str,
    audience: Audience,
    url: &Url,
    cloud: &Cloud,
) -> Result<(), Fault> {
    if cloud.is_own_host(url) == Some(audience) {
        return Ok(());
    }
    let place = url.host_str().unwrap_or("nowhere");
    let mut untrusted = fault(
        FaultKind::Untrusted,
        attempted,
        format!(
            "the answer points to `{}://{place}`, where the token for this request does not belong",
            url.scheme()
        ),
    );
    untrusted.help = Some(
        "nothing was sent there: check `cloud` in the manifest, and whether something between here and Azure rewrites its answers"
            .to_owned(),
    );
    Err(untrusted)
}

/// The link of a redirect that keeps the meaning of the request: any for a read, for the rest those that keep the verb.
pub(super) fn redirect<'a>(request: &Request, reply: &'a Reply) -> Option<&'a str> {
    let is_read = matches!(request.method, Method::GET | Method::HEAD);
    let keeps_meaning =
        matches!(reply.status, 307 | 308) || (is_read && matches!(reply.status, 301..=303));
    reply.headers.location().filter(|_| keeps_meaning)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::reply::Headers;
    use super::*;
    use crate::cloud::CloudName;

    #[test]
    fn a_link_stays_with_its_own_service() {
        let cloud = Cloud::named(CloudName::Public);
        let from =
            Url::parse("https://management.azure.com/subscriptions/s/x?api-version=1").unwrap();
        let kind = |link: &str| {
            follow("list", Audience::Arm, &from, link, &cloud).map_err(|fault| fault.kind)
        };
        assert_eq!(
            kind("/subscriptions/s/y?z=1").unwrap().as_str(),
            "https://management.azure.com/subscriptions/s/y?z=1"
        );
        assert!(kind("https://management.azure.com:443/a").is_ok());
        assert_eq!(
            kind("https://graph.microsoft.com/v1.0/users"),
            Err(FaultKind::Untrusted)
        );
        assert_eq!(kind("//example.com/a"), Err(FaultKind::Untrusted));
        assert_eq!(
            kind("http://management.azure.com/a"),
            Err(FaultKind::Untrusted)
        );
        assert_eq!(kind("https://["), Err(FaultKind::Malformed));
    }

    #[test]
    fn a_refusal_names_the_host_and_not_the_path() {
        let cloud = Cloud::named(CloudName::Public);
        let url = Url::parse("https://example.com/secret?sig=1").unwrap();
        let refused = check("list VMs", Audience::Arm, &url, &cloud).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "could not list VMs: the answer points to `https://example.com`, where the token for this request does not belong"
        );
    }

    #[test]
    fn a_write_is_redirected_only_with_its_verb() {
        let reply = |status| Reply::new(status, Headers::from_iter([("location", "/x")]), "");
        let (get, put) = (
            Request::get("/a", "1", ""),
            Request::put("/a", "1", json!({}), ""),
        );
        for (status, read, write) in [
            (301, true, false),
            (302, true, false),
            (303, true, false),
            (307, true, true),
            (308, true, true),
            (304, false, false),
            (201, false, false),
        ] {
            assert_eq!(redirect(&get, &reply(status)).is_some(), read, "{status}");
            assert_eq!(redirect(&put, &reply(status)).is_some(), write, "{status}");
        }
    }
}
