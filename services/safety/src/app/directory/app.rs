//! Dependencies of every use case of the directory.

use base::{Clock, Ids};
use vault::Vault;

use super::{directory_cache::DirectoryCache, known_devices::KnownDevices, trust::Trust};
use crate::app::epoch::Epoch;

/// Dependencies of every use case of the directory: time, ids, what is believed, and what is kept in memory. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub ids: Ids,
    /// Which rows are believed; signs those that this service writes.
    pub trust: Trust,
    /// Devices that authenticate people without the identity provider.
    pub devices: KnownDevices,
    /// Sites and office holders, as a raise needs them.
    pub cache: DirectoryCache,
    /// Sent with every fact.
    pub epoch: Epoch,
    /// How long a proposed change may wait for a second administrator.
    pub proposals_last: time::Duration,
    /// Seals the names of people.
    pub vault: Vault,
}
