//! PostgreSQL database of a service: pool, the actor of a transaction, and the server settings it requires.

use std::{str::FromStr, time::Duration};

use anyhow::{bail, ensure};
use sqlx::{
    Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub use crate::actor::{Actor, act_as, again_where_dead, begin};
use crate::{
    Private, actor,
    refusal::{is_passing, store_error},
};

/// Timeout of one statement in the database, and of an idle transaction.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
pub const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(20);
/// Timeout of getting a connection from the pool, a new one included.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Idle time after which a connection is pinged before use: a device between may have dropped it.
const PING_AFTER: Duration = Duration::from_secs(10);
/// Time after which an idle connection is closed, and any other after this.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Connections of the service itself, beside those of the pool.
const CONNECTIONS_FOR_MARKS: u32 = 2;

/// Prepared statements of one connection at most: more than any service has, so that none is prepared twice.
const MAX_STATEMENTS: usize = 512;
const OLDEST_SERVER: i32 = 150_000;

/// Opens the pool; waits for the server, and logs once that it waits.
///
/// # Errors
/// The URL is malformed, or the server's settings are not safe.
pub async fn connect(name: &str, url: &Private<String>, connections: u32) -> anyhow::Result<PgPool> {
    let pool = pool(connections, options(name, url)?);
    wait(&pool).await?;
    check_server(&pool).await?;
    check_login(&pool).await?;
    Ok(pool)
}

/// The same as the owner of the tables, who alone may change them: for migrations, which act for the service itself.
///
/// # Errors
/// As [`connect`].
pub async fn connect_as_owner(name: &str, url: &Private<String>, connections: u32) -> anyhow::Result<PgPool> {
    let pool = pool(connections, options(name, url)?.options(actor::for_life(name)));
    wait(&pool).await?;
    check_server(&pool).await?;
    Ok(pool)
}

fn options(name: &str, url: &Private<String>) -> anyhow::Result<PgConnectOptions> {
    // The parse error is not shown: it may repeat the password.
    let Ok(options) = PgConnectOptions::from_str(url.expose()) else {
        bail!("the database url is malformed: use postgres://user:password@host/database");
    };
    Ok(planned_once(options).application_name(name).options([
        ("statement_timeout", format!("{}s", STATEMENT_TIMEOUT.as_secs()).as_str()),
        ("idle_in_transaction_session_timeout", format!("{}s", IDLE_IN_TRANSACTION_TIMEOUT.as_secs()).as_str()),
        ("lock_timeout", "5s"),
    ]))
}

/// Options under which a connection prepares and plans each statement once, whatever its parameters. PostgreSQL would plan the first five
/// executions anew, and those with arrays for ever, which takes longer than to execute them. Tests connect with the same options: what
/// holds of a plan there holds in production.
#[must_use]
pub fn planned_once(options: PgConnectOptions) -> PgConnectOptions {
    options.statement_cache_capacity(MAX_STATEMENTS).options([("plan_cache_mode", "force_generic_plan")])
}

/// Pool that opens its connections when they are needed. A busy one is not pinged before each use: [`begin`] finds out that it is dead, and
/// takes the next one.
#[must_use]
pub fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .max_lifetime(MAX_LIFETIME)
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            // A dead one is closed, and another takes its place.
            Box::pin(async move { Ok(known.idle_for < PING_AFTER || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options)
}

/// Small pool beside another, whose connections act for the service for their whole life: for what the service writes in one statement that
/// is a transaction by itself, and for no caller.
#[must_use]
pub fn for_service(name: &str, beside: &PgPool, connections: u32) -> PgPool {
    pool(connections, acting_for_service(name, beside))
}

/// The same for the outbox's leases and marks. Nothing depends on their durability: a mark lost in a crash of the server is made again, so
/// its commit does not wait for the disk.
pub fn for_marks(name: &str, beside: &PgPool) -> PgPool {
    pool(CONNECTIONS_FOR_MARKS, acting_for_service(name, beside).options([("synchronous_commit", "off")]))
}

fn acting_for_service(name: &str, beside: &PgPool) -> PgConnectOptions {
    beside.connect_options().as_ref().clone().options(actor::for_life(name))
}

/// Waits until the server answers.
async fn wait(pool: &PgPool) -> anyhow::Result<()> {
    let mut logged = false;
    loop {
        match sqlx::query("select 1").execute(pool).await {
            Ok(_) => return Ok(()),
            Err(error) if is_passing(&error) => {
                if !logged {
                    tracing::info!(reason = store_error(&error), "waiting for postgresql");
                    logged = true;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => bail!("postgresql refuses this service: {}", store_error(&error)),
        }
    }
}

/// Refuses a login that bypasses row security, or could disable it.
async fn check_login(pool: &PgPool) -> anyhow::Result<()> {
    let free: bool = sqlx::query_scalar(
        "select rolsuper or rolbypassrls or rolcreaterole or exists (select from pg_class where relowner = pg_roles.oid and relkind = 'r')
         from pg_roles where rolname = current_user",
    )
    .fetch_one(pool)
    .await?;
    ensure!(!free, "the login of --database-url may pass by row-level security: use the application's login, which owns nothing");
    Ok(())
}

/// Refuses server settings under which an acknowledged row could be lost.
async fn check_server(pool: &PgPool) -> anyhow::Result<()> {
    let (version, fsync, commit, pages): (i32, String, String, String) = sqlx::query_as(
        "select current_setting('server_version_num')::int, current_setting('fsync'), current_setting('synchronous_commit'),
                current_setting('full_page_writes')",
    )
    .fetch_one(pool)
    .await?;
    ensure!(version >= OLDEST_SERVER, "postgresql 15 or newer is needed");
    ensure!(
        commit != "off" && fsync == "on" && pages == "on",
        "postgresql may lose acknowledged rows: set fsync, full_page_writes and synchronous_commit to on"
    );
    Ok(())
}
