//! What is put into a cache, and what is put there again.

use std::io::Cursor;

use super::server::Manner;
use super::*;
use crate::digest::Sha256;
use crate::remote::place::Name;
use crate::remote::s3::Store;
use crate::ui::Ui;

/// A machine that takes what another has signed, and puts there what it makes itself.
fn builds_after(one: &Machine, server: &Server, plan: &Plan) -> (Machine, Vec<String>) {
    let other = Machine::new();
    one.bench.take_ran();
    other.build(plan, &other.remote(place(server), &[one])).unwrap();
    (other, one.bench.take_ran())
}

/// What the cache had of one machine, and has of another.
fn filled() -> (Machine, Server, Plan) {
    let (one, server) = (Machine::new(), Server::new());
    let plan = plan(&one.bench.ran());
    one.build(&plan, &one.remote(place(&server), &[])).unwrap();
    (one, server, plan)
}

#[test]
fn what_was_refused_is_put_there_again() {
    let (one, server, plan) = filled();
    server.change_archives(|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    let (other, ran) = builds_after(&one, &server, &plan);
    assert_eq!(ran, ["a", "b", STAGE]);
    let (third, ran) = builds_after(&other, &server, &plan);
    assert!(ran.is_empty() && third.bench.take_ran().is_empty() && one.bench.take_ran().is_empty());
    assert_eq!((third.taken(), third.rejected()), (vec![STAGE.to_owned()], vec![]));
}

#[test]
fn an_archive_that_is_gone_is_put_there_again() {
    let (one, server, plan) = filled();
    server.forget_archives();
    let other = Machine::new();
    one.bench.take_ran();
    let remote = other.remote(place(&server), &[&one]);
    other.build(&plan, &remote).unwrap();
    assert_eq!(one.bench.take_ran(), ["a", "b", STAGE]);
    assert_eq!((remote.down.get(), other.rejected()), (None, vec![]), "a cache may lose what it likes");
    assert_eq!(server.names(), ["ac", "ac", "ac", "cas", "cas", "cas"]);
    // Who has made it all finds that out without having asked for any of it.
    server.forget_archives();
    other.build(&plan, &other.remote(place(&server), &[])).unwrap();
    assert_eq!(server.names(), ["ac", "ac", "ac", "cas", "cas", "cas"]);
}

#[test]
fn a_server_that_takes_nothing_costs_its_limit_and_no_release() {
    for manner in [Manner::Silent, Manner::Denies] {
        let (one, server) = (Machine::new(), Server::new());
        let plan = plan(&one.bench.ran());
        server.set("PUT", manner);
        one.build(&plan, &one.remote(place(&server), &[])).unwrap();
        assert!(server.names().is_empty(), "{manner:?}");
    }
}

/// Both kinds of servers: one that has files by their names, and a store that speaks S3.
fn places(server: &Server) -> [Place; 2] {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "id".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "quiet".to_owned()),
        ("AWS_ENDPOINT_URL", server.url().rsplit_once('/').unwrap().0.to_owned()),
    ];
    let find = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.clone());
    let store = Store::new("prefix", &find).unwrap();
    [place(server), Place::Bucket(Box::new(client()), Box::new(store))]
}

#[test]
fn what_is_put_is_there() {
    let server = Server::new();
    let contents = vec![7; 3 << 20];
    let (digest, size) = (Sha256::of(&contents), contents.len() as u64);
    for place in places(&server) {
        assert!(!place.has(digest, size).unwrap());
        place.put(&Ui::new(), Name::Archive(digest), size, &mut Cursor::new(&contents)).unwrap();
        assert!(place.has(digest, size).unwrap() && !place.has(digest, size + 1).unwrap());
        assert_eq!(place.record(digest).unwrap(), None);
        place.put(&Ui::new(), Name::Record(digest), 4, &mut Cursor::new("text")).unwrap();
        assert_eq!(place.record(digest).unwrap().as_deref(), Some("text"));
        server.forget_archives();
        server.forget(digest);
    }
}

#[test]
fn what_a_server_says_is_one_line_without_the_address() {
    let server = Server::new();
    for what in ["PUT", "ac", "cas"] {
        server.set(what, Manner::Denies);
    }
    let contents = vec![7; 3 << 20];
    let (digest, size) = (Sha256::of(&contents), contents.len() as u64);
    for place in places(&server) {
        let put = place.put(&Ui::new(), Name::Archive(digest), size, &mut Cursor::new(&contents)).unwrap_err();
        let asked = [place.record(digest).unwrap_err(), put];
        for error in asked {
            assert_eq!(crate::hint::causes(&error), "403 Forbidden (AccessDenied: Not you)");
        }
        assert!(place.has(digest, size).is_err());
    }
    assert_eq!(server.received(), 0, "what it does not want is not sent");
}

#[test]
fn a_server_that_stops_reading_is_left() {
    let server = Server::new();
    server.set("PUT", Manner::Silent);
    let contents = vec![7; 64 << 20];
    for place in places(&server) {
        let (name, size) = (Name::Archive(Sha256::of(b"")), contents.len() as u64);
        let error = place.put(&Ui::new(), name, size, &mut Cursor::new(&contents)).unwrap_err();
        let text = crate::hint::causes(&error);
        assert!(text.contains("timeout") && !text.contains("Signature"), "{text}");
    }
}
