//! What a person says of rules for one run: whose findings pass, and whose are errors.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Certainty, Finding, Rule, Ruling, Severity};
use crate::problem::nearest;

/// Which rules are allowed and which denied. Without a word of it every rule weighs what its card says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    allowed: BTreeSet<&'static str>,
    denied: BTreeSet<&'static str>,
}

/// A wish about rules that cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unruly {
    /// No rule has the name.
    #[error("there is no rule `{name}`")]
    Unknown {
        /// What was written.
        name: String,
        /// The rule that was probably meant.
        near: Option<&'static str>,
    },
    /// One rule is to pass and to be an error.
    #[error("`{rule}` is both allowed and denied")]
    Both {
        /// The rule.
        rule: &'static str,
    },
    /// The rule holds whatever is allowed.
    #[error("`{rule}` cannot be allowed: {why}")]
    Firm {
        /// The rule.
        rule: &'static str,
        /// Why.
        why: &'static str,
    },
}

impl Unruly {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Unruly::Unknown {
                near: Some(near), ..
            } => format!("did you mean `{near}`?"),
            Unruly::Unknown { near: None, .. } => "see all rules with `vmlogin explain`".to_owned(),
            Unruly::Both { .. } => "give one of `--allow` and `--deny`".to_owned(),
            Unruly::Firm { rule, .. } => {
                format!("see what it asks for with `vmlogin explain {rule}`")
            }
        }
    }
}

impl Severities {
    /// Reads the rules of `--allow` and `--deny`.
    ///
    /// # Errors
    /// The first name that is none, that stands on both sides, or whose rule holds whatever is allowed.
    pub fn read(
        rules: &[&'static dyn Rule],
        allow: &[String],
        deny: &[String],
    ) -> Result<Severities, Unruly> {
        let allowed = named(rules, allow)?;
        let denied = named(rules, deny)?;
        if let Some(rule) = allowed.intersection(&denied).next() {
            return Err(Unruly::Both { rule });
        }
        let firm = rules.iter().find_map(|rule| {
            let id = rule.card().id;
            Some((id, rule.firm().filter(|_| allowed.contains(id))?))
        });
        match firm {
            Some((rule, why)) => Err(Unruly::Firm { rule, why }),
            None => Ok(Severities { allowed, denied }),
        }
    }

    /// Weighs findings anew. What a rule could not look at stays unchecked: nobody can allow or deny what nobody saw.
    pub fn weigh(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        for finding in &mut findings {
            self.rule_on(finding);
        }
        findings
    }

    fn rule_on(&self, finding: &mut Finding) {
        if finding.certainty == Certainty::NotChecked {
            return;
        }
        if self.allowed.contains(finding.rule.as_str()) {
            finding.ruling = Some(Ruling::Allowed);
        } else if self.denied.contains(finding.rule.as_str()) && finding.severity < Severity::Error
        {
            finding.severity = Severity::Error;
            finding.ruling = Some(Ruling::Denied);
        }
    }
}

fn named(rules: &[&'static dyn Rule], names: &[String]) -> Result<BTreeSet<&'static str>, Unruly> {
    names.iter().map(|name| named_one(rules, name)).collect()
}

fn named_one(rules: &[&'static dyn Rule], name: &str) -> Result<&'static str, Unruly> {
    let mut ids = rules.iter().map(|rule| rule.card().id);
    ids.find(|id| *id == name).ok_or_else(|| Unruly::Unknown {
        name: name.to_owned(),
        near: nearest_rule(rules, name),
    })
}

/// The rule whose number looks most like a word that is none, whatever its case.
pub fn nearest_rule(rules: &[&'static dyn Rule], name: &str) -> Option<&'static str> {
    let ids = rules.iter().map(|rule| rule.card().id);
    nearest(&name.to_uppercase(), ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::kind::Scene;
    use crate::rule::{Card, Needs};

    struct Plain(Card);
    struct Firm(Card);

    impl Rule for Plain {
        fn card(&self) -> &'static Card {
            &PLAIN.0
        }

        fn check(&self, _: &Scene<'_>) -> Vec<Finding> {
            Vec::new()
        }
    }

    impl Rule for Firm {
        fn card(&self) -> &'static Card {
            &FIRM.0
        }

        fn check(&self, _: &Scene<'_>) -> Vec<Finding> {
            Vec::new()
        }

        fn firm(&self) -> Option<&'static str> {
            Some("nothing would come of it")
        }
    }

    const fn card(id: &'static str) -> Card {
        Card {
            id,
            title: "",
            severity: Severity::Warning,
            needs: Needs::Manifest,
            explanation: "",
            source: "",
            checked: "",
        }
    }

    static PLAIN: Plain = Plain(card("VML208"));
    static FIRM: Firm = Firm(card("VML401"));
    static RULES: [&dyn Rule; 2] = [&PLAIN, &FIRM];

    fn read(allow: &[&str], deny: &[&str]) -> Result<Severities, Unruly> {
        let own = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        Severities::read(&RULES, &own(allow), &own(deny))
    }

    fn finding(severity: Severity, certainty: Certainty) -> Finding {
        Finding {
            rule: "VML208".to_owned(),
            severity,
            subject: Address::new("vm", ["core", "rg", "web01"]),
            certainty,
            message: "m".to_owned(),
            help: None,
            ruling: None,
            span: None,
        }
    }

    fn weighed(severities: &Severities, severity: Severity, certainty: Certainty) -> Finding {
        severities
            .weigh(vec![finding(severity, certainty)])
            .remove(0)
    }

    #[test]
    fn an_allowed_error_blocks_nothing_and_says_that_it_was_allowed() {
        let severities = read(&["VML208"], &[]).unwrap();
        let allowed = weighed(&severities, Severity::Error, Certainty::Seen);
        assert!(!allowed.blocks() && !allowed.warns());
        assert_eq!(
            (allowed.severity, allowed.ruling),
            (Severity::Error, Some(Ruling::Allowed))
        );
    }

    #[test]
    fn a_denied_warning_blocks() {
        let severities = read(&[], &["VML208"]).unwrap();
        let denied = weighed(&severities, Severity::Warning, Certainty::Seen);
        assert!(denied.blocks());
        assert_eq!(denied.ruling, Some(Ruling::Denied));
    }

    #[test]
    fn what_was_not_checked_is_neither_allowed_nor_denied() {
        for severities in [read(&["VML208"], &[]), read(&[], &["VML208"])] {
            let same = weighed(&severities.unwrap(), Severity::Info, Certainty::NotChecked);
            assert_eq!(same, finding(Severity::Info, Certainty::NotChecked));
        }
    }

    #[test]
    fn a_rule_that_nobody_wrote_gets_the_nearest() {
        let unruly = read(&["vml28"], &[]).unwrap_err();
        assert_eq!(unruly.to_string(), "there is no rule `vml28`");
        assert_eq!(unruly.help(), "did you mean `VML208`?");
        let unruly = read(&[], &["everything"]).unwrap_err();
        assert_eq!(unruly.help(), "see all rules with `vmlogin explain`");
    }

    #[test]
    fn a_rule_is_not_both_allowed_and_denied() {
        let unruly = read(&["VML208"], &["VML208"]).unwrap_err();
        assert_eq!(unruly.to_string(), "`VML208` is both allowed and denied");
    }

    #[test]
    fn a_firm_rule_cannot_be_allowed_and_says_why() {
        let unruly = read(&["VML401"], &[]).unwrap_err();
        assert_eq!(
            unruly.to_string(),
            "`VML401` cannot be allowed: nothing would come of it"
        );
        assert!(read(&[], &["VML401"]).is_ok());
    }
}
