//! The graph as a picture of its own: no script, no font and no image from elsewhere, readable on light and on dark.

use std::collections::BTreeSet;
use std::fmt::Write;

use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::schema::Need;

use super::drawing::{Arrow, Block, Drawing};
use super::place::{Placed, Sketch, place};
use crate::render::foreign;

/// Room around the picture, above it for the title, and below it for a line of the legend, in pixels.
const MARGIN: f64 = 24.0;
const HEADER: f64 = 58.0;
const LINE: f64 = 20.0;
/// The height of a box, and the room left of its text.
const HEIGHT: f64 = 44.0;
const PADDING: f64 = 14.0;
/// How wide a character is at most: 12.5 px of a monospaced font.
const CHARACTER: f64 = 7.6;
/// Longer texts are cut; the whole stands in the box's title.
const LONGEST: usize = 44;
/// The narrowest picture that its legend fits into.
const NARROWEST: f64 = 560.0;

/// One SVG document.
pub(crate) fn svg(estate: &str, order: &[Address], edges: &[Edge<'_>]) -> String {
    let drawing = Drawing::of(order, edges);
    let labels: Vec<Label> = drawing.boxes.iter().map(Label::of).collect();
    let sketch = Sketch {
        boxes: drawing
            .boxes
            .iter()
            .zip(&labels)
            .map(|(block, label)| (block.layer, label.width()))
            .collect(),
        height: HEIGHT,
        arrows: drawing
            .arrows
            .iter()
            .map(|arrow| (arrow.on, arrow.from))
            .collect(),
    };
    let picture = Picture {
        title: format!("What waits for what in estate {}", foreign::line(estate)),
        legend: legend(&drawing),
        placed: place(&sketch),
        widths: sketch.boxes.iter().map(|(_, width)| *width).collect(),
        drawing,
        labels,
    };
    picture.text()
}

/// The two lines in a box.
struct Label {
    /// Its name in its group.
    name: String,
    /// Its kind, and where it is.
    place: String,
}

impl Label {
    fn of(block: &Block<'_>) -> Label {
        let segments: Vec<&str> = block.address.segments().collect();
        let at = match segments.len() {
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        };
        let name = foreign::line(&segments[at..].join("/")).into_owned();
        let name = match block.count {
            1 => name,
            count => format!("× {count} like {name}"),
        };
        let place = [
            block.address.root(),
            &foreign::line(&segments[..at].join("/")),
        ]
        .join(" · ");
        Label {
            name: foreign::clipped(&name, LONGEST).into_owned(),
            place: foreign::clipped(place.trim_end_matches(" · "), LONGEST).into_owned(),
        }
    }

    fn width(&self) -> f64 {
        let widest = columns(&self.name).max(columns(&self.place));
        (widest as f64 * CHARACTER + 2.0 * PADDING).ceil()
    }
}

/// How many columns a text takes: characters of East Asian scripts and emoji take two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|letter| 1 + usize::from(u32::from(letter) >= 0x1100))
        .sum()
}

/// What the signs mean, and what is not shown one by one.
fn legend(drawing: &Drawing<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if drawing.folded() > 0 {
        lines.push(format!(
            "{} of {} things share a box with others like them (×); `vmlogin graph` lists each",
            drawing.folded(),
            drawing.things
        ));
    }
    if drawing.implied > 0 {
        let arrows = match drawing.implied {
            1 => "1 arrow is left out: a chain of others says the same".to_owned(),
            more => format!("{more} arrows are left out: chains of others say the same"),
        };
        lines.push(arrows);
    }
    lines
}

struct Picture<'a> {
    title: String,
    legend: Vec<String>,
    drawing: Drawing<'a>,
    labels: Vec<Label>,
    widths: Vec<f64>,
    placed: Placed,
}

