//! What takes the space: nested rectangles, each as large as what it stands for.
//!
//! The rows are those of "Squarified Treemaps" (Bruls, Huizing, van Wijk, 2000): a row grows while that makes its worst
//! rectangle less narrow.

use std::collections::BTreeMap;

use super::html::{escape, size};

/// Something with a size, and what it is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// KiB of itself and everything below.
    pub kbytes: f64,
    /// By name.
    pub children: BTreeMap<String, Node>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Smaller than this, in points, a rectangle isn't divided.
const SMALLEST: f64 = 46.0;
/// Height of a folder's heading.
const HEADING: f64 = 15.0;
const DEPTH: usize = 6;
/// Down to this depth each part has a colour of its own; below it takes that of what it is in.
const COLOURED: usize = 3;
/// What lies deeper counts for the folder at this depth: trees are walked by recursion.
const DEEPEST: usize = 64;
/// A folder in which one folder takes at least this share is drawn as that one.
const ALMOST_ALL: f64 = 0.97;

impl Node {
    /// Adds a file.
    pub fn add<'a>(&mut self, path: impl IntoIterator<Item = &'a str>, kbytes: f64) {
        let mut node = self;
        node.kbytes += kbytes;
        for name in path.into_iter().take(DEEPEST) {
            node = node.children.entry(name.to_owned()).or_default();
            node.kbytes += kbytes;
        }
    }

    /// Adds a tree below a path.
    pub fn attach(&mut self, path: &[&str], tree: Node) {
        self.kbytes += tree.kbytes;
        if let Some((first, rest)) = path.split_first() {
            return self.children.entry((*first).to_owned()).or_default().attach(rest, tree);
        }
        for (name, child) in tree.children {
            self.children.entry(name).or_default().attach(&[], child);
        }
    }

    /// The folders that hold the most, with their paths, the largest first.
    pub fn largest(&self, count: usize) -> Vec<(String, f64)> {
        let mut folders = Vec::new();
        self.collect("", &mut folders);
        folders.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        folders.truncate(count);
        folders
    }

    fn collect(&self, path: &str, folders: &mut Vec<(String, f64)>) {
        for (name, child) in self.children.iter().filter(|(_, child)| !child.children.is_empty()) {
            let below = format!("{path}/{name}");
            // A folder with nothing but one folder says nothing new.
            if child.children.len() > 1 {
                folders.push((below.clone(), child.kbytes));
            }
            child.collect(&below, folders);
        }
    }

    /// As an SVG picture of that size in points.
    pub fn svg(&self, width: f64, height: f64) -> String {
        let mut svg = format!(
            "<svg class=\"treemap\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"What takes the space; the table below says the same\">\n"
        );
        self.draw("", Rect { x: 0.0, y: 0.0, width, height }, 0, 0, &mut svg);
        svg + "</svg>\n"
    }

    /// The folder that is all that matters in this one, by way of others, with the names on the way.
    fn through(&self, name: &str) -> (String, &Node) {
        let main = self
            .children
            .iter()
            .find(|(_, child)| !child.children.is_empty() && child.kbytes >= ALMOST_ALL * self.kbytes);
        match main {
            Some((inner, child)) => child.through(&format!("{name}/{inner}")),
            None => (name.to_owned(), self),
        }
    }

    fn draw(&self, path: &str, rect: Rect, depth: usize, hue: usize, svg: &mut String) {
        let mut children: Vec<(&String, &Node)> =
            self.children.iter().filter(|(_, child)| child.kbytes > 0.0).collect();
        children.sort_by(|a, b| b.1.kbytes.total_cmp(&a.1.kbytes).then_with(|| a.0.cmp(b.0)));
        let sizes: Vec<f64> = children.iter().map(|(_, child)| child.kbytes).collect();
        for (place, ((name, child), rect)) in children.iter().zip(squarify(&sizes, rect)).enumerate() {
            if rect.width < 1.0 || rect.height < 1.0 {
                continue;
            }
            let hue = if depth <= COLOURED { (hue + place) % 6 } else { hue };
            let (name, child) = child.through(name);
            let below = format!("{path}/{name}");
            let Rect { x, y, width, height } = rect;
            svg.push_str(&format!(
                "<rect class=\"hue{hue}\" fill-opacity=\"{:.2}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{}: {}</title></rect>\n",
                0.30 + 0.08 * depth as f64,
                escape(&below),
                size(child.kbytes as u64),
            ));
            let room = width >= SMALLEST && height >= HEADING + 4.0;
            if room {
                let label = label(&name, ((width - 6.0) / 6.2) as usize);
                svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n", x + 3.0, y + 11.5, escape(&label)));
            }
            if room && depth < DEPTH && !child.children.is_empty() && height >= SMALLEST {
                let inner = Rect {
                    x: x + 2.0,
                    y: y + HEADING,
                    width: (width - 4.0).max(0.0),
                    height: (height - HEADING - 2.0).max(0.0),
                };
                child.draw(&below, inner, depth + 1, hue, svg);
            }
        }
    }
}

/// As much of a name as fits into so many characters: whole words, and an ellipsis for the rest; nothing where not one fits.
fn label(name: &str, fits: usize) -> String {
    if name.chars().count() <= fits {
        return name.to_owned();
    }
    let ends = name.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at);
    let mut words = ends.filter_map(|at| name.get(..at)).filter(|words| !words.is_empty());
    let longest = words.rfind(|words| words.chars().count() < fits);
    longest.map(|words| format!("{words}…")).unwrap_or_default()
}

