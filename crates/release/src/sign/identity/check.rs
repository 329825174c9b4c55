//! Whether an identity is fit for its purpose: looked at before anything is signed, all problems at once.

use jiff::Timestamp;

use super::certificate::{Certificate, Purpose};
use super::material::Material;
use crate::doctor::{Item, State};
use crate::sign::rules::{Expiring, Voucher};

/// Less than this before a certificate's end it is time for a new one, seconds: 60 days.
const SOON: i64 = 60 * DAY;
/// Apple's own ends are named a year before.
const FAR: i64 = 365 * DAY;
const DAY: i64 = 86_400;

/// Where Apple offers the certificates of its authorities.
const AUTHORITIES: &str = "https://www.apple.com/certificateauthority/";

/// What an identity is judged against.
pub struct Demands<'a> {
    /// Apple's number of the team that must sign.
    pub team: Option<&'a str>,
    /// The moment at which it would sign.
    pub now: Timestamp,
    /// Apple's certificates with a known end.
    pub expiring: &'a [Expiring],
}

/// Looks at an identity. The first item names it.
pub fn examine(purpose: Purpose, material: &Material, demands: &Demands<'_>) -> Vec<Item> {
    let mut check = Check { name: format!("{} identity", purpose.name()), items: Vec::new() };
    let Some(leaf) = material.leaf() else {
        check.missing("no certificate".into(), "give the certificate of the key");
        return check.items;
    };
    let (_, end) = leaf.validity();
    let name = leaf.common_name();
    check.ok(format!("{name}, until {}, SHA-256 {}", day(end), leaf.fingerprint()));
    check.purpose(purpose, leaf);
    check.team(leaf, demands.team);
    for (depth, certificate) in material.chain.iter().enumerate() {
        check.validity(certificate, demands.now);
        if depth > 0 && !certificate.is_authority() {
            let found = format!("`{}` is in the chain and may not vouch for others", certificate.common_name());
            check.missing(found, "give the certificate of the real issuer");
        }
        let ends = |one: &&Expiring| one.of == Voucher::Signer && is(certificate, one);
        for expiring in demands.expiring.iter().filter(ends) {
            check.end(expiring, demands.now);
        }
    }
    check.chain(material);
    for certificate in &material.unrelated {
        check.advice(
            format!("`{}` has nothing to do with the key; it is left out", certificate.common_name()),
            "remove it from the file",
        );
    }
    check.items
}

/// Names an authority for time stamps that ends soon.
pub fn examine_timestamps(demands: &Demands<'_>) -> Vec<Item> {
    let mut check = Check { name: "time stamps".into(), items: Vec::new() };
    for expiring in demands.expiring.iter().filter(|one| one.of == Voucher::Timestamp) {
        check.end(expiring, demands.now);
    }
    check.items
}

fn is(certificate: &Certificate, known: &Expiring) -> bool {
    certificate.common_name() == known.subject && (known.unit.is_none() || certificate.unit() == known.unit)
}

/// `2031-09-17`.
pub fn day(moment: Timestamp) -> String {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// Collects what is found.
struct Check {
    name: String,
    items: Vec<Item>,
}

impl Check {
    fn item(&mut self, state: State, found: String, fix: Option<&str>) {
        self.items.push(Item { name: self.name.clone(), state, found, fix: fix.map(str::to_owned) });
    }

    fn ok(&mut self, found: String) {
        self.item(State::Ok, found, None);
    }

    fn advice(&mut self, found: String, fix: &str) {
        self.item(State::Advice, found, Some(fix));
    }

    fn missing(&mut self, found: String, fix: &str) {
        self.item(State::Missing, found, Some(fix));
    }

    fn purpose(&mut self, purpose: Purpose, leaf: &Certificate) {
        let purposes = leaf.purposes();
        if leaf.is_self_issued() {
            let found = "it is self-signed: no other Mac trusts it, and the result's name will say so".into();
            return self.advice(found, "a Developer ID from developer.apple.com");
        }
        if !purposes.contains(&purpose) {
            let titles: Vec<&str> = purposes.iter().map(|other| other.title()).collect();
            let is =
                if titles.is_empty() { "no Developer ID".to_owned() } else { format!("a {}", titles.join(" and ")) };
            let found = format!("the certificate is {is}, and this takes a {}", purpose.title());
            self.missing(found, &format!("give the {} certificate", purpose.title()));
        } else if !leaf.has_usage(purpose) {
            let found = format!("its extended key usage is not that of a {}", purpose.title());
            self.missing(found, &format!("give the {} certificate as Apple issued it", purpose.title()));
        }
        if leaf.is_authority() {
            self.missing("it is the certificate of an authority".into(), "give the one of the key");
        }
    }

    fn team(&mut self, leaf: &Certificate, expected: Option<&str>) {
        let Some(expected) = expected else { return };
        let unit = leaf.unit();
        if unit.as_deref() != Some(expected) {
            let found = format!("it belongs to team {}, expected {expected}", unit.as_deref().unwrap_or("(none)"));
            self.missing(found, "give the identity of that team, or another --team-id");
        }
    }

    fn validity(&mut self, certificate: &Certificate, now: Timestamp) {
        let (start, end) = certificate.validity();
        let (name, now) = (certificate.common_name(), now.as_second());
        if now < start.as_second() {
            self.missing(format!("`{name}` is not valid before {}", day(start)), "wait, or set this machine's clock");
        } else if now > end.as_second() {
            self.missing(format!("`{name}` has expired on {}", day(end)), "ask Apple for a new one");
        } else if end.as_second() - now < SOON {
            self.advice(format!("`{name}` expires on {}", day(end)), "ask Apple for a new one in time");
        }
    }

    fn end(&mut self, expiring: &Expiring, now: Timestamp) {
        let Some(end) = expiring.day.seconds().map(i64::from) else { return };
        if end - now.as_second() < FAR {
            let end = Timestamp::from_second(end).map(day).unwrap_or_default();
            self.advice(format!("Apple's `{}` ends on {end}", expiring.subject), &expiring.fix);
        }
    }

    fn chain(&mut self, material: &Material) {
        let (Some(leaf), Some(last)) = (material.leaf(), material.chain.last()) else { return };
        if !last.is_self_issued() {
            let found = format!("the chain is incomplete: `{}` is missing", last.issuer());
            self.missing(found, &format!("add that certificate to the files; Apple's are at {AUTHORITIES}"));
        }
        let authority = material.chain.get(1);
        if !leaf.is_self_issued() && authority.is_some_and(|one| !one.is_developer_id_authority()) {
            let found = format!("its issuer `{}` is no authority for Developer IDs", leaf.issuer());
            self.missing(found, "give a certificate that Apple issued");
        }
    }
}
