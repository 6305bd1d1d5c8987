//! A sandbox with a small world in it, and a client that talks to it.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use vmlogin_sandbox::seed::{
    Caller, Device, Group, Machine, ResourceGroup, RoleAssignment, Seed, Subscription, Tenant, User,
};
use vmlogin_sandbox::{Clock, Options, Sandbox};

pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const OTHER_TENANT: &str = "99999999-9999-4999-8999-999999999999";
pub(crate) const SUB: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const OTHER_SUB: &str = "88888888-8888-4888-8888-888888888888";
pub(crate) const CALLER: &str = "33333333-3333-4333-8333-333333333333";
pub(crate) const CALLER_APP: &str = "34343434-3333-4333-8333-333333333333";
pub(crate) const KIM: &str = "44444444-4444-4444-8444-444444444444";
pub(crate) const ADMINS: &str = "55555555-5555-4555-8555-555555555555";
pub(crate) const ADMIN_LOGIN: &str = "1c0163c0-47e6-4577-8991-ea5c82e286e4";
pub(crate) const USER_LOGIN: &str = "fb879df8-f326-4884-b1cf-06f3ad86be52";

/// A running sandbox and tokens for it.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
    pub(crate) arm: String,
    pub(crate) directory: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Got {
    /// The error's code, in either envelope.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn rows(&self) -> &[Value] {
        self.body["value"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// The small world: one running Windows machine in one group, a person, a group.
pub(crate) fn seed() -> Seed {
    Seed {
        tenants: vec![Tenant {
            id: TENANT.to_owned(),
            name: "contoso".to_owned(),
            domain: "contoso.com".to_owned(),
            callers: vec![Caller {
                id: CALLER.to_owned(),
                app_id: CALLER_APP.to_owned(),
                name: "pipeline".to_owned(),
                ..Caller::default()
            }],
            users: vec![User {
                upn: "kim@contoso.com".to_owned(),
                id: KIM.to_owned(),
                name: "Kim Rossi".to_owned(),
                ..User::default()
            }],
            groups: vec![Group {
                name: "sg-web-admins".to_owned(),
                id: ADMINS.to_owned(),
                members: Vec::new(),
            }],
            subscriptions: vec![Subscription {
                id: SUB.to_owned(),
                name: "core".to_owned(),
                resource_groups: vec![ResourceGroup {
                    managed_identities: Vec::new(),
                    name: "rg-web".to_owned(),
                    location: "westeurope".to_owned(),
                    tags: BTreeMap::from([("owner".to_owned(), "team web".to_owned())]),
                    machines: vec![Machine {
                        name: "web01".to_owned(),
                        computer_name: Some("WEB01".to_owned()),
                        ..Machine::default()
                    }],
                    ..ResourceGroup::default()
                }],
                ..Subscription::default()
            }],
            ..Tenant::default()
        }],
        ..Seed::default()
    }
}

/// The machine of the small world, to be changed before it is sown.
pub(crate) fn machine(seed: &mut Seed) -> &mut Machine {
    &mut seed.tenants[0].subscriptions[0].resource_groups[0].machines[0]
}

/// A second tenant with a subscription of its own.
pub(crate) fn other_tenant() -> Tenant {
    Tenant {
        id: OTHER_TENANT.to_owned(),
        name: "fabrikam".to_owned(),
        domain: "fabrikam.com".to_owned(),
        subscriptions: vec![Subscription {
            id: OTHER_SUB.to_owned(),
            name: "theirs".to_owned(),
            ..Subscription::default()
        }],
        ..Tenant::default()
    }
}

pub(crate) fn device(name: &str, machine: Option<&str>) -> Device {
    Device {
        name: name.to_owned(),
        id: "66666666-6666-4666-8666-666666666666".to_owned(),
        machine: machine.map(str::to_owned),
        registered: Some("2026-01-02T03:04:05Z".to_owned()),
    }
}

pub(crate) fn assignment(n: u8, scope: &str, principal: &str) -> RoleAssignment {
    RoleAssignment {
        id: guid(n),
        role: USER_LOGIN.to_owned(),
        principal: principal.to_owned(),
        scope: scope.to_owned(),
        ..RoleAssignment::default()
    }
}

pub(crate) fn guid(n: u8) -> String {
    format!("77777777-7777-4777-8777-7777777777{n:02}")
}

pub(crate) fn group_id() -> String {
    format!("/subscriptions/{SUB}/resourceGroups/rg-web")
}

pub(crate) fn machine_id() -> String {
    format!(
        "{}/providers/Microsoft.Compute/virtualMachines/web01",
        group_id()
    )
}

pub(crate) fn login_id() -> String {
    format!("{}/extensions/AADLoginForWindows", machine_id())
}

/// The body that installs the login.
pub(crate) fn login() -> Value {
    json!({"location": "westeurope", "properties": {"publisher": "Microsoft.Azure.ActiveDirectory",
        "type": "AADLoginForWindows", "typeHandlerVersion": "1.0", "autoUpgradeMinorVersion": true,
        "settings": {"mdmId": ""}}})
}

impl Stage {
    pub(crate) async fn new(seed: Seed) -> Stage {
        Stage::with(Options {
            seed,
            ..Options::default()
        })
        .await
    }

    pub(crate) async fn with(options: Options) -> Stage {
        let sandbox = Sandbox::start_at(options, noon())
            .await
            .expect("the sandbox starts");
        Stage::of(sandbox).await
    }

    pub(crate) async fn of(sandbox: Sandbox) -> Stage {
        // Fails where another test was first, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let mut stage = Stage {
            sandbox,
            client,
            arm: String::new(),
            directory: String::new(),
        };
        stage.arm = stage.token(TENANT, "https://management.azure.com").await;
        stage.directory = stage.token(TENANT, "https://graph.microsoft.com").await;
        stage
    }

    pub(crate) async fn token(&self, tenant: &str, audience: &str) -> String {
        let got = self
            .ask_token(tenant, &format!("{audience}/.default"))
            .await;
        assert_eq!(got.status, 200, "{:?}", got.body);
        got.body["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    pub(crate) async fn ask_token(&self, tenant: &str, scope: &str) -> Got {
        let form = [
            ("client_id", CALLER_APP),
            ("client_secret", "hunter2"),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.sandbox.url());
        got(self
            .client
            .post(url)
            .form(&form)
            .send()
            .await
            .expect("an answer"))
        .await
    }

    /// A request to ARM; the api-version is added where the path has none.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Got {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = match path.contains("api-version=") {
            true => path.to_owned(),
            false => format!("{path}{joint}api-version=2024-07-01"),
        };
        self.raw(method, &path, &self.arm, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Got {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Got {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Got {
        self.send(Method::DELETE, path, None).await
    }

    /// A read of the directory, by its path after `/v1.0`.
    pub(crate) async fn look_up(&self, path: &str) -> Got {
        self.raw(Method::GET, &format!("/v1.0{path}"), &self.directory, None)
            .await
    }

    /// A post to the directory.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Got {
        self.raw(
            Method::POST,
            &format!("/v1.0{path}"),
            &self.directory,
            Some(body),
        )
        .await
    }

    /// A request as it is, to a path or a whole URL.
    pub(crate) async fn raw(
        &self,
        method: Method,
        target: &str,
        token: &str,
        body: Option<Value>,
    ) -> Got {
        let url = match target.starts_with("http") {
            true => target.to_owned(),
            false => format!("{}{target}", self.sandbox.url()),
        };
        let mut request = self.client.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        got(request.send().await.expect("an answer")).await
    }

    /// Follows the operation of an answer to its end.
    pub(crate) async fn finish(&self, started: &Got) -> Got {
        let url = &started.headers["azure-asyncoperation"];
        loop {
            let polled = self.raw(Method::GET, url, &self.arm, None).await;
            assert_eq!(polled.status, 200, "{:?}", polled.body);
            if polled.body["status"] != "InProgress" {
                return polled;
            }
        }
    }

    /// Gives the machine its identity.
    pub(crate) async fn identify(&self) -> String {
        let patched = self
            .patch(
                &machine_id(),
                json!({"identity": {"type": "SystemAssigned"}}),
            )
            .await;
        assert_eq!(patched.status, 200, "{:?}", patched.body);
        self.finish(&patched).await;
        patched.body["identity"]["principalId"]
            .as_str()
            .expect("a principal")
            .to_owned()
    }

    /// Puts the login on the machine and follows the operation.
    pub(crate) async fn install(&self) -> Got {
        let put = self.put(&login_id(), login()).await;
        assert!([200, 201].contains(&put.status), "{:?}", put.body);
        self.finish(&put).await
    }
}

/// A clock that stands still.
pub(crate) fn noon() -> Clock {
    Clock::new(|| "2026-11-21T12:00:00Z".parse().expect("a time"))
}

async fn got(response: reqwest::Response) -> Got {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let text = response.text().await.expect("a body");
    let body = match text.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&text).expect("JSON"),
    };
    Got {
        status,
        headers,
        body,
    }
}
