//! Opinions about Azure that are checked before anything is written: one file a rule, one line here.

mod grant;
mod machine;
mod network;
mod subject;
mod tenant;
mod thing;

use vmlogin_engine::rule::{Card, Rule};

use crate::kinds::login;

pub use grant::names::unpinnable;
pub use thing::fixed::SETTLED;

static RULES: &[&dyn Rule] = &[
    &thing::missing::Missing,
    &machine::old_system::OldSystem,
    &machine::no_desktop::NoDesktop,
    &machine::no_identity::NoIdentity,
    &machine::other_tenant::OtherTenant,
    &machine::extensions_off::ExtensionsOff,
    &machine::other_extension::OtherExtension,
    &machine::other_domain::OtherDomain,
    &machine::same_device::SameDevice,
    &machine::same_name::SameName,
    &machine::long_name::LongName,
    &machine::old_login::OldLogin,
    &machine::small_linux::SmallLinux,
    &machine::joined_image::JoinedImage,
    &machine::handler_version::HandlerVersion,
    &machine::mdm_value::MdmValue,
    &machine::mdm_on_server::MdmOnServer,
    &network::no_way_out::NoWayOut,
    &thing::in_the_way::InTheWay,
    &thing::fixed::Fixed,
    &machine::no_handler::NoHandler,
    &machine::mdm_on_linux::MdmOnLinux,
    &thing::no_such_reference::NoSuchReference,
    &network::closed::Closed,
    &grant::management_group::ManagementGroup,
    &grant::guest::Guest,
    &grant::no_such_principal::NoSuchPrincipal,
    &grant::ambiguous_principal::AmbiguousPrincipal,
    &grant::per_machine::PerMachine,
    &grant::inherited::Inherited,
    &grant::no_login_role::NoLoginRole,
    &grant::no_right::NoRight,
    &grant::conditional_twin::ConditionalTwin,
    &grant::same_principal::SamePrincipal,
    &grant::no_such_role::NoSuchRole,
    &grant::ambiguous_role::AmbiguousRole,
    &grant::moved_principal::MovedPrincipal,
    &grant::unpinned::Unpinned,
    &tenant::no_sign_in_app::NoSignInApp,
    &tenant::no_such_break_glass::NoSuchBreakGlass,
];

/// All rules that this version checks, by number.
pub fn rules() -> &'static [&'static dyn Rule] {
    RULES
}

/// What there is to explain, by number: rules, and the reasons for which steps are put off.
pub fn cards() -> Vec<&'static Card> {
    let rules = RULES.iter().map(|rule| rule.card());
    let mut cards: Vec<&'static Card> = rules.chain(login::DEFERRALS).collect();
    cards.sort_by_key(|card| card.id);
    cards
}

#[cfg(test)]
mod tests {
    use super::{cards, rules};

    #[test]
    fn every_rule_has_a_number_of_its_own_and_they_stand_in_order() {
        let ids: Vec<&str> = rules().iter().map(|rule| rule.card().id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        assert!(ids.iter().all(|id| id.starts_with("VML") && id.len() == 6));
    }

    #[test]
    fn every_rule_explains_itself_and_names_its_source() {
        for card in cards() {
            assert!(card.explanation.len() > 100, "{}", card.id);
            assert!(
                !card.source.is_empty() && card.checked == "2026-11-21",
                "{}",
                card.id
            );
        }
    }
}
