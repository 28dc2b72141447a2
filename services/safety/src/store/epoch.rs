//! Table of epochs of this database, one for each time it was found to be set back.

use sqlx::PgConnection;

/// Number of the newest epoch; 0 where there is none.
pub async fn newest(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(number), 0) as "number!" from epoch"#).fetch_one(db).await
}

/// Begins an epoch, once for each epoch of the audit log.
pub async fn begin(tx: &mut PgConnection, log_epoch: i64, number: i64) -> sqlx::Result<()> {
    sqlx::query!("insert into epoch (log_epoch, number) values ($1, $2) on conflict do nothing", log_epoch, number).execute(tx).await?;
    Ok(())
}
