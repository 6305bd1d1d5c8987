//! The addresses given out.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::address::Address;
use crate::source::Span;

/// Every address given out, without case, with the place of its name and whether `absent` names it.
#[derive(Default)]
pub(super) struct Taken {
    all: HashTable<One>,
    hasher: RandomState,
}

struct One {
    /// Of the address; kept, as what is taken in shares is put together.
    hash: u64,
    address: Address,
    span: Span,
    absent: bool,
}

impl Taken {
    /// Nothing, to be joined to this later.
    pub(super) fn beside(&self) -> Taken {
        Taken {
            all: HashTable::new(),
            hasher: self.hasher.clone(),
        }
    }

    /// Takes an address, unless somebody has it here or before: then that is where, and whether `absent` names it.
    pub(super) fn take(
        &mut self,
        address: &Address,
        before: Option<&Taken>,
        span: Span,
        absent: bool,
    ) -> Result<(), (Span, bool)> {
        // Names have no case, here as in Azure.
        let address = address.in_lower_case();
        let hash = self.hasher.hash_one(&address);
        let all = before.into_iter().chain([&*self]);
        let is_it = |one: &One| one.address == address;
        if let Some(first) = all.filter_map(|taken| taken.all.find(hash, is_it)).next() {
            return Err((first.span, first.absent));
        }
        let one = One {
            hash,
            address,
            span,
            absent,
        };
        self.all.insert_unique(hash, one, |one| one.hash);
        Ok(())
    }

    /// Adds what was taken beside it, none of which it has itself.
    pub(super) fn join(&mut self, mut other: Taken) {
        if self.all.len() < other.all.len() {
            std::mem::swap(&mut self.all, &mut other.all);
        }
        self.all.reserve(other.all.len(), |one| one.hash);
        for one in other.all {
            self.all.insert_unique(one.hash, one, |one| one.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn at(start: usize) -> Span {
        Span::new(SourceId(0), start, start + 1)
    }

    #[test]
    fn an_address_is_taken_once_whatever_its_case_and_whoever_took_it() {
        let web = Address::read("vm:core/rg/web");
        let mut taken = Taken::default();
        assert_eq!(taken.take(&web, None, at(1), false), Ok(()));
        let again = Address::read("vm:core/RG/Web");
        assert_eq!(taken.take(&again, None, at(2), true), Err((at(1), false)));
        let mut beside = taken.beside();
        assert_eq!(
            beside.take(&web, Some(&taken), at(3), true),
            Err((at(1), false))
        );
        let more: Vec<Address> = (0..9).map(|n| Address::read(&format!("vm:{n}"))).collect();
        for one in &more {
            assert_eq!(beside.take(one, Some(&taken), at(4), true), Ok(()));
        }
        taken.join(beside);
        for one in more.iter() {
            assert_eq!(taken.take(one, None, at(5), false), Err((at(4), true)));
        }
        assert_eq!(taken.take(&web, None, at(6), false), Err((at(1), false)));
    }
}
