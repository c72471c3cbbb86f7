//! `Store`: compare-and-swap of fields in Redis.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisResult, Script, ScriptInvocation};
use tokio::sync::Mutex;

use crate::features::hex;
use crate::runtime::error::Error;
use crate::runtime::random;

/// The length of the token before each value.
const TOKEN: usize = 16;

/// Replaces a field if its token is still the expected one, and renews the lease.
const SWAP: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[2], '1', 'PX', ARGV[4])
if ARGV[6] ~= '' and redis.call('HGET', KEYS[1], '') ~= ARGV[6] then return {2, now, ''} end
local found = redis.call('HGET', KEYS[1], ARGV[1])
if string.sub(found or '', 1, 16) ~= ARGV[2] then return {0, now, found or ''} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[5] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
return {1, now, ''}";

/// Reads fields, and the time.
const READ: &str = "
local time = redis.call('TIME')
local found = redis.call('HMGET', KEYS[1], unpack(ARGV))
for i = 1, #found do found[i] = found[i] or '' end
table.insert(found, 1, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return found";

/// A connection to Redis. A lost one is opened again by the next command.
pub(crate) struct Store {
    client: Client,
    prefix: String,
    timeout: Duration,
    lease: Duration,
    worker: String,
    connection: Mutex<Option<MultiplexedConnection>>,
    was_connected: AtomicBool,
    swap: Script,
    read: Script,
}

/// A field in Redis: its key, and its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) key: &'a str,
    pub(crate) field: &'a str,
    /// How long the key is kept after the last write; zero is forever.
    pub(crate) kept: Duration,
    /// The content of the key's field without a name, which the key must still have; empty if it has none.
    pub(crate) id: &'a str,
    /// Whose lease is renewed.
    pub(crate) owner: &'a str,
}

/// A value with its token, which changes with each write. Without a value both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) token: String,
    pub(crate) value: Vec<u8>,
}

impl Stored {
    fn of(mut found: Vec<u8>) -> Self {
        let value = if found.len() > TOKEN { found.split_off(TOKEN) } else { Vec::new() };
        Self { token: String::from_utf8_lossy(&found).into_owned(), value }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.token.is_empty()
    }
}

/// The outcome of a swap.
#[derive(Debug)]
pub(crate) enum Swapped {
    Done,
    /// Another value is stored.
    Changed(Stored),
    /// The key does not have its id any more: Redis lost it.
    Gone,
}

/// A time of Redis, in milliseconds since 1970.
pub(crate) type Millis = u64;

/// A moment, here and in Redis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) now: Instant,
    pub(crate) millis: Millis,
}

impl Times {
    /// A time of Redis as one of here. One that cannot be is now.
    pub(crate) fn instant(self, at: Millis) -> Instant {
        let later = Duration::from_millis(at.saturating_sub(self.millis));
        let earlier = Duration::from_millis(self.millis.saturating_sub(at));
        self.now.checked_add(later).and_then(|at| at.checked_sub(earlier)).unwrap_or(self.now)
    }

    pub(crate) fn millis(self, at: Instant) -> Millis {
        let later = millis(at.saturating_duration_since(self.now));
        let earlier = millis(self.now.saturating_duration_since(at));
        self.millis.saturating_add(later).saturating_sub(earlier)
    }
}

impl Store {
    pub(super) fn new(address: &str, prefix: &str, timeout: Duration, lease: Duration) -> Result<Self, Error> {
        let client = Client::open(address).map_err(|error| {
            Error::configuration(format!("the address of the shared state cannot be used: {}", error.category()))
        })?;
        Ok(Self {
            client,
            prefix: prefix.to_owned(),
            timeout,
            lease,
            worker: token(),
            connection: Mutex::default(),
            was_connected: AtomicBool::new(false),
            swap: Script::new(SWAP),
            read: Script::new(READ),
        })
    }

    pub(super) fn worker(&self) -> &str {
        &self.worker
    }

    /// How long a command may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The key of this name. All keys are in one slot.
    pub(crate) fn key(&self, kind: &str, name: &str) -> String {
        format!("{{{}}}:{kind}:{name}", self.prefix)
    }

    /// Stores a value with this token if the stored one still has the token `expected`; empty: if there is none.
    pub(crate) async fn swap(
        &self,
        place: Place<'_>,
        expected: &str,
        token: &str,
        value: &[u8],
    ) -> Result<(Swapped, Millis), Error> {
        let new = [token.as_bytes(), value].concat();
        let mut swap = self.swap.key(place.key);
        swap.key(self.key("worker", place.owner)).arg(place.field).arg(expected).arg(new);
        swap.arg(millis(self.lease)).arg(millis(place.kept)).arg(place.id);
        let (outcome, now, found): (u8, Millis, Vec<u8>) = self.invoke("store a change", &swap).await?;
        let swapped = match outcome {
            0 => Swapped::Changed(Stored::of(found)),
            1 => Swapped::Done,
            _ => Swapped::Gone,
        };
        Ok((swapped, now))
    }

