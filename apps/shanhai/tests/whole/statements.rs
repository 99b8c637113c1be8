//! What the modules say to the database, and what the program says to others, on both engines.

use std::collections::HashMap;

use sh_db::{Db, Engine, sqlite_kind};
use sh_http::{Module, Settings};
use sh_testkit::db_test;

/// Statements whose text differs between the engines. Each is a place to forget when one of them is changed.
const PER_ENGINE_MAX: usize = 12;

fn steps() -> Vec<sh_db::Migration> {
    shanhai::wiring::migrations()
}

#[db_test(&steps())]
async fn every_statement_is_understood(db: Db) {
    let engine = db.engine();
    let (mut count, mut faults) = (0, Vec::new());
    for Module { name, statements, inserts, updates, .. } in shanhai::wiring::modules() {
        let statements = statements.into_iter().flatten().map(|sql| (sql.name, sql.rendered(engine)));
        let inserts = inserts.into_iter().flatten().map(|insert| (insert.name, insert.rendered(engine)));
        let updates = updates.into_iter().flatten().map(|update| (update.name, update.rendered(engine)));
        for (constant, text) in statements.chain(inserts).chain(updates) {
            count += 1;
            if let Err(error) = db.check_statement(&text).await {
                faults.push(format!("{name}: {constant}: {error}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 100, "only {count} statements are registered");
}

/// Very many rows go to PostgreSQL in its binary form, which converts nothing.
#[db_test(&steps())]
async fn bulk_writes_name_the_types_of_their_columns(db: Db) {
    let tables: HashMap<String, _> =
        db.catalogue().await.unwrap().into_iter().map(|table| (table.name, table.columns)).collect();
    for Module { name, inserts, .. } in shanhai::wiring::modules() {
        for insert in inserts.into_iter().flatten() {
            // Indices of texts are not in the catalogue.
            let Some(columns) = tables.get(insert.table) else { continue };
            for (column, kind) in insert.columns {
                let there = columns.iter().find(|facts| facts.name == *column).unwrap();
                assert_eq!(there.kind, kind.type_name(db.engine()), "{name}: {}: {column}", insert.name);
            }
        }
    }
}

#[test]
fn few_statements_differ_between_the_engines() {
    let modules = shanhai::wiring::modules();
    let all = modules.iter().flat_map(|module| module.statements.iter().copied().flatten());
    let per_engine: Vec<&str> = all.filter(|sql| sql.is_per_engine()).map(|sql| sql.name).collect();
    assert!(per_engine.len() <= PER_ENGINE_MAX, "{per_engine:?}");
}

#[db_test(&steps())]
async fn the_schema_is_as_written_down(db: Db) {
    let tables = db.catalogue().await.unwrap();
    let text: String = tables.iter().map(|table| table.to_string() + "\n").collect();
    match db.engine() {
        Engine::Sqlite => insta::assert_snapshot!("schema-sqlite", text),
        Engine::Postgres => insta::assert_snapshot!("schema-postgres", text),
    }
}

#[db_test(&steps())]
async fn both_engines_have_the_same_schema(db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("other.db").display());
    let other = Db::open(&address, &sh_db::Options::default()).await.unwrap();
    other.migrate(&steps()).await.unwrap();
    let mut tables = db.catalogue().await.unwrap();
    for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
        column.kind = sqlite_kind(&column.kind).to_owned();
    }
    assert_eq!(tables, other.catalogue().await.unwrap());
    other.close().await;
}

#[db_test(&steps())]
async fn no_step_is_left_and_none_is_applied_twice(db: Db) {
    assert_eq!(db.pending(&steps()).await.unwrap(), 0);
    assert_eq!(db.migrate(&steps()).await.unwrap(), 0);
}

#[test]
fn the_interface_is_as_written_down() {
    crate::support::block(async {
        let folder = tempfile::tempdir().unwrap();
        let data = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let place = shanhai::wiring::Place { data, database: None };
        let app = shanhai::wiring::open(&place, Settings::default()).await.unwrap();
        let (_, description) = sh_http::site(&app, shanhai::wiring::modules(), sh_access::identify());
        let value: serde_json::Value = serde_json::from_str(&description.to_json().unwrap()).unwrap();
        assert_eq!(value["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
        for (path, operations) in value["paths"].as_object().unwrap() {
            assert!(path.starts_with("/api/v1/"), "{path} is no address of the JSON interface");
            for (method, operation) in operations.as_object().unwrap() {
                let said = operation["summary"].as_str().or(operation["description"].as_str());
                assert!(
                    said.is_some_and(|text| !text.is_empty()),
                    "{method} {path} does not say what it does"
                );
                let answers = operation["responses"].as_object().map_or(0, serde_json::Map::len);
                assert!(answers > 0, "{method} {path} does not say what it answers");
            }
        }
        insta::assert_json_snapshot!("openapi", value);
        app.db.close().await;
    });
}
