//! Where boxes stand and arrows run: layers from left to right, few crossings, short ways. The same drawing is placed the same
//! each time.

use std::collections::BTreeMap;

/// What is to be placed.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    /// The layer and the width of each box, in pixels.
    pub boxes: Vec<(usize, f64)>,
    /// The height of every box.
    pub height: f64,
    /// From box to box, always to a later layer.
    pub arrows: Vec<(usize, usize)>,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The left upper corner of each box.
    pub corners: Vec<(f64, f64)>,
    /// The points that each arrow runs through: the ways out of boxes and layers, and into the next, by turns.
    pub ways: Vec<Vec<(f64, f64)>>,
    /// How much room all takes.
    pub size: (f64, f64),
}

/// Room between layers, for the arrows to bend.
const BETWEEN_LAYERS: f64 = 72.0;
/// Room between things in one layer.
const BETWEEN_BOXES: f64 = 14.0;
/// How often order and heights are looked at again.
const ROUNDS: usize = 8;

/// Something that takes room in a layer: a box, or an arrow on its way through. Arrows from one box share their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Box(usize),
    Passing { on: usize, layer: usize },
}

/// Places everything.
pub(super) fn place(sketch: &Sketch) -> Placed {
    let mut field = Field::of(sketch);
    for round in 0..ROUNDS {
        field.reorder(round % 2 == 0);
    }
    field.stack();
    for round in 0..ROUNDS {
        field.straighten(round % 2 == 0);
    }
    field.placed(sketch)
}

struct Field<'a> {
    sketch: &'a Sketch,
    /// What stands in each layer, from above.
    layers: Vec<Vec<usize>>,
    items: Vec<Item>,
    /// What each item is joined to in the layer before, and in the one after.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The items that each arrow runs through, both ends included.
    ways: Vec<Vec<usize>>,
    /// The middle of each item.
    middles: Vec<f64>,
}

