//! Where a template is worked out: its values, its group, and the requests that it sends.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::function::Surroundings;
use crate::http::reply::Answer;
use crate::http::request::{Body, Request};
use crate::http::{Audience, Call, with_faults};

/// What expressions refer to.
#[derive(Default)]
pub(super) struct Values {
    pub parameters: Vec<(String, Value)>,
    pub variables: Map<String, Value>,
}

/// A request within this one, with the rights of whoever sent it and the faults of the seed.
pub(super) fn asked(
    call: &mut Call<'_>,
    method: Method,
    id: &str,
    version: &str,
    body: Body,
) -> Answer {
    let url = format!("{id}?api-version={version}");
    let headers = axum::http::HeaderMap::new();
    let request = Request::from_parts(method, url, headers, body, call.request.base.clone());
    let inner = Call {
        world: &mut *call.world,
        request: &request,
        bearer: call.bearer.clone(),
        pace: call.pace,
        doom: None,
    };
    with_faults(inner, Audience::Arm)
}

/// Id and region of the group that is deployed to.
pub(super) fn group_of(call: &Call<'_>) -> (String, String) {
    let key = format!("/{}", call.request.lower[..4].join("/"));
    let group = call.world.groups.get(&key);
    group.map_or_else(Default::default, |it| (it.id.clone(), it.location.clone()))
}

/// What the expressions of a template can see.
pub(super) struct Within<'c, 'w, 'v> {
    pub call: &'c mut Call<'w>,
    pub values: &'v Values,
}

impl Surroundings for Within<'_, '_, '_> {
    fn parameter(&self, name: &str) -> Option<Value> {
        let mut all = self.values.parameters.iter();
        all.find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let mut all = self.values.variables.iter();
        all.find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    }

    fn group(&self) -> Value {
        let (id, location) = group_of(self.call);
        json!({"id": id, "name": id.rsplit('/').next(), "location": location,
            "type": "Microsoft.Resources/resourceGroups", "properties": {"provisioningState": "Succeeded"}})
    }

    fn subscription(&self) -> Value {
        let id = &self.call.request.segments[1];
        json!({"id": format!("/subscriptions/{id}"), "subscriptionId": id, "tenantId": self.call.bearer.tenant})
    }

    fn live(&mut self, id: &str) -> Result<Value, String> {
        let version = "2024-07-01";
        let reply = asked(self.call, Method::GET, id, version, Body::Empty);
        match reply {
            Ok(reply) => Ok(reply.body.unwrap_or_default()),
            Err(refusal) => Err(refusal
                .body
                .and_then(|it| it["error"]["message"].as_str().map(str::to_owned))
                .unwrap_or_default()),
        }
    }
}
