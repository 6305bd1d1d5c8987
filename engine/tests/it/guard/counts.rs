//! How much may go, or change, at once.

use proptest::prelude::*;
use vmlogin_engine::manifest::Safety;
use vmlogin_engine::plan::guard::judge;
use vmlogin_engine::plan::{Action, Plan};

use super::{accept, with_revocations};

/// A plan with so many live machines, of which the first are changed, and the next made anew.
fn with_changes(live: u32, changed: u32, replaced: u32) -> Plan {
    let mut plan = with_revocations(1);
    let step = plan.steps.remove(0);
    plan.steps = (0..changed + replaced)
        .map(|number| {
            let mut step = step.clone();
            step.kind = "vm".to_owned();
            step.address = step.address.child(&number.to_string());
            step.action = match number < changed {
                true => Action::Update,
                false => Action::Replace,
            };
            step
        })
        .collect();
    plan.live_counts = [("vm".to_owned(), live)].into();
    plan
}

fn percent(limit: u32) -> Safety {
    Safety {
        max_delete: 1_000_000,
        max_change_percent: limit,
    }
}

/// The share that a refusal says would lift it; nothing where there is none.
fn refused(plan: &Plan, limit: u32) -> Option<u32> {
    let refusals = judge(plan, &percent(limit), &accept(&[]), None);
    let share = refusals
        .into_iter()
        .find(|one| one.guard == "max-change-percent");
    let flag = share?.accept?;
    flag.rsplit('=').next()?.parse().ok()
}

#[test]
fn a_share_says_something_from_ten_on() {
    assert_eq!(refused(&with_changes(9, 9, 0), 0), None);
    assert_eq!(refused(&with_changes(10, 1, 0), 9), Some(10));
    assert_eq!(refused(&with_changes(10, 1, 0), 10), None);
    assert_eq!(refused(&with_changes(11, 1, 0), 9), Some(10));
    assert_eq!(refused(&with_changes(11, 0, 0), 0), None);
}

#[test]
fn a_share_just_above_the_limit_is_above_it() {
    // 25.4 % of 59, and 25 % of 60.
    assert_eq!(refused(&with_changes(59, 15, 0), 25), Some(26));
    assert_eq!(refused(&with_changes(60, 15, 0), 25), None);
    assert_eq!(refused(&with_changes(60, 10, 6), 25), Some(27));
}

#[test]
fn none_may_go_where_none_is_allowed() {
    let safety = Safety {
        max_delete: 0,
        max_change_percent: 100,
    };
    let refused = |count| judge(&with_revocations(count), &safety, &accept(&[]), None).len();
    assert_eq!((refused(0), refused(1)), (0, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Refused is what is more than the limit, by hundredths without rounding; and the flag that it shows lifts it, no less.
    #[test]
    fn the_share_is_exact(live in 10..200u32, changed in 0..60u32, replaced in 0..20u32, limit in 0..=100u32) {
        let plan = with_changes(live, changed, replaced);
        let over = u64::from(changed + replaced) * 100 > u64::from(limit) * u64::from(live);
        let shown = refused(&plan, limit);
        prop_assert_eq!(shown.is_some(), over);
        if let Some(share) = shown {
            let with = |number: u32| {
                let flag = format!("max-change-percent={number}");
                judge(&plan, &percent(limit), &accept(&[&flag]), None).len()
            };
            prop_assert_eq!((with(share), with(share - 1)), (0, 1));
        }
    }

    /// The environment's limit holds whatever is accepted, and never allows more than there is without it.
    #[test]
    fn the_environment_only_tightens(count in 0..12usize, ceiling in 0..12u32, accepted in 0..12u32, own in 0..12u32) {
        let safety = Safety { max_delete: own, max_change_percent: 100 };
        let plan = with_revocations(count);
        let flag = format!("max-delete={accepted}");
        let refused = |ceiling| !judge(&plan, &safety, &accept(&[&flag]), ceiling).is_empty();
        let count = u32::try_from(count).expect("a small number");
        prop_assert_eq!(refused(None), count > own.max(accepted));
        prop_assert_eq!(refused(Some(ceiling)), refused(None) || count > ceiling);
    }
}
