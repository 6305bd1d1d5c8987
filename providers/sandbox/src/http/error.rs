//! The error envelopes of the two services.

use serde_json::json;

use super::reply::Reply;

/// An error of ARM itself, which says so in a header.
pub(crate) fn gateway(status: u16, code: &str, message: impl AsRef<str>) -> Reply {
    provider(status, code, message).header("x-ms-failure-cause", "gateway")
}

/// An error of a resource provider behind ARM.
pub(crate) fn provider(status: u16, code: &str, message: impl AsRef<str>) -> Reply {
    Reply::json(
        status,
        json!({"error": {"code": code, "message": message.as_ref()}}),
    )
}

/// The same naming what it is about.
pub(crate) fn targeted(status: u16, code: &str, message: impl AsRef<str>, target: &str) -> Reply {
    Reply::json(
        status,
        json!({"error": {"code": code, "message": message.as_ref(), "target": target}}),
    )
}

/// An error of the directory. Its inner part is filled in when the answer goes out.
pub(crate) fn directory(status: u16, code: &str, message: impl AsRef<str>) -> Reply {
    Reply::json(
        status,
        json!({"error": {"code": code, "message": message.as_ref(), "innerError": {}}}),
    )
}

/// What the sandbox does not do. A 404, since a client would try a 5xx again.
pub(crate) fn not_emulated(what: &str) -> Reply {
    gateway(
        404,
        "NotEmulated",
        format!("The vmlogin sandbox does not emulate {what}."),
    )
}

/// A path that nothing answers to.
pub(crate) fn no_resource_type(namespace: &str, kind: &str, version: &str) -> Reply {
    gateway(
        404,
        "InvalidResourceType",
        format!(
            "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version \
             '{version}'. (The vmlogin sandbox may not emulate it.)"
        ),
    )
}
