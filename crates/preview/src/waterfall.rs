//! When what was done: bars along a common axis of time.

use std::collections::HashMap;
use std::time::Duration;

use super::html::{escape, time};
use super::timings::{Stage, Timings};

/// The run's stages, and the build's steps: each drawn as soon as all that it needs is done, which is the shortest the build
/// can take on enough cores.
pub fn html(timings: &Timings) -> String {
    let steps = schedule(timings);
    let mut html = String::new();
    if !timings.stages.is_empty() {
        html.push_str("<h3>This run</h3>\n");
        html.push_str(&bars(&timings.stages));
    }
    if !steps.is_empty() {
        html.push_str(
            "<h3>The build's steps</h3>\n<p class=\"note\">What each took when it last ran, drawn as soon as all that it needs is done.</p>\n",
        );
        html.push_str(&bars(&steps));
    }
    html
}

fn schedule(timings: &Timings) -> Vec<Stage> {
    let mut ends: HashMap<&str, u64> = HashMap::new();
    let mut stages = Vec::new();
    for step in &timings.steps {
        let start = step.needs.iter().filter_map(|need| ends.get(need.as_str()).copied()).max().unwrap_or(0);
        ends.insert(&step.name, start.saturating_add(step.took));
        stages.push(Stage { name: step.name.clone(), start, took: step.took });
    }
    stages.sort_by(|a, b| (a.start, &a.name).cmp(&(b.start, &b.name)));
    stages
}

fn bars(stages: &[Stage]) -> String {
    let end = stages.iter().map(|stage| stage.start.saturating_add(stage.took)).max().unwrap_or(0).max(1) as f64;
    let mut html = "<div class=\"waterfall\">\n".to_owned();
    for stage in stages {
        let left = stage.start as f64 / end * 100.0;
        let width = (stage.took as f64 / end * 100.0).max(0.3);
        html.push_str(&format!(
            "<div class=\"row\"><span class=\"name\">{}</span><span class=\"track\"><span class=\"bar\" style=\"left:{left:.2}%;width:{width:.2}%\"></span></span><span class=\"time\">{}</span></div>\n",
            escape(&stage.name),
            time(Duration::from_millis(stage.took)),
        ));
    }
    html + "</div>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timings::Step;

    #[test]
    fn steps_start_when_what_they_need_is_done() {
        let step = |name: &str, took, needs: &[&str]| Step {
            name: name.into(),
            took,
            needs: needs.iter().map(ToString::to_string).collect(),
        };
        let steps =
            vec![step("llvm", 10, &[]), step("xz", 5, &["llvm"]), step("python", 7, &["llvm", "xz", "unknown"])];
        let scheduled = schedule(&Timings { stages: vec![], steps });
        let starts: Vec<(&str, u64)> = scheduled.iter().map(|stage| (stage.name.as_str(), stage.start)).collect();
        assert_eq!(starts, [("llvm", 0), ("xz", 10), ("python", 15)]);
    }
}
