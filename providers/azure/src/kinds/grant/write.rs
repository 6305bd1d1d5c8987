//! The writes of a grant, and what to think of Azure's refusal to make an equal one.

use serde_json::{Value as Json, json};
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::{Done, Fault};
use vmlogin_engine::value::Value;

use super::role::guid;
use super::{TYPE, description, key, scope, wire};
use crate::arm::ArmId;
use crate::http::{Request, segment};
use crate::kinds::{Seen, Write, decode, refusal, refuse, versions};

/// Makes a grant, unless its name is in use by now: a PUT would write over what is there, its condition included.
pub(super) fn create(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    match fresh {
        Seen::Missing => {}
        Seen::One(body) => return already_there(step, body),
        _ => return Err(refusal::not_ours(step)),
    }
    let id = refusal::id(step)?;
    let reason = step.write.get("reason").and_then(Value::as_text);
    let body = json!({"properties": {
        "roleDefinitionId": definition(&id, refusal::text(step, "role-id")?),
        "principalId": refusal::text(step, "principal-id")?,
        // Without it a principal that was made a moment ago is refused as unknown.
        "principalType": refusal::text(step, "principal-type")?,
        "description": description::write(refusal::text(step, "estate")?, reason),
    }});
    Ok(Write::Send(vec![Request::put(
        id.path(),
        versions::AUTHORIZATION,
        body,
        refusal::attempted(step),
    )]))
}

fn already_there(step: &Step, body: &Json) -> Result<Write, Fault> {
    let there: wire::Assignment = decode(step, body)?;
    let Some(twin) = twin(step, body) else {
        return Err(refuse(
            step,
            format!("another grant is called `{}` meanwhile", there.name),
            "run again: the plan then chooses another name",
        ));
    };
    match twin.properties.condition {
        None => Ok(Write::Nothing("it was made meanwhile".to_owned())),
        Some(condition) => Err(refuse(
            step,
            format!(
                "the equal grant `{}` carries the condition `{condition}` meanwhile",
                twin.id
            ),
            "remove one or the other",
        )),
    }
}

/// The id of a role's definition, as ARM stores it: that of the subscription which the grant lies in.
fn definition(id: &ArmId, role: &str) -> String {
    let definition = format!("providers/Microsoft.Authorization/roleDefinitions/{role}");
    match id.subscription() {
        Some(subscription) => format!("/subscriptions/{subscription}/{definition}"),
        None => format!("/{definition}"),
    }
}

/// Writes another reason into a grant of this estate; all else stays as it is now.
pub(super) fn describe(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Err(refuse(
            step,
            "it is gone meanwhile".to_owned(),
            "run again: the plan then makes it",
        ));
    };
    still_ours(step, body)?;
    let estate = refusal::text(step, "estate")?;
    let reason = step.write.get("reason").and_then(Value::as_text);
    let body = wire::writable(body, &description::write(estate, reason));
    let path = refusal::id(step)?.path();
    Ok(Write::Send(vec![Request::put(
        path,
        versions::AUTHORIZATION,
        body,
        refusal::attempted(step),
    )]))
}

/// Takes a grant of this estate away. Somebody may have taken it over, or away, since the plan was made.
pub(super) fn revoke(step: &Step, fresh: &Seen) -> Result<Write, Fault> {
    let Seen::One(body) = fresh else {
        return Ok(Write::Nothing("it was gone already".to_owned()));
    };
    still_ours(step, body)?;
    Ok(Write::Send(vec![Request::delete(
        refusal::id(step)?.path(),
        versions::AUTHORIZATION,
        refusal::attempted(step),
    )]))
}

/// Refuses to touch a grant that no longer carries this estate's stamp.
fn still_ours(step: &Step, body: &Json) -> Result<(), Fault> {
    let assignment: wire::Assignment = decode(step, body)?;
    let description = assignment.properties.description.unwrap_or_default();
    let (stamp, _) = description::read(&description);
    if refusal::may_go(step, stamp)? {
        return Ok(());
    }
    Err(refuse(
        step,
        refusal::stamped_anew(step).to_owned(),
        "run again: the plan then keeps it as it is",
    ))
}

/// The assignments of the step's principal at its scope, those above and beneath it included: all that Azure filters by.
pub(super) fn equals(step: &Step) -> Result<Request, Fault> {
    let scope = refusal::id(step)?.scope();
    let principal = refusal::text(step, "principal-id")?;
    Ok(Request::get(
        format!("{}/providers/{TYPE}", scope.path()),
        versions::AUTHORIZATION,
        refusal::attempted(step),
    )
    .with_query(
        "$filter",
        format!("principalId eq {}", segment::literal(principal)),
    ))
}

/// An equal grant is there under another name: that is what was wanted, unless a condition narrows it.
pub(super) fn exists(step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
    let Seen::All(rows) = seen else {
        return Err(fault);
    };
    let Some(twin) = twin_among(step, rows) else {
        return Err(Fault {
            help: Some("Azure says that an equal grant exists, and its list does not show it yet: run again".to_owned()),
            ..fault
        });
    };
    match &twin.properties.condition {
        None => Ok(Done {
            id: Some(twin.id.clone()),
            note: Some(format!(
                "an equal grant was there already, as `{}`; it is kept as it is",
                twin.name
            )),
        }),
        Some(condition) => Err(Fault {
            help: Some(format!(
                "the equal grant `{}` carries the condition `{condition}`: remove one or the other",
                twin.id
            )),
            ..fault
        }),
    }
}

/// The assignment among these that is the step's grant, whatever its name.
pub(super) fn twin_among(step: &Step, rows: &[Json]) -> Option<wire::Assignment> {
    rows.iter().find_map(|row| twin(step, row))
}

fn twin(step: &Step, row: &Json) -> Option<wire::Assignment> {
    let twin: wire::Assignment = decode(step, row).ok()?;
    let wanted = key(
        &refusal::id(step).ok()?.scope(),
        refusal::text(step, "principal-id").ok()?,
        refusal::text(step, "role-id").ok()?,
    );
    let role = guid(&twin.properties.role_definition_id);
    (key(&scope(&twin)?, &twin.properties.principal_id, &role) == wanted).then_some(twin)
}
