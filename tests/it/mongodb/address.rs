//! Addresses of databases, and the passwords in them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use gleaner::dataset::{Server, ServerError};
use proptest::prelude::*;

use crate::pipeline::{Fixture, photos, talk};

#[test]
fn an_address_shows_neither_user_nor_password_nor_options() {
    let text = "mongodb+srv://ada:p%40ss@Team.example.net/monkeys?authMechanismProperties=AWS_SESSION_TOKEN:xyz";
    let server = Server::parse(text).unwrap();
    assert_eq!(server.to_string(), "mongodb+srv://team.example.net/monkeys");
    assert_eq!(format!("{server:?}"), "Server(mongodb+srv://team.example.net/monkeys)");
    assert_eq!(*server.expose(), text.replace("Team", "team"));
    assert!(server.has_password() && !Server::parse("mongodb://h/d").unwrap().has_password());
    let known = Server::parse("mongodb://ada:pw@a:1,b:2/other?replicaSet=rs").unwrap();
    let plain = Server::parse("mongodb://A:1,b:2/monkeys").unwrap();
    assert!(plain.has_hosts_of(&known));
    assert_eq!(*plain.with_credentials_of(&known).expose(), "mongodb://ada:pw@a:1,b:2/monkeys?replicaSet=rs");
}

#[test]
fn an_invalid_address_is_reported_without_repeating_it() {
    for (text, wrong) in [
        ("postgres://ada:pw@h/d", ServerError::Scheme),
        ("mongodb://ada:pw@/d", ServerError::NoHost),
        ("mongodb://h", ServerError::NoDatabase("h".into())),
        ("mongodb://ada:pw@h,,g/d", ServerError::NoHost),
        ("mongodb://ada:pw@h/d b", ServerError::Database("d b".into())),
    ] {
        let err = Server::parse(text).unwrap_err();
        assert_eq!(err, wrong, "{text}");
        assert!(!err.to_string().contains("pw"), "{err}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_the_parser_or_reveals_a_password(text in ".{0,60}", secret in "[a-zA-Z0-9@:/?%,]{6,20}") {
        let _ = Server::parse(&text);
        let _ = Server::parse(&format!("mongodb://{text}"));
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let server = Server::parse(&format!("mongodb://u:{encoded}@h:1/d")).unwrap();
        let shown = format!("{server} {server:?}");
        prop_assert!(!shown.contains(&encoded));
        prop_assert_eq!(Server::parse(&server.expose()).unwrap(), server);
    }
}

#[test]
fn a_password_on_the_command_line_or_in_an_open_file_is_refused() {
    let fixture = Fixture::new(photos(1, 1));
    for args in [
        ["status", "mongodb://ada:geheim99@127.0.0.1:1/monkeys", "--json"],
        ["status", "--store", "mongodb://ada:geheim99@127.0.0.1:1/monkeys"],
        ["push", "monkeys", "mongodb://ada:geheim99@127.0.0.1:1/monkeys"],
    ] {
        let said = talk(&fixture.expect(2, &args));
        assert!(said.contains("GLEANER_MONGODB_URL") && !said.contains("geheim99"), "{said}");
    }
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    fs::write(fixture.path("gleaner.toml"), format!("{settings}\n[mongodb]\nurl_file = \"team.url\"\n")).unwrap();
    let missing = talk(&fixture.expect(2, &["status", "mongodb://127.0.0.1:1/monkeys"]));
    assert!(missing.contains("team.url"), "{missing}");
    fs::write(fixture.path("team.url"), "# the team's\nmongodb://ada:geheim99@127.0.0.1:1/x\n").unwrap();
    fs::set_permissions(fixture.path("team.url"), fs::Permissions::from_mode(0o644)).unwrap();
    let open = talk(&fixture.expect(2, &["status", "mongodb://127.0.0.1:1/monkeys"]));
    assert!(open.contains("chmod 600 team.url") && !open.contains("geheim99"), "{open}");
    fs::set_permissions(fixture.path("team.url"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(fixture.path("team.url"), "mongodb://ada:geheim99@127.0.0.1\n").unwrap();
    let wrong = talk(&fixture.expect(2, &["status", "mongodb://127.0.0.1:1/monkeys"]));
    assert!(wrong.contains("a line of team.url is invalid") && !wrong.contains("geheim99"), "{wrong}");
}

#[test]
fn a_folder_and_an_address_are_not_mistaken_for_each_other() {
    let fixture = Fixture::new(photos(1, 1));
    for (args, said) in [
        (&["status", "monkeys", "--store", "monkeys"][..], "--store requires a MongoDB address"),
        (&["status", "mongodb://h/a", "--store", "mongodb://h/b"], "two databases are given"),
        (&["push", "mongodb://h/a", "mongodb://h/b"], "push requires a folder and a MongoDB address"),
        (&["pull", "monkeys", "copy"], "push requires a folder and a MongoDB address"),
        (&["push", "monkeys", "mongodb://h/a", "--store", "mongodb://h/b"], "--store cannot be used with push"),
        (&["push", "nowhere", "mongodb://127.0.0.1:1/a"], "there is no dataset at nowhere"),
        (&["status", "mongodb://h"], "the address has no database"),
    ] {
        let output = talk(&fixture.expect(2, args));
        assert!(output.contains(said), "{args:?}: {output}");
    }
}
