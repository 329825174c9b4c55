//! Small parts of HTML.

use std::time::Duration;

/// Text as it stands between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// KiB as people read them: `812 KB`, `45.2 MB`. The Installer counts in powers of ten.
pub fn size(kbytes: u64) -> String {
    let bytes = kbytes as f64 * 1024.0;
    match bytes {
        0.0..1e6 => format!("{:.0} KB", bytes / 1e3),
        1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.2} GB", bytes / 1e9),
    }
}

/// A duration as people say it: `0.4s`, `52s`, `5m07s`.
pub fn time(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        secs @ 10..60 => format!("{secs}s"),
        secs => format!("{}m{:02}s", secs / 60, secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn durations_are_brief() {
        let texts = [400, 9_940, 52_000, 307_000].map(|millis| super::time(Duration::from_millis(millis)));
        assert_eq!(texts, ["0.4s", "9.9s", "52s", "5m07s"]);
    }

    #[test]
    fn sizes_are_those_of_the_installer() {
        assert_eq!([0, 4, 900, 44_000, 2_000_000].map(super::size), ["0 KB", "4 KB", "922 KB", "45.1 MB", "2.05 GB"]);
    }
}
