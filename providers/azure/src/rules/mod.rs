//! Opinions about Azure that are checked before anything is written: one file a rule, one line here.

mod grant;
mod machine;
mod thing;

use vmlogin_engine::rule::Rule;

static RULES: &[&dyn Rule] = &[
    &thing::missing::Missing,
    &thing::fixed::Fixed,
    &machine::no_handler::NoHandler,
    &machine::mdm_on_linux::MdmOnLinux,
    &grant::management_group::ManagementGroup,
    &grant::no_such_principal::NoSuchPrincipal,
    &grant::ambiguous_principal::AmbiguousPrincipal,
    &grant::conditional_twin::ConditionalTwin,
    &grant::same_principal::SamePrincipal,
];

/// All rules that this version checks, by number.
pub fn rules() -> &'static [&'static dyn Rule] {
    RULES
}

#[cfg(test)]
mod tests {
    use super::rules;

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
        for rule in rules() {
            let card = rule.card();
            assert!(card.explanation.len() > 100, "{}", card.id);
            assert!(
                !card.source.is_empty() && card.checked == "2026-11-21",
                "{}",
                card.id
            );
        }
    }
}
