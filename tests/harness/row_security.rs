//! Checks of what row-level security lets through, table by table.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::database::OWNER;

/// Number of rows that this transaction sees, for each table that shows it any.
///
/// # Panics
/// A table cannot be read at all.
#[expect(clippy::unwrap_used, reason = "a test that cannot count has failed")]
pub async fn seen(db: &mut PgConnection) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for table in tables(db).await {
        let count = AssertSqlSafe(format!("select count(*) from {table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut *db).await.unwrap();
        if rows > 0 {
            found.insert(table, rows);
        }
    }
    found
}

/// Every table of the schema but the list of migrations, which sqlx keeps.
#[expect(clippy::unwrap_used, reason = "a test that cannot look has failed")]
async fn tables(db: &mut PgConnection) -> Vec<String> {
    let all = "select tablename::text from pg_tables where schemaname = 'public' and tablename <> '_sqlx_migrations' order by 1";
    sqlx::query_scalar(all).fetch_all(db).await.unwrap()
}

/// Gaps in row-level security: tables without it, without a policy, or not owned by the owner's login; functions that run with another's
/// permissions, and views, which would read with their owner's.
///
/// # Panics
/// The catalogue cannot be read.
#[expect(clippy::unwrap_used, reason = "a test that cannot look has failed")]
pub async fn gaps(admin: &PgPool) -> Vec<String> {
    let query = "
        select relname || ': row-level security is not forced' from pg_class
            where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> '_sqlx_migrations'
              and not (relrowsecurity and relforcerowsecurity)
        union all
        select relname || ': no policy' from pg_class
            where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> '_sqlx_migrations'
              and not exists (select from pg_policy where polrelid = pg_class.oid)
        union all
        select relname || ': a policy that is true for everybody' from pg_policy join pg_class on pg_class.oid = polrelid
            where polroles = '{0}' and (pg_get_expr(polqual, polrelid) = 'true' or pg_get_expr(polwithcheck, polrelid) = 'true')
        union all
        select relname || ': not the owner''s' from pg_class
            where relnamespace = 'public'::regnamespace and relkind <> 'i' and pg_get_userbyid(relowner) <> $1
        union all
        select relname || ': a view' from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
        union all
        select proname || ': runs with the rights of its owner' from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
        order by 1";
    sqlx::query_scalar(query).bind(OWNER).fetch_all(admin).await.unwrap()
}
