//! `vmlogin plan`: what an apply would do. Writes nothing but the file of `-o`.

use vmlogin_engine::apply::Tally;
use vmlogin_engine::event::Event;
use vmlogin_engine::plan::Mode;

use crate::args::{Format, PlanArgs};
use crate::commands::change::{accepted, summary, warnings};
use crate::error::Error;
use crate::exit::Exit;
use crate::files::output::refuse_overwriting;
use crate::interrupt::Watch;
use crate::render::{findings, given, plan_text, pretty, problems, refusals, saved};
use crate::session::manifest::Keep;
use crate::session::planning::{Asked, Basis, Planned, planned, severities};
use crate::session::saved::save;
use crate::session::secrets;
use crate::session::{Events, Session, left_to_the_system};

/// Plans and shows the plan.
pub(crate) async fn run(session: &Session, args: &PlanArgs) -> Result<Exit, Error> {
    let events = Events::begin(session, args.json, "plan");
    let result = show(session, args, events).await;
    if let Err(Error::Fault(fault)) = &result {
        events.send(&Event::Failed {
            fault: (**fault).clone(),
        });
    }
    let exit = result.as_ref().map_or_else(Error::exit, |exit| *exit);
    events.send(&summary(Tally::default(), exit));
    match result {
        Err(Error::Problems { problems, sources }) if args.format == Format::Json => {
            session
                .terminal
                .result(&problems::json(&problems, &sources, session.given));
            Ok(Exit::ManifestInvalid)
        }
        result => result,
    }
}

async fn show(session: &Session, args: &PlanArgs, events: Events<'_>) -> Result<Exit, Error> {
    let severities = severities(&args.rules)?;
    if let Some(path) = &args.output {
        refuse_overwriting(path, args.force_overwrite)?;
    }
    let accepted = accepted(&args.accept)?;
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let asked = Asked {
        basis: Basis::Files(&args.inputs, Some(&args.selection)),
        live: &args.live,
        mode: Mode::Apply,
        severities: &severities,
        accepted: &accepted,
        events,
        keep: match args.output {
            Some(_) => Keep::Tree,
            None => Keep::Nothing,
        },
    };
    let Planned {
        mut plan,
        refusals,
        inventory,
        loaded,
        tree,
        connection,
    } = planned(session, &watch, asked).await?;
    connection.close().await?;
    if let Some(path) = &args.output {
        save(path, args, &accepted, (&loaded, &tree), &plan)?;
    }
    if events.are_on() {
        events.send_plan(&plan);
        for refusal in &refusals {
            events.send(&Event::Refused {
                refusal: refusal.clone(),
            });
        }
    } else {
        match args.format {
            Format::Json => {
                given::of_findings(&mut plan.findings, session.given);
                session.terminal.result(&pretty(&plan));
            }
            Format::Text => session.terminal.result(&plan_text::text(
                &plan,
                &loaded.sources,
                session.view_out(),
            )),
        }
        session
            .terminal
            .diagnostic(&refusals::announced(&refusals, session.view_err()));
        for missing in secrets::missing(&plan, &loaded.homes) {
            let text = refusals::without(&missing, session.view_err());
            session.terminal.diagnostic(&text);
        }
    }
    let warned = warnings(&plan.findings, args.rules.fail_on);
    session
        .terminal
        .notice(&findings::announced(warned, session.view_err()));
    if let Some(path) = &args.output {
        let text = saved::told(path, args, &accepted, session.view_err());
        session.terminal.notice(&text);
    }
    let exit = match () {
        () if plan.is_refused() || warned > 0 => Exit::RuleRefused,
        () if args.detailed_exitcode && !plan.is_empty() => Exit::Changes,
        () => Exit::Done,
    };
    left_to_the_system((plan, inventory, loaded));
    Ok(exit)
}
