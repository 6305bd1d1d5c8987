//! Whether traffic from a machine gets out, as far as what is written down tells: security rules and routes. Azure is asked to compute
//! nothing. The addresses behind a host's name are not known here and change, so an opinion is certain only where it holds for
//! each of them; all else is [`filter::Decision::Unsure`].

pub(crate) mod filter;
pub(crate) mod route;
mod space;

/// Traffic that a machine sends, always TCP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow<'a> {
    /// The machine's private address, where it is known.
    pub(crate) source: Option<&'a str>,
    /// Where it goes.
    pub(crate) target: Target<'a>,
    /// The port there.
    pub(crate) port: u16,
}

/// Where traffic goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// A host outside, of which only the service tags that hold all of its addresses are known.
    Host(&'a [&'a str]),
    /// The metadata service, which no rule filters but one that names it (FACTS 16).
    Metadata,
}

/// Whether something concerns traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// Not at all.
    No,
    /// That depends on an address that is not known.
    Maybe,
    /// Whatever the addresses are.
    Yes,
}

impl Match {
    fn of(holds: bool) -> Match {
        match holds {
            true => Match::Yes,
            false => Match::No,
        }
    }
}
