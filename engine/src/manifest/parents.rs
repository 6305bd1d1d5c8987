//! Resources with what they stand in, all in one go.

use super::{Resource, Resources};

/// Goes through resources by address, each with what it stands in. A thing mostly comes right behind that, or behind what else
/// stands there: then it is not looked up, which for the long addresses of a large estate costs more than all else.
pub(super) struct Parents<'a, I> {
    resources: &'a Resources,
    each: I,
    /// What the last one stands in, outermost first, and itself.
    around: Vec<&'a Resource>,
}

impl<'a> Parents<'a, ()> {
    pub(super) fn of(
        resources: &'a Resources,
    ) -> impl Iterator<Item = (&'a Resource, Option<&'a Resource>)> {
        Parents {
            resources,
            each: resources.values(),
            around: Vec::new(),
        }
    }
}

impl<'a, I> Parents<'a, I> {
    /// What a resource stands in; from now on it is the last one.
    fn parent_of(&mut self, resource: &'a Resource) -> Option<&'a Resource> {
        let mut around = self.around.iter();
        let at = around.rposition(|outer| outer.address.equals(&resource.parent));
        self.around.truncate(at.map_or(0, |at| at + 1));
        if at.is_none() {
            self.around.extend(self.resources.get(&resource.parent));
        }
        let parent = self.around.last().copied();
        self.around.push(resource);
        parent
    }
}

impl<'a, I: Iterator<Item = &'a Resource>> Iterator for Parents<'a, I> {
    type Item = (&'a Resource, Option<&'a Resource>);

    fn next(&mut self) -> Option<Self::Item> {
        let resource = self.each.next()?;
        Some((resource, self.parent_of(resource)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::manifest::Settings;
    use crate::source::{SourceId, Span};

    fn resource(address: &str, parent: &str) -> Resource {
        Resource {
            address: Address::read(address),
            kind: "vm",
            name: String::new(),
            parent: Address::read(parent),
            subscription: "core".into(),
            tenant: "contoso".into(),
            along: None,
            attributes: Settings::new(),
            span: Span::new(SourceId(0), 0, 0),
        }
    }

    #[test]
    fn each_comes_with_what_it_stands_in_wherever_that_has_its_place() {
        let resources = Resources::from(vec![
            resource("resource-group:core/rg", "subscription:core"),
            resource("vm:core/rg/a", "resource-group:core/rg"),
            // Between a machine and what stands in it, since `-` comes before `/`.
            resource("vm:core/rg/a-1", "resource-group:core/rg"),
            resource("vm:core/rg/a-1/identity", "vm:core/rg/a-1"),
            resource("vm:core/rg/a-1/identity/one", "vm:core/rg/a-1/identity"),
            resource("vm:core/rg/a-1/login", "vm:core/rg/a-1"),
            resource("vm:core/rg/a/login", "vm:core/rg/a"),
            resource("vm:core/rg/b", "resource-group:core/rg"),
            // What it stands in comes after it.
            resource("arc-machine:core/rg/c", "resource-group:core/rg"),
            resource("arc-machine:core/rg/c/login", "arc-machine:core/rg/c"),
            resource("arc-machine:core/lost", "resource-group:core/gone"),
        ]);
        let mut count = 0;
        for (resource, parent) in Parents::of(&resources) {
            assert_eq!(
                parent,
                resources.get(&resource.parent),
                "{}",
                resource.address
            );
            count += 1;
        }
        assert_eq!(count, resources.len());
    }
}
