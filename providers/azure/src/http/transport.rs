//! The one kind of connection: rustls on ring, no redirects of its own, bounded times.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::tls::Certificate;

use crate::arm::fault::{Fault, FaultKind, fault};
use crate::cloud::Cloud;

/// The connection that [`connect`] makes.
pub type HttpClient = reqwest::Client;

/// Makes the HTTP client that all tenants share. `ca` is a PEM bundle: trusted besides the system's roots, and alone for a
/// sandbox, which is also never reached through a proxy.
///
/// # Errors
/// [`FaultKind::Rejected`] when the bundle holds no certificate or the system's own roots cannot be read.
pub fn connect(cloud: &Cloud, ca: Option<&[u8]>) -> Result<reqwest::Client, Fault> {
    let roots = ca.map(certificates).transpose()?.unwrap_or_default();
    let builder = if cloud.is_sandbox() {
        builder().no_proxy().tls_certs_only(roots)
    } else {
        builder().tls_certs_merge(roots)
    };
    build(builder)
}

/// A client that talks to this machine's metadata service: never through a proxy.
pub(crate) fn connect_directly() -> Result<reqwest::Client, Fault> {
    build(builder().no_proxy().tls_certs_only([]))
}

fn builder() -> reqwest::ClientBuilder {
    // Building panics without a provider; an error here only says that somebody else installed one first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        // A redirect is judged before it is followed, by `client.rs`.
        .redirect(Policy::none())
        .user_agent(concat!("vmlogin/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        // ARM's front door answers 504 after 60 s; answers are at most 8 MB.
        .timeout(Duration::from_secs(100))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Fault> {
    builder
        .build()
        .map_err(|error| fault(FaultKind::Rejected, "set up HTTPS", innermost(&error)))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Fault> {
    let refuse = |why: String| {
        let mut refused = fault(FaultKind::Rejected, "read the certificates to trust", why);
        refused.help =
            Some("`--ca` takes a file in PEM form: `-----BEGIN CERTIFICATE-----` …".to_owned());
        refused
    };
    match Certificate::from_pem_bundle(pem) {
        Ok(roots) if roots.is_empty() => Err(refuse("the file holds no certificate".to_owned())),
        Ok(roots) => Ok(roots),
        Err(error) => Err(refuse(innermost(&error))),
    }
}

/// The words of the cause at the bottom: the layers above only say that something below failed.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// Everything below an error, nearest first. An I/O error hides what it wraps from `source`, and TLS wraps twice.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(below(error), |error| below(*error))
}

fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    wrapped
        .map(|wrapped| wrapped as &(dyn Error + 'static))
        .or_else(|| error.source())
}

/// What to do about an error at whose bottom lies a certificate that is not trusted.
pub(crate) fn distrust(error: &(dyn Error + 'static)) -> Option<&'static str> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .any(|tls| matches!(tls, rustls::Error::InvalidCertificate(_)))
        .then_some("the other side is not trusted: name its certificate authority with `--ca FILE`")
}

/// Whether an error says that nobody could be spoken to, rather than that somebody refused.
pub(crate) fn is_unreachable(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<reqwest::Error>())
        .any(reqwest::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::cloud::CloudName;

    #[test]
    fn a_bundle_without_certificate_is_refused_by_name() {
        let cloud = Cloud::named(CloudName::Public);
        let refused = connect(&cloud, Some(b"not a certificate")).unwrap_err();
        assert_eq!(refused.attempted, "read the certificates to trust");
        assert!(refused.help.unwrap().contains("--ca"));
    }

    #[test]
    fn a_sandbox_needs_no_roots_of_the_system() {
        let cloud = Cloud::sandbox(&Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
        assert!(connect(&cloud, None).is_ok());
    }
}
