//! `#[db_test(MIGRATIONS)]`: one asynchronous test body becomes two tests, one on each engine.

use proc_macro::{TokenStream, TokenTree};

/// Runs `async fn name(db: Db) { … }` as the tests `name::sqlite` and `name::postgres`, each on a database of its own
/// to which the given migrations (an expression of type `&[Migration]`) have been applied.
#[proc_macro_attribute]
pub fn db_test(migrations: TokenStream, function: TokenStream) -> TokenStream {
    let name = function_name(&function);
    let migrations = if migrations.is_empty() { "&[]".to_owned() } else { migrations.to_string() };
    let wrapper = format!(
        "mod {name} {{
            use super::*;
            #[test]
            fn sqlite() {{ ::sh_testkit::on_sqlite({migrations}, super::{name}); }}
            #[test]
            fn postgres() {{ ::sh_testkit::on_postgres({migrations}, super::{name}); }}
        }}"
    );
    let mut out = function;
    out.extend(wrapper.parse::<TokenStream>().unwrap_or_default());
    out
}

fn function_name(function: &TokenStream) -> String {
    let mut after_fn = false;
    for token in function.clone() {
        if let TokenTree::Ident(word) = token {
            if after_fn {
                return word.to_string();
            }
            after_fn = word.to_string() == "fn";
        }
    }
    String::new()
}
