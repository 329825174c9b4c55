//! The page "Installation Type": the choices as a tree of check boxes.

use std::collections::{HashMap, HashSet};

use flatpkg::distribution::{Choice, Customize, Distribution, Line, References};

use super::html::{escape, size};
use super::language::Localized;
use super::part::PagePart;

/// What the rows are made from.
struct Tree<'a> {
    choices: HashMap<&'a str, &'a Choice>,
    references: &'a References,
    parts: &'a [PagePart<'a>],
    texts: &'a Localized<'a>,
    html: String,
    /// KiB of what is selected at first.
    selected: u64,
}

/// The page. Where the Distribution lets nobody choose, it says only how much space it takes.
pub fn html(
    distribution: &Distribution,
    references: &References,
    parts: &[PagePart<'_>],
    texts: &Localized<'_>,
) -> String {
    let choices = distribution.choices.iter().rev().map(|choice| (choice.id.as_str(), choice)).collect();
    let mut tree = Tree { choices, references, parts, texts, html: String::new(), selected: 0 };
    let lines = distribution.choices_outline.as_ref().map(|outline| outline.lines.as_slice()).unwrap_or_default();
    lines.iter().for_each(|line| tree.line(line));
    if distribution.options.iter().any(|options| options.customize == Some(Customize::Never)) {
        let space = size(tree.selected);
        return format!(
            "<p>Standard install: everything that is selected is installed; there is nothing to choose.</p>\n\
             <p class=\"total\">Space required: <output>{space}</output></p>\n"
        );
    }
    let rows = tree.html;
    format!(
        "<ul class=\"choices\">\n{rows}</ul>\n<p class=\"total\">Space required: <output id=\"total\"></output></p>\n"
    )
}

impl Tree<'_> {
    /// The row of a choice, and of those inside it. A choice without a title that installs nothing only holds others, as
    /// `productbuild` always writes one: it has no row, and neither has one that isn't visible.
    fn line(&mut self, line: &Line) {
        // A choice has one row, however many lines name it.
        let Some(choice) = self.choices.remove(line.choice.as_str()) else {
            return line.lines.iter().for_each(|line| self.line(line));
        };
        let says = |text: &Option<String>, word: &str| text.as_deref().is_some_and(|text| text.trim() == word);
        let off = says(&choice.start_selected, "false") || says(&choice.selected, "false");
        let components: HashSet<usize> =
            choice.pkg_refs.iter().filter_map(|reference| self.references.component(&reference.id)).collect();
        let kbytes: u64 = components.iter().filter_map(|index| self.parts.get(*index)).map(|part| part.kbytes).sum();
        self.selected += if off { 0 } else { kbytes };
        let hidden = says(&choice.visible, "false") || says(&choice.start_visible, "false");
        let empty = choice.title.is_none() && choice.pkg_refs.is_empty();
        if hidden || empty {
            return line.lines.iter().for_each(|line| self.line(line));
        }
        let fixed = says(&choice.enabled, "false") || says(&choice.start_enabled, "false");
        let (checked, disabled) = (if off { "" } else { " checked" }, if fixed { " disabled" } else { "" });
        let space = match (choice.pkg_refs.is_empty(), kbytes) {
            (true, _) => String::new(),
            (false, 0) => "scripts only".to_owned(),
            (false, kbytes) => size(kbytes),
        };
        self.html.push_str(&format!(
            "<li><label><input type=\"checkbox\" data-kbytes=\"{kbytes}\"{checked}{disabled}> <b>{}</b> <span class=\"size\">{space}</span></label><p>{}</p><p class=\"id\">{}</p>\n",
            escape(self.texts.text(choice.title.as_deref().unwrap_or(&choice.id))),
            escape(self.texts.text(choice.description.as_deref().unwrap_or_default())),
            escape(&choice.id),
        ));
        if !line.lines.is_empty() {
            self.html.push_str("<ul>\n");
            line.lines.iter().for_each(|line| self.line(line));
            self.html.push_str("</ul>\n");
        }
        self.html.push_str("</li>\n");
    }
}
