//! What each guard says of itself: in the help of `--accept`, and to whoever asks `explain`.

/// A guard's entry.
#[derive(Debug)]
pub struct Guard {
    /// Its name.
    pub name: &'static str,
    /// What stands behind it in `--accept`.
    pub takes: Takes,
    /// When it refuses, in one line.
    pub title: &'static str,
    /// What it counts, why, and what its flag lifts, in plain paragraphs.
    pub explanation: &'static str,
    /// Whether it judges a destroy too.
    pub in_destroy: bool,
}

/// What stands behind a guard's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// The number that is accepted.
    Number,
    /// The address of one thing.
    Address,
}

/// Every guard, by name.
pub static GUARDS: &[Guard] = &[
    Guard {
        name: "break-glass",
        takes: Takes::Nothing,
        title: "a grant of a break-glass principal would be taken away",
        explanation: "`break-glass (user)\"…\"` in a `tenant` names those who get in when all else fails. No grant of theirs goes \
            unasked: not by a revocation, not with the group or machine that it is at, whoever made it and whatever its role.\n\n\
            A name that nobody has, or that several have, is not passed over: every grant that may be of that principal is then \
            taken for one. Where the grants of a subscription could not be read, so is whatever goes there. What they have through a group \
            counts where the group itself is named.",
        in_destroy: true,
    },
    Guard {
        name: "foreign-estate",
        takes: Takes::Nothing,
        title: "something with another estate's stamp would be claimed",
        explanation: "Whatever vmlogin makes carries the name of its estate. To change what another estate made, or to declare a \
            grant of its, would set the two against each other: each would take away what the other one makes.",
        in_destroy: true,
    },
    Guard {
        name: "last-admin",
        takes: Takes::Nothing,
        title: "a machine would have no administrator left",
        explanation: "For each machine that people can sign in to, it looks who may do so as administrator: users and groups with \
            a role of that right at the machine, its group, its subscription or above. It refuses where the plan takes all of them \
            away and lets in nobody else. Grants that are put off or blocked let nobody in.\n\n\
            A role whose definition is not readable lets nobody in, and may be the last to go; a grant with a condition lets nobody in. \
            Who is in a group is not looked at.",
        in_destroy: false,
    },
    Guard {
        name: "max-change-percent",
        takes: Takes::Number,
        title: "a large share of the live things of a kind would change or go",
        explanation: "It counts updates, replacements, revocations and deletions of each kind against the live things of that kind \
            in the manifest's scope, where there are 10 or more, and rounds up. `safety max-change-percent=N` sets the limit; without \
            it, that is 25. The flag raises it for one run.",
        in_destroy: false,
    },
    Guard {
        name: "max-delete",
        takes: Takes::Number,
        title: "more would be revoked or deleted than allowed",
        explanation: "It counts everything that goes: revocations, deletions and replacements, of all kinds together. \
            `safety max-delete=N` sets the limit; without it, that is 5. The flag raises it for one run.\n\n\
            `VMLOGIN_MAX_DELETE` in the environment only ever tightens: above its number nothing lifts the guard.",
        in_destroy: false,
    },
    Guard {
        name: "privileged-role",
        takes: Takes::Nothing,
        title: "a role would be granted whose holders can hand out roles",
        explanation: "Owner, User Access Administrator and every other role, custom ones too, whose definition allows to write role \
            assignments without a condition: by its name, or by a wildcard.",
        in_destroy: false,
    },
    Guard {
        name: "protected",
        takes: Takes::Nothing,
        title: "something under protection would be taken away",
        explanation: "`protect` in the manifest and the live tag `vmlogin-protect` keep a thing, and what lies in it, from being \
            deleted or made anew. The tag stays when the node goes: `protect #false` removes it.",
        in_destroy: true,
    },
    Guard {
        name: "reinstall-login",
        takes: Takes::Nothing,
        title: "a failed login extension is only written again, not deleted first",
        explanation: "Some failures ask for the extension to be deleted and installed anew. That is done only where this is accepted, \
            this estate made it, and the machine never joined.",
        in_destroy: false,
    },
    Guard {
        name: "replace",
        takes: Takes::Address,
        title: "nothing is made anew unless it is named",
        explanation: "A difference in what is settled when a thing is made is a note in the plan and no act. With the address of the \
            thing it is deleted and made anew, if this estate made it and nothing in it would be lost. Once for each thing.",
        in_destroy: false,
    },
    Guard {
        name: "self-lockout",
        takes: Takes::Nothing,
        title: "the identity that runs this would lose what it needs",
        explanation: "It looks which live grants the running identity has, itself or through a group, that let it hand out roles or \
            write machines, extensions or groups. It refuses where one goes and no other reaches as far: the run would end half-way, \
            and the next one could not begin. What the plan grants does not count, since revocations run first.\n\n\
            It refuses too where the identity itself goes: a managed identity, a machine with an identity of its own, a machine that the \
            identity is attached to, or the attachment (`absent user-assigned`). Where it is attached to several machines, each of \
            them counts: which one the run is on cannot be told. An identity whose object id Azure does not tell counts too: it may be \
            the one.\n\n\
            Where the identity's grants could not be read, the plan says so.",
        in_destroy: true,
    },
];

impl Guard {
    /// The guard of a name.
    pub fn named(name: &str) -> Option<&'static Guard> {
        GUARDS.iter().find(|guard| guard.name == name)
    }

    /// How it stands behind `--accept`.
    pub fn written(&self) -> String {
        match self.takes {
            Takes::Nothing => self.name.to_owned(),
            Takes::Number => format!("{}=N", self.name),
            Takes::Address => format!("{}=ADDRESS", self.name),
        }
    }
}