    /// Reads fields of a key.
    pub(crate) async fn read(&self, key: &str, fields: &[&str]) -> Result<(Vec<Stored>, Millis), Error> {
        let mut read = self.read.key(key);
        fields.iter().for_each(|field| {
            read.arg(*field);
        });
        let mut found: Vec<Vec<u8>> = self.invoke("read it", &read).await?;
        if found.is_empty() {
            return Err(Error::shared_state("the shared state in Redis answered with nothing"));
        }
        let now = String::from_utf8_lossy(&found.remove(0)).parse().unwrap_or_default();
        Ok((found.into_iter().map(Stored::of).collect(), now))
    }

    /// The content of the key's field without a name; created if there is none.
    pub(crate) async fn id(&self, key: &str, kept: Duration) -> Result<String, Error> {
        let mut commands = redis::pipe();
        commands.atomic().cmd("HSETNX").arg(key).arg("").arg(token()).ignore();
        commands.cmd("PEXPIRE").arg(key).arg(millis(kept)).ignore().cmd("HGET").arg(key).arg("");
        let (id,): (String,) = self
            .run("open it", |mut connection| {
                let commands = &commands;
                async move { commands.query_async(&mut connection).await }
            })
            .await?;
        Ok(id)
    }

    /// Opens the connection, unless it is open.
    pub(crate) async fn open(&self) -> Result<(), Error> {
        self.run("connect", |_| std::future::ready(Ok(()))).await
    }

    /// Renews leases of this process.
    pub(super) async fn renew(&self, ids: &BTreeSet<String>) -> Result<(), Error> {
        let mut command = redis::pipe();
        for id in ids {
            command.cmd("SET").arg(self.key("worker", id)).arg("1").arg("PX").arg(millis(self.lease)).ignore();
        }
        self.run("renew the lease", |mut connection| {
            let command = &command;
            async move { command.query_async(&mut connection).await }
        })
        .await
    }

    pub(super) async fn is_alive(&self, worker: &str) -> Result<bool, Error> {
        let mut command = redis::cmd("EXISTS");
        command.arg(self.key("worker", worker));
        self.run("look for a process", |mut connection| {
            let command = &command;
            async move { command.query_async(&mut connection).await }
        })
        .await
    }

    async fn invoke<T: FromRedisValue>(&self, what: &str, script: &ScriptInvocation<'_>) -> Result<T, Error> {
        self.run(what, |mut connection| async move { script.invoke_async(&mut connection).await }).await
    }

    /// Runs a command within the time limit. On a connection that was lost meanwhile it is run again, on a new one: each of them may be.
    async fn run<T, F>(&self, what: &str, command: impl Fn(MultiplexedConnection) -> F) -> Result<T, Error>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let running = async {
            loop {
                let (connection, is_new) = self.connect().await?;
                match command(connection).await {
                    Err(error) if error.is_io_error() || error.is_unrecoverable_error() => {
                        *self.connection.lock().await = None;
                        if is_new {
                            return Err(error);
                        }
                    }
                    outcome => return outcome,
                }
            }
        };
        if let Ok(outcome) = tokio::time::timeout(self.timeout, running).await {
            return outcome.map_err(|error| Error::redis_failed(what, &error));
        }
        if let Ok(mut connection) = self.connection.try_lock() {
            *connection = None;
        }
        let limit = self.timeout;
        Err(Error::shared_state(format!(
            "the shared state in Redis cannot be used to {what}: no reply within {limit:?}"
        )))
    }

    /// The connection, and whether it is a new one.
    async fn connect(&self) -> RedisResult<(MultiplexedConnection, bool)> {
        let mut open = self.connection.lock().await;
        if let Some(connection) = &*open {
            return Ok((connection.clone(), false));
        }
        // Both are limited by the time of the command.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        if !self.was_connected.swap(true, Ordering::Relaxed) {
            self.check(&mut connection).await;
        }
        *open = Some(connection.clone());
        Ok((connection, true))
    }

    /// Warns if Redis keeps no append-only file. Hosted ones may not say.
    async fn check(&self, connection: &mut MultiplexedConnection) {
        let info: RedisResult<String> = redis::cmd("INFO").arg("persistence").query_async(connection).await;
        if info.is_ok_and(|info| info.contains("aof_enabled:0")) {
            tracing::warn!(
                "the shared state is in a Redis without an append-only file: when it restarts, what was spent and sent is lost"
            );
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// A new token.
pub(crate) fn token() -> String {
    hex::encode(&random::bits().to_be_bytes())
}

fn millis(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX >> 12)
}
