//! How often a caller may ask: ARM's token buckets since 2024 and those of Compute (arm/FACTS.md 6), where limits are asked for.
//! Without them the counts in headers never fall.

use std::collections::BTreeMap;

use axum::http::Method;
use jiff::Timestamp;
use serde_json::json;

use crate::http::error;
use crate::http::reply::Reply;
use crate::http::request::Request;

/// Queries of Resource Graph, and the seconds after which there are as many again.
const QUERIES: (u32, i64) = (15, 5);

/// What is left for everybody that has asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quota {
    buckets: BTreeMap<String, Bucket>,
    /// Queries since a time, by caller.
    queries: BTreeMap<String, (u32, Timestamp)>,
}

/// Tokens and when there were so many.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: f64,
    at: Timestamp,
}

/// One token that a request needs.
#[derive(Debug, Clone, PartialEq)]
struct Claim {
    name: &'static str,
    /// Whose bucket it comes from.
    of: String,
    size: u32,
    /// Tokens that come back each minute.
    refill: u32,
}

/// Names and values of headers.
pub(crate) type Headers = Vec<(&'static str, String)>;

impl Quota {
    /// Takes what a request needs and answers the headers that tell what is left, or refuses it.
    pub(crate) fn take(
        &mut self,
        request: &Request,
        caller: &str,
        now: Timestamp,
    ) -> Result<Headers, Reply> {
        let mut headers = Headers::new();
        let arm = of_arm(request, caller);
        match self.bucket(&arm, now) {
            Ok(left) => headers.push((arm.name, left.to_string())),
            Err(wait) => return Err(refused_by_arm(request, &arm, caller, wait)),
        }
        let mut told = Vec::new();
        for claim in of_compute(request) {
            match self.bucket(&claim, now) {
                Ok(left) => told.push(format!("Microsoft.Compute/{};{left}", claim.name)),
                Err(wait) => return Err(refused_by_compute(&claim, wait)),
            }
        }
        if !told.is_empty() {
            headers.push(("x-ms-ratelimit-remaining-resource", told.join(",")));
        }
        Ok(headers)
    }

    /// Takes a query of Resource Graph: how many are left, and when there are as many as ever again.
    pub(crate) fn query(&mut self, caller: &str, now: Timestamp) -> (Option<u32>, i64) {
        let fresh = (QUERIES.0, now);
        let (left, since) = self.queries.entry(caller.to_owned()).or_insert(fresh);
        let mut passed = now.as_second() - since.as_second();
        if passed >= QUERIES.1 {
            (*left, *since, passed) = (QUERIES.0, now, 0);
        }
        let taken = left.checked_sub(1);
        *left = taken.unwrap_or(0);
        (taken, QUERIES.1 - passed)
    }

    /// Tokens that are left after one was taken, else the seconds until there is one.
    fn bucket(&mut self, claim: &Claim, now: Timestamp) -> Result<u32, u64> {
        let (size, rate) = (f64::from(claim.size), f64::from(claim.refill) / 60.0);
        let key = format!("{} {}", claim.name, claim.of);
        let bucket = self.buckets.entry(key).or_insert(Bucket {
            level: size,
            at: now,
        });
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.level = (bucket.level + passed * rate).min(size);
        bucket.at = now;
        if bucket.level < 1.0 {
            return Err(whole((1.0 - bucket.level) / rate).max(1));
        }
        bucket.level -= 1.0;
        Ok(u32::try_from(whole(bucket.level.floor())).unwrap_or(u32::MAX))
    }
}

/// The headers of a caller that nobody counts.
pub(crate) fn full(request: &Request) -> Headers {
    if request.lower.first().is_none_or(|it| it != "subscriptions") {
        return Headers::new();
    }
    let (own, global) = match request.method.as_str() {
        "GET" | "HEAD" => (
            None,
            ("x-ms-ratelimit-remaining-subscription-global-reads", 3749),
        ),
        "DELETE" => (
            Some("x-ms-ratelimit-remaining-subscription-deletes"),
            ("x-ms-ratelimit-remaining-subscription-global-deletes", 2999),
        ),
        _ => (
            Some("x-ms-ratelimit-remaining-subscription-writes"),
            ("x-ms-ratelimit-remaining-subscription-global-writes", 2999),
        ),
    };
    let mut headers: Headers = own
        .map(|name| (name, "199".to_owned()))
        .into_iter()
        .collect();
    headers.push((global.0, global.1.to_string()));
    if request.lower.iter().any(|it| it == "microsoft.compute") {
        let is_operation = request.lower.iter().any(|it| it == "operations");
        let left = match request.method.as_str() {
            "GET" if is_operation => {
                "Microsoft.Compute/GetOperationResource;44,Microsoft.Compute/GetOperationSubscriptionMaximum;14999"
            }
            "GET" => {
                "Microsoft.Compute/LowCostGetSubscriptionMaximum;23999,Microsoft.Compute/LowCostGetResource;35"
            }
            _ => {
                "Microsoft.Compute/UpdateVMSubscriptionMaximum;1499,Microsoft.Compute/UpdateVMResource;11"
            }
        };
        headers.push(("x-ms-ratelimit-remaining-resource", left.to_owned()));
    }
    headers
}

/// Per subscription, caller and sort of request; what belongs to no subscription counts for the tenant.
fn of_arm(request: &Request, caller: &str) -> Claim {
    let subscription = match request.lower.as_slice() {
        [first, id, ..] if first == "subscriptions" => Some(id),
        _ => None,
    };
    let own = subscription.is_some();
    let (name, size, refill) = match (request.method.as_str(), own) {
        ("GET" | "HEAD", true) => ("x-ms-ratelimit-remaining-subscription-reads", 250, 25 * 60),
        ("GET" | "HEAD", false) => ("x-ms-ratelimit-remaining-tenant-reads", 250, 25 * 60),
        ("DELETE", true) => (
            "x-ms-ratelimit-remaining-subscription-deletes",
            200,
            10 * 60,
        ),
        ("DELETE", false) => ("x-ms-ratelimit-remaining-tenant-deletes", 200, 10 * 60),
        (_, true) => ("x-ms-ratelimit-remaining-subscription-writes", 200, 10 * 60),
        (_, false) => ("x-ms-ratelimit-remaining-tenant-writes", 200, 10 * 60),
    };
    Claim {
        name,
        of: format!("{caller} {}", subscription.map_or("", String::as_str)),
        size,
        refill,
    }
}

/// What Compute counts besides: for one machine, and for all of a subscription. Its regions are not told apart here. Names that no
/// recording has are made like the others: unverified against Azure, 2026-11-21.
fn of_compute(request: &Request) -> Vec<Claim> {
    let lower: Vec<&str> = request.lower.iter().map(String::as_str).collect();
    let subscription = lower.get(1).copied().unwrap_or_default();
    let Some(at) = lower.iter().position(|it| *it == "microsoft.compute") else {
        return Vec::new();
    };
    let whole = |name, size, refill| Claim {
        name,
        of: subscription.to_owned(),
        size,
        refill,
    };
    let single = |name, size, refill, of: &[&str]| Claim {
        name,
        of: of.join("/"),
        size,
        refill,
    };
    match (request.method.clone(), &lower[at + 1..]) {
        (Method::GET, ["locations", _, "operations", ..]) => vec![
            single("GetOperationResource", 45, 15, &lower),
            whole("GetOperationSubscriptionMaximum", 15_000, 5000),
        ],
        (Method::GET, ["virtualmachines"]) => {
            vec![whole("HighCostGetSubscriptionMaximum", 900, 300)]
        }
        (Method::GET, ["virtualmachines", ..]) => vec![
            whole("LowCostGetSubscriptionMaximum", 24_000, 8000),
            single("LowCostGetResource", 36, 12, &lower[..at + 3]),
        ],
        (Method::PUT, ["virtualmachines", _]) => vec![
            whole("PutVMSubscriptionMaximum", 1500, 500),
            single("PutVMResource", 12, 4, &lower[..at + 3]),
        ],
        (Method::DELETE, ["virtualmachines", _])
        | (Method::POST, ["virtualmachines", _, "deallocate"]) => vec![
            whole("DeleteVMSubscriptionMaximum", 1500, 500),
            single("DeleteVMResource", 12, 4, &lower[..at + 3]),
        ],
        (_, ["virtualmachines", _, ..]) => vec![
            whole("UpdateVMSubscriptionMaximum", 1500, 500),
            single("UpdateVMResource", 12, 4, &lower[..at + 3]),
        ],
        _ => Vec::new(),
    }
}

/// ARM's own refusal. Its text follows what users report (general knowledge, unverified against Azure, 2026-11-21).
fn refused_by_arm(request: &Request, claim: &Claim, caller: &str, wait: u64) -> Reply {
    let word = match request.method.as_str() {
        "GET" | "HEAD" => "read",
        "DELETE" => "delete",
        _ => "write",
    };
    let (code, whose) = match request.lower.as_slice() {
        [first, id, ..] if first == "subscriptions" => (
            "SubscriptionRequestsThrottled",
            format!("subscription '{id}'"),
        ),
        _ => ("TenantRequestsThrottled", "the tenant".to_owned()),
    };
    let message = format!(
        "Number of '{word}' requests for {whose} actor '{caller}' exceeded. Please try again after '{wait}' seconds after \
         additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information."
    );
    error::gateway(429, code, message)
        .header("retry-after", wait.to_string())
        .header(claim.name, "0")
}

/// Compute's refusal has no `error` around it (arm/FACTS.md 6).
fn refused_by_compute(claim: &Claim, wait: u64) -> Reply {
    let counted =
        json!({"operationGroup": claim.name, "allowedRequestCount": claim.size}).to_string();
    let body = json!({"code": "OperationNotAllowed",
        "message": "The server rejected the request because too many requests have been received for this subscription.",
        "details": [{"code": "TooManyRequests", "target": claim.name, "message": counted}]});
    let left = format!("Microsoft.Compute/{};0", claim.name);
    Reply::json(429, body)
        .header("retry-after", wait.to_string())
        .header("x-ms-ratelimit-remaining-resource", left)
}

/// The next whole number: never below zero, and small here.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of tokens and seconds, all of them small and positive"
)]
fn whole(number: f64) -> u64 {
    number.ceil().max(0.0) as u64
}
