//! Codes of variants and the products they belong to.

use std::collections::HashMap;

use sh_db::{DbError, Tx, Value, binds};
use sh_kernel::Id;

use crate::model::{Product, Shop};

sh_db::inserts! {
    /// Codes of a product, unless another one has them.
    CLAIM = sku_code(shop Uuid, code Text, product Uuid) "ON CONFLICT (shop, code) DO NOTHING";
}

sh_db::statements! {
    /// Gives up the codes of products that no approved variant has.
    RELEASE = "DELETE FROM sku_code WHERE shop = $1 AND product {{in_uuid $2}} AND NOT EXISTS (SELECT 1 FROM sku s \
        WHERE s.shop = sku_code.shop AND s.code = sku_code.code AND s.product = sku_code.product)";
    /// The products that have codes of a shop.
    OWNERS = "SELECT c.code, c.product, p.code FROM sku_code c JOIN product p ON p.id = c.product AND p.shop = c.shop \
        WHERE c.shop = $1 AND c.code {{in_text $2}}";
}

/// The product that has a code: its identifier and its own code.
pub(crate) type Owner = (Id<Product>, String);

pub(crate) async fn owners(
    tx: &mut Tx,
    shop: Id<Shop>,
    codes: &[String],
) -> Result<HashMap<String, Owner>, DbError> {
    let rows: Vec<(String, Id<Product>, String)> = tx.fetch_all(&OWNERS, binds![shop, codes]).await?;
    Ok(rows.into_iter().map(|(code, product, name)| (code, (product, name))).collect())
}

pub(crate) async fn release(tx: &mut Tx, shop: Id<Shop>, products: &[Id<Product>]) -> Result<(), DbError> {
    tx.execute(&RELEASE, binds![shop, products]).await.map(drop)
}

pub(crate) async fn claim(
    tx: &mut Tx,
    shop: Id<Shop>,
    codes: &[(Id<Product>, String)],
) -> Result<(), DbError> {
    let rows: Vec<Vec<Value>> =
        codes.iter().map(|(product, code)| binds![shop, code.as_str(), *product]).collect();
    tx.insert_many(&CLAIM, rows).await.map(drop)
}
