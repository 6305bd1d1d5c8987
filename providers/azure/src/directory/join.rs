//! What a machine that is to join the directory meets there: devices that have its name already, and the app that signs people in.

use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::{Attributes, Value};

use super::device::{self, Namesake};
use super::query;
use super::wire::Object;
use crate::http::Client;
use crate::survey::optional;

/// The app by which people sign in to Windows machines. Its display name differs between tenants, its id does not.
pub(crate) const SIGN_IN_APP: &str = "372140e0-b3b7-4226-8ef9-d57986796201";

/// The facts about devices of each of these computer names: `devices`, by object id the resource that a device says it is; or
/// `devices-unread`, why they are not known.
///
/// # Errors
/// A fault that ends the run.
pub(crate) async fn devices(client: &Client, names: &[&str]) -> Result<Vec<Attributes>, Fault> {
    let answers = match unless_told(device::namesakes(client, names).await)? {
        Ok(answers) => answers,
        Err(fault) => return Ok(vec![unread("devices-unread", fault); names.len()]),
    };
    let facts = answers.into_iter().map(|answer| {
        Ok(match unless_told(answer)? {
            Ok(found) => Attributes::from([("devices".to_owned(), map(found))]),
            Err(fault) => unread("devices-unread", fault),
        })
    });
    facts.collect()
}

fn map(found: Vec<Namesake>) -> Value {
    let rows = found.into_iter().map(|device| {
        let resource = device.resource.map_or(Value::Null, Value::Text);
        (device.id, resource)
    });
    Value::Map(rows.collect())
}

/// The fact about the app in a tenant: `sign-in-app`, whether it is there; or `sign-in-app-unread`, why that is not known.
///
/// # Errors
/// A fault that ends the run.
pub(crate) async fn sign_in_app(client: &Client) -> Result<Attributes, Fault> {
    let listed = client
        .list::<Object>(query::by_application_id(SIGN_IN_APP))
        .await;
    Ok(match unless_told(listed)? {
        Ok(rows) => {
            let there = Value::Bool(!rows.is_empty());
            Attributes::from([("sign-in-app".to_owned(), there)])
        }
        Err(fault) => unread("sign-in-app-unread", fault),
    })
}

/// As with whatever rules alone ask for. That the directory refuses a token ends nothing: ARM, which is asked with the same
/// credential, tells where nobody is signed in, and a principal lock makes do without the directory.
fn unless_told<T>(read: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match read {
        Err(fault) if fault.kind == FaultKind::SignIn => Ok(Err(fault)),
        read => optional(read),
    }
}

/// What could not be read is not known, and no reason to stop.
fn unread(name: &str, fault: Fault) -> Attributes {
    Attributes::from([(name.to_owned(), Value::Text(fault.to_string()))])
}