impl Picture<'_> {
    fn text(&self) -> String {
        let (across, down) = self.placed.size;
        let width = (across + 2.0 * MARGIN).max(NARROWEST).ceil();
        let legend = (self.legend.len() + 1) as f64 * LINE;
        let height = (HEADER + down + 2.0 * MARGIN + legend).ceil();
        let title = escaped(&self.title);
        let mut out = String::new();
        let _ = writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">"
        );
        let _ = writeln!(out, "<title id=\"title\">{title}</title>");
        let _ = writeln!(
            out,
            "<desc id=\"desc\">{}</desc>",
            escaped(&self.description())
        );
        out.push_str(STYLE);
        let _ = writeln!(
            out,
            "<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>"
        );
        let _ = writeln!(
            out,
            "<text class=\"title\" x=\"{MARGIN}\" y=\"36\">{title}</text>"
        );
        let _ = writeln!(out, "<g transform=\"translate({MARGIN} {HEADER})\">");
        for (arrow, way) in self.drawing.arrows.iter().zip(&self.placed.ways) {
            self.arrow(&mut out, arrow, way);
        }
        let kinds: BTreeSet<&str> = self
            .drawing
            .boxes
            .iter()
            .map(|block| block.address.root())
            .collect();
        for (at, block) in self.drawing.boxes.iter().enumerate() {
            let kind = kinds.iter().position(|kind| *kind == block.address.root());
            self.block(&mut out, at, block, kind.unwrap_or(0));
        }
        out.push_str("</g>\n");
        self.signs(&mut out, HEADER + down + MARGIN + LINE / 2.0);
        out.push_str("</svg>\n");
        out
    }

    fn description(&self) -> String {
        let mut text = format!(
            "{} things in {} boxes; {} arrows point from what goes first to what waits for it.",
            self.drawing.things,
            self.drawing.boxes.len(),
            self.drawing.arrows.len()
        );
        for line in &self.legend {
            let _ = write!(text, " {line}.");
        }
        text
    }

    fn block(&self, out: &mut String, at: usize, block: &Block<'_>, kind: usize) {
        let ((x, y), width, label) = (self.placed.corners[at], self.widths[at], &self.labels[at]);
        let whole = match block.count {
            1 => block.address.to_string(),
            count => format!("{} and {} more like it", block.address, count - 1),
        };
        let _ = writeln!(
            out,
            "<g class=\"box\" transform=\"translate({x:.1} {y:.1})\"><title>{}</title>",
            escaped(&foreign::line(&whole))
        );
        if block.count > 1 {
            let _ = writeln!(
                out,
                "<rect class=\"more\" x=\"4\" y=\"4\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"6\"/>"
            );
        }
        let _ = writeln!(
            out,
            "<rect class=\"face\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"6\"/><rect class=\"k{}\" x=\"1\" y=\"7\" width=\"4\" height=\"{}\" rx=\"2\"/>",
            kind % KINDS,
            HEIGHT - 14.0
        );
        let _ = writeln!(
            out,
            "<text class=\"name\" x=\"{PADDING}\" y=\"19\">{}</text><text class=\"place\" x=\"{PADDING}\" y=\"35\">{}</text></g>",
            escaped(&label.name),
            escaped(&label.place)
        );
    }

    fn arrow(&self, out: &mut String, arrow: &Arrow<'_>, way: &[(f64, f64)]) {
        let (class, word) = sign(arrow.need);
        let on = foreign::line(self.drawing.boxes[arrow.on].address.as_str()).into_owned();
        let from = foreign::line(self.drawing.boxes[arrow.from].address.as_str()).into_owned();
        let why = format!("{from} {word} {on}: {}", foreign::line(arrow.reason));
        let _ = writeln!(
            out,
            "<path class=\"{class}\" marker-end=\"url(#head)\" d=\"{}\"><title>{}</title></path>",
            curve(way),
            escaped(&why)
        );
    }

    fn signs(&self, out: &mut String, top: f64) {
        let y = top;
        let half = MARGIN + 220.0;
        for (x, need, words) in [
            (MARGIN, Need::Success, "waits for it to succeed"),
            (half, Need::End, "waits only for it to end"),
        ] {
            let (class, _) = sign(need);
            let _ = writeln!(
                out,
                "<path class=\"{class}\" marker-end=\"url(#head)\" d=\"M{x} {y}h28\"/><text class=\"note\" x=\"{}\" y=\"{}\">{words}</text>",
                x + 40.0,
                y + 4.0
            );
        }
        for (line, text) in self.legend.iter().enumerate() {
            let _ = writeln!(
                out,
                "<text class=\"note\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
                y + 4.0 + (line + 1) as f64 * LINE,
                escaped(text)
            );
        }
    }
}

fn sign(need: Need) -> (&'static str, &'static str) {
    match need {
        Need::Success => ("wait", "after"),
        Need::End => ("wait end", "after the end of"),
    }
}

/// A line through the points that leaves and enters layers straight. Its end leaves room for the head.
fn curve(way: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let last = way.len().saturating_sub(1);
    for (at, (x, y)) in way.iter().enumerate() {
        let x = if at == last { x - 6.0 } else { *x };
        // By turns: from layer to layer in a bow, through a layer straight.
        let _ = match at {
            0 => write!(path, "M{x:.1} {y:.1}"),
            odd if odd % 2 == 1 => {
                let (before, level) = way[at - 1];
                let bend = before.midpoint(x);
                write!(path, "C{bend:.1} {level:.1} {bend:.1} {y:.1} {x:.1} {y:.1}")
            }
            _ => write!(path, "H{x:.1}"),
        };
    }
    path
}

/// Text between tags.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in foreign::line(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Allowed in Rust's text, and nowhere in XML.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// How many colours kinds have; they only repeat what the second line of a box says.
const KINDS: usize = 8;

const STYLE: &str = "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"1.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 .5 7.5 4 0 7.5z\"/></marker></defs>
<style>
.page{fill:#fff}
.title{font:600 17px system-ui,sans-serif;fill:#1f2328}
.name{font:600 12.5px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.place,.note{font:11.5px system-ui,sans-serif;fill:#59636e}
.face,.more{fill:#f6f8fa;stroke:#c3cad2}
.wait{fill:none;stroke:#818b98;stroke-width:1.3}
.end{stroke-dasharray:5 4}
.head{fill:#818b98}
.box:hover .face{stroke:#0969da;stroke-width:1.6}
.wait:hover{stroke:#0969da;stroke-width:2.4}
.k0{fill:#0969da}.k1{fill:#bc4c00}.k2{fill:#1a7f37}.k3{fill:#8250df}.k4{fill:#bf3989}.k5{fill:#9a6700}.k6{fill:#1b7c83}.k7{fill:#cf222e}
@media (prefers-color-scheme:dark){
.page{fill:#0d1117}
.title,.name{fill:#f0f6fc}
.place,.note{fill:#9198a1}
.face,.more{fill:#161b22;stroke:#3d444d}
.wait{stroke:#7d8590}
.head{fill:#7d8590}
.k0{fill:#4493f8}.k1{fill:#f0883e}.k2{fill:#3fb950}.k3{fill:#ab7df8}.k4{fill:#db61a2}.k5{fill:#d29922}.k6{fill:#39c5cf}.k7{fill:#f85149}
}
</style>
";