impl<'a> Field<'a> {
    fn of(sketch: &'a Sketch) -> Field<'a> {
        let depth = sketch.boxes.iter().map(|(layer, _)| layer + 1).max();
        let mut field = Field {
            sketch,
            layers: vec![Vec::new(); depth.unwrap_or(0)],
            items: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            ways: Vec::new(),
            middles: Vec::new(),
        };
        let mut known = BTreeMap::new();
        for at in 0..sketch.boxes.len() {
            field.item(Item::Box(at), &mut known);
        }
        for (on, from) in &sketch.arrows {
            let mut way = vec![*on];
            for layer in sketch.boxes[*on].0 + 1..sketch.boxes[*from].0 {
                way.push(field.item(Item::Passing { on: *on, layer }, &mut known));
            }
            way.push(*from);
            for pair in way.windows(2) {
                if !field.after[pair[0]].contains(&pair[1]) {
                    field.after[pair[0]].push(pair[1]);
                    field.before[pair[1]].push(pair[0]);
                }
            }
            field.ways.push(way);
        }
        field
    }

    fn item(&mut self, item: Item, known: &mut BTreeMap<Item, usize>) -> usize {
        if let Some(at) = known.get(&item) {
            return *at;
        }
        let at = self.items.len();
        known.insert(item, at);
        self.items.push(item);
        self.before.push(Vec::new());
        self.after.push(Vec::new());
        self.middles.push(0.0);
        let layer = match item {
            Item::Box(at) => self.sketch.boxes[at].0,
            Item::Passing { layer, .. } => layer,
        };
        self.layers[layer].push(at);
        at
    }

    /// Sorts each layer by the mean place of what its items are joined to, which untangles most arrows.
    /// What is joined to nothing on one side goes by the other.
    fn reorder(&mut self, forwards: bool) {
        let mut places = vec![0.0; self.items.len()];
        for layer in &self.layers {
            note(layer, &mut places);
        }
        let (joined, others) = match forwards {
            true => (&self.before, &self.after),
            false => (&self.after, &self.before),
        };
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        if !forwards {
            order.reverse();
        }
        for at in order {
            let layer = &mut self.layers[at];
            let wish = |item: &usize| {
                mean(&joined[*item], &places)
                    .or_else(|| mean(&others[*item], &places))
                    .unwrap_or(places[*item])
            };
            layer.sort_by(|one, other| wish(one).total_cmp(&wish(other)));
            note(layer, &mut places);
        }
    }

    /// Puts the items of each layer below each other.
    fn stack(&mut self) {
        for layer in &self.layers {
            let mut edge = 0.0;
            for item in layer {
                let height = self.height(*item);
                self.middles[*item] = edge + height / 2.0;
                edge += height + BETWEEN_BOXES;
            }
        }
    }

    /// Moves items towards what they are joined to, as near as their neighbours let them.
    fn straighten(&mut self, forwards: bool) {
        let mut order: Vec<usize> = (0..self.layers.len()).collect();
        if !forwards {
            order.reverse();
        }
        for at in order {
            let layer = &self.layers[at];
            let joined = if forwards { &self.before } else { &self.after };
            let wishes: Vec<f64> = layer
                .iter()
                .map(|item| mean(&joined[*item], &self.middles).unwrap_or(self.middles[*item]))
                .collect();
            let mut offset = 0.0;
            let offsets: Vec<f64> = layer
                .iter()
                .enumerate()
                .map(|(place, item)| {
                    if place > 0 {
                        let above = self.height(layer[place - 1]);
                        offset += (above + self.height(*item)) / 2.0 + BETWEEN_BOXES;
                    }
                    offset
                })
                .collect();
            let free: Vec<f64> = wishes.iter().zip(&offsets).map(|(w, o)| w - o).collect();
            let settled = rising(&free);
            for ((item, value), offset) in layer.iter().zip(settled).zip(offsets) {
                self.middles[*item] = value + offset;
            }
        }
    }

    fn height(&self, item: usize) -> f64 {
        match self.items[item] {
            Item::Box(_) => self.sketch.height,
            Item::Passing { .. } => 0.0,
        }
    }

    fn placed(&self, sketch: &Sketch) -> Placed {
        let mut lefts = Vec::new();
        let mut widths = Vec::new();
        let mut left = 0.0;
        for layer in &self.layers {
            let width = layer
                .iter()
                .fold(0.0_f64, |width, item| match self.items[*item] {
                    Item::Box(at) => width.max(sketch.boxes[at].1),
                    Item::Passing { .. } => width,
                });
            lefts.push(left);
            widths.push(width);
            left += width + BETWEEN_LAYERS;
        }
        let tops = self
            .middles
            .iter()
            .zip(0..)
            .map(|(middle, item)| middle - self.height(item) / 2.0);
        let top = tops.fold(f64::INFINITY, f64::min);
        let top = if top.is_finite() { top } else { 0.0 };
        let bottoms = self
            .middles
            .iter()
            .zip(0..)
            .map(|(middle, item)| middle + self.height(item) / 2.0);
        let bottom = bottoms.fold(top, f64::max);
        let middle = |item: usize| self.middles[item] - top;
        let corners = (0..sketch.boxes.len())
            .map(|at| (lefts[sketch.boxes[at].0], middle(at) - sketch.height / 2.0))
            .collect();
        let ways = self.ways.iter().map(|way| {
            let mut points = Vec::new();
            for (place, item) in way.iter().enumerate() {
                let (left, width) = match self.items[*item] {
                    Item::Box(at) => (lefts[sketch.boxes[at].0], sketch.boxes[at].1),
                    Item::Passing { layer, .. } => (lefts[layer], widths[layer]),
                };
                if place > 0 {
                    points.push((left, middle(*item)));
                }
                if place + 1 < way.len() {
                    points.push((left + width, middle(*item)));
                }
            }
            points
        });
        Placed {
            corners,
            ways: ways.collect(),
            size: ((left - BETWEEN_LAYERS).max(0.0), bottom - top),
        }
    }
}

/// Notes how far down its layer each item stands, from 0 to 1.
fn note(layer: &[usize], places: &mut [f64]) {
    for (place, item) in layer.iter().enumerate() {
        places[*item] = (place as f64 + 0.5) / layer.len() as f64;
    }
}

fn mean(of: &[usize], values: &[f64]) -> Option<f64> {
    let sum: f64 = of.iter().map(|at| values[*at]).sum();
    (!of.is_empty()).then(|| sum / of.len() as f64)
}

/// The nearest numbers that never fall, by least squares: neighbours that would fall share their mean.
fn rising(wishes: &[f64]) -> Vec<f64> {
    let mut runs: Vec<(f64, usize)> = Vec::new();
    for wish in wishes {
        let mut run = (*wish, 1);
        while let Some((sum, count)) = runs.last().copied() {
            if sum / count as f64 <= run.0 / run.1 as f64 {
                break;
            }
            run = (run.0 + sum, run.1 + count);
            runs.pop();
        }
        runs.push(run);
    }
    runs.into_iter()
        .flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_would_fall_share_their_mean() {
        assert_eq!(rising(&[1.0, 3.0, 2.0, 5.0]), [1.0, 2.5, 2.5, 5.0]);
        assert_eq!(rising(&[3.0, 2.0, 1.0]), [2.0, 2.0, 2.0]);
        assert_eq!(rising(&[]), [0.0; 0]);
    }

    #[test]
    fn boxes_of_a_layer_never_overlap_and_arrows_run_to_the_right() {
        // Every second box of a layer waits for one that stands crosswise.
        let count = 20;
        let boxes = (0..2 * count).map(|at| (at / count, 50.0)).collect();
        let arrows: Vec<(usize, usize)> = (0..count).map(|at| (at, 2 * count - 1 - at)).collect();
        let sketch = Sketch {
            boxes,
            height: 30.0,
            arrows,
        };
        let placed = place(&sketch);
        let mut tops: Vec<f64> = placed.corners[..count]
            .iter()
            .map(|(_, top)| *top)
            .collect();
        tops.sort_by(f64::total_cmp);
        assert!(
            tops.windows(2).all(|pair| pair[1] - pair[0] >= 44.0 - 1e-6),
            "{tops:?}"
        );
        assert!(
            placed
                .ways
                .iter()
                .all(|way| way.windows(2).all(|pair| pair[1].0 >= pair[0].0))
        );
        // Nothing crosses after all: each arrow is straight.
        assert!(
            placed
                .ways
                .iter()
                .all(|way| (way[0].1 - way[1].1).abs() < 1e-6),
            "{:?}",
            placed.ways
        );
    }

    #[test]
    fn nothing_takes_no_room() {
        let sketch = Sketch {
            boxes: Vec::new(),
            height: 30.0,
            arrows: Vec::new(),
        };
        assert_eq!(place(&sketch).size, (0.0, 0.0));
    }
}
