//! What a picture of the graph shows: boxes and arrows, few enough to be looked at.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::schema::Need;

/// The most boxes that a person can look at; beyond it things that are alike share one.
pub(super) const MOST: usize = 200;

/// Boxes and arrows, without places yet.
#[derive(Debug)]
pub(super) struct Drawing<'a> {
    /// The boxes; each comes after everything that it waits for.
    pub boxes: Vec<Block<'a>>,
    /// The arrows, from what goes first to what waits.
    pub arrows: Vec<Arrow<'a>>,
    /// How many things the graph has.
    pub things: usize,
    /// How many arrows are left out because others say the same.
    pub implied: usize,
}

/// One box.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// What it shows; the first, where it shows several.
    pub address: &'a Address,
    /// How many things it shows.
    pub count: usize,
    /// How many others have to go before it, one after the other.
    pub layer: usize,
}

/// One arrow between boxes.
#[derive(Debug)]
pub(super) struct Arrow<'a> {
    /// The box that goes first.
    pub on: usize,
    /// The box that waits.
    pub from: usize,
    /// What is waited for.
    pub need: Need,
    /// Why; that of the first, where there are several.
    pub reason: &'a str,
}

impl<'a> Drawing<'a> {
    /// Draws all of a graph: `order` has each address after everything that it waits for.
    pub(super) fn of(order: &'a [Address], edges: &'a [Edge<'a>]) -> Drawing<'a> {
        let places: BTreeMap<&Address, usize> = order.iter().zip(0..).collect();
        let edges: Vec<(usize, usize, &Edge<'_>)> = edges
            .iter()
            .filter_map(|edge| Some((*places.get(&edge.on)?, *places.get(&edge.from)?, edge)))
            .collect();
        let layers = layers(order.len(), &edges);
        let (blocks, boxes) = fold(order, &layers);
        let mut arrows: BTreeMap<(usize, usize), Arrow<'a>> = BTreeMap::new();
        for (on, from, edge) in edges {
            let (on, from) = (blocks[on], blocks[from]);
            let arrow = arrows.entry((from, on)).or_insert(Arrow {
                on,
                from,
                need: edge.need,
                reason: &edge.reason,
            });
            if edge.need == Need::Success {
                arrow.need = Need::Success;
            }
        }
        let all: Vec<Arrow<'a>> = arrows.into_values().collect();
        let count = all.len();
        let arrows = not_implied(boxes.len(), all);
        Drawing {
            implied: count - arrows.len(),
            things: order.len(),
            boxes,
            arrows,
        }
    }

    /// How many things share a box with others.
    pub(super) fn folded(&self) -> usize {
        let shared = self.boxes.iter().filter(|block| block.count > 1);
        shared.map(|block| block.count).sum()
    }
}

/// How many steps lie before each thing; what waits for nothing stands right before the first that waits for it.
fn layers(count: usize, edges: &[(usize, usize, &Edge<'_>)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    let mut sorted: Vec<(usize, usize)> = edges.iter().map(|(on, from, _)| (*from, *on)).collect();
    // Whatever goes first has its layer before it is asked for: places are in order.
    sorted.sort_unstable();
    for (from, on) in &sorted {
        layers[*from] = layers[*from].max(layers[*on] + 1);
    }
    let mut nearest: Vec<Option<usize>> = vec![None; count];
    for (from, on) in &sorted {
        let before = layers[*from] - 1;
        nearest[*on] = Some(nearest[*on].map_or(before, |nearest: usize| nearest.min(before)));
    }
    for (place, layer) in layers.iter_mut().enumerate() {
        if *layer == 0 {
            *layer = nearest[place].unwrap_or(0);
        }
    }
    layers
}

/// The box of each thing, and the boxes: one each, or one for all that are alike where there are too many.
fn fold<'a>(order: &'a [Address], layers: &[usize]) -> (Vec<usize>, Vec<Block<'a>>) {
    let detail = (1..=4)
        .rev()
        .find(|detail| *detail == 1 || distinct(order, layers, *detail) <= MOST);
    let mut by_key: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut boxes: Vec<Block<'a>> = Vec::new();
    let mut blocks = Vec::with_capacity(order.len());
    // Layer by layer, so that boxes come after what they wait for even where they show several things.
    let mut places: Vec<usize> = (0..order.len()).collect();
    places.sort_by_key(|place| layers[*place]);
    blocks.resize(order.len(), 0);
    for place in places {
        let key = key(&order[place], layers[place], detail.unwrap_or(1));
        let block = *by_key.entry(key).or_insert_with(|| {
            boxes.push(Block {
                address: &order[place],
                count: 0,
                layer: layers[place],
            });
            boxes.len() - 1
        });
        boxes[block].count += 1;
        blocks[place] = block;
    }
    (blocks, boxes)
}

fn distinct(order: &[Address], layers: &[usize], detail: usize) -> usize {
    let keys: BTreeSet<(usize, String)> = order
        .iter()
        .zip(layers)
        .map(|(address, layer)| key(address, *layer, detail))
        .collect();
    keys.len()
}

/// What things have in common that share a box: at 4 all, at 3 kind and group, at 2 kind and subscription, at 1 the kind. Parts
/// of machines (`login`) stay apart. The layer keeps arrows pointing one way.
fn key(address: &Address, layer: usize, detail: usize) -> (usize, String) {
    if detail == 4 {
        return (layer, address.as_str().to_owned());
    }
    let segments: Vec<&str> = address.segments().collect();
    let place = segments[..segments.len().min(detail - 1)].join("/");
    let part = match address.root() {
        "grant" => None,
        _ => segments.get(3),
    };
    let part = part.copied().unwrap_or_default();
    (layer, format!("{}:{place}/*/{part}", address.root()))
}

/// Leaves out the arrows that a chain of others says already.
fn not_implied(count: usize, arrows: Vec<Arrow<'_>>) -> Vec<Arrow<'_>> {
    let before = ancestors(count, &arrows, false);
    let surely = ancestors(count, &arrows, true);
    let mut into: Vec<Vec<(usize, Need)>> = vec![Vec::new(); count];
    for arrow in &arrows {
        into[arrow.from].push((arrow.on, arrow.need));
    }
    let implied = |arrow: &Arrow<'_>| {
        let others = into[arrow.from].iter();
        others
            .filter(|(other, _)| *other != arrow.on)
            .any(|(other, need)| match arrow.need {
                Need::End => before[*other].contains(&arrow.on),
                Need::Success => *need == Need::Success && surely[*other].contains(&arrow.on),
            })
    };
    let keep: Vec<bool> = arrows.iter().map(|arrow| !implied(arrow)).collect();
    let mut keep = keep.into_iter();
    let mut arrows = arrows;
    arrows.retain(|_| keep.next().unwrap_or(true));
    arrows
}

/// Everything that goes before each box, through arrows that wait for success only where that is asked for.
fn ancestors(count: usize, arrows: &[Arrow<'_>], success: bool) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    // Arrows are sorted by the box that waits, and boxes come after what they wait for.
    for arrow in arrows
        .iter()
        .filter(|arrow| !success || arrow.need == Need::Success)
    {
        let mut more = all[arrow.on].clone();
        more.insert(arrow.on);
        all[arrow.from].append(&mut more);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(group: &str, name: &str) -> Address {
        Address::new("vm", ["core", group, name])
    }

    fn waits<'a>(from: &'a Address, on: &'a Address, need: Need) -> Edge<'a> {
        Edge {
            from,
            on,
            need,
            reason: "a reason".into(),
        }
    }

    /// Machines, their logins, and a grant.
    fn fleet(count: usize) -> Vec<Address> {
        let machines = (0..count).map(|at| machine("rg-web", &format!("web{at:04}")));
        let machines: Vec<Address> = machines.collect();
        let logins: Vec<Address> = machines.iter().map(|it| it.child("login")).collect();
        let grant = Address::new("grant", ["core", "rg-web", "user", "group:sg"]);
        [machines, logins, vec![grant]].concat()
    }

    /// Each login of a fleet waits for its machine, and the grant for all of them.
    fn waits_in(fleet: &[Address]) -> Vec<Edge<'_>> {
        let count = fleet.len() / 2;
        let grant = &fleet[2 * count];
        let mut edges = Vec::new();
        for (machine, login) in fleet.iter().zip(&fleet[count..2 * count]) {
            edges.push(waits(login, machine, Need::Success));
            edges.push(waits(grant, login, Need::End));
            edges.push(waits(grant, machine, Need::End));
        }
        edges.sort();
        edges
    }

    #[test]
    fn an_arrow_that_others_say_already_is_left_out() {
        let order = fleet(2);
        let edges = waits_in(&order);
        let drawing = Drawing::of(&order, &edges);
        assert_eq!(drawing.boxes.len(), 5);
        assert_eq!((drawing.arrows.len(), drawing.implied), (4, 2));
    }

    #[test]
    fn success_is_not_implied_by_waiting_for_an_end() {
        let order = ["a", "b", "c"].map(|name| machine("g", name));
        let [one, two, three] = &order;
        let edges = [
            waits(two, one, Need::End),
            waits(three, one, Need::Success),
            waits(three, two, Need::Success),
        ];
        assert_eq!(Drawing::of(&order, &edges).implied, 0);
    }

    #[test]
    fn things_that_are_alike_share_a_box_where_there_are_too_many() {
        let order = fleet(1000);
        let edges = waits_in(&order);
        let drawing = Drawing::of(&order, &edges);
        let counts: Vec<(&str, usize, usize)> = drawing
            .boxes
            .iter()
            .map(|block| (block.address.as_str(), block.count, block.layer))
            .collect();
        assert_eq!(
            counts,
            [
                ("vm:core/rg-web/web0000", 1000, 0),
                ("vm:core/rg-web/web0000/login", 1000, 1),
                ("grant:core/rg-web/user/group:sg", 1, 2),
            ]
        );
        assert_eq!((drawing.things, drawing.folded()), (2001, 2000));
    }

    #[test]
    fn many_groups_are_folded_further() {
        let order: Vec<Address> = (0..5000)
            .map(|at| machine(&format!("rg-{at:04}"), "web"))
            .collect();
        assert_eq!(Drawing::of(&order, &[]).boxes.len(), 1);
    }

    #[test]
    fn what_waits_for_nothing_stands_near_what_waits_for_it() {
        let order = ["a", "b", "d", "c"].map(|name| machine("g", name));
        let [a, b, d, c] = &order;
        let edges = [
            waits(b, a, Need::Success),
            waits(c, b, Need::Success),
            waits(c, d, Need::Success),
        ];
        let layers: Vec<usize> = Drawing::of(&order, &edges)
            .boxes
            .iter()
            .map(|block| block.layer)
            .collect();
        assert_eq!(layers, [0, 1, 1, 2]);
    }
}
