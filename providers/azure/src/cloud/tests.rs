use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn every_cloud_round_trips_its_spelling() {
    for name in CloudName::ALL {
        assert_eq!(name.to_string().parse(), Ok(name));
        assert_eq!(Cloud::named(name).name, name);
    }
    assert_eq!(
        "Public".parse::<CloudName>(),
        Err(UnknownCloud {
            name: "Public".to_owned()
        })
    );
}

#[test]
fn no_two_clouds_share_a_service() {
    let [public, usgov, china] = CloudName::ALL.map(Cloud::named);
    for (one, other) in [(&public, &usgov), (&usgov, &china), (&china, &public)] {
        assert_eq!(one.is_own_host(&other.arm), None);
        assert_eq!(one.is_own_host(&other.directory), None);
    }
}

#[test]
fn scopes_have_one_slash_before_default() {
    for name in CloudName::ALL {
        let cloud = Cloud::named(name);
        for scope in [&cloud.arm_scope, &cloud.directory_scope] {
            assert!(
                scope.ends_with("/.default") && !scope.ends_with("//.default"),
                "{scope}"
            );
        }
    }
}

#[test]
fn only_the_exact_https_host_is_own() {
    let cloud = Cloud::named(CloudName::Public);
    let cases = [
        (
            "https://management.azure.com/subscriptions",
            Some(Audience::Arm),
        ),
        (
            "https://MANAGEMENT.azure.com:443/subscriptions",
            Some(Audience::Arm),
        ),
        (
            "https://graph.microsoft.com/v1.0/users",
            Some(Audience::Directory),
        ),
        ("http://management.azure.com/subscriptions", None),
        ("https://management.azure.com:8443/subscriptions", None),
        ("https://management.azure.com.example.com/", None),
        ("https://eastus.management.azure.com/", None),
        ("https://management.azure.com./", None),
        ("https://management.azure.com@example.com/", None),
        ("https://someone@management.azure.com/", None),
        ("http://127.0.0.1/", None),
        ("https://login.microsoftonline.com/", None),
        ("ftp://management.azure.com/", None),
    ];
    for (text, expected) in cases {
        assert_eq!(cloud.is_own_host(&url(text)), expected, "{text}");
    }
}

#[test]
fn a_sandbox_is_this_machine_only() {
    for text in [
        "http://127.0.0.1:4000",
        "https://localhost:1/x?y",
        "http://[::1]:9/",
    ] {
        let cloud = Cloud::sandbox(&url(text)).unwrap();
        assert!(cloud.is_sandbox());
        assert_eq!(cloud.arm.path(), "/");
        assert_eq!(cloud.arm.query(), None);
    }
    for text in [
        "http://10.0.0.1:4000",
        "https://localhost.example.com",
        "http://me@127.0.0.1/",
        "file:///tmp/x",
    ] {
        assert_eq!(
            Cloud::sandbox(&url(text)).unwrap_err().kind,
            FaultKind::Untrusted,
            "{text}"
        );
    }
}

#[test]
fn a_sandbox_tells_its_two_services_by_path() {
    let cloud = Cloud::sandbox(&url("http://127.0.0.1:4000")).unwrap();
    assert_eq!(
        cloud.is_own_host(&url("http://127.0.0.1:4000/v1.0/users")),
        Some(Audience::Directory)
    );
    assert_eq!(
        cloud.is_own_host(&url("http://127.0.0.1:4000/subscriptions/x")),
        Some(Audience::Arm)
    );
    assert_eq!(
        cloud.is_own_host(&url("http://127.0.0.1:4001/subscriptions/x")),
        None
    );
    assert_eq!(
        cloud.is_own_host(&url("https://127.0.0.1:4000/subscriptions/x")),
        None
    );
}

#[test]
fn a_moved_url_keeps_path_and_query() {
    let moved = Cloud::moved(
        &url("https://login.microsoftonline.com/t/oauth2/v2.0/token?x=1"),
        &url("http://127.0.0.1:7"),
    );
    assert_eq!(moved.as_str(), "http://127.0.0.1:7/t/oauth2/v2.0/token?x=1");
}