/// A rectangle for each size, largest first, which together fill one.
fn squarify(sizes: &[f64], mut rect: Rect) -> Vec<Rect> {
    let total: f64 = sizes.iter().sum();
    let mut rects = Vec::with_capacity(sizes.len());
    if total <= 0.0 {
        return rects;
    }
    let scale = rect.width * rect.height / total;
    let mut rest = sizes;
    while let Some(first) = rest.first() {
        let side = rect.width.min(rect.height);
        let (mut length, mut sum, mut last) = (1, first * scale, *first);
        while let Some(next) = rest.get(length) {
            let longer = sum + next * scale;
            if worst([*first, *next], longer, side, scale) > worst([*first, last], sum, side, scale) {
                break;
            }
            (sum, last) = (longer, *next);
            length += 1;
        }
        let (row, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let thick = if side > 0.0 { sum / side } else { 0.0 };
        let mut along = 0.0;
        for area in row.iter().map(|size| size * scale) {
            let long = if thick > 0.0 { area / thick } else { 0.0 };
            rects.push(if rect.width >= rect.height {
                Rect { x: rect.x, y: rect.y + along, width: thick, height: long }
            } else {
                Rect { x: rect.x + along, y: rect.y, width: long, height: thick }
            });
            along += long;
        }
        if rect.width >= rect.height {
            rect = Rect { x: rect.x + thick, width: (rect.width - thick).max(0.0), ..rect };
        } else {
            rect = Rect { y: rect.y + thick, height: (rect.height - thick).max(0.0), ..rect };
        }
        rest = after;
    }
    rects
}

/// How narrow the worst rectangle of a row is, 1 for a square: it is the largest or the smallest.
fn worst(row: [f64; 2], sum: f64, side: f64, scale: f64) -> f64 {
    row.map(|size| size * scale).into_iter().fold(1.0, |worst, area| {
        let ratio = side * side * area / (sum * sum);
        worst.max(ratio).max(1.0 / ratio)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn rectangles_have_their_areas_and_stay_inside(mut sizes in proptest::collection::vec(0.1f64..1000.0, 1..40)) {
            sizes.sort_by(|a, b| b.total_cmp(a));
            let whole = Rect { x: 0.0, y: 0.0, width: 300.0, height: 200.0 };
            let rects = squarify(&sizes, whole);
            let total: f64 = sizes.iter().sum();
            proptest::prop_assert_eq!(rects.len(), sizes.len());
            for (rect, size) in rects.iter().zip(&sizes) {
                let area = size / total * 60_000.0;
                proptest::prop_assert!((rect.width * rect.height - area).abs() < 1e-3 * area.max(1.0));
                proptest::prop_assert!(rect.x >= -1e-6 && rect.x + rect.width <= 300.001);
                proptest::prop_assert!(rect.y >= -1e-6 && rect.y + rect.height <= 200.001);
            }
        }
    }

    #[test]
    fn folders_of_almost_one_folder_are_drawn_as_that() {
        let mut tree = Node::default();
        for (path, kbytes) in [("Library/F/3.13/lib", 99.0), ("Library/F/3.13/bin", 50.0), ("Library/x", 1.0)] {
            tree.add(path.split('/'), kbytes);
        }
        let svg = tree.svg(400.0, 300.0);
        assert!(svg.contains("<title>/Library/F/3.13: ") && svg.contains("<title>/Library/F/3.13/lib: "), "{svg}");
        assert!(!svg.contains("<title>/Library: ") && !svg.contains("<title>/Library/x: "), "{svg}");
    }

    #[test]
    fn labels_end_with_whole_words() {
        let labels = [40, 30, 20, 17, 8, 6].map(|fits| label("Python.framework/Versions/3.13", fits));
        let whole = "Python.framework/Versions/3.13";
        assert_eq!(labels, [whole, whole, "Python.framework…", "Python.framework…", "Python…", ""]);
        assert_eq!((label("encodings", 9), label("encodings", 8)), ("encodings".to_owned(), String::new()));
    }

    #[test]
    fn any_depth_is_drawn() {
        let (mut tree, mut part) = (Node::default(), Node::default());
        part.add(std::iter::repeat_n("a", 1_000_000), 1.0);
        part.add(["a", "b"], 1.0);
        tree.attach(&["x", "y"], part);
        assert_eq!(tree.kbytes, 2.0);
        assert_eq!(tree.largest(9), [("/x/y/a".to_owned(), 2.0)]);
        assert!(tree.svg(400.0, 300.0).contains("<title>/x/y/a: "));
    }

    #[test]
    fn the_largest_folders_come_first() {
        let mut tree = Node::default();
        for (path, kbytes) in [("a/x/1", 5.0), ("a/x/2", 1.0), ("b/1", 9.0), ("b/2", 1.0)] {
            tree.add(path.split('/'), kbytes);
        }
        assert_eq!(tree.largest(9), [("/b".to_owned(), 10.0), ("/a/x".to_owned(), 6.0)]);
        assert_eq!(tree.kbytes, 16.0);
    }
}
