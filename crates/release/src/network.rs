//! Whether there is a network, asked once and at the beginning: else everybody who may have a file is asked in turn, in vain and with
//! retries, and says so at length.

use std::collections::BTreeSet;
use std::net::ToSocketAddrs as _;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::exec::names_proxy;
use crate::hint::WithHint as _;

/// How long the names of servers may take to be looked up.
const PATIENCE: Duration = Duration::from_secs(4);

/// Looks up the servers of these addresses; one that is found is enough. Nothing is looked up behind a proxy, or when something else than a
/// server is among the addresses: a folder, or a program that finds a proxy.
///
/// # Errors
/// When none is found.
pub fn check(addresses: &BTreeSet<String>) -> Result<()> {
    let hosts: Option<BTreeSet<String>> = addresses.iter().map(|address| host(address)).collect();
    match hosts {
        Some(hosts) if !hosts.is_empty() && !names_proxy() && !is_any_found(&hosts, PATIENCE) => {
            Err(anyhow!("no network: {}", unknown(&hosts))).hint(
                "look at the network (proxy variables are honoured); --sources DIR takes files from a folder instead",
            )
        }
        _ => Ok(()),
    }
}

/// What can't be looked up, with no more than three names.
fn unknown(hosts: &BTreeSet<String>) -> String {
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    match names[..] {
        [only] => format!("{only} can't be looked up"),
        [one, other] => format!("neither {one} nor {other} can be looked up"),
        [one, other, third] => format!("none of {one}, {other} and {third} can be looked up"),
        [one, other, third, ..] => {
            format!("none of {} servers can be looked up ({one}, {other}, {third}, …)", names.len())
        }
        [] => "there is no server to ask".to_owned(),
    }
}

/// The server of an address; none of what is no address of a server.
fn host(address: &str) -> Option<String> {
    url::Url::parse(address).ok()?.host_str().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// Threads that are still looking when time is up are left alone.
fn is_any_found(hosts: &BTreeSet<String>, patience: Duration) -> bool {
    let (sender, receiver) = mpsc::channel();
    for host in hosts {
        let (host, sender) = (host.clone(), sender.clone());
        std::thread::spawn(move || {
            let found = (host.as_str(), 80).to_socket_addrs().is_ok_and(|mut found| found.next().is_some());
            _ = sender.send(found);
        });
    }
    drop(sender);
    let end = Instant::now() + patience;
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_that_is_found_is_enough() {
        let found = |hosts: &[&str]| is_any_found(&hosts.iter().map(|host| (*host).to_owned()).collect(), PATIENCE);
        assert!(found(&["127.0.0.1", "no-such-host.invalid"]));
        assert!(!found(&["no-such-host.invalid"]));
    }

    #[test]
    fn three_names_are_enough() {
        let unknown = |hosts: &[&str]| unknown(&hosts.iter().map(|host| (*host).to_owned()).collect());
        assert_eq!(unknown(&["a"]), "a can't be looked up");
        assert_eq!(unknown(&["a", "b"]), "neither a nor b can be looked up");
        assert_eq!(unknown(&["a", "b", "c"]), "none of a, b and c can be looked up");
        assert_eq!(unknown(&["a", "b", "c", "d"]), "none of 4 servers can be looked up (a, b, c, …)");
    }

    #[test]
    fn a_folder_needs_no_network() {
        let addresses = ["file:///srv/debian", "https://no-such-host.invalid/"].map(str::to_owned);
        assert!(check(&addresses.into()).is_ok());
    }

    #[test]
    fn hosts_are_those_of_addresses() {
        let addresses = ["https://a.example/x", "http://b.example:81/debian", "cdrom:[x]/", "file:///srv/debian"];
        assert_eq!(addresses.map(host), [Some("a.example".to_owned()), Some("b.example".to_owned()), None, None]);
    }
}
